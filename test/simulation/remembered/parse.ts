import type { PolicyReading, PolicySource } from "../../../src/engine/policy/model.ts";
import * as real from "../../../src/engine/policy/parse.ts";

export { emptyPolicySet, readableSet } from "../../../src/engine/policy/parse.ts";

const known = new Map<string, PolicyReading>();

/** The real reading, done once for each set of sources: a simulation reads the same two files again and again. */
export function parsePolicySet(sources: readonly PolicySource[]): PolicyReading {
  const key = JSON.stringify(sources);
  const reading = known.get(key) ?? real.parsePolicySet(sources);
  known.set(key, reading);
  return reading;
}
