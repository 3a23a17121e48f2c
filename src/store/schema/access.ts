import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, unique } from "drizzle-orm/pg-core";
import { databaseNow, evidence, githubId, id, instant } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

/** Somebody who signed in: ending the row ends the session, whoever still holds its sealed id. Logins here are not evidence, and may be erased. */
export const signInSession = pgTable(
  "sign_in_session",
  {
    id: id(),
    /** `cookie` = a browser, `bearer` = the command line. */
    kind: text("kind").notNull(),
    personId: githubId("person_id").notNull(),
    login: text("login").notNull(),
    /** The tenants that GitHub said this person reaches, with the installation of each: `Reach[]`. */
    reaches: evidence("reaches").notNull(),
    /** The active one of them. */
    tenantId: tenantId(),
    authenticatedAt: instant("authenticated_at").notNull().default(databaseNow()),
    lastSeenAt: instant("last_seen_at").notNull().default(databaseNow()),
    expiresAt: instant("expires_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [index("sign_in_session_expires").on(t.expiresAt), check("sign_in_session_kind", sql`${t.kind} in ('cookie', 'bearer')`)],
);

/** A key of a pipeline. Its secret is never stored, only the hash of it. */
export const apiKey = pgTable(
  "api_key",
  {
    id: id(),
    tenantId: tenantId(),
    name: text("name").notNull(),
    /** The first characters of the secret: enough to tell keys apart, too few to guess the rest. */
    prefix: text("prefix").notNull(),
    secretSha256: text("secret_sha256").notNull(),
    scopes: evidence("scopes").notNull(),
    /** null = made on the server's command line. */
    createdBy: githubId("created_by"),
    createdAt: instant("created_at").notNull().default(databaseNow()),
    /** null = until it is revoked. */
    expiresAt: instant("expires_at"),
    revokedAt: instant("revoked_at"),
    lastUsedAt: instant("last_used_at"),
  },
  (t) => [unique("api_key_secret").on(t.secretSha256), index("api_key_tenant").on(t.tenantId)],
);

/** Requests counted in fixed windows, shared by every replica. */
export const rateLimit = pgTable(
  "rate_limit",
  {
    key: text("key").primaryKey(),
    count: integer("count").notNull(),
    endsAt: instant("ends_at").notNull(),
  },
  (t) => [index("rate_limit_ends").on(t.endsAt)],
);
