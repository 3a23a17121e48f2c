import { Socket } from "node:net";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { routine, tenant } from "../../src/store/schema.ts";
import { ofTenant, type Scope } from "../../src/store/scope.ts";
import { together } from "../../src/store/tx.ts";
import { describeOnBoth, describeOnPostgres, describeOnServer } from "../support/database.ts";

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

  test("a small statement is not held back until the one before is acknowledged", async () => {
    const delays = vi.spyOn(Socket.prototype, "setNoDelay");
    await withOne((db) => db.outer.execute(sql`select 1`));
    expect(delays).toHaveBeenCalledWith(true);
    delays.mockRestore();
  });

  test("no statement is compiled into machine code, which takes longer than any of ours does", () =>
    withOne(async (db) => {
      expect(rowsOf(await db.outer.execute(sql`select current_setting('jit') as jit`))).toEqual([{ jit: "off" }]);
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

describeOnServer("reads that come together", (open) => {
  const transactionOf = async (tx: Parameters<Parameters<Database["read"]>[1]>[0]) => {
    const told = await tx.execute(sql`select pg_backend_pid() as pid, now()::text as begun, current_setting('countersign.tenant') as seen`);
    return rowsOf<{ pid: number; begun: string; seen: string }>(told)[0]!;
  };

  test("share one transaction when their scope is the same, and never with another scope", async () => {
    const db = await open();
    const ids = [1, 2].map((index) => `01890000-0000-7000-8000-00000000000${index}`);
    await db.outer.insert(tenant).values(ids.map((id, index) => ({ id, host: "github.com", accountId: index + 1, login: `t${index}` })));
    const told = await Promise.all(Array.from({ length: 20 }, (_, index) => db.read(ofTenant(ids[index % 2]!), transactionOf)));
    expect(told.map(({ seen }) => seen)).toEqual(told.map((_, index) => ids[index % 2]));
    expect(new Set(told.map(({ pid, begun }) => `${pid} ${begun}`)).size).toBe(2);
    // Who comes when one is under way is not told what stood before it came.
    const before = db.read(ofTenant(ids[0]!), async (tx) => {
      await tx.execute(sql`select pg_sleep(0.2)`);
      return tx.select().from(routine);
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await db.outer.insert(routine).values({ name: "new", claimedAt: new Date() });
    expect(await db.read(ofTenant(ids[0]!), (tx) => tx.select({ name: routine.name }).from(routine))).toEqual([{ name: "new" }]);
    await before;
  });

  test("answer for themselves: one that fails takes nobody along, and no more of them share than are on the wire at once", async () => {
    const db = await open();
    const good = () => db.read([], async (tx) => rowsOf<{ one: number }>(await tx.execute(sql`select 1 as one`)));
    const bad = () => db.read([], (tx) => tx.execute(sql`select 1 / (${0}::int)`));
    const told = await Promise.allSettled([good(), bad(), good(), bad(), ...Array.from({ length: 40 }, good)]);
    expect(told.map(({ status }) => status)).toEqual(told.map((_, index) => (index === 1 || index === 3 ? "rejected" : "fulfilled")));
    for (const each of told) if (each.status === "rejected") expect(each.reason).toMatchObject({ cause: { code: "22012" } });
    expect(await good()).toEqual([{ one: 1 }]);
  });

  test("are all refused when no transaction can begin", async () => {
    const db = await open();
    await db.close();
    const told = await Promise.allSettled(Array.from({ length: 5 }, () => db.read([], (tx) => tx.execute(sql`select 1`))));
    expect(told.map(({ status }) => status)).toEqual(Array(5).fill("rejected"));
  });

  test("an act that throws before it asks, and a scope that fails, are told as themselves, and nobody waits for an answer that never comes", async () => {
    const db = await open();
    const good = () => db.read([], async (tx) => rowsOf<{ one: number }>(await tx.execute(sql`select 1 as one`)));
    const thrower = () =>
      db.read([], () => {
        throw new Error("thrown at once");
      });
    const soon = <T>(promise: Promise<T>) =>
      Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("still waiting")), 2000))]);
    await expect(soon(thrower())).rejects.toThrow("thrown at once");
    const told = await Promise.allSettled([good(), thrower(), good()].map(soon));
    expect(told).toMatchObject([
      { status: "fulfilled", value: [{ one: 1 }] },
      { status: "rejected", reason: { message: "thrown at once" } },
      { status: "fulfilled", value: [{ one: 1 }] },
    ]);
    // What the database does not take of a scope, and not that everything after it was ignored.
    const walled = () => db.read(ofTenant("\0"), (tx) => tx.execute(sql`select 1`));
    await expect(walled()).rejects.toMatchObject({ code: "22021" });
    for (const each of await Promise.allSettled([walled(), walled()])) expect(each).toMatchObject({ reason: { code: "22021" } });
    // Whoever bears what its scope did to it has read nothing.
    await expect(db.read(ofTenant("\0"), (tx) => tx.execute(sql`select 1`).catch(() => "nothing"))).rejects.toMatchObject({
      code: "22021",
    });
  });

  test("are done again when their connection is lost in the middle, and one alone is told so", async () => {
    const db = await open();
    const pidOf = async (tx: Parameters<Parameters<Database["read"]>[1]>[0]) =>
      rowsOf<{ pid: number }>(await tx.execute(sql`select pg_backend_pid() as pid`))[0]!.pid;
    const cut = (pid: number) => void db.outer.execute(sql`select pg_terminate_backend(${pid}::int)`).then(() => {});
    const slow = async (tx: Parameters<Parameters<Database["read"]>[1]>[0], first: (pid: number) => void) => {
      const pid = await pidOf(tx);
      first(pid);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await pidOf(tx)) !== pid;
    };
    const alone = db.read([], (tx) => slow(tx, cut));
    await expect(alone).rejects.toThrow();
    let isCut = false;
    const once = (pid: number) => {
      if (!isCut) cut(pid);
      isCut = true;
    };
    const two = await Promise.all([1, 2].map(() => db.read([], (tx) => slow(tx, once))));
    expect(two).toEqual([false, false]);
  });
});

const ON = ["pglite", "postgres"] as const;

describeOnPostgres("what is said together", (fresh) => {
  test.each(ON)("is heard in the order in which it is given, whatever kind it is of: %s", async (driver) => {
    const db = await openDatabase({ databaseUrl: driver === "postgres" ? await fresh() : null, dataDir: null });
    const next = sql<number>`nextval('said')::int`;
    await db.outer.execute(sql`create sequence said`);
    await db.outer.execute(sql`create table routine (name text primary key, claimed_at timestamptz(3), released_at timestamptz(3))`);
    await db.outer.execute(sql`insert into routine values ('one', now())`);
    type On = Parameters<Parameters<Database["transaction"]>[1]>[0];
    const raw = async (tx: On, statement: ReturnType<typeof sql>) => rowsOf<{ said: number }>(await tx.execute(statement))[0]!.said;
    const said = { said: next };
    const kinds: ((tx: On) => PromiseLike<number>)[] = [
      (tx) => raw(tx, sql`select ${next} as said`),
      (tx) => raw(tx, sql`select ${next} as said from (select ${2}::int) t`),
      (tx) =>
        tx
          .select(said)
          .from(routine)
          .then(([row]) => row!.said),
      async (tx) => (await tx.select(said).from(routine).for("update"))[0]!.said,
      async (tx) => (await tx.update(routine).set({ claimedAt: new Date() }).returning(said))[0]!.said,
      async (tx) =>
        (
          await tx
            .insert(routine)
            .values({ name: String(Math.random()), claimedAt: new Date() })
            .returning(said)
        )[0]!.said,
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(kinds.length - 1), { minLength: 2, maxLength: 8 }), async (order) => {
        const heard = await db.transaction([], (tx) => together(...order.map((kind) => () => kinds[kind]!(tx))));
        expect(heard).toEqual(heard.toSorted((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
    await db.close();
  });
});

describeOnBoth("statements that are said together", (open) => {
  test("of which one fails end the whole transaction", async () => {
    const db = await open();
    const add = (tx: Parameters<Parameters<Database["transaction"]>[1]>[0], name: string) =>
      tx.insert(routine).values({ name, claimedAt: new Date() });
    const failed = db.transaction([], (tx) =>
      together(
        () => add(tx, "together one"),
        () => tx.execute(sql`select 1 / (${0}::int)`),
        () => add(tx, "together two"),
      ),
    );
    await expect(failed).rejects.toMatchObject({ cause: { code: "22012" } });
    const names = await db.outer.select({ name: routine.name }).from(routine);
    expect(names.filter(({ name }) => name.startsWith("together"))).toEqual([]);
  });
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
