import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle, PgliteSession } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import type { Database } from "./database.ts";
import { createDialect } from "./dialect.ts";
import { lockDataDirectory } from "./lock-file.ts";
import type { Tx } from "./tx.ts";

/** Its buffers are cleared at every start, and its files are in memory or in the system's cache anyway: 128 MiB cost half a second and serve nobody. */
const START_PARAMS: string[] = [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB"];

/** Ids of types from here on are given while a cluster is made, and later: none of them is of a plain type or an array of one. */
const FIRST_UNPINNED_TYPE = 10_000;

/** The database engine in this process. Node now and then aborts while it frees machine code that a better version replaced (nodejs/node#64500): it is kept. */
export async function startPglite(options: PGliteOptions): Promise<PGlite> {
  setFlagsFromString("--no-wasm-code-gc");
  const pglite = await PGlite.create({ startParams: START_PARAMS, ...options });
  // It copies its list of parsers for each query; most of the list is for arrays of the rows of tables and views, which nobody asks for.
  for (const type of Object.keys(pglite.parsers)) if (Number(type) >= FIRST_UNPINNED_TYPE) delete pglite.parsers[type];
  return pglite;
}

/** The database in `dataDir`, or in memory when that is null (tests). Rejects with `DataDirectoryLocked`. */
export async function openEmbedded(dataDir: string | null): Promise<Database> {
  const release = dataDir === null ? async () => {} : await lockDataDirectory(dataDir);
  let pglite: PGlite;
  try {
    pglite = await startPglite(dataDir === null ? {} : { dataDir: join(dataDir, "postgres") });
    await pglite.exec("set timezone = 'UTC'");
  } catch (error) {
    await release();
    throw error;
  }
  return overPglite(pglite, release);
}

/** `release` runs after the database is closed. */
export function overPglite(pglite: PGlite, release: () => Promise<void>): Database {
  const dialect = createDialect();
  const outer = new PgDatabase(dialect, new PgliteSession(pglite, dialect, undefined), undefined);
  return {
    driver: "pglite",
    url: null,
    ownerUrl: null,
    pglite,
    outer: outer as unknown as Tx,
    transaction: (_scope, act) => outer.transaction((tx) => act(tx as unknown as Tx)),
    read: (_scope, act) => act(outer as unknown as Tx),
    async close() {
      if (!pglite.closed) await pglite.close();
      await release();
    },
  };
}

/** Tables and what belongs to them. */
export const migrateEmbedded = (pglite: PGlite, migrationsFolder: string): Promise<void> => migrate(drizzle(pglite), { migrationsFolder });
