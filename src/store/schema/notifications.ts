import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { databaseNow, id, instant } from "./columns.ts";
import { evaluation } from "./evaluation.ts";
import { subject } from "./inbox.ts";
import { postHocReview } from "./overrides.ts";
import { tenantId } from "./tenant-id.ts";

/** What is to be said outside, written in the transaction of what it tells. Refers only: names are read when it is sent. */
export const notification = pgTable(
  "notification",
  {
    id: id(),
    tenantId: tenantId(),
    event: text("event").notNull(),
    target: text("target").notNull(),
    targetKind: text("target_kind").notNull(),
    /** Digest of what is told, and where: once for each. */
    dedupeKey: text("dedupe_key").notNull(),
    subjectKey: text("subject_key")
      .notNull()
      .references(() => subject.key),
    evaluationId: uuid("evaluation_id").references(() => evaluation.id),
    reviewId: uuid("review_id").references(() => postHocReview.id),
    /** Of `bypass_incident` or `content_mismatch`. */
    incidentId: uuid("incident_id"),
    attempts: integer("attempts").notNull().default(0),
    nextAt: instant("next_at").notNull().default(databaseNow()),
    sentAt: instant("sent_at"),
    gaveUpAt: instant("gave_up_at"),
    lastError: text("last_error"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("notification_once").on(t.tenantId, t.dedupeKey),
    index("notification_due").on(t.nextAt).where(sql`${t.sentAt} is null and ${t.gaveUpAt} is null`),
    check("notification_event", sql`${t.event} in ('pending', 'overdue', 'override', 'bypass')`),
    check("notification_target", sql`${t.targetKind} in ('slack', 'webhook')`),
    check("notification_end", sql`${t.sentAt} is null or ${t.gaveUpAt} is null`),
  ],
);
