import { and, asc, desc, eq, getTableColumns, gt, isNotNull, sql } from "drizzle-orm";
import type { Receipt } from "../../gate/ports/pulls.ts";
import type { OverviewRow } from "../../gate/ports/station.ts";
import { BEHIND_SECONDS } from "../behind.ts";
import type { Tx } from "../connect.ts";
import { checkOutbox, checkWish, receipt, subject } from "../schema.ts";
import { latestEvaluation } from "./read-evaluations.ts";

/**
 * Keys with work left, the longest waiting first:
 * - marked and not done;
 * - a check that is owed: one that an open pull request wants, or a success to be taken back, whoever wants it;
 * - a write that was begun and never ended: only its own subject can release it, and until then nobody else may write that run;
 * - an override that has run out: nothing but the clock says so. Never read from the stored decision: Postgres looks into no JSON that
 *   holds an escaped NUL, as a hostile contract's may, and one such row would stop the sweep for everybody.
 */
export async function pendingSubjects(tx: Tx, limit: number): Promise<readonly string[]> {
  const owed = sql`exists (
    select 1 from ${checkOutbox} o
    where o.subject_key = ${subject.key} and o.published_version is distinct from o.version
      and (exists (select 1 from ${checkWish} w where w.repository_id = o.repository_id and w.head_sha = o.head_sha and w.name = o.name)
        or (o.conclusion is distinct from 'success' and (o.published_conclusion = 'success' or o.uncertain))))`;
  const begun = sql`exists (select 1 from ${checkOutbox} o where o.in_flight_key = ${subject.key})`;
  const expired = sql`exists (
    select 1 from ${checkWish} w where w.subject_key = ${subject.key} and w.runs_out_at <= clock_timestamp())`;
  const rows = await tx
    .select({ key: subject.key })
    .from(subject)
    .where(sql`${gt(subject.wantGen, subject.doneGen)} or ${owed} or ${begun} or ${expired}`)
    .orderBy(asc(subject.dirtyAt), asc(subject.key))
    .limit(limit);
  return rows.map((row) => row.key);
}

export async function markDirty(tx: Tx, key: string): Promise<void> {
  await tx
    .update(subject)
    .set({ wantGen: sql`${subject.wantGen} + 1`, dirtyAt: sql`clock_timestamp()` })
    .where(eq(subject.key, key));
}

const LATELY = sql<boolean>`${receipt.at} > clock_timestamp() - make_interval(secs => ${BEHIND_SECONDS})`;

/** In the order in which they were received. */
export async function receipts(tx: Tx, repositoryId: number, number: number): Promise<readonly Receipt[]> {
  const rows = await tx
    .select({ ...getTableColumns(receipt), lately: LATELY })
    .from(receipt)
    .where(and(eq(receipt.repositoryId, repositoryId), eq(receipt.number, number)))
    .orderBy(asc(receipt.at), asc(receipt.id));
  return rows.map(({ id, deliveryGuid, at, kind, ...row }) => ({ ...row, kind: kind as Receipt["kind"], at: at.toISOString() }));
}

/** Open subjects first, then closed ones that were evaluated; newest first. */
export async function overview(tx: Tx, tenantId: string, limit: number): Promise<readonly OverviewRow[]> {
  const rows = await tx
    .select()
    .from(subject)
    .where(and(eq(subject.tenantId, tenantId), isNotNull(subject.headSha), isNotNull(subject.number)))
    .orderBy(desc(subject.open), desc(subject.dirtyAt), desc(subject.key))
    .limit(limit);
  const listed: OverviewRow[] = [];
  for (const row of rows) {
    if (row.number === null) continue;
    const evaluation = await latestEvaluation(tx, row.key, tenantId);
    listed.push({ key: row.key, repository: `${row.owner}/${row.name}`, number: row.number, evaluation, open: row.open });
  }
  return listed;
}
