import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Queue } from "../../src/gate/ports/ledger.ts";
import { type Database, openDatabase, rowsOf } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createQueue } from "../../src/store/queue.ts";
import { describeOnBoth, describeOnPostgres } from "../support/database.ts";
import { begin, newRepository } from "./sample.ts";

type Handle = (key: string) => Promise<void>;

describeOnBoth("the queue", (open) => {
  let db: Database;
  let queue: Queue;
  let owed: string[] = [];
  const errors: unknown[] = [];
  const handles = new Map<string, Handle>();

  beforeAll(async () => {
    db = await open();
    queue = await createQueue(db, {
      sweep: async () => owed,
      sweepMs: 200,
      concurrency: 4,
      retryDelaySeconds: 1,
      onError: (error) => errors.push(error),
    });
    await queue.work((key) => handles.get(key)?.(key) ?? Promise.resolve());
  });
  afterAll(() => queue.stop());

  /** The test's own behaviour for one key. */
  function on(key: string, handle: Handle): void {
    handles.set(key, handle);
  }

  it("runs a woken key soon, and every one of many", async () => {
    const seen = new Set<string>();
    const keys = Array.from({ length: 40 }, (_, i) => `many#${i}`);
    for (const key of keys) on(key, async () => void seen.add(key));
    await queue.wake(keys);
    await vi.waitFor(() => expect(seen.size).toBe(40), { timeout: 20_000 });
  });

  it("wakes a key at its instant and not before, once however often it was asked, and the key can be woken meanwhile", async () => {
    const ranAtMs: number[] = [];
    on("later#1", async () => void ranAtMs.push(Date.now()));
    const instantMs = Date.now() + 3000;
    for (let i = 0; i < 3; i++) await queue.wakeAt("later#1", new Date(instantMs).toISOString());
    await queue.wake(["later#1"]);
    await vi.waitFor(() => expect(ranAtMs).toHaveLength(2), { timeout: 30_000 });
    expect(ranAtMs[0]).toBeLessThan(instantMs);
    expect(ranAtMs[1]).toBeGreaterThanOrEqual(instantMs);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(ranAtMs).toHaveLength(2);
  });

  it("T69: coalesces what waits, and runs again for a wake that came while the key was active", async () => {
    let runs = 0;
    const gate = Promise.withResolvers<void>();
    on("busy#1", async () => {
      runs += 1;
      if (runs === 1) await gate.promise;
    });
    await queue.wake(["busy#1"]);
    await vi.waitFor(() => expect(runs).toBe(1), { timeout: 10_000 });
    for (let i = 0; i < 10; i++) await queue.wake(["busy#1", "busy#1"]);
    gate.resolve();
    await vi.waitFor(() => expect(runs).toBe(2), { timeout: 15_000 });
    await queue.wake(["after#1"]);
    let after = false;
    on("after#1", async () => {
      after = true;
    });
    await queue.wake(["after#1"]);
    await vi.waitFor(() => expect(after).toBe(true), { timeout: 10_000 });
    expect(runs).toBe(2);
  });

  it("has one active job per key and several keys at once; a busy key holds up nobody", async () => {
    let active = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    on("one#1", async () => {
      active += 1;
      most = Math.max(most, active);
      await gate.promise;
      active -= 1;
    });
    await queue.wake(["one#1"]);
    await vi.waitFor(() => expect(active).toBe(1), { timeout: 10_000 });
    await queue.wake(["one#1"]);
    const others = new Set<string>();
    for (let i = 0; i < 8; i++) on(`other#${i}`, async () => void others.add(`other#${i}`));
    for (let i = 0; i < 8; i++) await queue.wake([`other#${i}`]);
    await vi.waitFor(() => expect(others.size).toBe(8), { timeout: 10_000 });
    expect([active, most]).toEqual([1, 1]);
    gate.resolve();
    await vi.waitFor(() => expect(active).toBe(0), { timeout: 10_000 });
  });

  it("retries a rejection after a backoff that the sweep does not cut short, and reports it", async () => {
    const at: number[] = [];
    on("poor#1", async () => {
      at.push(performance.now());
      // From here on the sweep finds it, and the job that stands for it.
      if (at.length === 1) owed = ["poor#1"];
      if (at.length === 3) owed = [];
      if (at.length < 3) throw new Error("GitHub is away");
    });
    await queue.wake(["poor#1"]);
    await vi.waitFor(() => expect(at).toHaveLength(3), { timeout: 25_000 });
    // Backoff of a first retry: at least half a second of the configured one; the sweep would have come every 200 ms.
    expect(at[1]! - at[0]!).toBeGreaterThan(500);
    expect(errors.map(String)).toContain("Error: GitHub is away");
  });

  it("finds by sweep what was never woken, or whose wake was lost", async () => {
    let runs = 0;
    on("lost#1", async () => {
      runs += 1;
      owed = [];
    });
    owed = ["lost#1"];
    await vi.waitFor(() => expect(runs).toBeGreaterThan(0), { timeout: 10_000 });
  });

  it("asks the store itself when no sweep is given", async () => {
    const other = await open();
    const work = await begin(createLedger(other), newRepository());
    const seen: string[] = [];
    const own = await createQueue(other, { concurrency: 1 });
    await own.work(async (key) => void seen.push(key));
    await vi.waitFor(() => expect(seen).toContain(work.key), { timeout: 10_000 });
    await own.stop();
    await own.stop();
  });

  it("keeps no list of active keys that a wake could be held back by", async () => {
    let running = false;
    on("long#1", async () => {
      running = true;
      // Long enough for the queue's own statistics, every two seconds, to see the key as active.
      await new Promise((resolve) => setTimeout(resolve, 4500));
    });
    await queue.wake(["long#1"]);
    await vi.waitFor(() => expect(running).toBe(true), { timeout: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 4500));
    const rows = rowsOf<{ held: unknown; active: number }>(
      await db.outer.execute(sql`select singletons_active as held, active_count as active from pgboss.queue where name = 'evaluate'`),
    );
    expect(rows[0]?.held ?? null).toBeNull();
  });

  it("keeps its tables apart from ours", async () => {
    const rows = rowsOf<{ policy: string }>(await db.outer.execute(sql`select policy from pgboss.queue where name = 'evaluate'`));
    expect(rows).toEqual([{ policy: "short" }]);
  });
});

describeOnPostgres("the queue of several processes", (fresh) => {
  it("finds what another one woke, several at once", async () => {
    const db = await openDatabase({ databaseUrl: await fresh(), dataDir: null });
    await migrate(db);
    const [other, own] = [await createQueue(db, { sweep: async () => [] }), await createQueue(db, { sweep: async () => [] })];
    const gate = Promise.withResolvers<void>();
    let active = 0;
    await own.work(async () => {
      active += 1;
      await gate.promise;
    });
    await other.wake(Array.from({ length: 4 }, (_, i) => `theirs#${i}`));
    // Long before each of them would have looked by itself.
    await vi.waitFor(() => expect(active).toBe(4), { timeout: 10_000 });
    gate.resolve();
    await Promise.all([own.stop(), other.stop()]);
    await db.close();
  });
});
