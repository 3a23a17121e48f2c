import { describe, expect, test } from "vitest";
import { outcomeOf } from "./outcome.ts";
import { REGRESSIONS } from "./regressions/regressions.ts";
import { scriptOf } from "./script.ts";
import { WEAKENED } from "./weakened.ts";

const SEED = 1;
/** A tenth of what the simulation runs. */
const SCHEDULES = 1_000;

describe("without a guard of the ledger some schedule breaks an invariant", () => {
  test.each(Object.keys(WEAKENED))("%s", { timeout: 300_000 }, async (name) => {
    expect(await firstBroken(name)).not.toBeNull();
  });
});

/** What is known to need the guard comes first. */
async function firstBroken(name: string): Promise<string | null> {
  for (const regression of REGRESSIONS.filter(({ without }) => without === name))
    if ((await outcomeOf(regression.script, WEAKENED[name])).violations.length > 0) return regression.name;
  for (let index = 0; index < SCHEDULES; index++)
    if ((await outcomeOf(scriptOf(SEED, index), WEAKENED[name])).violations.length > 0) return `schedule ${index}`;
  return null;
}
