import type { PeopleFacts } from "../engine/facts.ts";
import { lintPolicies } from "../engine/policy/lint.ts";
import type { PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import { satisfiabilityProblems } from "../engine/policy/satisfiability.ts";
import type { Problem } from "../engine/problem.ts";

/** What is wrong with policies before they are in force; with people, also what nobody of them could ever approve. */
export function lint(sources: readonly PolicySource[], people: PeopleFacts | null): readonly Problem[] {
  const reading = parsePolicySet(sources);
  if (reading.status === "invalid") return reading.problems;
  const unfilled = people === null ? [] : satisfiabilityProblems(reading.set, { ...people, ownerType: "Organization" });
  return [...reading.problems, ...lintPolicies(reading.set), ...unfilled];
}
