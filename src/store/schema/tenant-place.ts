import { sql } from "drizzle-orm";
import { check, index, pgTable, text } from "drizzle-orm/pg-core";
import { githubId } from "./columns.ts";
import { tenantId } from "./tenant-id.ts";

/**
 * Which tenants have rows about a repository, or about an owner's: what the scope of a transaction is looked up in, however many rows there
 * are. Kept by triggers, never taken back. The same line may stand twice: nobody waits for another's transaction to write one.
 */
export const tenantPlace = pgTable(
  "tenant_place",
  { kind: text("kind").notNull(), place: githubId("place").notNull(), tenantId: tenantId() },
  (t) => [index("tenant_place_of").on(t.kind, t.place, t.tenantId), check("tenant_place_kind", sql`${t.kind} in ('repository', 'owner')`)],
);
