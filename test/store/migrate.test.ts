import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openDatabase, rowsOf, UnsafeDatabase } from "../../src/store/connect.ts";
import { migrate, UnknownSchema } from "../../src/store/migrate.ts";
import { ofRepository } from "../../src/store/scope.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";

describeOnBoth("migrations", (open) => {
  it("run again without effect, and refuse a database that a newer version has migrated", async () => {
    const db = await open();
    const applied = async () => rowsOf(await db.outer.execute(sql`select hash from drizzle.__drizzle_migrations order by id`));
    const before = await applied();
    expect(before.length).toBeGreaterThan(1);
    await migrate(db);
    expect(await applied()).toEqual(before);
    await db.outer.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('from the future', 4102444800000)`);
    await expect(migrate(db)).rejects.toBeInstanceOf(UnknownSchema);
  });
});

describeOnPostgres("a server", (fresh) => {
  it("is migrated once by ten processes that start together", async () => {
    const url = await fresh();
    const databases = await Promise.all(Array.from({ length: 10 }, () => openDatabase({ databaseUrl: url, dataDir: null })));
    await Promise.all(databases.map((db) => migrate(db)));
    const rows = rowsOf<{ n: number; distinct: number }>(
      await databases[0]!.outer.execute(
        sql`select count(*)::int as n, count(distinct hash)::int as distinct from drizzle.__drizzle_migrations`,
      ),
    );
    expect(rows[0]!.n).toBe(rows[0]!.distinct);
    await Promise.all(databases.map((db) => db.close()));
  });

  it("is migrated although those that go on lock the same tables the other way round", async () => {
    const db = await openDatabase({ databaseUrl: await fresh(), dataDir: null });
    await migrate(db);
    // So that there is something to alter, in the order of the list.
    for (const table of ["tenant", "subject"]) await db.outer.execute(sql.raw(`drop policy countersign_tenant on ${table}`));
    const waiting = async () =>
      rowsOf<{ n: number }>(
        await db.outer.execute(sql`select count(*)::int as n from pg_locks where not granted and relation = 'subject'::regclass`),
      )[0]!.n;
    let migrated: Promise<void> | null = null;
    await db.transaction([], async (tx) => {
      await tx.execute(sql`lock table subject in access share mode`);
      migrated = migrate(db);
      while ((await waiting()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      // Who waits first is given up first: the migration.
      await tx.execute(sql`lock table tenant in access share mode`);
    });
    await expect(migrated).resolves.toBeUndefined();
    const policies = rowsOf(await db.outer.execute(sql`select tablename from pg_policies where tablename in ('tenant', 'subject')`));
    expect(policies).toHaveLength(2);
    await db.close();
  });

  it("is migrated although those that go on never leave a moment in which nobody locks the other way round", async () => {
    const db = await openDatabase({ databaseUrl: await fresh(), dataDir: null });
    await migrate(db);
    for (const table of ["tenant", "subject"]) await db.outer.execute(sql.raw(`drop policy countersign_tenant on ${table}`));
    let goesOn = true;
    const refused: unknown[] = [];
    const work = async () => {
      while (goesOn) {
        const done = db.transaction(ofRepository(1), async (tx) => {
          await tx.execute(sql`lock table subject in access share mode`);
          await new Promise((resolve) => setTimeout(resolve, 200));
          await tx.execute(sql`lock table tenant in access share mode`);
        });
        await done.catch((error: unknown) => refused.push(error));
      }
    };
    const working = [work(), new Promise((resolve) => setTimeout(resolve, 100)).then(work)];
    await migrate(db);
    goesOn = false;
    await Promise.all(working);
    expect(rowsOf(await db.outer.execute(sql`select 1 from pg_policies where tablename in ('tenant', 'subject')`))).toHaveLength(2);
    expect(refused).toEqual([]);
    await db.close();
  }, 60_000);

  it.each([
    ["synchronous_commit", "off"],
    ["default_transaction_read_only", "on"],
  ])("T78: is refused with %s = %s", async (setting, value) => {
    const url = await fresh();
    const db = await openDatabase({ databaseUrl: url, dataDir: null });
    await db.outer.execute(sql.raw(`alter database ${new URL(url).pathname.slice(1)} set ${setting} = ${value}`));
    await db.close();
    await expect(openDatabase({ databaseUrl: url, dataDir: null })).rejects.toBeInstanceOf(UnsafeDatabase);
  });
});

describe("a server that is not there", () => {
  it("rejects instead of waiting for ever", async () => {
    await expect(openDatabase({ databaseUrl: "postgres://127.0.0.1:1/none", dataDir: null })).rejects.toThrow();
  });
});
