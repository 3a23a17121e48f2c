import { uuid } from "drizzle-orm/pg-core";
import { tenant } from "./inbox.ts";

/** Whose row it is: what row-level security looks at. */
export function tenantId() {
  return uuid("tenant_id")
    .notNull()
    .references(() => tenant.id);
}
