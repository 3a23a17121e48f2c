import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, instant } from "./columns.ts";
import { tenant } from "./inbox.ts";

/** What the contracts of a default branch were linked to at the last recorded merge: a memory, made anew by each merge. */
export const lineageSnapshot = pgTable("lineage_snapshot", {
  repositoryId: githubId("repository_id").primaryKey(),
  tenantId: uuid("tenant_id")
    .notNull()
    .references(() => tenant.id),
  commitSha: text("commit_sha").notNull(),
  summaries: evidence("summaries").notNull(),
  recordedAt: instant("recorded_at").notNull().default(databaseNow()),
});
