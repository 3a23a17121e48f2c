import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { businessDraft, businessDraftSnapshot } from "./governance.ts";
import { tenantId } from "./tenant-id.ts";

/** What a snapshot was made from. Immutable. */
export const businessSource = pgTable(
  "business_source",
  {
    id: id(),
    tenantId: tenantId(),
    draftSnapshotId: uuid("draft_snapshot_id")
      .notNull()
      .references(() => businessDraftSnapshot.id),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    contentHash: text("content_hash").notNull(),
    securityStatus: text("security_status").notNull(),
    ingestionStatus: text("ingestion_status").notNull(),
    provenance: evidence("provenance_json").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    index("business_source_snapshot").on(t.draftSnapshotId),
    check(
      "business_source_kind",
      sql`${t.kind} in ('contract_file', 'policy_file', 'pull_request', 'system_card', 'agent_trace', 'manual_note')`,
    ),
    check("business_source_security", sql`${t.securityStatus} in ('unchecked', 'clean', 'refused')`),
    check("business_source_ingestion", sql`${t.ingestionStatus} in ('ingested', 'unreadable')`),
  ],
);

/** A compiled contract by its digest: what an artifact is made of when no landed tree can be read. Immutable. */
export const contractContent = pgTable(
  "contract_content",
  { tenantId: tenantId(), digest: text("digest").notNull(), content: evidence("content").notNull() },
  (t) => [primaryKey({ columns: [t.tenantId, t.digest] })],
);

/** One person's say about one draft. A withdrawal and a dismissal are further rows. Immutable. */
export const approvalVote = pgTable(
  "approval_vote",
  {
    id: id(),
    tenantId: tenantId(),
    draftId: uuid("draft_id")
      .notNull()
      .references(() => businessDraft.id),
    draftSnapshotId: uuid("draft_snapshot_id")
      .notNull()
      .references(() => businessDraftSnapshot.id),
    /** Order within the draft, from 1; stands for the review's id in the facts. */
    seq: integer("seq").notNull(),
    kind: text("kind").notNull(),
    personId: githubId("person_id").notNull(),
    /** Who took it away, for a dismissal. */
    actorId: githubId("actor_id").notNull(),
    /** Requirements that it filled when it was given. */
    requirementIds: evidence("requirement_ids").notNull(),
    contentDigest: text("content_digest").notNull(),
    headSha: text("head_sha").notNull(),
    channel: text("channel").notNull(),
    reviewId: githubId("review_id"),
    deliveryId: text("delivery_id"),
    comment: text("comment"),
    auditSeq: integer("audit_seq").notNull(),
    receivedAt: instant("received_at").notNull(),
  },
  (t) => [
    unique("approval_vote_seq").on(t.draftId, t.seq),
    check("approval_vote_kind", sql`${t.kind} in ('approve', 'request_changes', 'withdraw', 'dismiss')`),
    check("approval_vote_own", sql`${t.kind} = 'dismiss' or ${t.actorId} = ${t.personId}`),
    check("approval_vote_channel", sql`${t.channel} in ('studio_ui', 'api', 'github')`),
  ],
);

/** The answer to a write, stored in its transaction: a repeat gets it again, another request under the same key is refused. */
export const idempotentAnswer = pgTable(
  "idempotent_answer",
  {
    tenantId: tenantId(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    response: evidence("response").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);

/** An admin forced a submission: break-glass, never an approval. Immutable. */
export const submissionOverride = pgTable(
  "submission_override",
  {
    id: id(),
    tenantId: tenantId(),
    draftId: uuid("draft_id")
      .notNull()
      .references(() => businessDraft.id),
    draftSnapshotId: uuid("draft_snapshot_id")
      .notNull()
      .references(() => businessDraftSnapshot.id),
    evaluationId: uuid("evaluation_id").notNull(),
    actorId: githubId("actor_id").notNull(),
    reason: text("reason").notNull(),
    incident: text("incident").notNull(),
    reviewDueAt: instant("review_due_at").notNull(),
    auditSeq: integer("audit_seq").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [unique("submission_override_draft").on(t.draftId)],
);

/** The review that an override owes, by somebody who had no part in it. Immutable. */
export const submissionReview = pgTable(
  "submission_review",
  {
    id: id(),
    tenantId: tenantId(),
    overrideId: uuid("override_id")
      .notNull()
      .references(() => submissionOverride.id),
    actorId: githubId("actor_id").notNull(),
    finding: text("finding").notNull(),
    auditSeq: integer("audit_seq").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [unique("submission_review_override").on(t.overrideId)],
);
