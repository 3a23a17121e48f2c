import { pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns.ts";
import { subject } from "./inbox.ts";
import { tenantId } from "./tenant-id.ts";

/** How far a governed branch is accounted for: every first-parent commit up to `sha`. The subject is the branch itself. */
export const branchWatermark = pgTable("branch_watermark", {
  subjectKey: text("subject_key")
    .primaryKey()
    .references(() => subject.key),
  tenantId: tenantId(),
  /** null = not looked at yet, or not governed now. */
  sha: text("sha"),
  movedAt: instant("moved_at").notNull().default(databaseNow()),
});
