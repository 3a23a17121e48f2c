import { sql } from "drizzle-orm";
import { bigint, customType, timestamp, uuid } from "drizzle-orm/pg-core";

/**
 * Evidence is stored as `json`, not `jsonb`: the text survives byte for byte, and a NUL escape that a hostile
 * contract carries cannot make the row unwritable. Both drivers parse it; a top-level string stays a string.
 */
export const evidence = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "json",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value,
});

/** GitHub ids: below 2^53. */
export function githubId(name: string) {
  return bigint(name, { mode: "number" });
}

/** An instant by the database's clock, in whole milliseconds so that what is hashed is what is read back. */
export function instant(name: string) {
  return timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
}

export function databaseNow() {
  return sql`clock_timestamp()`;
}

/** Made in the app: older servers have no uuidv7(). */
export function id() {
  return uuid("id").primaryKey();
}
