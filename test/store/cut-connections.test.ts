import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { describeOnPostgres } from "../support/database.ts";
import { layWire, type Wire } from "../support/fleet.ts";
import { until } from "../support/scene.ts";

const CUTS = 25;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnPostgres("connections that are cut again and again", (fresh) => {
  let wire: Wire | null = null;
  let db: Database | null = null;
  afterEach(async () => {
    await db?.close();
    await wire?.close();
  });

  // What the driver throws past everybody fails the whole run.
  test("T78: every statement and transaction ends, and all of them work again afterwards", async () => {
    const url = new URL(await fresh());
    const port = Number(url.port);
    wire = await layWire(() => [port]);
    db = await openDatabase({ databaseUrl: Object.assign(url, { port: String(wire.port) }).href, dataDir: null });
    const acts: ((db: Database) => Promise<unknown>)[] = [
      (on) => on.outer.execute(sql`select pg_sleep(0.001)`),
      (on) => on.read([], (tx) => tx.execute(sql`select 1`)),
      (on) =>
        on.transaction([], async (tx) => {
          await tx.execute(sql`select pg_sleep(0.002)`);
          await Promise.all([tx.execute(sql`select 2`), tx.execute(sql`select 3`)]);
        }),
    ];
    const done = Array.from({ length: 12 }, () => 0);
    const ending = new AbortController();
    const on = db;
    const work = done.map(async (_, index) => {
      while (!ending.signal.aborted) {
        await acts[index % acts.length]!(on).then(
          () => done[index]!++,
          () => {},
        );
        await pause(1);
      }
    });
    for (let round = 0; round < CUTS; round++) {
      await pause(60);
      wire.refuse = round % 8 === 0;
      wire.cut();
      await pause(20);
    }
    wire.refuse = false;
    const before = [...done];
    await until(
      () => (done.every((count, index) => count > before[index]! + 3) ? true : null),
      () => `all to work again: ${done.map((count, index) => count - before[index]!).join(", ")}`,
    );
    ending.abort();
    await Promise.all(work);
    expect(done.every((count) => count > 3)).toBe(true);
  }, 120_000);

  test("T76: whoever stands still in a transaction gives up its locks, and writes nothing when it goes on", async () => {
    db = await openDatabase({ databaseUrl: await fresh(), dataDir: null });
    const on = db;
    await on.outer.execute(sql`create table held (id int primary key, by text)`);
    await on.outer.execute(sql`insert into held values (1, 'nobody')`);
    const holds = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    const still = on.transaction([], async (tx) => {
      await tx.execute(sql`update held set by = 'who stands still'`);
      holds.resolve();
      await goesOn.promise;
      await tx.execute(sql`update held set by = 'who stood still'`);
    });
    const ended = expect(still).rejects.toThrow();
    await holds.promise;
    // It waits for the lock, and gets it although nobody gives it back.
    await on.transaction([], async (tx) => tx.execute(sql`update held set by = by || ', another'`));
    goesOn.resolve();
    await ended;
    const [row] = rowsOf<{ by: string }>(await on.outer.execute(sql`select by from held`));
    expect(row!.by).toBe("nobody, another");
  });
});
