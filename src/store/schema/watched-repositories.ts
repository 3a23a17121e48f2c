import { boolean, index, pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, instant } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

/** Repositories that the app was ever seen on, by id, and what was found when it was last looked whether its check is required there. */
export const watchedRepository = pgTable(
  "watched_repository",
  {
    repositoryId: githubId("repository_id").primaryKey(),
    /** Never follows a rename or a transfer. */
    tenantId: tenantId(),
    ownerId: githubId("owner_id").notNull(),
    owner: text("owner").notNull(),
    name: text("name").notNull(),
    installationId: githubId("installation_id").notNull(),
    /** Why it cannot be gated; null = it can. */
    unguarded: text("unguarded"),
    /** null = not looked at yet, or not enrolled. */
    status: text("status"),
    verdict: evidence("verdict"),
    /** What the audit trail was told last. */
    told: text("told"),
    checkWanted: boolean("check_wanted").notNull().default(true),
    checkedAt: instant("checked_at"),
    /** When its branches were last held against their watermarks. */
    walkedAt: instant("walked_at"),
    seenAt: instant("seen_at").notNull().default(databaseNow()),
  },
  (t) => [index("watched_repository_installation").on(t.installationId)],
);
