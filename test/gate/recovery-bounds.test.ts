import { describe, expect, test } from "vitest";
import { differenceOf } from "../../src/gate/compare-checks-routine.ts";
import { inTurns } from "../../src/gate/in-turns.ts";
import { compareListed } from "../../src/gate/listed-pulls.ts";
import type { ApiBudget, KnownPull, ListedPull, SweepTask } from "../../src/gate/ports.ts";
import { callsAllowed, hasReserve } from "../../src/gate/recovery-budget.ts";

const NOW = new Date("2026-01-01T12:00:00Z");
const SHA = "a".repeat(40);
const task: SweepTask = {
  repository: { id: 1, owner: "acme", name: "data", ownerId: 2, installationId: 3 },
  watchedSince: "2026-01-01T08:00:00.000Z",
  sweptTo: "2026-01-01T11:50:00.000Z",
  sweptFrom: "2026-01-01T09:00:00.000Z",
  pass: null,
  isPassDue: false,
};
const listed: ListedPull = {
  ...{ number: 1, state: "open", draft: false, headSha: SHA, baseRef: "main", labels: ["a"] },
  ...{ updatedAt: "2026-01-01T11:55:00.000Z", closedAt: null },
};
const seen = compareListed(task, [listed], [], NOW).changed[0]!.seen;
const known: KnownPull = { number: 1, open: true, dirty: false, headSha: SHA, baseRef: "main", seen };

function news(pull: Partial<ListedPull>, before: KnownPull | null, given: Partial<SweepTask> = {}): readonly number[] {
  const pulls = [{ ...listed, ...pull }];
  return compareListed({ ...task, ...given }, pulls, before === null ? [] : [before], NOW).changed.map(({ number }) => number);
}

describe("T73: what a list tells that the ledger does not know", () => {
  test("as it was", () => {
    expect(news({}, known)).toEqual([]);
    expect(compareListed(task, [listed], [known], NOW).same).toEqual([1]);
  });

  test.each<[string, Partial<ListedPull>, KnownPull | null]>([
    ["never heard of", {}, null],
    ["never swept", {}, { ...known, seen: null }],
    ["another head", { headSha: "b".repeat(40) }, known],
    ["another base", { baseRef: "release" }, known],
    ["a draft", { draft: true }, known],
    ["another label", { labels: ["b"] }, known],
    ["touched in any way", { updatedAt: "2026-01-01T11:56:00.000Z" }, known],
    ["reopened", {}, { ...known, open: false }],
    ["decided on an older head, though it was marked for this one", {}, { ...known, headSha: "b".repeat(40) }],
    ["decided for another base, though it was marked for this one", {}, { ...known, baseRef: "release" }],
    ["closed", { state: "closed", closedAt: "2026-01-01T11:00:00.000Z" }, known],
    ["opened and closed since the last look", { state: "closed", closedAt: "2026-01-01T11:49:00.000Z" }, null],
  ])("%s", (_, pull, before) => expect(news(pull, before)).toEqual([1]));

  test.each<[string, Partial<ListedPull>, KnownPull | null, Partial<SweepTask>]>([
    ["marked for this very sight and not decided yet", {}, { ...known, dirty: true, headSha: "b".repeat(40) }, {}],
    ["closed, and known as closed", { state: "closed", closedAt: "2026-01-01T11:49:00.000Z" }, { ...known, open: false }, {}],
    ["closed long before the last look, and never heard of", { state: "closed", closedAt: "2026-01-01T10:00:00.000Z" }, null, {}],
    ["closed before the first look", { state: "closed", closedAt: "2026-01-01T11:49:00.000Z" }, null, { sweptFrom: task.sweptTo }],
    ["closed, at the first look", { state: "closed", closedAt: "2026-01-01T11:59:00.000Z" }, null, { sweptTo: null, sweptFrom: null }],
  ])("no news: %s", (_, pull, before, given) => expect(news(pull, before, given)).toEqual([]));

  test("what moved a moment ago may move again in the same second: it is looked at once more", () => {
    const lately = { updatedAt: "2026-01-01T11:59:45.000Z" };
    const [first] = compareListed(task, [{ ...listed, ...lately }], [known], NOW).changed;
    const later = new Date(NOW.getTime() + 60_000);
    expect(compareListed(task, [{ ...listed, ...lately }], [{ ...known, seen: first!.seen }], later).changed).toHaveLength(1);
  });
});

describe("T65: what GitHub shows of a check that we wrote", () => {
  const written = { conclusion: "action_required", runId: 7 };
  const run = (conclusion: string | null, id = 7) => ({ id, conclusion, status: conclusion === null ? "in_progress" : "completed" });

  test.each([
    ["as it was written", run("action_required"), null, null],
    ["nothing", undefined, "is not there", null],
    ["still in progress", run(null), "shows `in_progress`, and `action_required` was written", null],
    ["the same, by another run", run("action_required", 8), "is another run (8) than was written (7)", null],
    ["a success", run("success"), /^shows `success`/, /^shows `success`/],
    ["a success, by another run", run("success", 8), /^shows `success`/, /^shows `success`/],
  ])("%s", (_, shown, onHead, whereLeft) => {
    for (const [left, wrong] of [
      [false, onHead],
      [true, whereLeft],
    ] as const)
      if (wrong instanceof RegExp) expect(differenceOf(written, shown, left)).toMatch(wrong);
      else expect(differenceOf(written, shown, left)).toBe(wrong);
  });

  test("a success that stays after a merge is what was written", () => {
    expect(differenceOf({ conclusion: "success", runId: 7 }, run("success", 8), true)).toBeNull();
  });
});

describe("T81: a reserve for what is happening now", () => {
  const clock = { now: () => NOW };
  const left = (remaining: number, resetAt = "2026-01-01T12:30:00Z"): Pick<ApiBudget, "remaining"> => ({
    remaining: () => ({ remaining, limit: 5000, resetAt }),
  });

  test.each([
    [5000, 6],
    [3000, 3],
    [1001, 1],
    [1000, 0],
    [0, 0],
  ])("%i of 5,000 calls left: %i of 6 in a round", (remaining, allowed) => {
    expect(callsAllowed({ budget: left(remaining), clock }, 1, 6)).toBe(allowed);
  });

  test("what is not known, and an hour that is over, is no reason to stop", () => {
    expect(callsAllowed({ clock }, 1, 6)).toBe(6);
    expect(callsAllowed({ budget: { remaining: () => null }, clock }, 1, 6)).toBe(6);
    expect(callsAllowed({ budget: left(0, "2026-01-01T11:59:59Z"), clock }, 1, 6)).toBe(6);
    expect(hasReserve({ budget: left(1000), clock }, 1)).toBe(false);
  });
});

test("T81: those that fail keep none from its turn, two in a row let the others go first, and those of one installation never overlap", async () => {
  const done: string[] = [];
  const begun: string[] = [];
  const others = [..."ghijklmnopqrstuvwxyz"].map((lane) => `${lane}1`);
  const active = new Map<string, number>();
  const failures = await inTurns(
    ["a1", "b1", "a2", "c1", "b2", "d1", "e1", "f1", "a3", "b3", "b4", "a4", "a5", "a6", ...others],
    (each) => each.charCodeAt(0),
    async (each) => {
      const lane = each[0]!;
      active.set(lane, (active.get(lane) ?? 0) + 1);
      expect(active.get(lane)).toBe(1);
      begun.push(each);
      await Promise.resolve();
      active.set(lane, active.get(lane)! - 1);
      if (["a1", "a2", "a3", "a4", "b1", "b3", "a6"].includes(each)) throw new Error(each);
      done.push(each);
    },
  );
  expect(failures.map(({ message }) => message).toSorted()).toEqual(["a1", "a2", "a3", "a4", "a6", "b1", "b3"]);
  expect(done.toSorted()).toEqual(["a5", "b2", "b4", "c1", "d1", "e1", "f1", ...others]);
  // Each asked once, and behind two in a row after everybody else's first.
  expect(begun).toHaveLength(14 + others.length);
  expect(begun.indexOf("a3")).toBeGreaterThan(begun.indexOf("z1"));
});
