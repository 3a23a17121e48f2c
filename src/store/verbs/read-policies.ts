import { and, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { LineageSummary } from "../../engine/contract/lineage/model.ts";
import type { DecidedPull, LineageStanding, PolicyStanding } from "../../gate/ports/station-policies.ts";
import type { Tx } from "../connect.ts";
import { toAuditEvent, toEvaluation } from "../rows.ts";
import { auditEvent, evaluation, lineageSnapshot, policyIncident, policyVersion, subject } from "../schema.ts";
import { loginsOf, named } from "./identities.ts";
import { toVersion } from "./policy-versions.ts";
import { repositoryNames } from "./report-context.ts";

/** Every repository of the tenant that a policy was ever looked for in, by name. */
export async function policyStandings(tx: Tx, tenantId: string, limit: number): Promise<readonly PolicyStanding[]> {
  const rows = await tx
    .selectDistinctOn([policyVersion.repositoryId])
    .from(policyVersion)
    .where(eq(policyVersion.tenantId, tenantId))
    .orderBy(policyVersion.repositoryId, desc(policyVersion.seq))
    .limit(limit);
  if (rows.length === 0) return [];
  const [names, checks, incidents] = [
    await repositoryNames(tx, tenantId),
    await nightlyChecks(
      tx,
      tenantId,
      rows.map(({ repositoryId }) => repositoryId),
    ),
    await tx
      .select()
      .from(policyIncident)
      .where(eq(policyIncident.tenantId, tenantId))
      .orderBy(desc(policyIncident.createdAt))
      .limit(limit),
  ];
  const logins = await loginsOf(
    tx,
    rows.flatMap(({ actorId }) => (actorId === null ? [] : [String(actorId)])),
  );
  return rows
    .map((row): PolicyStanding => {
      const { repositoryId, seq, actorId } = row;
      return {
        repositoryId,
        repository: names.get(repositoryId) ?? `repository ${repositoryId}`,
        version: toVersion(row),
        actorLogin: actorId === null ? null : (logins.get(String(actorId)) ?? null),
        unsatisfiable: checks.get(repositoryId) ?? null,
        incidents: incidents
          .filter((each) => each.repositoryId === repositoryId && each.versionSeq === seq)
          .map(({ createdAt, because }) => ({ at: createdAt.toISOString(), because })),
      };
    })
    .toSorted((a, b) => (a.repository < b.repository ? -1 : 1));
}

/** Repository -> what the newest nightly check said is wrong. */
async function nightlyChecks(tx: Tx, tenantId: string, repositoryIds: readonly number[]) {
  const subjects = repositoryIds.map((id) => `policy ${id} checked`);
  const rows = await tx
    .selectDistinctOn([auditEvent.subject])
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, tenantId), inArray(auditEvent.subject, subjects)))
    .orderBy(auditEvent.subject, desc(auditEvent.seq));
  const events = await named(tx, rows.map(toAuditEvent));
  return new Map(
    events.flatMap(({ at, payload }) => {
      const { repositoryId, version, problems } = payload as { repositoryId: number; version: number; problems: readonly string[] };
      return problems.length === 0 ? [] : [[repositoryId, { at, version, problems }] as const];
    }),
  );
}

/** The newest decision of each of the pull requests that moved last: open ones first. */
export async function decidedPulls(tx: Tx, tenantId: string, repositoryId: number, limit: number): Promise<readonly DecidedPull[]> {
  const newest = sql`${evaluation.version} = (select max(x.version) from ${evaluation} x where x.subject_key = ${subject.key})`;
  const rows = await tx
    .select({ evaluation, open: subject.open })
    .from(subject)
    .innerJoin(evaluation, and(eq(evaluation.subjectKey, subject.key), newest))
    .where(and(eq(subject.tenantId, tenantId), eq(subject.repositoryId, repositoryId), isNotNull(subject.number)))
    .orderBy(desc(subject.open), desc(evaluation.createdAt), desc(subject.key))
    .limit(limit);
  return named(
    tx,
    rows.map(({ evaluation: row, open }) => ({ evaluation: toEvaluation(row), open })),
  );
}

/** What was recorded of the lineage of each repository; `repositoryId` null = of all. */
export async function lineageStandings(tx: Tx, tenantId: string, repositoryId: number | null): Promise<readonly LineageStanding[]> {
  const one = repositoryId === null ? undefined : eq(lineageSnapshot.repositoryId, repositoryId);
  const rows = await tx
    .select()
    .from(lineageSnapshot)
    .where(and(eq(lineageSnapshot.tenantId, tenantId), one));
  const names = rows.length === 0 ? new Map<number, string>() : await repositoryNames(tx, tenantId);
  return rows
    .map((row) => ({
      ...{ repositoryId: row.repositoryId, repository: names.get(row.repositoryId) ?? `repository ${row.repositoryId}` },
      ...{ commit: row.commitSha, recordedAt: row.recordedAt.toISOString() },
      summaries: row.summaries as readonly LineageSummary[],
    }))
    .toSorted((a, b) => (a.repository < b.repository ? -1 : 1));
}
