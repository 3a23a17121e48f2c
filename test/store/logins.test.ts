import { execFile } from "node:child_process";
import { promisify } from "node:util";
import postgres from "postgres";
import { expect, it } from "vitest";
import { startFailureOf } from "../../src/gate/start-failure.ts";
import { openDatabase, rowsOf, UnsafeDatabase } from "../../src/store/connect.ts";
import { readStanding } from "../../src/store/logins.ts";
import { migrate, prepareDatabase, UnknownSchema } from "../../src/store/migrate.ts";
import { createQueue } from "../../src/store/queue.ts";
import { describeOnPostgres, twoLogins } from "../support/database.ts";

const run = promisify(execFile);

describeOnPostgres("two logins", (fresh) => {
  async function asAdmin(url: string, statement: string): Promise<readonly postgres.Row[]> {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    return sql.unsafe(statement).finally(() => sql.end());
  }

  it("T84: the owner migrates, and the other runs: without the owner's password, once the database is up to date", async () => {
    const { databaseUrl, ownerUrl } = await twoLogins(await fresh());
    const alone = await openDatabase({ databaseUrl, dataDir: null });
    await expect(prepareDatabase(alone, false)).rejects.toBeInstanceOf(UnknownSchema);
    const both = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
    expect(await prepareDatabase(both, false)).toEqual({ logins: "two", excess: [] });
    expect(await prepareDatabase(alone, false)).toEqual({ logins: "two", excess: [] });
    await alone.close();
    await both.close();
  });

  it("T84: one login for both is refused, before it has written anything, and allowed where the operator says so", async () => {
    const { ownerUrl } = await twoLogins(await fresh());
    const one = await openDatabase({ databaseUrl: ownerUrl, dataDir: null });
    await expect(prepareDatabase(one, false)).rejects.toBeInstanceOf(UnsafeDatabase);
    expect(rowsOf(await one.outer.execute("select 1 from pg_class where relname = 'audit_event'"))).toEqual([]);
    const named = await openDatabase({ databaseUrl: ownerUrl, ownerUrl, dataDir: null });
    await expect(prepareDatabase(named, false)).rejects.toThrow("it owns the tables");
    expect((await prepareDatabase(one, true)).logins).toBe("one");
    await one.close();
    await named.close();
  });

  it("an owner's address that leads to another database is refused, and nothing is written there", async () => {
    const { databaseUrl } = await twoLogins(await fresh());
    const other = await fresh();
    const both = await openDatabase({ databaseUrl, ownerUrl: other, dataDir: null });
    await expect(prepareDatabase(both, false)).rejects.toThrow("DATABASE_URL and DATABASE_OWNER_URL lead to two databases");
    expect(await asAdmin(other, "select relname from pg_class where relname in ('audit_event', '__drizzle_migrations')")).toEqual([]);
    await both.close();
  });

  it("an older version that migrates, or starts with both logins, takes nothing from the newer one that runs", async () => {
    const { databaseUrl, ownerUrl } = await twoLogins(await fresh());
    const both = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
    await prepareDatabase(both, false);
    await asAdmin(
      ownerUrl,
      `create table tomorrow (id int); grant select, insert on tomorrow to "${new URL(databaseUrl).username}";
       insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', 4102444800000)`,
    );
    await expect(prepareDatabase(both, false)).rejects.toThrow(/does not know: of tomorrow\. Start the version that made it/);
    expect(await asAdmin(databaseUrl, "insert into tomorrow values (1) returning id")).toEqual([{ id: 1 }]);
    await both.close();
  });

  it("an owner that may make no schema is the operator's to put right, and no fault of ours", async () => {
    const { databaseUrl } = await twoLogins(await fresh());
    const both = await openDatabase({ databaseUrl, ownerUrl: databaseUrl, dataDir: null });
    const refused = await prepareDatabase(both, false).catch(startFailureOf);
    expect(refused).toEqual({
      code: 2,
      says: expect.stringMatching(/^the database refuses: permission denied .*\(42501\)\. The login of DATABASE_OWNER_URL has to own/),
    });
    await both.close();
  });

  it.each([
    ["grant update on audit_event to %s", "change or delete rows of the audit trail"],
    ["grant delete on audit_event to %s", "change or delete rows of the audit trail"],
    ["grant truncate on audit_event to %s", "change or delete rows of the audit trail"],
    ["grant update (payload) on audit_event to %s", "change columns of the audit trail"],
    ["alter role %s bypassrls", "bypasses row-level security"],
    ["alter role %s superuser", "superuser"],
    ["alter role %s createrole", "grant itself more"],
    ["grant %o to %s", "owns the tables"],
  ])("T84: no start after: %s", async (statement, says) => {
    const { databaseUrl, ownerUrl, adminUrl } = await twoLogins(await fresh());
    const db = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
    await prepareDatabase(db, false);
    await db.close();
    const user = (url: string) => new URL(url).username;
    await asAdmin(adminUrl, statement.replace("%s", user(databaseUrl)).replace("%o", user(ownerUrl)));
    const again = await openDatabase({ databaseUrl, dataDir: null });
    await expect(prepareDatabase(again, false)).rejects.toThrow(says);
    expect((await readStanding(again)).logins).toBe("one");
    await again.close();
  });

  it("migrating again takes back what was granted past the list", async () => {
    const { databaseUrl, ownerUrl, adminUrl } = await twoLogins(await fresh());
    const db = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
    await prepareDatabase(db, false);
    await asAdmin(ownerUrl, `grant update, delete on all tables in schema public to ${new URL(databaseUrl).username}`);
    expect((await readStanding(db)).logins).toBe("one");
    expect((await prepareDatabase(db, false)).logins).toBe("two");
    await db.close();
    expect(await asAdmin(adminUrl, "select relname from pg_class where relname = 'audit_event'")).toHaveLength(1);
  });

  it("the queue works for a login that does not own it", async () => {
    const { databaseUrl, ownerUrl } = await twoLogins(await fresh());
    const db = await openDatabase({ databaseUrl, ownerUrl, dataDir: null });
    await migrate(db);
    const errors: unknown[] = [];
    const queue = await createQueue(db, { sweep: async () => [], onError: (error) => errors.push(error) });
    const done = Promise.withResolvers<string>();
    await queue.work(async (key) => done.resolve(key));
    await queue.wake(["1#1"]);
    expect(await done.promise).toBe("1#1");
    // Long enough for its own housekeeping to have come round.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    await queue.stop();
    expect(errors).toEqual([]);
    await db.close();
  });

  it("T84: twenty that migrate at once, and a process of its own, leave one schema", async () => {
    const { databaseUrl, ownerUrl, adminUrl } = await twoLogins(await fresh());
    const databases = await Promise.all(Array.from({ length: 20 }, () => openDatabase({ databaseUrl, ownerUrl, dataDir: null })));
    const env = { ...process.env, DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: ownerUrl, NODE_ENV: "production" };
    const command = run(process.execPath, [new URL("../../src/main.ts", import.meta.url).pathname, "migrate"], { env });
    for (const { logins } of await Promise.all(databases.map((db) => prepareDatabase(db, false)))) expect(logins).toBe("two");
    expect((await command).stdout).toBe("countersign: the database is up to date (two logins)\n");
    const [row] = await asAdmin(adminUrl, "select count(*)::int as n, count(distinct hash)::int as d from drizzle.__drizzle_migrations");
    expect(row!["n"]).toBe(row!["d"]);
    for (const db of databases) await db.close();
  }, 120_000);
});
