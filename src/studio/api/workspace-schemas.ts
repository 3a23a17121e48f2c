import { z } from "@hono/zod-openapi";
import type { ApprovalRecord, Draft, Snapshot, Workspace } from "../../gate/ports.ts";

const id = z.uuid();
const instant = z.string();
const hash = z.string();

export const workspaceSchema = z
  .strictObject({
    id,
    agent: z.string(),
    environment: z.string(),
    status: z.string(),
    runtime_authority_kind: z.string(),
    repository_id: z.number().int().nullable(),
    active_draft_id: id.nullable(),
    active_draft_snapshot_id: id.nullable(),
    active_approval_id: id.nullable(),
    updated_at: instant,
  })
  .openapi("GovernanceWorkspace");

export const draftSchema = z
  .strictObject({
    id,
    kind: z.enum(["pull_request", "submission", "studio"]),
    status: z.enum(["open", "approved", "rejected", "expired", "abandoned"]),
    title: z.string().nullable(),
    author: z.string().nullable(),
    author_id: z.number().int().nullable(),
    repository_id: z.number().int().nullable(),
    pull_request: z.number().int().nullable(),
    active_snapshot_id: id.nullable(),
    current_version: z.number().int(),
    updated_at: instant,
  })
  .openapi("BusinessDraft");

export const snapshotSchema = z
  .strictObject({
    id,
    draft_id: id,
    version: z.number().int(),
    status: z.enum(["collecting", "ready_for_approval", "approved", "superseded"]),
    approval_state: z.strictObject({ ready_for_approval: z.boolean() }),
    blocker_ids: z.array(z.string()),
    advisory_ids: z.array(z.string()),
    source_snapshot_hash: hash,
    command_history_hash: hash,
    evaluation_id: id,
    generation_profile: z.string(),
    compiler_version: z.string(),
    created_at: instant,
  })
  .openapi("BusinessDraftSnapshot");

export const approvalSchema = z
  .strictObject({
    id,
    workspace_id: id,
    draft_id: id,
    draft_snapshot_id: id,
    approval_version: z.number().int(),
    kind: z.enum(["regular", "forced"]),
    actor_id: z.number().int(),
    approved_by: z.array(z.strictObject({ id: z.number().int(), login: z.string() })),
    merged_by: z.number().int().nullable(),
    approved_at: instant,
    channel: z.enum(["studio_ui", "api", "github"]),
    draft_version: z.number().int(),
    source_snapshot_hash: hash,
    command_history_hash: hash,
    blocker_ids: z.array(z.string()),
    advisory_ids: z.array(z.string()),
    rationale: z.string().nullable(),
    override_id: id.nullable(),
    repository_id: z.number().int().nullable(),
    pull_request: z.number().int().nullable(),
    merge_sha: z.string().nullable(),
  })
  .openapi("GovernanceApproval");

export const artifactSchema = z
  .strictObject({
    id,
    approval_id: id,
    compiled_hash: hash,
    compiler_version: z.string(),
    review_projection_json: z.unknown(),
    runtime_projection_json: z.unknown(),
    compatibility_projection_json: z.unknown().optional(),
  })
  .openapi("CompiledGovernanceArtifact");

export function workspaceOf(row: Workspace): z.infer<typeof workspaceSchema> {
  return {
    id: row.id,
    agent: row.agent,
    environment: row.environment,
    status: row.status,
    runtime_authority_kind: row.runtimeAuthorityKind,
    repository_id: row.repositoryId,
    active_draft_id: row.activeDraftId,
    active_draft_snapshot_id: row.activeDraftSnapshotId,
    active_approval_id: row.activeApprovalId,
    updated_at: row.updatedAt,
  };
}

export function draftOf(row: Draft): z.infer<typeof draftSchema> {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    title: row.title,
    author: row.author,
    author_id: row.authorId,
    repository_id: row.repositoryId,
    pull_request: row.pullRequest,
    active_snapshot_id: row.activeSnapshotId,
    current_version: row.currentVersion,
    updated_at: row.updatedAt,
  };
}

export function snapshotOf(row: Snapshot): z.infer<typeof snapshotSchema> {
  return {
    id: row.id,
    draft_id: row.draftId,
    version: row.version,
    status: row.status,
    approval_state: row.approvalState,
    blocker_ids: [...row.blockerIds],
    advisory_ids: [...row.advisoryIds],
    source_snapshot_hash: row.sourceSnapshotHash,
    command_history_hash: row.commandHistoryHash,
    evaluation_id: row.evaluationId,
    generation_profile: row.generationProfile,
    compiler_version: row.compilerVersion,
    created_at: row.createdAt,
  };
}

export function approvalOf(row: ApprovalRecord["approval"]): z.infer<typeof approvalSchema> {
  return {
    id: row.id,
    workspace_id: row.workspaceId,
    draft_id: row.draftId,
    draft_snapshot_id: row.draftSnapshotId,
    approval_version: row.approvalVersion,
    kind: row.kind,
    actor_id: row.actorId,
    approved_by: row.approvedBy.map(({ id, login }) => ({ id, login })),
    merged_by: row.mergedBy,
    approved_at: row.approvedAt,
    channel: row.channel,
    draft_version: row.draftVersion,
    source_snapshot_hash: row.sourceSnapshotHash,
    command_history_hash: row.commandHistoryHash,
    blocker_ids: [...row.blockerIds],
    advisory_ids: [...row.advisoryIds],
    rationale: row.rationale,
    override_id: row.overrideId,
    repository_id: row.repositoryId,
    pull_request: row.pullRequest,
    merge_sha: row.mergeSha,
  };
}

export function artifactOf(row: ApprovalRecord["artifact"]): z.infer<typeof artifactSchema> {
  return {
    id: row.id,
    approval_id: row.approvalId,
    compiled_hash: row.compiledHash,
    compiler_version: row.compilerVersion,
    review_projection_json: row.reviewProjection,
    runtime_projection_json: row.runtimeProjection,
    ...(row.compatibilityProjection === undefined ? {} : { compatibility_projection_json: row.compatibilityProjection }),
  };
}
