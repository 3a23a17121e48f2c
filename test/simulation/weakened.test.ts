import { describe, expect, test } from "vitest";
import { outcomeOf } from "./outcome.ts";
import { REGRESSIONS } from "./regressions/regressions.ts";
import { scriptOf } from "./script.ts";
import { WEAKENED } from "./weakened.ts";

const SEED = 1;
/** A tenth of what the simulation runs. */
const SCHEDULES = 1_000;

/** What was found without a guard breaks without it, whatever else changed since: else it proves nothing any more. */
const FOUND = REGRESSIONS.flatMap(({ name, script, without }) =>
  without !== null && without in WEAKENED ? [{ name, script, without }] : [],
);

describe("without a guard of the ledger an invariant breaks", () => {
  test.each(FOUND)("$without: $name", async ({ script, without }) => {
    expect((await outcomeOf(script, WEAKENED[without])).violations).not.toEqual([]);
  });

  const others = Object.keys(WEAKENED).filter((name) => !FOUND.some(({ without }) => without === name));
  test.each(others)("%s: some schedule", { timeout: 300_000 }, async (name) => {
    expect(await firstBroken(name)).not.toBeNull();
  });
});

async function firstBroken(name: string): Promise<number | null> {
  for (let index = 0; index < SCHEDULES; index++)
    if ((await outcomeOf(scriptOf(SEED, index), WEAKENED[name])).violations.length > 0) return index;
  return null;
}
