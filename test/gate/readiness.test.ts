import { describe, expect, test, vi } from "vitest";
import { APP_EVENTS, APP_PERMISSIONS } from "../../src/gate/app-needs.ts";
import type { AppReading, DatabaseReading } from "../../src/gate/ports.ts";
import { createReadiness, remembered } from "../../src/gate/readiness.ts";

const permissions = Object.fromEntries(Object.entries(APP_PERMISSIONS).map(([name, { level }]) => [name, level]));
const FINE: AppReading = { status: "ok", permissions, events: APP_EVENTS, aheadMs: 0 };

function rig(database: () => Promise<DatabaseReading>, reading: AppReading | null = FINE) {
  let now = 0;
  const asked = { database: vi.fn(database), app: vi.fn(async () => reading!) };
  const app = reading === null ? null : { read: asked.app, enterprise: false, appId: 7 };
  const ready = createReadiness({ reads: { database: asked.database }, app, monotonic: () => now, patienceMs: 50 });
  const pass = (ms: number) => {
    now += ms;
  };
  return { ready, asked, pass };
}

describe("readiness", () => {
  test.each<[string, () => Promise<DatabaseReading>, AppReading | null, object]>([
    ["all is well", async () => "ok", FINE, { status: "ready", database: "ok", github: "ok" }],
    ["the database is gone", async () => "unreachable", FINE, { status: "not ready", database: "unreachable" }],
    ["asking it fails", () => Promise.reject(new Error("postgres://u:p@h")), FINE, { status: "not ready", database: "unreachable" }],
    ["it never answers", () => new Promise(() => {}), FINE, { status: "not ready", database: "unreachable" }],
    ["it is not migrated", async () => "not_migrated", FINE, { status: "not ready", database: "not migrated" }],
    ["it takes no writes", async () => "read_only", FINE, { status: "not ready", database: "read-only" }],
    ["there is no app", async () => "ok", null, { status: "not ready", github: "no APP_ID" }],
    ["GitHub is silent", async () => "ok", { status: "unreachable", because: "secret" }, { status: "degraded", github: "unreachable" }],
    ["the key is not taken", async () => "ok", { status: "refused", because: "x", aheadMs: 0 }, { status: "degraded", github: "refused" }],
    ["the clock is off", async () => "ok", { ...FINE, aheadMs: 60_000 } as AppReading, { status: "degraded" }],
  ])("when %s", async (_what, database, reading, found) => {
    const told = await rig(database, reading).ready();
    expect(told).toMatchObject(found);
    expect(JSON.stringify(told)).not.toMatch(/secret|postgres:/);
  });

  test("a thousand probes at once ask once, and again only after a while", async () => {
    const { ready, asked, pass } = rig(async () => "ok");
    await Promise.all(Array.from({ length: 1000 }, ready));
    pass(1_000);
    await ready();
    expect([asked.database.mock.calls.length, asked.app.mock.calls.length]).toEqual([1, 1]);
    pass(2_500);
    await ready();
    expect([asked.database.mock.calls.length, asked.app.mock.calls.length]).toEqual([2, 1]);
    pass(30_000);
    await ready();
    expect(asked.app.mock.calls.length).toBe(2);
  });
});

test.each<[string, { takes: number; share?: number; fails?: true }, number]>([
  ["what takes no time", { takes: 0, share: 0.01 }, 5_000],
  ["what takes half a second", { takes: 500, share: 0.01 }, 49_500],
  ["what hung for half a minute", { takes: 30_000, share: 0.01 }, 600_000],
  ["what has no share of the time, however long it took,", { takes: 40_000 }, 5_000],
  ["a failure, however long it took,", { takes: 25_000, share: 0.01, fails: true }, 5_000],
])("%s is kept for as long as its share of the time says, and asked again then", async (_what, { takes, share, fails }, keptMs) => {
  let now = 0;
  const ask = vi.fn(async () => {
    now += takes;
    if (fails) throw new Error("no answer");
    return "told";
  });
  const answer = remembered(() => now, 5_000, ask, share);
  const asked = () => answer().catch((error: Error) => error.message);
  const told = await asked();
  const until = now + keptMs;
  now = until - 1;
  expect(await asked()).toBe(told);
  expect(ask).toHaveBeenCalledTimes(1);
  now = until;
  await asked();
  expect(ask).toHaveBeenCalledTimes(2);
});
