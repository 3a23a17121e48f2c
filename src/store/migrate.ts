import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as migrateTables } from "drizzle-orm/postgres-js/migrator";
import { PgBoss } from "pg-boss";
import type postgres from "postgres";
import type { StorageStanding } from "../gate/ports/storage.ts";
import { connectPostgres, type Database, rowsOf, type Tx, UnsafeDatabase } from "./connect.ts";
import { readStanding, refuseOneLogin } from "./logins.ts";
import { grantTo, raiseWalls } from "./walls.ts";

/** The same depth from src/store, dist/store and dist/app. */
export const MIGRATIONS = fileURLToPath(new URL("../../drizzle", import.meta.url));
/** Any fixed number: "countersign" in a phone's digits. */
const MIGRATION_LOCK = 268_686_377;

/** The database was migrated by a newer version of this program, or by another one. */
export class UnknownSchema extends Error {
  override readonly name = "UnknownSchema";
}

/** Applies what is missing: tables, the queue's schema, row-level security, grants. Several processes may call it at once. Rejects with `UnknownSchema` or `UnsafeDatabase`. */
export async function migrate(db: Database): Promise<void> {
  if (db.pglite !== null) {
    await refuseNewer(db.outer);
    await (await import("./embedded.ts")).migrateEmbedded(db.pglite, MIGRATIONS);
    await db.transaction([], (tx) => raiseWalls(tx));
  } else await migrateServer(db, db.ownerUrl ?? db.url!);
  await refuseUnknown(db.outer);
}

/**
 * What a server does at its start. With the owner's login at hand it migrates; without, it migrates only where one login is both, and
 * else wants the database to be migrated already (`countersign migrate`). Rejects with `UnsafeDatabase` or `UnknownSchema`.
 * @param isAllowed whether one login may be both.
 */
export async function prepareDatabase(db: Database, isAllowed: boolean): Promise<StorageStanding> {
  if (db.ownerUrl === null) refuseOneLogin(await readStanding(db), isAllowed);
  if (db.ownerUrl !== null || (await readStanding(db)).logins !== "two") await migrate(db);
  else await refuseUnknown(db.outer);
  const standing = await readStanding(db);
  refuseOneLogin(standing, isAllowed);
  return standing;
}

async function migrateServer(db: Database, ownerUrl: string): Promise<void> {
  // One connection of its own: the lock belongs to its session, and goes with it when the process dies.
  const client = connectPostgres(ownerUrl, 1);
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
    if (db.ownerUrl !== null) await refuseElsewhere(db, client);
    const [owner, behindDoors] = [drizzle(client), drizzle(closingDoors(client))];
    await refuseNewer(owner as unknown as Tx);
    await afterDeadlock((close) => migrateTables(close ? behindDoors : owner, { migrationsFolder: MIGRATIONS }));
    await installQueue(ownerUrl);
    const runner = await db.transaction([], loginOf);
    const isOther = runner !== (await loginOf(owner as unknown as Tx));
    await afterDeadlock((close) =>
      (close ? behindDoors : owner).transaction(async (tx) => {
        await raiseWalls(tx as unknown as Tx);
        if (isOther) await grantTo(tx as unknown as Tx, runner);
      }),
    );
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Both logins must lead to one database, before anything is written: whoever runs sees the lock that the owner holds there. */
async function refuseElsewhere(db: Database, owner: postgres.Sql): Promise<void> {
  const [held] = await owner<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const seen = rowsOf(
    await db.outer.execute(sql`
      select 1 from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and l.objid = ${MIGRATION_LOCK} and l.pid = ${held!.pid} and l.granted`),
  );
  if (seen.length > 0) return;
  throw new UnsafeDatabase(
    "DATABASE_URL and DATABASE_OWNER_URL lead to two databases; nothing was written. Name one server, port and database in both",
  );
}

const TRIES_MAX = 12;
const OPEN_TRIES_MAX = 2;
/** At least, and at most twice as long: whoever locks the other way round is then at something else. */
const PAUSE_MS = 200;

/**
 * Servers of the version before go on meanwhile, and lock the same tables in an order of their own: whoever is given up is done again, whole.
 * `close`: from the third time on it had better keep them out first, by `CLOSE_DOORS`, which holds up what needs none of its tables too.
 */
export async function afterDeadlock<T>(act: (close: boolean) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await act(tried > OPEN_TRIES_MAX);
    } catch (error) {
      if (tried === TRIES_MAX || !isDeadlock(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (1 + Math.random())));
    }
  }
}

/**
 * What nearly every transaction reads before anything else, to find out whose rows it may see (`countersign_tenants`): whoever holds these
 * waited for those that are under way, and lets none begin that could lock the other way round.
 */
export const CLOSE_DOORS = `do $$ begin
  if to_regclass('public.tenant_place') is not null then lock table public.tenant_place, public.tenant in access exclusive mode; end if;
end $$`;

/** What drizzle uses of the driver. */
function closingDoors(client: postgres.Sql): postgres.Sql {
  const begin = (act: (sql: postgres.TransactionSql) => unknown) =>
    client.begin(async (sql) => {
      await sql.unsafe(CLOSE_DOORS);
      return act(sql);
    });
  return { unsafe: client.unsafe, options: client.options, begin } as unknown as postgres.Sql;
}

function isDeadlock(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if ((at as { code?: unknown }).code === "40P01") return true;
  return false;
}

async function loginOf(tx: Tx): Promise<string> {
  return rowsOf<{ login: string }>(await tx.execute(sql`select current_user::text as login`))[0]!.login;
}

/** Tables only: no job runs here. */
async function installQueue(url: string): Promise<void> {
  const boss = new PgBoss({ connectionString: url, max: 1, supervise: false, schedule: false, useListenNotify: false });
  boss.on("error", () => {});
  await boss.start();
  await boss.stop({ graceful: false });
}

async function refuseUnknown(tx: Tx): Promise<void> {
  const [applied, known] = [await refuseNewer(tx), knownHashes().size];
  if (applied === null) throw new UnknownSchema("the database is not migrated; run `countersign migrate` with the owner's login");
  if (applied !== known)
    throw new UnknownSchema(`${applied} of ${known} migrations are applied; run \`countersign migrate\` with the owner's login`);
}

/** Before anything is written: grants of this version would take from those of a newer one what they work with. Resolves to how many are applied; null = none was ever. */
async function refuseNewer(tx: Tx): Promise<number | null> {
  const [journal] = rowsOf<{ there: boolean }>(
    await tx.execute(sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`),
  );
  if (!journal!.there) return null;
  const [applied, known] = [rowsOf<{ hash: string }>(await tx.execute(sql`select hash from drizzle.__drizzle_migrations`)), knownHashes()];
  const stranger = applied.find((row) => !known.has(row.hash));
  if (stranger)
    throw new UnknownSchema(
      `the database holds a migration that this version does not know: ${stranger.hash}. Start the version that made it, or restore the backup of before`,
    );
  return applied.length;
}

function knownHashes(): ReadonlySet<string> {
  return new Set(readMigrationFiles({ migrationsFolder: MIGRATIONS }).map(({ hash }) => hash));
}
