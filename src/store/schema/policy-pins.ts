import { sql } from "drizzle-orm";
import { check, integer, pgTable, text, unique } from "drizzle-orm/pg-core";
import { databaseNow, githubId, id, instant } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

/** What a name of a policy version stood for when it came into force, or was first read after. Immutable. */
export const policyPin = pgTable(
  "policy_pin",
  {
    id: id(),
    tenantId: tenantId(),
    repositoryId: githubId("repository_id").notNull(),
    versionSeq: integer("version_seq").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    /** null = a login that nobody had. */
    accountId: githubId("account_id"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
  },
  (t) => [
    unique("policy_pin_once").on(t.repositoryId, t.versionSeq, t.kind, t.name),
    check("policy_pin_kind", sql`${t.kind} = 'user' or (${t.kind} = 'team' and ${t.accountId} is not null)`),
  ],
);
