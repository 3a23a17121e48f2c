import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** A connection or a transaction; every verb takes one and uses no other. */
export type Tx = PgDatabase<PgQueryResultHKT>;
