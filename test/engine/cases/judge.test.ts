import { describe, expect, test } from "vitest";
import { judgeCase } from "../../../src/engine/cases/judge.ts";
import type { PolicyCase } from "../../../src/engine/cases/read.ts";
import { decide } from "../../../src/engine/decide.ts";
import { approvedBy, facts } from "../policy/build.ts";

const decision = decide(facts(approvedBy("bob", "dave")));
const held = (expected: PolicyCase["expect"]) =>
  judgeCase({ name: "a", file: "a.yaml", line: 1, policy: "repo/pii-change-policy", given: {}, expect: expected }, decision);

describe("every expectation is held against the decision", () => {
  test.each<[PolicyCase["expect"], PolicyCase["expect"]]>([
    [{ matches: true }, { matches: false }],
    [{ policies: ["pii-change-policy"] }, { policies: [] }],
    [{ policies: ["repo/pii-change-policy"] }, { policies: ["pii-change-policy", "another"] }],
    [{ state: "approved" }, { state: "pending_approval" }],
    [{ level: "medium" }, { level: "high" }],
    [{ requirements: { "sec-ops (security-engineer)": 1 } }, { requirements: { "sec-ops (security-engineer)": 2 } }],
    [{ requirements: { "sec-ops (security-engineer)": 1 } }, { requirements: {} }],
    [{ refused: { dave: "not_member" } }, { refused: {} }],
    [{ refused: { dave: "not_member" } }, { refused: { dave: "author" } }],
    [{ exitCode: 0 }, { exitCode: 10 }],
  ])("%j and not %j", (right, wrong) => {
    expect(held(right)).toMatchObject({ differences: [], because: [] });
    const { differences, because } = held(wrong);
    expect(differences.map(({ what }) => what)).toEqual(Object.keys(wrong));
    expect(because.length).toBeGreaterThan(0);
  });
});
