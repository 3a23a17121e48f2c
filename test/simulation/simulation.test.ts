import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { simulateMany } from "./many.ts";
import { outcomeOf } from "./outcome.ts";
import { scriptOf } from "./script.ts";
import { shrink } from "./shrink.ts";
import { WEAKENED } from "./weakened.ts";

const SEED = 1;
const SCHEDULES = Number(process.env["SIMULATE_SCHEDULES"] ?? 10_000);

describe("simulated schedules", () => {
  test(`${SCHEDULES} break no invariant`, { timeout: 1_200_000 }, async () => {
    const all = await simulateMany({ seed: SEED, from: 0, to: SCHEDULES }, Math.min(2, availableParallelism()));
    expect(all.broken).toEqual([]);
    expect(all.done).toBe(SCHEDULES);
    expect(all.faults).toBeGreaterThan(SCHEDULES);
  });

  test("the same seed and number are the same history", async () => {
    const told = async () => JSON.stringify((await outcomeOf(scriptOf(SEED, 7))).run.history);
    expect(await told()).toBe(await told());
  });

  test("what breaks an invariant is cut short, and still breaks it", async () => {
    const weaken = WEAKENED["a success stays on the commit that was left"]!;
    const script = scriptOf(SEED, 4);
    const short = await shrink(script, (part) => outcomeOf(part, weaken));
    expect(short.events.length).toBeLessThan(script.events.length);
    expect((await outcomeOf(short, weaken)).violations).not.toEqual([]);
  });
});
