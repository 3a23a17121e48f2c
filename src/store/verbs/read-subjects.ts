import { and, asc, desc, eq, getTableColumns, isNotNull, sql } from "drizzle-orm";
import type { Receipt } from "../../gate/ports/pulls.ts";
import type { OverviewRow } from "../../gate/ports/station.ts";
import { BEHIND_SECONDS } from "../behind.ts";
import { rowsOf } from "../connect.ts";
import { checkOutbox, checkWish, receipt, subject } from "../schema.ts";
import { type Tx, together } from "../tx.ts";
import { latestEvaluation } from "./read-evaluations.ts";

/**
 * Keys with work left, the longest waiting first:
 * - marked and not done;
 * - a check that is owed: one that an open pull request wants, or a success to be taken back, whoever wants it;
 * - a write that was begun and never ended: only its own subject can release it, and until then nobody else may write that run;
 * - an override that has run out: nothing but the clock says so. Never read from the stored decision: Postgres looks into no JSON that
 *   holds an escaped NUL, as a hostile contract's may, and one such row would stop the sweep for everybody.
 * Each of them is found by an index that holds nothing else, so that what rests costs nothing, however much of it there is.
 */
export async function pendingSubjects(tx: Tx, limit: number): Promise<readonly string[]> {
  // No more than are wanted: a policy that changes can mark all there are.
  const marked = sql`(select m.key from ${subject} m where m.want_gen > m.done_gen order by m.dirty_at, m.key limit ${limit})`;
  const owed = sql`
    select o.subject_key from ${checkOutbox} o
    where o.published_version is distinct from o.version
      and (exists (select 1 from ${checkWish} w where w.repository_id = o.repository_id and w.head_sha = o.head_sha and w.name = o.name)
        or (o.conclusion is distinct from 'success' and (o.published_conclusion = 'success' or o.uncertain)))`;
  const begun = sql`select o.in_flight_key from ${checkOutbox} o where o.in_flight_key is not null`;
  const expired = sql`select w.subject_key from ${checkWish} w where w.runs_out_at <= (select clock_timestamp())`;
  const [, found] = await together(
    // Postgres cannot know how rarely one column differs from another: it takes every third row to do so, and would rather read whole
    // tables, or put all subjects into a list in memory, than ask for the few there are.
    () => tx.execute(sql`select set_config('enable_seqscan', 'off', true), set_config('work_mem', '64kB', true)`),
    () =>
      tx.execute(sql`
        select k.key from (${marked} union ${owed} union ${begun} union ${expired}) k
        cross join lateral (select s.dirty_at from ${subject} s where s.key = k.key offset 0) s
        order by s.dirty_at, k.key limit ${limit}`),
  );
  return rowsOf<{ key: string }>(found).map(({ key }) => key);
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
