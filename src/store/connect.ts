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
  readonly patience?: Patience;
}): Promise<Database> {
  if (options.databaseUrl !== null) return openPostgres(options.databaseUrl, options.ownerUrl ?? null, options.patience ?? PATIENCE);
  // Loaded only here: it is a whole database, and with a server it would never run.
  return (await import("./embedded.ts")).openEmbedded(options.dataDir);
}

async function openPostgres(url: string, ownerUrl: string | null, patience: Patience): Promise<Database> {
  const probe = connectPostgres(url, 1, patience);
  const version = await refuseUnsafe(probe).finally(() => probe.end({ timeout: 1 }));
  // An older one refuses a connection that names what it does not know.
  const bounded: Record<string, number> = version < TRANSACTION_TIMEOUT_SINCE ? {} : { transaction_timeout: patience.transactionMs };
  const client = connectPostgres(url, 10, patience, bounded);
  return { driver: "postgres", url, ownerUrl, pglite: null, ...speakPostgres(client), close: () => client.end({ timeout: 5 }) };
}

/**
 * A process that stands still in the middle of a transaction (SIGSTOP, a machine that is gone) holds its locks no longer than this: the others
 * would wait for them, and its pull requests with them. No transaction of ours waits for anything but the database.
 */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** How long a database is waited for, in milliseconds. */
export interface Patience {
  /** One statement, and the locks that it waits for: the server ends it. */
  readonly statementMs: number;
  /** Longer, so that the server's own verdict comes first. Whoever says nothing for so long while a statement is under way is gone. */
  readonly silenceMs: number;
  readonly connectMs: number;
  /**
   * One transaction. Whoever vanishes while the server waits for the rest of what it was told stands still in no transaction, as the server
   * counts, and in no statement either: it would hold its locks for as long as the network keeps the connection.
   */
  readonly transactionMs: number;
  /**
   * One connection, give or take a tenth. What the server told a session at its start holds to its end: those that were opened while the database
   * was read-only (a full disk at many providers) would refuse every write long after it is not.
   */
  readonly sessionMs: number;
}

/**
 * A host that vanishes (power, a network that drops what it carries) resets no connection: TCP would go on sending for a quarter of an hour,
 * and for ever where a proxy between acknowledges it. What was under way then is a lost connection, of which nobody knows what it did.
 */
export const PATIENCE: Patience = { statementMs: 30_000, silenceMs: 40_000, connectMs: 10_000, transactionMs: 60_000, sessionMs: 300_000 };
/** `server_version_num` of the first that knows it. */
const TRANSACTION_TIMEOUT_SINCE = 170_000;
/** Seconds after which the server asks a client that says nothing whether it is still there. Its own answer to that is two hours. */
const KEEPALIVE = { tcp_keepalives_idle: 20, tcp_keepalives_interval: 10, tcp_keepalives_count: 3 };

/** `patience`: null = a statement may take as long as it does, as a migration may. */
export function connectPostgres(
  url: string,
  max: number,
  patience: Patience | null = null,
  settings: Readonly<Record<string, number>> = {},
): postgres.Sql {
  return postgres(url, {
    max,
    // The first is the mended driver's own (docs/adr/0021).
    ...(patience !== null && {
      ...{ answer_timeout: patience.silenceMs / 1000, connect_timeout: patience.connectMs / 1000 },
      max_lifetime: (patience.sessionMs / 1000) * (0.9 + Math.random() / 5),
    }),
    onnotice: () => {},
    // Its own goes up to 20 s, and counts the failures of all connections together: work would lie that long after a short cut.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 1) * (0.5 + Math.random() / 2),
    // The verbs are written for READ COMMITTED: each statement after a lock sees what the previous holder committed.
    connection: {
      ...{ application_name: "countersign", TimeZone: "UTC", default_transaction_isolation: "read committed" },
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      // What a statement of ours would gain by machine code of its own is a hundredth of what making it takes.
      jit: "off",
      ...(patience !== null && { statement_timeout: patience.statementMs }),
      ...{ ...KEEPALIVE, ...settings },
    },
  });
}

/** The server's version. */
async function refuseUnsafe(client: postgres.Sql): Promise<number> {
  const [row] = await client<{ replica: boolean; readonly: string; fsync: string; commit: string; version: number }[]>`
    select pg_is_in_recovery() as replica, current_setting('transaction_read_only') as readonly,
           current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
           current_setting('server_version_num')::int as version`;
  if (row === undefined) throw new UnsafeDatabase("the database does not answer");
  if (row.replica) throw new UnsafeDatabase("the database is a replica: decisions read and write the primary only");
  if (row.readonly !== "off") throw new UnsafeDatabase("the database is read-only");
  if (row.fsync !== "on") throw new UnsafeDatabase("fsync is off: a crash would lose acknowledged events");
  if (row.commit === "off") throw new UnsafeDatabase("synchronous_commit is off: a crash would lose acknowledged events");
  return row.version;
}

/** Rows of a raw statement: an array from postgres.js, `{rows}` from PGlite. */
export function rowsOf<T>(result: unknown): readonly T[] {
  return Array.isArray(result) ? (result as T[]) : (result as { rows: T[] }).rows;
}
