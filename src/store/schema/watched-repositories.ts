import { boolean, index, integer, pgTable, text } from "drizzle-orm/pg-core";
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
    /** When that was last tried and GitHub gave no answer; null = not since it did. */
    missedAt: instant("missed_at"),
    /** When its branches were last held against their watermarks. */
    walkedAt: instant("walked_at"),
    /** When the sweeper last took it; null = it is due. */
    sweptAt: instant("swept_at"),
    /** The newest `updated_at` of a pull request that was seen there, by GitHub's clock. */
    sweptTo: instant("swept_to"),
    /** The same at the first look: what was closed before is none of our business. */
    sweptFrom: instant("swept_from"),
    /** A pass through everything open that is under way, and when the last one ended. */
    passPage: integer("pass_page"),
    passSince: instant("pass_since"),
    passedAt: instant("passed_at"),
    seenAt: instant("seen_at").notNull().default(databaseNow()),
  },
  (t) => [index("watched_repository_installation").on(t.installationId)],
);
