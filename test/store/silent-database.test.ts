import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createQueue } from "../../src/store/queue.ts";
import { describeOnPostgres } from "../support/database.ts";
import { layWire, type Wire } from "../support/fleet.ts";
import { until } from "../support/scene.ts";

/** Short, so that nobody waits for what a server waits for. */
const PATIENCE = { statementMs: 800, silenceMs: 1500, connectMs: 1000, transactionMs: 60_000, sessionMs: 300_000 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** The causes of an error, outermost first. */
const codesOf = (error: unknown): unknown[] =>
  error instanceof Error ? [(error as { code?: unknown }).code, ...codesOf(error.cause)] : [];
const codes = (act: Promise<unknown>) => act.then(() => "answered", codesOf);

describeOnPostgres("a database that says nothing any more, and closes nothing", (fresh) => {
  let wire: Wire | null = null;
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    // pg-boss waits for the end of each of its connections.
    wire?.cut();
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function behindWire(patience = PATIENCE): Promise<{ db: Database; wire: Wire }> {
    const url = new URL(await fresh());
    const port = Number(url.port);
    wire = await layWire(() => [port]);
    closing.push(() => wire!.close());
    const db = await openDatabase({
      databaseUrl: Object.assign(url, { port: String(wire.port) }).href,
      dataDir: null,
      patience,
    });
    closing.push(() => db.close());
    return { db, wire };
  }

  test("T78: what is under way fails as a lost connection, and what comes after works on another one", async () => {
    const { db, wire } = await behindWire();
    await db.outer.execute(sql`create table said (what text)`);
    // As many as there are: most stand idle when it falls silent.
    await Promise.all(Array.from({ length: 10 }, () => db.outer.execute(sql`select pg_sleep(0.2)`)));
    const under = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    const between = db.transaction([], async (tx) => {
      await tx.execute(sql`insert into said values ('half')`);
      under.resolve();
      await goesOn.promise;
      await tx.execute(sql`insert into said values ('the other half')`);
    });
    await under.promise;
    wire.silence();
    goesOn.resolve();
    const lost = await Promise.all([
      codes(between),
      codes(db.outer.execute(sql`select 1`)),
      codes(db.transaction([], (tx) => tx.execute(sql`insert into said values ('never')`))),
      codes(db.read([], (tx) => tx.execute(sql`select 1`))),
    ]);
    // Those that found a connection still to be opened are answered.
    expect(lost[0]).toContain("CONNECTION_CLOSED");
    for (const each of lost.slice(1)) expect(each === "answered" || each.includes("ANSWER_TIMEOUT")).toBe(true);
    // None of them finds one of the others that stood idle.
    for (let again = 0; again < 12; again++) await db.transaction([], (tx) => tx.execute(sql`insert into said values ('again')`));
    const halves = await db.outer.execute(sql`select what from said where what like '%half'`);
    expect(rowsOf(halves)).toEqual([]);
  });

  test("T78: new connections that are not answered are given up as well", async () => {
    const { db, wire } = await behindWire();
    await db.outer.execute(sql`select 1`);
    wire.mute = true;
    wire.silence();
    const tried = Array.from({ length: 15 }, () => codes(db.transaction([], (tx) => tx.execute(sql`select 1`))));
    expect((await Promise.all(tried)).flat()).toContain("CONNECT_TIMEOUT");
    wire.mute = false;
    await until(
      async () => (await codes(db.transaction([], (tx) => tx.execute(sql`select 1`)))) === "answered" || null,
      () => "an answer",
    );
  });

  test("T78: connections that are ended for their age make room for others, though nobody hears of their end", async () => {
    const { db, wire } = await behindWire({ ...PATIENCE, sessionMs: 1_000 });
    await Promise.all(Array.from({ length: 10 }, () => db.outer.execute(sql`select pg_sleep(0.2)`)));
    wire.silence();
    await pause(1500);
    expect(await Promise.race([codes(db.outer.execute(sql`select 1`)), pause(5_000)])).toBe("answered");
  });

  test("T78: connections end for their age between transactions: none is refused, half done or done twice", async () => {
    const { db } = await behindWire({ ...PATIENCE, sessionMs: 100 });
    await db.outer.execute(sql`create table done (number int, part int)`);
    await db.outer.execute(sql`create table sessions (pid int primary key)`);
    const many = 400;
    let next = 0;
    const worker = async () => {
      while (next < many) {
        const number = next++;
        await db.transaction([], async (tx) => {
          await tx.execute(sql`insert into sessions values (pg_backend_pid()) on conflict do nothing`);
          await tx.execute(sql`insert into done values (${number}, 1)`);
          await tx.execute(sql`select pg_sleep(0.03)`);
          await tx.execute(sql`insert into done values (${number}, 2)`);
        });
        await db.read([], (tx) => tx.execute(sql`select count(*) from done`));
      }
    };
    await Promise.all(Array.from({ length: 15 }, worker));
    const [told] = rowsOf<object>(
      await db.outer.execute(sql`
        select (select count(*)::int from sessions) > 20 as renewed, count(*)::int as rows, count(distinct (number, part))::int as parts from done`),
    );
    expect(told).toEqual({ renewed: true, rows: 2 * many, parts: 2 * many });
  });

  test("T78: the server's own verdict on a statement that takes too long comes first", async () => {
    const { db } = await behindWire();
    expect(await codes(db.outer.execute(sql`select pg_sleep(5)`))).toContain("57014");
    expect(await codes(db.outer.execute(sql`select 1`))).toBe("answered");
  });

  test("who says nothing to the database is not given up, nor an answer that came while this process stood still", async () => {
    const { db } = await behindWire();
    await db.transaction([], async (tx) => {
      await tx.execute(sql`select 1`);
      await pause(2 * PATIENCE.silenceMs);
      await tx.execute(sql`select 1`);
    });
    const asked = codes(db.outer.execute(sql`select pg_sleep(0.3)`));
    await pause(50);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * PATIENCE.silenceMs);
    expect(await asked).toBe("answered");
  });

  test("T76: who vanishes in the middle of a statement gives up its locks, though the server hears of no end", async () => {
    const { db, wire } = await behindWire({ ...PATIENCE, silenceMs: 60_000, transactionMs: 1_000 });
    await db.outer.execute(sql`create table held (by text)`);
    await db.outer.execute(sql`insert into held values ('nobody')`);
    const holds = Promise.withResolvers<void>();
    const vanished = db.transaction([], async (tx) => {
      await tx.execute(sql`update held set by = 'who vanished'`);
      wire.deafen();
      holds.resolve();
      // The server has read its words, and waits for their values, which come when the client has heard of that.
      await tx.execute(sql`select ${1}::int + ${2}::int`);
    });
    const lost = codes(vanished);
    await holds.promise;
    await until(
      async () => (await codes(db.transaction([], (tx) => tx.execute(sql`update held set by = by || ', another'`)))) === "answered" || null,
      () => "the lock",
    );
    expect(rowsOf(await db.outer.execute(sql`select by from held`))).toEqual([{ by: "nobody, another" }]);
    wire.cut();
    expect(await lost).not.toBe("answered");
  });

  test("T78: the queue goes on by itself", async () => {
    const { db, wire } = await behindWire();
    await migrate(db);
    const queue = await createQueue(db, { patience: PATIENCE, sweep: async () => [], onError: () => {} });
    closing.push(() => queue.stop());
    const handled: string[] = [];
    await queue.work(async (key) => void handled.push(key));
    await queue.wake(["before"]);
    await until(
      () => handled.includes("before") || null,
      () => "the first",
    );
    wire.silence();
    await until(
      async () => ((await codes(queue.wake(["after"]))) === "answered" ? true : null),
      () => "a wake-up to be taken",
    );
    await until(
      () => handled.includes("after") || null,
      () => `the second among ${handled}`,
    );
  }, 60_000);
});
