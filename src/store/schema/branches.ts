import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns.ts";
import { subject, tenant } from "./inbox.ts";

/** How far a governed branch is accounted for: every first-parent commit up to `sha`. The subject is the branch itself. */
export const branchWatermark = pgTable("branch_watermark", {
  subjectKey: text("subject_key")
    .primaryKey()
    .references(() => subject.key),
  tenantId: uuid("tenant_id")
    .notNull()
    .references(() => tenant.id),
  /** null = not looked at yet, or not governed now. */
  sha: text("sha"),
  movedAt: instant("moved_at").notNull().default(databaseNow()),
});
