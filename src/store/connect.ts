import postgres from "postgres";
import type { Database } from "./database.ts";
import { speakPostgres } from "./postgres-session.ts";

export type { Database } from "./database.ts";
export type { Tx } from "./tx.ts";

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
  if (options.databaseUrl !== null) return openPostgres(options.databaseUrl, options.ownerUrl ?? null);
  // Loaded only here: it is a whole database, and with a server it would never run.
  return (await import("./embedded.ts")).openEmbedded(options.dataDir);
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

/**
 * A process that stands still in the middle of a transaction (SIGSTOP, a machine that is gone) holds its locks no longer than this: the others
 * would wait for them, and its pull requests with them. No transaction of ours waits for anything but the database.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

export function connectPostgres(url: string, max: number): postgres.Sql {
  return postgres(url, {
    max,
    onnotice: () => {},
    // Its own goes up to 20 s, and counts the failures of all connections together: work would lie that long after a short cut.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1) * (0.5 + Math.random() / 2),
    // The verbs are written for READ COMMITTED: each statement after a lock sees what the previous holder committed.
    connection: {
      ...{ application_name: "countersign", TimeZone: "UTC", default_transaction_isolation: "read committed" },
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
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

/** Rows of a raw statement: an array from postgres.js, `{rows}` from PGlite. */
export function rowsOf<T>(result: unknown): readonly T[] {
  return Array.isArray(result) ? (result as T[]) : (result as { rows: T[] }).rows;
}
