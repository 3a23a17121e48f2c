import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { type Database, openDatabase } from "../../src/store/connect.ts";
import { overPglite, startPglite } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";

/** Migrating takes seconds: done once for a set of migrations, and copied for each test file. */

/** An embedded database in memory, migrated. */
export async function openMigrated(): Promise<Database> {
  const loadDataDir = new Kept(await readFile(await template()));
  return overPglite(await startPglite({ loadDataDir }), async () => {});
}

/** The same as a data directory of a server that has run before. */
export async function layMigrated(dataDir: string): Promise<void> {
  const folder = join(dataDir, "postgres");
  await mkdir(folder, { recursive: true });
  await promisify(execFile)("tar", ["--extract", "--file", await template(), "--directory", folder]);
}

/** A Blob of Node is read in small pieces, which takes longer than starting the database. */
class Kept extends Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super([]);
    this.#bytes = bytes;
  }
  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }
}

/** Of the migrations, and of what is derived beside them. */
function digest(): string {
  const hash = createHash("sha256");
  const root = new URL("../../", import.meta.url);
  const journal = readFileSync(new URL("drizzle/meta/_journal.json", root), "utf8");
  const tags = (JSON.parse(journal) as { entries: { tag: string }[] }).entries.map(({ tag }) => `drizzle/${tag}.sql`);
  const beside = ["src/store/tables.ts", "src/store/walls.ts", "test/support/migrated.ts"];
  for (const file of ["drizzle/meta/_journal.json", "node_modules/@electric-sql/pglite/package.json", ...tags, ...beside])
    hash.update(readFileSync(new URL(file, root)));
  return hash.digest("hex").slice(0, 20);
}

async function template(): Promise<string> {
  const path = join(tmpdir(), `countersign-pglite-${digest()}-${process.getuid?.() ?? 0}.tar`);
  if (await readFile(path).catch(() => null)) return path;
  const db = await openDatabase({ databaseUrl: null, dataDir: null });
  await migrate(db);
  // Else each copy begins by recovering what the migrations did.
  await db.pglite!.query("checkpoint");
  const dump = await db.pglite!.dumpDataDir("none");
  await db.close();
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 });
  await rename(draft, path);
  return path;
}

export interface Logins {
  readonly databaseUrl: string;
  readonly ownerUrl: string;
  readonly adminUrl: string;
}

/** An owner's login and the one that runs, neither of them a superuser. */
export async function createLogins(adminUrl: string, prefix: string, password: string): Promise<void> {
  await asAdmin(adminUrl, async (sql) => {
    for (const role of ["owner", "app"]) await sql.unsafe(`create role ${prefix}_${role} login password '${password}'`);
  });
}

export function loginsOf(adminUrl: string, prefix: string, password: string): Logins {
  const login = (role: string) => Object.assign(new URL(adminUrl), { username: `${prefix}_${role}`, password }).href;
  return { databaseUrl: login("app"), ownerUrl: login("owner"), adminUrl };
}

const TEMPLATE_LOCK = 268_686_378;

/** Makes the database `name` on the server, migrated, with two logins that all copies share. */
export async function cloneMigrated(serverUrl: string, name: string): Promise<Logins> {
  const source = `countersign_template_${digest()}`;
  const password = source;
  await asAdmin(serverUrl, async (sql) => {
    await sql`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    const [found] = await sql`select 1 from pg_database where datname = ${source}`;
    if (found === undefined) await makeTemplate(serverUrl, source, password);
    await sql.unsafe(`create database ${name} template ${source} owner ${source}_owner strategy file_copy`);
  });
  return loginsOf(databaseOn(serverUrl, name), source, password);
}

async function makeTemplate(serverUrl: string, name: string, password: string): Promise<void> {
  const draft = `${name}_draft`;
  await dropTemplate(serverUrl, draft, name);
  await createLogins(serverUrl, name, password);
  await asAdmin(serverUrl, (sql) => sql.unsafe(`create database ${draft} owner ${name}_owner`));
  const { databaseUrl, ownerUrl } = loginsOf(databaseOn(serverUrl, draft), name, password);
  const db = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
  await migrate(db).finally(() => db.close());
  await asAdmin(serverUrl, (sql) => sql.unsafe(`alter database ${draft} rename to ${name}`));
}

async function dropTemplate(serverUrl: string, database: string, prefix: string): Promise<void> {
  await asAdmin(serverUrl, async (sql) => {
    await sql.unsafe(`drop database if exists ${database} with (force)`);
    for (const role of ["app", "owner"]) await sql.unsafe(`drop role if exists ${prefix}_${role}`);
  });
}

export function databaseOn(serverUrl: string, name: string): string {
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
}

export async function asAdmin<T>(url: string, act: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await act(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
