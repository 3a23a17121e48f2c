import { pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, instant } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

/** What the contracts of a default branch were linked to at the last recorded merge: a memory, made anew by each merge. */
export const lineageSnapshot = pgTable("lineage_snapshot", {
  repositoryId: githubId("repository_id").primaryKey(),
  tenantId: tenantId(),
  commitSha: text("commit_sha").notNull(),
  summaries: evidence("summaries").notNull(),
  recordedAt: instant("recorded_at").notNull().default(databaseNow()),
});
