import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import { afterAll, describe, inject } from "vitest";
import { type Database, openDatabase, overPglite } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrate.ts";

export interface OpenDatabase {
  /** A migrated database of its own, closed and dropped when the file ends. */
  (): Promise<Database>;
  // On Postgres the verbs run as the application's login, which owns nothing; `outer` alone is a superuser's, to look and to tamper.
  readonly driver: "pglite" | "postgres";
}

/** The same tests on the embedded database and on a real Postgres. Without a server the second half is skipped, and says so. */
export function describeOnBoth(name: string, tests: (open: OpenDatabase) => void): void {
  describe(`${name} [pglite]`, () => {
    const opened: Database[] = [];
    afterAll(async () => {
      for (const db of opened) await db.close();
    });
    tests(
      Object.assign(
        async () => {
          const db = overPglite(await PGlite.create({ loadDataDir: await migratedTemplate() }), async () => {});
          opened.push(db);
          await migrate(db);
          return db;
        },
        { driver: "pglite" as const },
      ),
    );
  });
  describeOnPostgres(name, (fresh) => {
    const opened: { close(): Promise<void> }[] = [];
    afterAll(async () => {
      for (const db of opened) await db.close();
    });
    tests(
      Object.assign(
        async () => {
          const { databaseUrl, ownerUrl, adminUrl } = await twoLogins(await fresh());
          const db = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
          const admin = await openDatabase({ databaseUrl: adminUrl, dataDir: null });
          opened.push(db, admin);
          await migrate(db);
          return { ...db, outer: admin.outer };
        },
        { driver: "postgres" as const },
      ),
    );
  });
}

/** An owner's login and the one that runs, neither of them a superuser, for a database that is empty. */
export async function twoLogins(
  adminUrl: string,
): Promise<{ readonly databaseUrl: string; readonly ownerUrl: string; readonly adminUrl: string }> {
  const database = new URL(adminUrl).pathname.slice(1);
  const password = randomUUID();
  const login = (role: string) => Object.assign(new URL(adminUrl), { username: `${database}_${role}`, password }).href;
  await asAdmin(adminUrl, async (sql) => {
    for (const role of ["owner", "app"]) await sql.unsafe(`create role ${database}_${role} login password '${password}'`);
    await sql.unsafe(`alter database ${database} owner to ${database}_owner`);
  });
  return { databaseUrl: login("app"), ownerUrl: login("owner"), adminUrl };
}

/** For what only a server can show. `fresh` makes an empty database and resolves to its URL. */
export function describeOnPostgres(name: string, tests: (fresh: () => Promise<string>) => void): void {
  const server = inject("postgresServer");
  if (server === undefined || server.status === "none") {
    const because = server?.because ?? "vitest runs without test/support/postgres-cluster.ts as globalSetup";
    describe.skip(`${name} [postgres] SKIPPED: ${because}`, () => tests(async () => ""));
    return;
  }
  describe(`${name} [postgres]`, () => {
    const made: string[] = [];
    afterAll(async () => {
      await asAdmin(server.url, async (sql) => {
        for (const database of made) {
          await sql.unsafe(`drop database if exists ${database} with (force)`);
          for (const role of ["app", "owner"]) await sql.unsafe(`drop role if exists ${database}_${role}`);
        }
      });
    });
    tests(async () => {
      const database = `countersign_test_${randomUUID().replaceAll("-", "")}`;
      await asAdmin(server.url, (sql) => sql.unsafe(`create database ${database}`));
      made.push(database);
      const url = new URL(server.url);
      url.pathname = `/${database}`;
      return url.href;
    });
  });
}

/** A fresh embedded database takes seconds to make: made once per set of migrations, kept in the temporary folder. */
async function migratedTemplate(): Promise<Blob> {
  const key = createHash("sha256");
  const root = new URL("../../", import.meta.url);
  for (const file of ["drizzle/meta/_journal.json", "node_modules/@electric-sql/pglite/package.json"])
    key.update(readFileSync(new URL(file, root)));
  const journal = JSON.parse(readFileSync(new URL("drizzle/meta/_journal.json", root), "utf8")) as { entries: { tag: string }[] };
  for (const { tag } of journal.entries) key.update(readFileSync(new URL(`drizzle/${tag}.sql`, root)));
  for (const file of ["src/store/tables.ts", "src/store/walls.ts"]) key.update(readFileSync(new URL(file, root)));
  const path = join(tmpdir(), `countersign-pglite-${key.digest("hex").slice(0, 20)}-${process.getuid?.() ?? 0}.tar`);
  const kept = await readFile(path).catch(() => null);
  if (kept !== null) return new Blob([kept]);
  const db = await openDatabase({ databaseUrl: null, dataDir: null });
  await migrate(db);
  const dump = await db.pglite!.dumpDataDir("none");
  await db.close();
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 });
  await rename(draft, path);
  return dump;
}

async function asAdmin<T>(url: string, act: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
