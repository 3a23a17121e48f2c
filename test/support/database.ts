import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, inject } from "vitest";
import type { ServerConfig } from "../../src/config.ts";
import { type Database, openDatabase } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrate.ts";
import { asAdmin, cloneMigrated, createLogins, databaseOn, type Logins, layMigrated, loginsOf, openMigrated } from "./migrated.ts";

export interface OpenDatabase {
  /** A migrated database of its own, closed and dropped when the file ends. */
  (): Promise<Database>;
  // On Postgres the verbs run as the application's login, which owns nothing; `outer` alone is a superuser's, to look and to tamper.
  readonly driver: "pglite" | "postgres";
}

/** The same tests on the embedded database and on a real Postgres. Without a server the second half is skipped, and says so. */
export function describeOnBoth(name: string, tests: (open: OpenDatabase) => void): void {
  describe(`${name} [pglite]`, () => {
    const open = tracked(openMigrated);
    tests(Object.assign(open, { driver: "pglite" as const }));
  });
  describeOnServer(name, tests);
}

/** On a real Postgres alone: for what walks through everything, and is walked on both drivers elsewhere. */
export function describeOnServer(name: string, tests: (open: OpenDatabase) => void): void {
  onServer(name, (serverUrl, named) => {
    const fresh = tracked(async () => openClone(await cloneMigrated(serverUrl, named())));
    tests(Object.assign(fresh, { driver: "postgres" as const }));
  });
}

/** A migrated database on the server of this run; null without a server. It is dropped with `drop`. */
async function cloneOnServer(): Promise<(Logins & { drop(): Promise<void> }) | null> {
  const server = inject("postgresServer");
  if (server?.status !== "ready") return null;
  const name = freshName();
  const logins = await cloneMigrated(server.url, name);
  return { ...logins, drop: () => asAdmin(server.url, async (sql) => void (await sql.unsafe(`drop database ${name} with (force)`))) };
}

/** A migrated database for a server that a test starts: on the Postgres of this run, else embedded. `remove` takes it away. */
export async function layEither(): Promise<Pick<ServerConfig, "databaseUrl" | "dataDir"> & { remove(): Promise<void> }> {
  const clone = await cloneOnServer();
  if (clone !== null) return { databaseUrl: clone.databaseUrl, dataDir: null, remove: clone.drop };
  return layEmbedded();
}

/** The same, always embedded. */
export async function layEmbedded(): Promise<{ databaseUrl: null; dataDir: string; remove(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-data-"));
  await layMigrated(dataDir);
  return { databaseUrl: null, dataDir, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/** The verbs run as the application's login; `outer` is a superuser's. */
async function openClone({ databaseUrl, ownerUrl, adminUrl }: Logins): Promise<Database> {
  const db = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
  const admin = await openDatabase({ databaseUrl: adminUrl, dataDir: null });
  return {
    ...db,
    outer: admin.outer,
    async close() {
      await Promise.all([db.close(), admin.close()]);
    },
  };
}

const freshName = () => `countersign_test_${randomUUID().replaceAll("-", "")}`;

/** Closed when the file ends. */
function tracked<A extends unknown[]>(open: (...args: A) => Promise<Database>): (...args: A) => Promise<Database> {
  const opened: Database[] = [];
  afterAll(async () => {
    for (const db of opened) await db.close();
  });
  return async (...args) => {
    const db = await open(...args);
    opened.push(db);
    return db;
  };
}

/** An owner's login and the one that runs, for a database that is empty. */
export async function twoLogins(adminUrl: string): Promise<Logins> {
  const database = new URL(adminUrl).pathname.slice(1);
  const password = randomUUID();
  await createLogins(adminUrl, database, password);
  await asAdmin(adminUrl, (sql) => sql.unsafe(`alter database ${database} owner to ${database}_owner`));
  return loginsOf(adminUrl, database, password);
}

/** A database that is empty, migrated with two logins; open as the one that runs, as its owner and as a superuser. */
export async function openAsEach(adminUrl: string): Promise<Readonly<Record<"app" | "owner" | "admin", Database>>> {
  const logins = await twoLogins(adminUrl);
  const open = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: null });
  const app = await openDatabase({ databaseUrl: logins.databaseUrl, ownerUrl: logins.ownerUrl, dataDir: null });
  await migrate(app);
  return { app, owner: await open(logins.ownerUrl), admin: await open(logins.adminUrl) };
}

/** For what only a server can show. `fresh` makes an empty database and resolves to its URL. */
export function describeOnPostgres(name: string, tests: (fresh: () => Promise<string>) => void): void {
  onServer(name, (serverUrl, named) =>
    tests(async () => {
      const database = named();
      await asAdmin(serverUrl, (sql) => sql.unsafe(`create database ${database}`));
      return databaseOn(serverUrl, database);
    }),
  );
}

/** `named` gives the name of a database that is dropped when the file ends. */
function onServer(name: string, tests: (serverUrl: string, named: () => string) => void): void {
  const server = inject("postgresServer");
  if (server === undefined || server.status === "none") {
    const because = server?.because ?? "vitest runs without test/support/postgres-cluster.ts as globalSetup";
    describe.skip(`${name} [postgres] SKIPPED: ${because}`, () => tests("", () => ""));
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
    tests(server.url, () => {
      const database = freshName();
      made.push(database);
      return database;
    });
  });
}
