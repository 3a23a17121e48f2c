import type { Draft, Snapshot, Vote, Workspace } from "../gate/ports/studio.ts";
import type { approvalVote, businessDraft, businessDraftSnapshot, governanceWorkspace } from "./schema.ts";

export function toWorkspace(row: typeof governanceWorkspace.$inferSelect): Workspace {
  const { tenantId: _, createdAt, updatedAt, ...rest } = row;
  return { ...rest, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

export function toDraft(row: typeof businessDraft.$inferSelect): Draft {
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    kind: row.kind as Draft["kind"],
    repositoryId: row.repositoryId,
    pullRequest: row.pullRequest,
    title: row.title,
    author: row.author,
    authorId: row.authorId,
    status: row.status as Draft["status"],
    activeSnapshotId: row.activeSnapshotId,
    currentVersion: row.currentVersion,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toSnapshot(row: typeof businessDraftSnapshot.$inferSelect): Snapshot {
  return {
    id: row.id,
    draftId: row.draftId,
    version: row.version,
    status: row.status as Snapshot["status"],
    approvalState: row.approvalState as Snapshot["approvalState"],
    blockerIds: row.blockerIds as readonly string[],
    advisoryIds: row.advisoryIds as readonly string[],
    sourceSnapshotHash: row.sourceSnapshotHash,
    commandHistoryHash: row.commandHistoryHash,
    evaluationId: row.evaluationId,
    headSha: row.headSha,
    baseRef: row.baseRef,
    generationProfile: row.generationProfile,
    compilerVersion: row.compilerVersion,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toVote(row: typeof approvalVote.$inferSelect): Vote {
  return {
    seq: row.seq,
    kind: row.kind as Vote["kind"],
    personId: row.personId,
    actorId: row.actorId,
    contentDigest: row.contentDigest,
    headSha: row.headSha,
    comment: row.comment,
    receivedAt: row.receivedAt.toISOString(),
  };
}
