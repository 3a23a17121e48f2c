import { describe, expect, test } from "vitest";
import { COMBINATORS } from "../../../src/engine/policy/combine.ts";
import type { PolicySet } from "../../../src/engine/policy/model.ts";
import { loosenings, TIGHTENS } from "../../../src/engine/policy/tightening.ts";
import { policy } from "./build.ts";

function set(policies: string | null, config: string | null = null): PolicySet {
  const reading = policy(policies, config);
  if (reading.status === "invalid") throw new Error(reading.problems[0]?.message);
  return reading.set;
}

const DESIGNATED = "teams: { designated: [sec-ops, privacy] }\n";
const one = (over: string, trigger = "{ tags: [pii], env: [production] }", entry = "{ team: sec-ops }") =>
  `policies:\n  - { name: one, trigger: ${trigger}, approvers: [${entry}]${over} }\n`;
const two = `${one("")}  - { name: two, trigger: { tags: [phi] }, approvers: [{ team: privacy }] }\n`;

test("every key that combines says what tightens it", () => {
  expect(Object.keys(TIGHTENS).sort()).toEqual(Object.keys(COMBINATORS).sort());
});

describe("only tightens", () => {
  test.each([
    ["nothing", one(""), one("")],
    ["a policy is added, for a designated team", one(""), two],
    ["more approvals", one(""), one("", undefined, "{ team: sec-ops, minApprovals: 2 }")],
    ["a further entry of a designated team", one(""), one("", undefined, "{ team: sec-ops }, { team: privacy }")],
    ["more tags", one(""), one("", "{ tags: [pii, gdpr], env: [production] }")],
    ["every environment", one(""), one("", "{ tags: [pii] }")],
    ["fewer codes are ignored", one(""), one("", "{ tags: [pii], env: [production], ignore: [] }")],
    ["warn becomes enforce", one(", mode: warn"), one("")],
    ["distinct people", one(", distinctApprovers: false"), one("")],
    ["less time", one(", slaHours: 24"), one(", slaHours: 8")],
    ["another description", one(", description: a"), one(", description: b")],
  ])("policies: %s", (_, before, after) => expect(loosenings(set(before, DESIGNATED), set(after, DESIGNATED))).toEqual([]));

  test.each([
    ["requireApproval grows", "governance: { requireApproval: [pii] }", "governance: { requireApproval: [pii, phi] }"],
    ["include grows", "contracts: { include: [a] }", "contracts: { include: [a, b] }"],
    ["exclude shrinks", "contracts: { exclude: [a, b] }", "contracts: { exclude: [a] }"],
    ["smaller files", "{}", "contracts: { maxFileBytes: 2048 }"],
    ["thresholds fall", "{}", "risk: { thresholds: { low: 2 } }"],
    ["a tag weighs more", "risk: { tagWeights: { pii: 4.5 } }", "risk: { tagWeights: { pii: 5 } }"],
    ["bound to the head", "{}", "approvals: { bindTo: head }"],
    ["unknown contributors block", "{}", "approvals: { unknownContributors: block }"],
    ["fewer teams override", "override: { teams: [a, b] }", "override: { teams: [a] }"],
    ["overrides end sooner", "{}", "override: { ttlHours: 1 }"],
  ])("configuration: %s", (_, before, after) => expect(loosenings(set(null, before), set(null, after))).toEqual([]));
});

describe("anything else is not provably tightening", () => {
  test.each([
    ["a policy is removed", two, one(""), "`repo/two` is removed"],
    ["a policy is renamed", one(""), one("").replace("name: one", "name: other"), "is removed"],
    ["fewer approvals", one("", undefined, "{ team: sec-ops, minApprovals: 2 }"), one(""), "asks other people, or fewer"],
    ["another team", one(""), one("", undefined, "{ team: privacy }"), "asks other people"],
    ["another role", one("", undefined, "{ team: sec-ops, role: dpo }"), one(""), "asks other people"],
    ["more people by name", one(""), one("", undefined, "{ team: sec-ops, users: [mallory] }"), "asks other people"],
    ["fewer tags", one("", "{ tags: [pii, gdpr] }"), one("", "{ tags: [pii] }"), "triggers on less (`tags`)"],
    ["one environment", one("", "{ tags: [pii] }"), one(""), "triggers on less (`env`)"],
    ["a further condition", one(""), one("", '{ tags: [pii], env: [production], paths: ["a/**"] }'), "triggers on less (`paths`)"],
    ["only agents", one(""), one("", "{ tags: [pii], env: [production], agents: true }"), "triggers on less (`agents`)"],
    ["every finding above info, instead of a tag", one(""), one("", "{ env: [production] }"), "nothing below a warning"],
    ["more is ignored", one(""), one("", "{ tags: [pii], env: [production], ignore: [description.changed, tag.removed] }"), "ignores more"],
    ["enforce becomes warn", one(""), one(", mode: warn"), "goes from enforce to warn"],
    ["enforce becomes shadow", one(""), one(", mode: shadow"), "goes from enforce to shadow"],
    ["the same person twice", one(""), one(", distinctApprovers: false"), "no longer asks for distinct people"],
    ["more time", one(", slaHours: 8"), one(", slaHours: 24"), "gives more time"],
    [
      "a policy of people who are not designated: they would count for the level",
      one(""),
      `${one("")}  - { name: two, trigger: { tags: [pii] }, approvers: [{ users: [mallory] }] }\n`,
      "would make people count as designated",
    ],
    [
      "a policy names a word that was an unknown class",
      one(""),
      `${one("")}  - { name: two, trigger: { tags: [blue], env: [production] }, approvers: [{ team: privacy }] }\n`,
      "`blue` becomes a known class",
    ],
  ])("policies: %s", (_, before, after, because) =>
    expect(loosenings(set(before, DESIGNATED), set(after, DESIGNATED)).join("; ")).toContain(because),
  );

  test.each([
    ["governance: { requireApproval: [pii, phi] }", "governance: { requireApproval: [pii] }"],
    ["contracts: { include: [a, b] }", "contracts: { include: [a] }"],
    ["contracts: { exclude: [a] }", "contracts: { exclude: [a, b] }"],
    ["{}", "contracts: { mappings: [{ paths: [a], fields: f, name: n, tags: [t] }] }"],
    ["{}", "environments: { development: [main] }"],
    ["environments: { production: [main, x] }", "environments: { production: [main] }"],
    ["teams: { designated: [a] }", "teams: { designated: [a, b] }"],
    ["teams: { designated: [a] }", "teams: { designated: [] }"],
    // Of two teams one was asked: now an executive stands in for the other, and was asked already where the risk is critical.
    ["teams: { designated: [a, b], executive: [c] }", "teams: { designated: [a], executive: [c] }"],
    // Whoever is asked may object.
    ["teams: { designated: [a, b, c] }", "teams: { designated: [a, b] }"],
    ["teams: { executive: [a, b] }", "teams: { executive: [a] }"],
    ["approvals: { includeChildTeams: true }", "{}"],
    ["teams: { executive: [a] }", "teams: { executive: [b] }"],
    ["teams: { executive: [a] }", "{}"],
    ["{}", "roles: { dpo: { team: a } }"],
    ["approvals: { bindTo: head }", "approvals: { bindTo: content }"],
    ["{}", "approvals: { includeChildTeams: true }"],
    ["{}", "approvals: { apps: [5] }"],
    ["{}", "override: { teams: [a] }"],
    ["{}", "override: { repositoryAdmins: true }"],
    ["{}", "override: { label: other }"],
    ["override: { ttlHours: 2 }", "override: { ttlHours: 3 }"],
    ["override: { blockWhileOverdue: true }", "{}"],
    ["{}", "agents: { automation: [dependabot, mallory] }"],
    ["{}", "check: { name: other }"],
    ["risk: { thresholds: { low: 2 } }", "{}"],
    ["risk: { tagWeights: { pii: 5 } }", "risk: { tagWeights: { pii: 4.5 } }"],
    ["risk: { tagWeights: { pii: 5 } }", "{}"],
    ["{}", "vocabulary: { synonyms: { blue: public } }"],
    ["{}", "vocabulary: { keywords: [blue] }"],
    ["{}", 'vocabulary: { order: ["public < blue"] }'],
    ["{}", "lineage: { files: [other.yaml] }"],
    ["{}", "governance: { agent: other }"],
  ])("configuration: %s -> %s", (before, after) => expect(loosenings(set(null, before), set(null, after))).not.toEqual([]));
});
