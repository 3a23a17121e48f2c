import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import postgres from "postgres";
import { lockDataDirectory } from "./lock-file.ts";
import { speakPostgres } from "./postgres-session.ts";
import type { Scope } from "./scope.ts";
import type { Tx } from "./tx.ts";

export type { Tx } from "./tx.ts";

export interface Database {
  readonly driver: "postgres" | "pglite";
  readonly url: string | null;
  /** The login that migrates and owns the tables; null = the same as `url`. */
  readonly ownerUrl: string | null;
  readonly pglite: PGlite | null;
  /** Outside a transaction: sees no tenant's rows behind the walls. On PGlite's one session, using it inside one deadlocks. */
  readonly outer: Tx;
  /** Sees and writes the rows of these tenants only. */
  transaction<T>(scope: Scope, act: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same for what only reads; on Postgres a statement that writes is refused. No transaction where no wall needs one. */
  read<T>(scope: Scope, act: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The server would acknowledge what it can lose, or cannot be written to. */
export class UnsafeDatabase extends Error {
  override readonly name = "UnsafeDatabase";
}

/**
 * Postgres for a URL; else the embedded database in `dataDir`, or in memory when that is null (tests).
 * Rejects with `UnsafeDatabase` or `DataDirectoryLocked`.
 */
export async function openDatabase(options: {
  readonly databaseUrl: string | null;
  readonly ownerUrl?: string | null;
  readonly dataDir: string | null;
}): Promise<Database> {
  return options.databaseUrl !== null ? openPostgres(options.databaseUrl, options.ownerUrl ?? null) : openEmbedded(options.dataDir);
}

async function openPostgres(url: string, ownerUrl: string | null): Promise<Database> {
  const client = connectPostgres(url, 10);
  try {
    await refuseUnsafe(client);
  } catch (error) {
    await client.end({ timeout: 1 });
    throw error;
  }
  return { driver: "postgres", url, ownerUrl, pglite: null, ...speakPostgres(client), close: () => client.end({ timeout: 5 }) };
}

export function connectPostgres(url: string, max: number): postgres.Sql {
  return postgres(url, {
    max,
    onnotice: () => {},
    // Its own goes up to 20 s, and counts the failures of all connections together: work would lie that long after a short cut.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1) * (0.5 + Math.random() / 2),
    // The verbs are written for READ COMMITTED: each statement after a lock sees what the previous holder committed.
    connection: { application_name: "countersign", TimeZone: "UTC", default_transaction_isolation: "read committed" },
  });
}

async function refuseUnsafe(client: postgres.Sql): Promise<void> {
  const [row] = await client<{ replica: boolean; readonly: string; fsync: string; commit: string }[]>`
    select pg_is_in_recovery() as replica, current_setting('transaction_read_only') as readonly,
           current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`;
  if (row === undefined) throw new UnsafeDatabase("the database does not answer");
  if (row.replica) throw new UnsafeDatabase("the database is a replica: decisions read and write the primary only");
  if (row.readonly !== "off") throw new UnsafeDatabase("the database is read-only");
  if (row.fsync !== "on") throw new UnsafeDatabase("fsync is off: a crash would lose acknowledged events");
  if (row.commit === "off") throw new UnsafeDatabase("synchronous_commit is off: a crash would lose acknowledged events");
}

/** Its buffers are cleared at every start, and its files are in memory or in the system's cache anyway: 128 MiB cost half a second and serve nobody. */
const START_PARAMS: string[] = [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB"];

/** The database engine in this process. Node now and then aborts while it frees machine code that a better version replaced (nodejs/node#64500): it is kept. */
export function startEngine(options: PGliteOptions): Promise<PGlite> {
  setFlagsFromString("--no-wasm-code-gc");
  return PGlite.create({ startParams: START_PARAMS, ...options });
}

async function openEmbedded(dataDir: string | null): Promise<Database> {
  const release = dataDir === null ? async () => {} : await lockDataDirectory(dataDir);
  let pglite: PGlite;
  try {
    pglite = await startEngine(dataDir === null ? {} : { dataDir: join(dataDir, "postgres") });
    await pglite.exec("set timezone = 'UTC'");
  } catch (error) {
    await release();
    throw error;
  }
  return overPglite(pglite, release);
}

/** `release` runs after the database is closed. */
export function overPglite(pglite: PGlite, release: () => Promise<void>): Database {
  const outer = drizzlePglite(pglite);
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

/** Rows of a raw statement: an array from postgres.js, `{rows}` from PGlite. */
export function rowsOf<T>(result: unknown): readonly T[] {
  return Array.isArray(result) ? (result as T[]) : (result as { rows: T[] }).rows;
}
