import { describe, expect, test } from "vitest";
import { limitationsTouched } from "../../../src/engine/agents/limitations.ts";
import type { RecognisedAgent } from "../../../src/engine/agents/recognise.ts";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import { decide } from "../../../src/engine/decide.ts";
import { inputOf, rules, type Tree } from "../contract/support.ts";
import { facts, policy } from "./build.ts";

const WITH = "{id: x, kind: DataContract, apiVersion: v3.0.2, version: 1.0.0, schema: [{name: t, properties: [{name: a, tags: [pii]}]}]}";
const WITHOUT = WITH.replace(", tags: [pii]", "");
const POLICY = `
policies:
  - { name: pay, trigger: { paths: ["contracts/pay/**"] }, approvers: [{ team: pay-sec }] }
  - { name: pay-pii, trigger: { paths: ["contracts/pay/**"], tags: [pii] }, approvers: [{ team: pay-sec }] }
  - { name: pii, trigger: { tags: [pii] }, approvers: [{ team: sec-ops }] }
  - { name: anything, trigger: {}, approvers: [{ team: sec-ops }] }
  - { name: moves, trigger: { findings: [contract.moved] }, approvers: [{ team: sec-ops }] }
`;

function matched(base: Tree, head: Tree) {
  const decision = decide(facts({ diff: diffContracts(inputOf(base, head)), policy: policy(POLICY) }));
  return Object.fromEntries(
    decision.policies.filter((each) => each.matched).map(({ name, because }) => [name.replace("repo/", ""), because]),
  );
}

describe("a contract that is moved", () => {
  const LEAVES = { pay: ["path contracts/pay/**"], "pay-pii": ["path contracts/pay/**"], moves: ["finding contract.moved"] };
  test.each<[string, Tree, Tree, object]>([
    ["T34: out of a policy's paths", { "contracts/pay/a.yaml": WITH }, { "contracts/a.yaml": WITH }, LEAVES],
    ["T34: under them", { "contracts/a.yaml": WITH }, { "contracts/pay/a.yaml": WITH }, LEAVES],
    [
      "T34: out of them and stripped on the way",
      { "contracts/pay/a.yaml": WITH },
      { "contracts/a.yaml": WITHOUT },
      {
        ...LEAVES,
        "pay-pii": ["tag pii", "path contracts/pay/**"],
        pii: ["tag pii"],
        anything: ["finding tag.removed"],
      },
    ],
    [
      "T34: a table of it, into another file",
      { "contracts/pay/a.yml": "models: [{name: t, columns: [{name: a, meta: {pii: true}}]}, {name: u, columns: [{name: b}]}]" },
      {
        "contracts/pay/a.yml": "models: [{name: u, columns: [{name: b}]}]",
        "contracts/b.yml": "models: [{name: t, columns: [{name: a, meta: {pii: true}}]}]",
      },
      LEAVES,
    ],
    ["inside them", { "contracts/pay/a.yaml": WITH }, { "contracts/pay/b.yaml": WITH }, { moves: ["finding contract.moved"] }],
    ["elsewhere", { "contracts/a.yaml": WITH }, { "contracts/b.yaml": WITH }, { moves: ["finding contract.moved"] }],
    [
      "from a path that is longer than what is shown of a text",
      { [`contracts/pay/${"deep/".repeat(80)}a.yaml`]: WITH },
      { "contracts/a.yaml": WITH },
      LEAVES,
    ],
  ])("%s", (_, base, head, expected) => {
    expect(matched(base, head)).toEqual(expected);
  });

  test.each<[string, object, Tree, number]>([
    ["T34: a path, and it left it", { contract: "contracts/pay/**", tag: null, note: "" }, { "contracts/a.yaml": WITH }, 1],
    [
      "T34: a path and a tag that went on the way",
      { contract: "contracts/pay/**", tag: "pii", note: "" },
      { "contracts/a.yaml": WITHOUT },
      1,
    ],
    ["T34: its name, in prose", { contract: null, tag: null, note: "guesses about ledger.yaml" }, { "contracts/a.yaml": WITHOUT }, 1],
    ["another path", { contract: "contracts/hr/**", tag: null, note: "" }, { "contracts/a.yaml": WITHOUT }, 0],
  ])("is one that an agent's System Card names by %s", (_, limitation, head, touched) => {
    const agent = { registration: { systemCard: { limitations: [limitation] } } } as unknown as RecognisedAgent;
    const { findings } = diffContracts(inputOf({ "contracts/pay/ledger.yaml": WITH }, head));
    expect(limitationsTouched([agent], findings, rules.vocabulary)).toBe(touched);
  });

  test("asks for nobody by its risk alone", () => {
    const low = "risk: { thresholds: { low: 0.5, medium: 3, high: 6 } }\n";
    const plain = WITHOUT.replace("id: x", "id: y");
    const of = (base: Tree, head: Tree) => decide(facts({ diff: diffContracts(inputOf(base, head)), policy: policy(null, low) })).state;
    expect(of({ "contracts/a.yaml": plain }, { "contracts/b.yaml": plain })).toBe("auto_approved");
    expect(of({ "contracts/a.yaml": plain }, { "contracts/a.yaml": plain.replace("name: a", "name: b") })).toBe("pending_approval");
  });
});
