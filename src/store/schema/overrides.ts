import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, githubId, id, instant } from "./columns.ts";
import { evaluation } from "./evaluation.ts";
import { tenantId } from "./tenant-id.ts";

/** One override label, by its first signed delivery, with the authority of whoever set it as of that moment. Immutable. */
export const overrideGrant = pgTable(
  "override_grant",
  {
    id: id(),
    tenantId: tenantId(),
    repositoryId: githubId("repository_id").notNull(),
    pullRequest: integer("pull_request").notNull(),
    /** `receipt.subject` */
    delivery: text("delivery").notNull(),
    label: text("label").notNull(),
    actorId: githubId("actor_id"),
    headSha: text("head_sha"),
    baseRef: text("base_ref"),
    /** GitHub's instant of the label. */
    labelledAt: instant("labelled_at").notNull(),
    entitled: boolean("entitled").notNull(),
    because: text("because").notNull(),
    /** Instant of the reading that it was judged from. */
    observedAt: instant("observed_at").notNull(),
    auditSeq: integer("audit_seq").notNull(),
  },
  (t) => [unique("override_grant_delivery").on(t.repositoryId, t.pullRequest, t.delivery)],
);

/** What became of an override: each once. Immutable. */
export const overrideEvent = pgTable(
  "override_event",
  {
    id: id(),
    tenantId: tenantId(),
    grantId: uuid("grant_id")
      .notNull()
      .references(() => overrideGrant.id),
    kind: text("kind").notNull(),
    because: text("because").notNull(),
    /** `used` only: when it runs out. */
    expiresAt: instant("expires_at"),
    evaluationId: uuid("evaluation_id"),
    auditSeq: integer("audit_seq"),
    at: instant("at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("override_event_once").on(t.grantId, t.kind),
    check("override_event_kind", sql`${t.kind} in ('used', 'expired', 'revoked', 'merged', 'label_removed', 'label_gone')`),
  ],
);

/** The review that a used override owes, until somebody eligible has closed its issue. */
export const postHocReview = pgTable(
  "post_hoc_review",
  {
    id: id(),
    tenantId: tenantId(),
    grantId: uuid("grant_id")
      .notNull()
      .unique("post_hoc_review_grant")
      .references(() => overrideGrant.id),
    repositoryId: githubId("repository_id").notNull(),
    pullRequest: integer("pull_request").notNull(),
    evaluationId: uuid("evaluation_id")
      .notNull()
      .references(() => evaluation.id),
    dueAt: instant("due_at").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow()),
    issueNumber: integer("issue_number"),
    /** Closing event of the issue that did not count, and has been answered. */
    refusedClosing: githubId("refused_closing"),
    overdueNotedAt: instant("overdue_noted_at"),
    closedAt: instant("closed_at"),
    closedBy: githubId("closed_by"),
  },
  (t) => [
    index("post_hoc_review_open").on(t.repositoryId).where(sql`${t.closedAt} is null`),
    check("post_hoc_review_closed", sql`num_nonnulls(${t.closedAt}, ${t.closedBy}) in (0, 2)`),
  ],
);
