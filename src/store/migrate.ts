import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { migrate as migratePglite } from "drizzle-orm/pglite/migrator";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import { connectPostgres, type Database, rowsOf, type Tx } from "./connect.ts";

/** The same depth from src/store and from dist/store. */
const MIGRATIONS = fileURLToPath(new URL("../../drizzle", import.meta.url));
/** Any fixed number: "countersign" in a phone's digits. */
const MIGRATION_LOCK = 268_686_377;

/** The database was migrated by a newer version of this program, or by another one. */
export class UnknownSchema extends Error {
  override readonly name = "UnknownSchema";
}

/** Applies what is missing. Several processes may call it at once. Rejects with `UnknownSchema`. */
export async function migrate(db: Database): Promise<void> {
  if (db.pglite !== null) {
    await migratePglite(drizzlePglite(db.pglite), { migrationsFolder: MIGRATIONS });
  } else {
    // One connection of its own: the lock belongs to its session, and goes with it when the process dies.
    const client = connectPostgres(db.url!, 1);
    try {
      await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
      await migratePostgres(drizzlePostgres(client), { migrationsFolder: MIGRATIONS });
    } finally {
      await client.end({ timeout: 5 });
    }
  }
  await refuseUnknown(db.outer);
}

async function refuseUnknown(tx: Tx): Promise<void> {
  const known = new Set(readMigrationFiles({ migrationsFolder: MIGRATIONS }).map((migration) => migration.hash));
  const applied = rowsOf<{ hash: string }>(await tx.execute(sql`select hash from drizzle.__drizzle_migrations`));
  const stranger = applied.find((row) => !known.has(row.hash));
  if (stranger) throw new UnknownSchema(`the database holds a migration that this version does not know: ${stranger.hash}`);
  if (applied.length !== known.size) throw new UnknownSchema(`${applied.length} of ${known.size} migrations are applied`);
}
