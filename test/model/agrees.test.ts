import { expect, test } from "vitest";
import { disagreement, type Tally } from "./compare.ts";

const CASES = 50_000;
const SEED = 1;
const STATES = ["not_applicable", "auto_approved", "approved", "overridden", "pending_approval", "rejected", "blocked", "invalid", "error"];

test(`the naive evaluator agrees with the engine on worlds 0 to ${CASES}, and every state is often among them`, () => {
  const tally: Tally = {};
  for (let index = 0; index < CASES; index++) {
    const found = disagreement(SEED, index, tally);
    if (found !== null) throw new Error(`world ${index} of seed ${SEED}: ${JSON.stringify(found)}`);
  }
  for (const state of STATES) expect(tally[state], state).toBeGreaterThan(CASES / 1000);
}, 600_000);
