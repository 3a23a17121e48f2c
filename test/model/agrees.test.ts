import { expect, test } from "vitest";
import { disagreement, type Tally } from "./compare.ts";

const CASES = 100_000;
const SEED = 1;

test(`the naive evaluator agrees with the engine on ${CASES} worlds, and every state is among them`, () => {
  const tally: Tally = {};
  for (let index = 0; index < CASES; index++) {
    const found = disagreement(SEED, index, tally);
    if (found !== null) throw new Error(`world ${index} of seed ${SEED}: ${JSON.stringify(found)}`);
  }
  for (const state of ["not_applicable", "auto_approved", "approved", "overridden", "pending_approval", "rejected", "invalid", "error"])
    expect(tally[state], state).toBeGreaterThan(CASES / 1000);
}, 600_000);
