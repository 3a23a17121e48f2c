import { and, desc, eq, max, sql } from "drizzle-orm";
import type { PolicySource } from "../../engine/policy/model.ts";
import type { NewPolicyVersion, PolicyIncident, PolicyOrigination, PolicyVersion, PolicyVersions } from "../../gate/ports/policy.ts";
import type { RepositoryRef } from "../../gate/ports/pulls.ts";
import type { AuditEvent } from "../../gate/ports/records.ts";
import type { StoredEvaluation } from "../../gate/ports/work.ts";
import type { Database, Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { toAuditEvent, toRepository } from "../rows.ts";
import { auditEvent, bypassIncident, contentMismatch, policyIncident, policyVersion, subject, tenant } from "../schema.ts";
import { ACROSS, ofOwner, ofPlace, ofRepository } from "../scope.ts";
import { storable } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";
import { ensureTenant } from "./ensure-tenant.ts";
import { named } from "./identities.ts";
import { latestEvaluation } from "./read-evaluations.ts";
import { wakeOpen } from "./wake-open.ts";

export function policyVersions(db: Database, host: string): PolicyVersions {
  const within = <T>(repositoryId: number, act: (tx: Tx) => Promise<T>) => db.read(ofRepository(repositoryId), act);
  return {
    policyVersion: (repository) => within(repository.id, (tx) => newestVersion(tx, host, repository)),
    appendPolicyVersion: (input) => db.transaction(ofPlace(input.repository), (tx) => appendVersion(tx, host, input)),
    recordPolicyIncident: (input) => db.transaction(ofPlace(input.repository), (tx) => recordIncident(tx, host, input)),
    recordPolicyProblems: (repository, version, problems) =>
      db.transaction(ofPlace(repository), (tx) => recordProblems(tx, host, repository, version, problems)),
    openEvaluations: (of, limit) =>
      db.read("ownerId" in of ? ofOwner(of.ownerId) : ofRepository(of.repositoryId), (tx) => openEvaluations(tx, of, limit)),
    landingOf: (repositoryId, number) => within(repositoryId, (tx) => landingOf(tx, repositoryId, number)),
    governedRepositories: () => db.read(ACROSS, governedRepositories),
  };
}

/** A repository may be given away and come back: what was approved for another owner is not in force for this one. */
async function newestVersion(tx: Tx, host: string, { id, ownerId }: Pick<RepositoryRef, "id" | "ownerId">): Promise<PolicyVersion | null> {
  const isOwn = sql`exists (select 1 from ${tenant} t where t.id = ${policyVersion.tenantId} and t.host = ${host} and t.account_id = ${ownerId})`;
  const [row] = await tx
    .select()
    .from(policyVersion)
    .where(eq(policyVersion.repositoryId, id))
    .orderBy(desc(isOwn), desc(policyVersion.seq))
    .limit(1);
  return row === undefined ? null : toVersion(row);
}

/** Of all owners: numbers are never used again. */
async function nextSeq(tx: Tx, repositoryId: number): Promise<number> {
  const newest = tx.select({ seq: max(policyVersion.seq) }).from(policyVersion);
  const [row] = await newest.where(eq(policyVersion.repositoryId, repositoryId));
  return (row?.seq ?? 0) + 1;
}

async function appendVersion(tx: Tx, host: string, input: NewPolicyVersion): Promise<PolicyVersion> {
  const { repository } = input;
  const recorded = await recordedBefore(tx, host, input);
  if (recorded !== null) return recorded;
  const tenantId = await tenantOf(tx, host, repository);
  if (input.wakes !== "nobody")
    await wakeOpen(tx, input.wakes === "owner" ? eq(subject.ownerId, repository.ownerId) : eq(subject.repositoryId, repository.id));
  // Whoever appends to this tenant's chain waits here, so the newest version cannot change below.
  await lockAudit(tx, tenantId);
  const meanwhile = await recordedBefore(tx, host, input);
  if (meanwhile !== null) return meanwhile;
  const seq = await nextSeq(tx, repository.id);
  const { commit, sources, digest, how, evaluationId, approvalId, actorId } = input;
  const event = await appendAudit(tx, tenantId, {
    type: "policy.in_force",
    severity: how === "overridden" ? "critical" : how === "installed" ? "warning" : "info",
    actor: actorId === null ? null : String(actorId),
    subject: `policy ${repository.id} version ${seq}`,
    payload: {
      repositoryId: repository.id,
      seq,
      how,
      commit,
      digest,
      files: sources.map(({ path, mode, blob }) => ({ path: storable(path), mode, blob })),
      evaluationId,
      approvalId,
    },
  });
  const [row] = await tx
    .insert(policyVersion)
    .values({
      id: newId(),
      tenantId,
      repositoryId: repository.id,
      seq,
      commitSha: commit,
      sources,
      digest,
      how,
      evaluationId,
      approvalId,
      actorId,
      auditSeq: event.seq,
    })
    .returning();
  return toVersion(row!);
}

/** What stands in the place of this version already. Sources that were made from an older version are to be made again from the newest. */
async function recordedBefore(
  tx: Tx,
  host: string,
  { repository, after, approvalId, how }: NewPolicyVersion,
): Promise<PolicyVersion | null> {
  if (approvalId !== null) {
    const where = and(eq(policyVersion.repositoryId, repository.id), eq(policyVersion.approvalId, approvalId));
    const [same] = await tx.select().from(policyVersion).where(where);
    if (same !== undefined) return toVersion(same);
  }
  const newest = await newestVersion(tx, host, repository);
  if ((newest?.seq ?? 0) === after || newest === null) return null;
  if (how === "installed") return newest;
  throw new Error(`another version of the policy of ${repository.owner}/${repository.name} came into force meanwhile`);
}

async function recordIncident(
  tx: Tx,
  host: string,
  { repository, version, commit, digest, because }: PolicyIncident,
): Promise<AuditEvent | null> {
  const tenantId = await tenantOf(tx, host, repository);
  await lockAudit(tx, tenantId);
  const [known] = await tx
    .select({ id: policyIncident.id })
    .from(policyIncident)
    .where(
      and(eq(policyIncident.repositoryId, repository.id), eq(policyIncident.versionSeq, version.seq), eq(policyIncident.digest, digest)),
    );
  if (known !== undefined) return null;
  const id = newId();
  const event = await appendAudit(tx, tenantId, {
    type: "incident.policy",
    severity: "critical",
    actor: null,
    subject: `incident ${id}`,
    payload: { incidentId: id, repositoryId: repository.id, commit, inForce: version.seq, digest, because: storable(because) },
  });
  await tx.insert(policyIncident).values({
    id,
    tenantId,
    repositoryId: repository.id,
    versionSeq: version.seq,
    commitSha: commit,
    digest,
    because: storable(because),
    auditSeq: event.seq,
  });
  return event;
}

async function recordProblems(
  tx: Tx,
  host: string,
  repository: RepositoryRef,
  version: number,
  problems: readonly string[],
): Promise<AuditEvent | null> {
  const tenantId = await tenantOf(tx, host, repository);
  await lockAudit(tx, tenantId);
  const about = `policy ${repository.id} checked`;
  const [last] = await tx
    .select()
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, tenantId), eq(auditEvent.subject, about)))
    .orderBy(desc(auditEvent.seq))
    .limit(1);
  const payload = { repositoryId: repository.id, version, problems: problems.map(storable) };
  // Nothing wrong, and nothing was before: not worth an event.
  const before = last === undefined ? [] : ((await named(tx, toAuditEvent(last))).payload as typeof payload).problems;
  if (JSON.stringify(before) === JSON.stringify(payload.problems)) return null;
  return appendAudit(tx, tenantId, {
    type: problems.length === 0 ? "policy.satisfiable" : "policy.unsatisfiable",
    severity: problems.length === 0 ? "info" : "warning",
    actor: null,
    subject: about,
    payload,
  });
}

async function openEvaluations(
  tx: Tx,
  of: { readonly repositoryId: number } | { readonly ownerId: number },
  limit: number,
): Promise<readonly StoredEvaluation[]> {
  const whose = "ownerId" in of ? eq(subject.ownerId, of.ownerId) : eq(subject.repositoryId, of.repositoryId);
  const rows = await tx
    .select({ key: subject.key })
    .from(subject)
    .where(and(whose, subject.open))
    .orderBy(desc(subject.dirtyAt), desc(subject.key))
    .limit(limit);
  const found: StoredEvaluation[] = [];
  for (const { key } of rows) {
    const newest = await latestEvaluation(tx, key);
    if (newest !== null) found.push(newest);
  }
  return found;
}

async function landingOf(tx: Tx, repositoryId: number, number: number): Promise<"incident" | "closed" | "open" | "unheard"> {
  for (const table of [bypassIncident, contentMismatch]) {
    const [found] = await tx
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.repositoryId, repositoryId), eq(table.pullRequest, number)))
      .limit(1);
    if (found !== undefined) return "incident";
  }
  const where = and(eq(subject.repositoryId, repositoryId), eq(subject.number, number));
  const [row] = await tx.select({ open: subject.open }).from(subject).where(where);
  if (row === undefined) return "unheard";
  return row.open ? "open" : "closed";
}

/** Name and installation as the newest pull request says. */
async function governedRepositories(tx: Tx): Promise<readonly RepositoryRef[]> {
  const rows = await tx
    .selectDistinctOn([subject.repositoryId])
    .from(subject)
    .where(sql`exists (select 1 from ${policyVersion} v where v.repository_id = ${subject.repositoryId})`)
    .orderBy(subject.repositoryId, desc(subject.dirtyAt));
  return rows.map(toRepository);
}

function tenantOf(tx: Tx, host: string, { ownerId, owner }: RepositoryRef): Promise<string> {
  return ensureTenant(tx, host, { id: ownerId, login: owner });
}

export function toVersion(row: typeof policyVersion.$inferSelect): PolicyVersion {
  const { id, repositoryId, seq, digest, evaluationId, approvalId, actorId } = row;
  const rest = { sources: row.sources as readonly PolicySource[], how: row.how as PolicyOrigination, at: row.createdAt.toISOString() };
  return { id, repositoryId, seq, commit: row.commitSha, digest, evaluationId, approvalId, actorId, ...rest };
}
