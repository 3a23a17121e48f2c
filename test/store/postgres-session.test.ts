import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { routine, tenant } from "../../src/store/schema.ts";
import { ofTenant, type Scope } from "../../src/store/scope.ts";
import { describeOnPostgres, describeOnServer } from "../support/database.ts";

/** Statements that this connection has the server keep. */
const kept = async (on: Parameters<Parameters<Database["read"]>[1]>[0]) =>
  rowsOf<{ statement: string }>(await on.execute(sql`select statement from pg_prepared_statements`)).map(({ statement }) => statement);

describeOnPostgres("speaking to Postgres", (fresh) => {
  const withOne = async <T>(act: (db: Database) => Promise<T>): Promise<T> => {
    const db = await openDatabase({ databaseUrl: await fresh(), dataDir: null });
    return act(db).finally(() => db.close());
  };

  test("a statement with parameters is parsed once for each connection, one with a long list never kept", () =>
    withOne(async (db) => {
      await db.transaction([], async (tx) => {
        for (const value of [1, 2, 3]) await tx.execute(sql`select ${value}::int as short`);
        const long = sql.join(
          Array.from({ length: 41 }, (_, index) => sql`${index}::int`),
          sql`, `,
        );
        await tx.execute(sql`select array[${long}] as long`);
        const texts = await kept(tx);
        expect(texts.filter((text) => text.includes("as short"))).toHaveLength(1);
        expect(texts.filter((text) => text.includes("as long"))).toEqual([]);
      });
    }));

  test("what only reads cannot write, and a transaction that fails leaves nothing", () =>
    withOne(async (db) => {
      await db.outer.execute(sql`create table note (id int)`);
      await expect(db.read([], (tx) => tx.execute(sql`insert into note values (${1}::int)`))).rejects.toMatchObject({
        cause: { code: "25006" },
      });
      const failed = db.transaction([], async (tx) => {
        await tx.execute(sql`insert into note values (${2}::int)`);
        throw new Error("given up");
      });
      await expect(failed).rejects.toThrow("given up");
      await db.transaction([], (tx) => tx.execute(sql`insert into note values (${3}::int)`));
      expect(rowsOf(await db.read([], (tx) => tx.execute(sql`select id from note`)))).toEqual([{ id: 3 }]);
    }));
});

describeOnServer("the scope of a transaction", (open) => {
  // It is sent ahead and not waited for: nothing that the transaction says may overtake it.
  test("stands before the first statement, on every connection and from the first use, and ends with it", async () => {
    const db = await open();
    const id = "01890000-0000-7000-8000-000000000001";
    await db.outer.insert(tenant).values({ id, host: "github.com", accountId: 1, login: "acme" });
    const seen = (on: Database["read"] | Database["transaction"], scope: Scope) => on(scope, (tx) => tx.select().from(tenant));
    for (let round = 0; round < 3; round++) {
      const all = Array.from({ length: 40 }, (_, index) => seen(index % 2 === 0 ? db.read : db.transaction, ofTenant(id)));
      for (const rows of await Promise.all(all)) expect(rows).toMatchObject([{ id }]);
      for (const on of [db.read, db.transaction]) expect(await seen(on, [])).toEqual([]);
    }
  });

  test("ends the whole transaction when it fails itself", async () => {
    const db = await open();
    const write = (scope: Scope, name: string) => db.transaction(scope, (tx) => tx.insert(routine).values({ name, claimedAt: new Date() }));
    // A text that the database does not take.
    await expect(write(ofTenant("\0"), "lost")).rejects.toThrow();
    await expect(db.read(ofTenant("\0"), (tx) => tx.select().from(routine))).rejects.toThrow();
    // It catches what its scope did to it, and goes on: what it says then is not said on a connection that others have by now.
    const stubborn = db.transaction(ofTenant("\0"), async (tx) => {
      await tx
        .select()
        .from(routine)
        .catch(() => []);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return tx.insert(routine).values({ name: "astray", claimedAt: new Date() });
    });
    await expect(stubborn).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await write([], "kept");
    expect(await db.outer.select({ name: routine.name }).from(routine)).toEqual([{ name: "kept" }]);
  });
});
