import { and, asc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { PublishedChecks } from "../../gate/ports/recovery-records.ts";
import { rowsOf, type Tx } from "../connect.ts";
import { toRepository } from "../rows.ts";
import { checkOutbox, subject, sweptPull } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { isLeftAndDue, SHOWN, takeLeft } from "./doubted-checks.ts";
import { markDirty } from "./read-subjects.ts";

/**
 * What was written as it was wanted and read back, with no other write begun. Also a success that something may still be on its way to: when
 * that comes, nobody else sees it.
 */
const isSettled = and(eq(checkOutbox.publishedVersion, checkOutbox.version), isNull(checkOutbox.inFlightVersion));

export async function claimPublished(tx: Tx, everyMs: number, perInstallation: number, limit: number): Promise<readonly PublishedChecks[]> {
  const since = sweptPull.comparedAt;
  const isOld = sql`(${since} is null or ${since} <= clock_timestamp() - make_interval(secs => ${everyMs / 1000}::double precision))`;
  const isLeft = isLeftAndDue(everyMs);
  const due = rowsOf<{ key: string; left_sha: string | null }>(
    await tx.execute(sql`
      select key, left_sha from (
        select each.*, row_number() over (partition by installation_id order by compared_at asc nulls first, key, left_sha nulls first) as turn from (
          select s.key, s.installation_id, s.repository_id, swept_pull.compared_at, null::text as left_sha
          from swept_pull join subject s on s.key = swept_pull.subject_key where s.open and ${isOld}
          union all
          select s.key, s.installation_id, s.repository_id, min(check_outbox.compared_at), check_outbox.head_sha
          from check_outbox join subject s on s.key = check_outbox.subject_key where ${isLeft} group by s.key, check_outbox.head_sha) each
        where exists (select 1 from watched_repository w where w.repository_id = each.repository_id and w.unguarded is null)) due
      where turn <= ${perInstallation} order by turn, compared_at asc nulls first, key, left_sha nulls first limit ${limit}`),
  );
  const keys = due.filter(({ left_sha }) => left_sha === null).map(({ key }) => key);
  const taken = keys.length === 0 ? [] : await takePulls(tx, keys, isOld);
  const found: PublishedChecks[] = [];
  for (const { key, left_sha } of due) {
    if (left_sha === null && !taken.includes(key)) continue;
    const [row] = await tx.select().from(subject).where(eq(subject.key, key));
    const headSha = left_sha ?? row?.headSha ?? null;
    if (row === undefined || headSha === null) continue;
    const checks = left_sha === null ? await wanted(tx, row.repositoryId, headSha) : await takeLeft(tx, row, left_sha, isLeft);
    if (checks.length > 0) found.push({ key, repository: toRepository(row), headSha, left: left_sha !== null, checks });
  }
  return found;
}

async function takePulls(tx: Tx, keys: readonly string[], isOld: SQL): Promise<readonly string[]> {
  const taken = await tx
    .update(sweptPull)
    .set({ comparedAt: sql`clock_timestamp()` })
    .where(and(inArray(sweptPull.subjectKey, [...keys]), isOld))
    .returning({ key: sweptPull.subjectKey });
  return taken.map(({ key }) => key);
}

async function wanted(tx: Tx, repositoryId: number, headSha: string): Promise<PublishedChecks["checks"]> {
  const checks = await tx
    .select(SHOWN)
    .from(checkOutbox)
    .where(and(eq(checkOutbox.repositoryId, repositoryId), eq(checkOutbox.headSha, headSha), isSettled))
    .orderBy(asc(checkOutbox.name));
  // Of a run that was never written (it was revoked before) nothing is to be seen.
  return checks.filter(({ runId }) => runId !== null);
}

/** As after a write whose outcome is unknown: the runs are looked for, and what should stand there is written. */
export async function reportAltered(
  tx: Tx,
  { key, checks, headSha }: PublishedChecks,
  ids: readonly string[],
  because: string,
): Promise<void> {
  await markDirty(tx, key);
  const changed: string[] = [];
  for (const { id, version, name } of checks.filter((check) => ids.includes(check.id))) {
    const owed = await tx
      .update(checkOutbox)
      .set({ version: version + 1, uncertain: true, updatedAt: sql`clock_timestamp()` })
      .where(and(eq(checkOutbox.id, id), eq(checkOutbox.version, version), isNull(checkOutbox.inFlightVersion)))
      .returning({ id: checkOutbox.id });
    if (owed.length > 0) changed.push(name);
  }
  // Another write came in between, and reads back itself what GitHub shows.
  if (changed.length === 0) return;
  const [owner] = await tx.select({ tenantId: subject.tenantId }).from(subject).where(eq(subject.key, key));
  await appendAudit(tx, owner!.tenantId, {
    type: "check.altered",
    severity: "critical",
    actor: null,
    subject: `pull request ${key}`,
    payload: { headSha, checks: changed.map(storable), because: storable(because) },
  });
}
