import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf, twinOutcomeOf } from "./outcome.ts";
import { openRealStore, type RealStore } from "./real-store.ts";
import { REGRESSIONS } from "./regressions/regressions.ts";
import { scriptOf } from "./script.ts";

/** On the real store each of these takes a second or two. */
const TWINS = 8;

let store: RealStore;
beforeAll(async () => {
  store = await openRealStore();
}, 180_000);
afterAll(() => store.close());

describe.each(REGRESSIONS)("$name", ({ script }) => {
  test("breaks no invariant in memory", async () => expect((await outcomeOf(script)).violations).toEqual([]));
  test("breaks no invariant on the real store, which answers alike", { timeout: 180_000 }, async () => {
    const { violations, differences } = await twinOutcomeOf(script, store);
    expect({ violations, differences }).toEqual({ violations: [], differences: [] });
  });
});

describe("the ledger in memory is the store's", () => {
  test.each(Array.from({ length: TWINS }, (_, index) => index))("schedule %i is answered alike", { timeout: 180_000 }, async (index) => {
    const { violations, differences } = await twinOutcomeOf(scriptOf(3, index), store);
    expect({ violations, differences }).toEqual({ violations: [], differences: [] });
  });
});
