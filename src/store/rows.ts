import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import type { CheckConclusion } from "../gate/ports/checks.ts";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import type { AuditEvent, CompiledGovernanceArtifact, GovernanceApproval } from "../gate/ports/records.ts";
import type { OutboxCheck, StoredEvaluation } from "../gate/ports/work.ts";
import type { auditEvent, checkOutbox, compiledGovernanceArtifact, evaluation, governanceApproval, subject } from "./schema.ts";

export type SubjectRow = typeof subject.$inferSelect;
/** A subject that is a pull request, not a merge group. */
export type PullRow = SubjectRow & { readonly number: number };

export function toRepository(row: SubjectRow): RepositoryRef {
  return { id: row.repositoryId, owner: row.owner, name: row.name, ownerId: row.ownerId, installationId: row.installationId };
}

export function toEvaluation(row: typeof evaluation.$inferSelect): StoredEvaluation {
  return {
    id: row.id,
    key: row.subjectKey ?? `draft:${row.draftId}`,
    version: row.version,
    headSha: row.headSha,
    baseRef: row.baseRef,
    baseSha: row.baseSha,
    facts: row.facts as Facts,
    decision: row.decision as Decision,
    createdAt: row.createdAt.toISOString(),
  };
}

/** A write in flight whose end was never heard of counts as uncertain. */
export function toOutboxCheck(row: typeof checkOutbox.$inferSelect, owner: SubjectRow): OutboxCheck {
  return {
    id: row.id,
    key: row.subjectKey,
    repository: toRepository(owner),
    headSha: row.headSha,
    name: row.name,
    version: row.version,
    evaluationId: row.evaluationId,
    policy: row.policy,
    conclusion: row.conclusion as CheckConclusion,
    runId: row.runId,
    uncertain: row.uncertain || row.inFlightVersion !== null,
    publishedConclusion: row.publishedConclusion,
  };
}

export function toAuditEvent(row: typeof auditEvent.$inferSelect): AuditEvent {
  return { ...row, severity: row.severity as AuditEvent["severity"], at: row.at.toISOString() };
}

export function toApproval(row: typeof governanceApproval.$inferSelect): GovernanceApproval {
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    draftId: row.draftId,
    draftSnapshotId: row.draftSnapshotId,
    approvalVersion: row.approvalVersion,
    kind: row.kind as GovernanceApproval["kind"],
    actorId: row.actorId,
    approvedBy: row.approvedBy as GovernanceApproval["approvedBy"],
    mergedBy: row.mergedBy,
    approvedAt: row.approvedAt.toISOString(),
    channel: row.channel as GovernanceApproval["channel"],
    draftVersion: row.draftVersion,
    sourceSnapshotHash: row.sourceSnapshotHash,
    commandHistoryHash: row.commandHistoryHash,
    blockerIds: row.blockerIds as readonly string[],
    advisoryIds: row.advisoryIds as readonly string[],
    rationale: row.rationale,
    overrideId: row.overrideId,
    repositoryId: row.repositoryId,
    pullRequest: row.pullRequest,
    mergeSha: row.mergeSha,
  };
}

export function toArtifact(row: typeof compiledGovernanceArtifact.$inferSelect): CompiledGovernanceArtifact {
  return {
    id: row.id,
    approvalId: row.approvalId,
    compiledHash: row.compiledHash,
    reviewProjection: row.reviewProjection,
    runtimeProjection: row.runtimeProjection,
    compilerVersion: row.compilerVersion,
  };
}
