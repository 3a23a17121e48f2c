import { bigint, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { databaseNow, githubId, instant } from "./columns.ts";
import { subject } from "./inbox.ts";
import { tenantId } from "./tenant-id.ts";

/** How a pull request was listed when the sweeper marked it last. Apart from the subject, whose row every delivery locks. */
export const sweptPull = pgTable(
  "swept_pull",
  {
    subjectKey: text("subject_key")
      .primaryKey()
      .references(() => subject.key),
    tenantId: tenantId(),
    repositoryId: githubId("repository_id").notNull(),
    seen: text("seen").notNull(),
    /** When a list last held it. */
    seenAt: instant("seen_at").notNull().default(databaseNow()),
    /** When what GitHub shows of its checks was last taken to be compared. */
    comparedAt: instant("compared_at"),
  },
  (t) => [index("swept_pull_repository").on(t.repositoryId, t.seenAt), index("swept_pull_compared").on(t.comparedAt)],
);

/** Which members an open pull request was last decided by. */
export const countedMembership = pgTable(
  "counted_membership",
  {
    subjectKey: text("subject_key")
      .notNull()
      .references(() => subject.key),
    /** `team <slug>`, or `owners`. */
    name: text("name").notNull(),
    tenantId: tenantId(),
    ownerId: githubId("owner_id").notNull(),
    digest: text("digest").notNull(),
    /** When it was last read, by an evaluation or by the clock. */
    readAt: instant("read_at").notNull().default(databaseNow()),
  },
  (t) => [
    primaryKey({ columns: [t.subjectKey, t.name] }),
    index("counted_membership_owner").on(t.ownerId),
    index("counted_membership_read").on(t.readAt),
  ],
);

/** Deliveries that GitHub attempted and that never came into the inbox. */
export const missingDelivery = pgTable("missing_delivery", {
  guid: text("guid").primaryKey(),
  /** Newest attempt that was seen. */
  attemptId: githubId("attempt_id").notNull(),
  installationId: githubId("installation_id"),
  repositoryId: githubId("repository_id"),
  event: text("event").notNull(),
  /** First attempt that was seen. */
  deliveredAt: instant("delivered_at").notNull(),
  asked: integer("asked").notNull().default(0),
  askedAttemptId: githubId("asked_attempt_id"),
  askedAt: instant("asked_at"),
  toldAt: instant("told_at"),
});

/** How far GitHub's list of attempts is accounted for: one row. */
export const hookPosition = pgTable("hook_position", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  reconciledTo: instant("reconciled_to"),
  walkFrom: instant("walk_from"),
  walkCursor: text("walk_cursor"),
  toldAt: instant("told_at"),
});
