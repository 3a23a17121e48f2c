import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { businessDraft, businessDraftSnapshot, governanceWorkspace } from "./governance.ts";
import { tenantId } from "./tenant-id.ts";

/** Immutable. */
export const governanceApproval = pgTable(
  "governance_approval",
  {
    id: id(),
    tenantId: tenantId(),
    workspaceId: uuid("workspace_id")
      .notNull()
      .references(() => governanceWorkspace.id),
    draftId: uuid("draft_id")
      .notNull()
      .references(() => businessDraft.id),
    draftSnapshotId: uuid("draft_snapshot_id")
      .notNull()
      .references(() => businessDraftSnapshot.id),
    approvalVersion: integer("approval_version").notNull(),
    kind: text("kind").notNull(),
    /** 0 = GitHub named no merger (a deleted account). */
    actorId: githubId("actor_id").notNull(),
    approvedBy: evidence("approved_by").notNull(),
    mergedBy: githubId("merged_by"),
    approvedAt: instant("approved_at").notNull(),
    channel: text("channel").notNull(),
    draftVersion: integer("draft_version").notNull(),
    sourceSnapshotHash: text("source_snapshot_hash").notNull(),
    commandHistoryHash: text("command_history_hash").notNull(),
    blockerIds: evidence("blocker_ids").notNull(),
    advisoryIds: evidence("advisory_ids").notNull(),
    rationale: text("rationale"),
    overrideId: uuid("override_id"),
    evaluationId: uuid("evaluation_id").notNull(),
    /** Where it landed: all three for a pull request, else at most the repository. */
    repositoryId: githubId("repository_id"),
    pullRequest: integer("pull_request"),
    mergeSha: text("merge_sha"),
    auditSeq: integer("audit_seq").notNull(),
  },
  (t) => [
    unique("governance_approval_snapshot").on(t.draftSnapshotId),
    unique("governance_approval_version").on(t.workspaceId, t.approvalVersion),
    index("governance_approval_forced").on(t.workspaceId, t.auditSeq).where(sql`${t.kind} = 'forced'`),
    unique("governance_approval_landing").on(t.repositoryId, t.pullRequest, t.mergeSha),
    check("governance_approval_kind", sql`${t.kind} in ('regular', 'forced')`),
    check("governance_approval_channel", sql`${t.channel} in ('studio_ui', 'api', 'github')`),
    check(
      "governance_approval_landed",
      sql`(${t.channel} = 'github') = (num_nonnulls(${t.repositoryId}, ${t.pullRequest}, ${t.mergeSha}) = 3) and num_nonnulls(${t.pullRequest}, ${t.mergeSha}) in (0, 2)`,
    ),
    check("governance_approval_blockers", sql`${t.kind} = 'forced' or json_array_length(${t.blockerIds}) = 0`),
  ],
);

/** Immutable. */
export const compiledGovernanceArtifact = pgTable("compiled_governance_artifact", {
  id: id(),
  tenantId: tenantId(),
  approvalId: uuid("approval_id")
    .notNull()
    .unique("compiled_governance_artifact_approval")
    .references(() => governanceApproval.id),
  compiledHash: text("compiled_hash").notNull(),
  reviewProjection: evidence("review_projection_json").notNull(),
  runtimeProjection: evidence("runtime_projection_json").notNull(),
  compatibilityProjection: evidence("compatibility_projection_json"),
  compilerVersion: text("compiler_version").notNull(),
  createdAt: instant("created_at").notNull().default(databaseNow()),
});

/** Append-only hash chain, gapless per tenant; a deferred trigger checks every link at commit. */
export const auditEvent = pgTable(
  "audit_event",
  {
    tenantId: tenantId(),
    seq: integer("seq").notNull(),
    prevHash: text("prev_hash").notNull(),
    hash: text("hash").notNull(),
    type: text("type").notNull(),
    severity: text("severity").notNull(),
    /** Pseudonymous: a numeric account id, never a login. */
    actor: text("actor"),
    subject: text("subject").notNull(),
    payload: evidence("payload").notNull(),
    at: instant("at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.seq] }),
    index("audit_event_at").on(t.at),
    check("audit_event_severity", sql`${t.severity} in ('info', 'warning', 'critical')`),
    check("audit_event_seq", sql`${t.seq} > 0`),
  ],
);

function incidentColumns() {
  return {
    id: id(),
    tenantId: tenantId(),
    repositoryId: githubId("repository_id").notNull(),
    pullRequest: integer("pull_request").notNull(),
    mergeSha: text("merge_sha").notNull(),
    actorId: githubId("actor_id"),
    evaluationId: uuid("evaluation_id"),
    because: text("because").notNull(),
    auditSeq: integer("audit_seq").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  };
}

/** A governed change landed without an approval. Immutable. */
export const bypassIncident = pgTable(
  "bypass_incident",
  {
    ...incidentColumns(),
    /** null = no pull request landed it: it was pushed. */
    pullRequest: integer("pull_request"),
    /** The branch that it was pushed to; null = it was merged. */
    branch: text("branch"),
  },
  (t) => [
    unique("bypass_incident_landing").on(t.repositoryId, t.pullRequest, t.mergeSha),
    uniqueIndex("bypass_incident_push").on(t.repositoryId, t.branch, t.mergeSha).where(sql`${t.pullRequest} is null`),
    check("bypass_incident_place", sql`(${t.pullRequest} is null) = (${t.branch} is not null)`),
  ],
);

/** What landed is not what was approved. Immutable. */
export const contentMismatch = pgTable("content_mismatch", incidentColumns(), (t) => [
  unique("content_mismatch_landing").on(t.repositoryId, t.pullRequest, t.mergeSha),
]);
