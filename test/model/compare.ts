import { decide } from "../../src/engine/decide.ts";
import { evaluate, type Verdict } from "./evaluate.ts";
import { worldOf } from "./worlds.ts";

/** How often the engine came to each state. */
export type Tally = Record<string, number>;

export interface Disagreement {
  readonly engine: Verdict;
  readonly model: Verdict;
  readonly facts: unknown;
}

/** One world, decided twice; null = alike. */
export function disagreement(seed: number, index: number, tally: Tally): Disagreement | null {
  const facts = worldOf(seed, index);
  if (facts.policy.status !== "ok") throw new Error(`the worlds hold a policy that cannot be read: ${facts.policy.problems[0]?.message}`);
  const { set } = facts.policy;
  const { state, risk } = decide(facts);
  tally[state] = (tally[state] ?? 0) + 1;
  const engine: Verdict = { state, score: risk.score, level: risk.level };
  const model = evaluate(facts, set.policies, set.config, set.enrolled);
  return JSON.stringify(engine) === JSON.stringify(model) ? null : { engine, model, facts };
}
