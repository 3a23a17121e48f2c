import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

export const governanceWorkspace = pgTable(
  "governance_workspace",
  {
    id: id(),
    tenantId: tenantId(),
    agent: text("agent").notNull(),
    environment: text("environment").notNull(),
    /** The repository that claimed (tenant, agent) first; null = a submission from elsewhere did. */
    repositoryId: githubId("repository_id"),
    status: text("status").notNull().default("active"),
    runtimeAuthorityKind: text("runtime_authority_kind").notNull().default("approval"),
    activeDraftId: uuid("active_draft_id"),
    activeDraftSnapshotId: uuid("active_draft_snapshot_id"),
    activeApprovalId: uuid("active_approval_id"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
    updatedAt: instant("updated_at").notNull().default(databaseNow()),
  },
  (t) => [unique("governance_workspace_agent").on(t.tenantId, t.agent, t.environment)],
);

/** One proposed change in one workspace: a pull request, a submission of a pipeline, or a draft made in Studio. */
export const businessDraft = pgTable(
  "business_draft",
  {
    id: id(),
    tenantId: tenantId(),
    workspaceId: uuid("workspace_id")
      .notNull()
      .references(() => governanceWorkspace.id),
    kind: text("kind").notNull(),
    /** null = a repository that GitHub does not know. */
    repositoryId: githubId("repository_id"),
    /** Of a pull request only. */
    pullRequest: integer("pull_request"),
    title: text("title"),
    author: text("author"),
    /** GitHub's account id; null = nobody vouches for who made it. */
    authorId: githubId("author_id"),
    status: text("status").notNull().default("open"),
    activeSnapshotId: uuid("active_snapshot_id"),
    currentVersion: integer("current_version").notNull().default(0),
    commandHistoryHash: text("command_history_hash").notNull(),
    parentDraftId: uuid("parent_draft_id"),
    derivedFromApprovalId: uuid("derived_from_approval_id"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
    updatedAt: instant("updated_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("business_draft_pull").on(t.workspaceId, t.repositoryId, t.pullRequest),
    index("business_draft_by_pull").on(t.repositoryId, t.pullRequest),
    index("business_draft_workspace").on(t.workspaceId, t.status),
    check("business_draft_kind", sql`${t.kind} in ('pull_request', 'submission', 'studio')`),
    check("business_draft_place", sql`(${t.kind} = 'pull_request') = (${t.pullRequest} is not null)`),
    check("business_draft_repository", sql`${t.kind} <> 'pull_request' or ${t.repositoryId} is not null`),
    check("business_draft_status", sql`${t.status} in ('open', 'approved', 'rejected', 'expired', 'abandoned')`),
  ],
);

/** Content is immutable; status only moves forward (trigger). */
export const businessDraftSnapshot = pgTable(
  "business_draft_snapshot",
  {
    id: id(),
    tenantId: tenantId(),
    draftId: uuid("draft_id")
      .notNull()
      .references(() => businessDraft.id),
    version: integer("version").notNull(),
    status: text("status").notNull(),
    /** `{ready_for_approval}`, as it was when the snapshot was taken. */
    approvalState: evidence("approval_state").notNull(),
    blockerIds: evidence("blocker_ids").notNull(),
    advisoryIds: evidence("advisory_ids").notNull(),
    memory: evidence("memory_json").notNull(),
    sourceSnapshotHash: text("source_snapshot_hash").notNull(),
    commandHistoryHash: text("command_history_hash").notNull(),
    evaluationId: uuid("evaluation_id").notNull(),
    headSha: text("head_sha").notNull(),
    baseRef: text("base_ref").notNull(),
    generationProfile: text("generation_profile").notNull(),
    compilerVersion: text("compiler_version").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("business_draft_snapshot_version").on(t.draftId, t.version),
    check("business_draft_snapshot_approval_state", sql`coalesce(json_typeof(${t.approvalState} -> 'ready_for_approval'), '') = 'boolean'`),
    check("business_draft_snapshot_status", sql`${t.status} in ('collecting', 'ready_for_approval', 'approved', 'superseded')`),
  ],
);

/** Append-only; the replay of a draft's commands gives its command_history_hash. */
export const businessCommand = pgTable(
  "business_command",
  {
    id: id(),
    tenantId: tenantId(),
    draftId: uuid("draft_id")
      .notNull()
      .references(() => businessDraft.id),
    seq: integer("seq").notNull(),
    commandType: text("command_type").notNull(),
    expectedDraftVersion: integer("expected_draft_version").notNull(),
    payload: evidence("payload_json").notNull(),
    origin: text("origin").notNull(),
    actorId: githubId("actor_id"),
    idempotencyKey: text("idempotency_key").notNull(),
    validationState: text("validation_state").notNull().default("valid"),
    appliedAt: instant("applied_at").notNull().default(databaseNow()),
  },
  (t) => [unique("business_command_seq").on(t.draftId, t.seq), unique("business_command_idempotency").on(t.draftId, t.idempotencyKey)],
);
