import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { PublishedChecks } from "../../gate/ports/recovery-records.ts";
import { rowsOf, type Tx } from "../connect.ts";
import { toRepository } from "../rows.ts";
import { checkOutbox, subject, sweptPull } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { markDirty } from "./read-subjects.ts";

/**
 * What was written as it was wanted and read back, with no other write begun. Also a success that something may still be on its way to: when
 * that comes, nobody else sees it.
 */
const isSettled = and(eq(checkOutbox.publishedVersion, checkOutbox.version), isNull(checkOutbox.inFlightVersion));

export async function claimPublished(tx: Tx, everyMs: number, perInstallation: number, limit: number): Promise<readonly PublishedChecks[]> {
  const isOld = sql`(compared_at is null or compared_at <= clock_timestamp() - make_interval(secs => ${everyMs / 1000}::double precision))`;
  const keys = rowsOf<{ key: string }>(
    await tx.execute(sql`
      select key from (
        select s.key, p.compared_at, row_number() over (partition by s.installation_id order by p.compared_at asc nulls first, s.key) as turn
        from swept_pull p join subject s on s.key = p.subject_key
        where s.open and ${isOld} and exists (
          select 1 from watched_repository w where w.repository_id = s.repository_id and w.unguarded is null)) due
      where turn <= ${perInstallation} order by turn, compared_at asc nulls first, key limit ${limit}`),
  ).map((row) => row.key);
  if (keys.length === 0) return [];
  const taken = await tx
    .update(sweptPull)
    .set({ comparedAt: sql`clock_timestamp()` })
    .where(and(inArray(sweptPull.subjectKey, keys), isOld))
    .returning({ key: sweptPull.subjectKey });
  const found: PublishedChecks[] = [];
  for (const key of keys.filter((each) => taken.some((row) => row.key === each))) {
    const [row] = await tx.select().from(subject).where(eq(subject.key, key));
    if (row?.headSha == null) continue;
    const { headSha, repositoryId } = row;
    const checks = await tx
      .select({
        id: checkOutbox.id,
        version: checkOutbox.version,
        name: checkOutbox.name,
        conclusion: checkOutbox.conclusion,
        runId: checkOutbox.runId,
      })
      .from(checkOutbox)
      .where(and(eq(checkOutbox.repositoryId, repositoryId), eq(checkOutbox.headSha, headSha), isSettled))
      .orderBy(asc(checkOutbox.name));
    // Of a run that was never written (it was revoked before) nothing is to be seen.
    const written = checks.filter(({ runId }) => runId !== null);
    if (written.length > 0) found.push({ key, repository: toRepository(row), headSha, checks: written });
  }
  return found;
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
      .where(and(eq(checkOutbox.id, id), eq(checkOutbox.version, version), isSettled))
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
