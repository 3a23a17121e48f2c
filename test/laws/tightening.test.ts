import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { isPassing } from "../../src/engine/decision.ts";
import type { Facts } from "../../src/engine/facts.ts";
import { loosenings } from "../../src/engine/policy/tightening.ts";
import { source } from "../engine/policy/build.ts";
import { type APolicy, aPolicy, policiesText, reading, someFacts, somePolicies } from "./world.ts";

/** Small steps from one set to another, so that many of them only tighten. */
const step = fc.record({
  added: fc.option(aPolicy, { freq: 2 }),
  removed: fc.constantFrom(false, false, false, true),
  more: fc.constantFrom(0, 0, 1),
  mode: fc.constantFrom(null, null, "enforce" as const, "warn" as const),
  trigger: fc.constantFrom(null, null, null, { tags: ["pii", "phi", "gdpr"] }, {}),
});
const configs = fc.constantFrom(
  { teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] } },
  { teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] }, approvals: { bindTo: "head" } },
  { teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] }, approvals: { includeChildTeams: true } },
  { teams: { designated: ["sec-ops"], executive: ["ciso"] } },
  { teams: { designated: ["sec-ops"], executive: ["ciso", "privacy"] } },
  { teams: { designated: ["sec-ops"], executive: ["privacy"] } },
  { teams: { designated: ["sec-ops", "privacy", "ciso"], executive: ["ciso"] } },
  { teams: { designated: ["sec-ops", "privacy", "ciso"] } },
  { teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] }, risk: { thresholds: { low: 1 } } },
  { teams: { designated: ["sec-ops", "privacy"], executive: ["ciso"] }, governance: { requireApproval: ["pii", "gdpr", "team-a"] } },
);

function moved(before: readonly APolicy[], { added, removed, more, mode, trigger }: typeof step extends fc.Arbitrary<infer T> ? T : never) {
  const kept = before.slice(0, removed ? -1 : undefined).map((policy, index) => ({
    ...policy,
    ...(index === 0 && mode !== null ? { mode } : {}),
    ...(index === 0 && trigger !== null ? { trigger } : {}),
    approvers: policy.approvers.map((entry) => ({ ...entry, minApprovals: entry.minApprovals + more })),
  }));
  return [...kept, ...(added === null ? [] : [added])] as APolicy[];
}

test("what only tightens lets nothing pass that did not pass before", () => {
  let tightened = 0;
  fc.assert(
    fc.property(someFacts, somePolicies, step, configs, configs, (given, policies, change, configBefore, configAfter) => {
      const under = (all: readonly APolicy[], config: object): Facts & { policy: { status: "ok" } } => {
        const read = reading([source("policies", policiesText(all)), source("config", JSON.stringify(config))]);
        if (read.status === "invalid") throw new Error(read.problems[0]?.message);
        return { ...given, policy: read };
      };
      const before = under(policies, configBefore);
      const after = under(moved(policies, change), configAfter);
      if (loosenings(before.policy.set, after.policy.set).length > 0) return;
      tightened += 1;
      // Its own kind of change has approvers of its own, whom the designated list names.
      const earlier = decide(before);
      if (earlier.pattern !== null && !isPassing(earlier.state)) expect(isPassing(decide(after).state)).toBe(false);
    }),
    { numRuns: 1000 },
  );
  expect(tightened).toBeGreaterThan(40);
});
