import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import { DELETED_MODE, type PolicySource } from "../../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../../src/engine/policy/parse.ts";
import { asText } from "../../../src/gate/read-policy.ts";
import { approvedBy, facts, PII_POLICY, policy, source } from "./build.ts";

/** T29: whatever is wrong with a policy file blocks, with everybody's approval on the change, and is said with the file. */
const GOOD = `policies:
  - name: one
    trigger: { tags: [pii] }
    approvers:
      - { team: sec-ops, minApprovals: 1 }
`;
const bytes = (raw: Uint8Array): Partial<PolicySource> => asText(raw, null);
const bomb = `a: &a [x, x]\nb: &b [${"*a, ".repeat(20)}*a]\nc: &c [${"*b, ".repeat(20)}*b]\npolicies: [${"*c, ".repeat(20)}*c]\n`;

type Row = readonly [what: string, text: string, message: string, over?: Partial<PolicySource>];
const rows = (table: readonly Row[]) => table.map(([what, text, message, over = {}]) => ({ what, text, message, over }));
const POLICIES: readonly Row[] = [
  ["empty", "", "is empty"],
  ["white space", " \n\t\n", "is empty"],
  ["only a comment", "# nothing\n", "is empty"],
  ["null", "null\n", "is empty"],
  ["deleted after it was in force", "", "has been deleted", { mode: DELETED_MODE, text: null }],
  ["a symbolic link", "elsewhere.yaml", "is a symbolic link", { mode: "120000" }],
  ["a submodule", "", "is not a regular file (mode 160000)", { mode: "160000", text: null }],
  ["a folder", "", "is not a regular file (mode 040000)", { mode: "040000", text: null }],
  ["over 1 MB", `${GOOD}# ${"x".repeat(1_048_576)}`, "larger than 1 MB"],
  ["UTF-16 little endian", "", "UTF-8", bytes(Buffer.from(`\uFEFF${GOOD}`, "utf16le"))],
  ["UTF-16 without a mark", "", "NUL", bytes(Buffer.from("policies: []\n", "utf16le"))],
  ["invalid UTF-8", "", "UTF-8", bytes(Buffer.from([...Buffer.from(GOOD), 0xff, 0xfe]))],
  ["overlong UTF-8", "", "UTF-8", bytes(Buffer.from([...Buffer.from("policies: []\n# "), 0xc0, 0xaf]))],
  ["a replacement character", `${GOOD}# \uFFFD`, "not UTF-8"],
  ["a lone surrogate", `${GOOD}# \uD800`, "not UTF-8"],
  ["NUL", `${GOOD}# \u0000`, "NUL"],
  ["content that could not be read", "", "cannot be read", { text: null, unreadable: "a Git LFS pointer" }],
  ["a duplicate key", `${GOOD}policies: []\n`, "duplicate key `policies`"],
  ["a duplicate key inside a policy", GOOD.replace("    trigger", "    name: two\n    trigger"), "duplicate key `name`"],
  ["a key that is a list", "? [a]\n: b\n", "duplicate key"],
  ["an unknown key", `${GOOD}extra: 1\n`, "unknown key `extra`"],
  ["an unknown key of a policy", GOOD.replace("trigger:", "triger: {}\n    trigger:"), "unknown key `triger`"],
  ["an unknown key of an entry", GOOD.replace("team:", "teem:"), "unknown key `teem`"],
  ["two policies of one name", `${GOOD}${GOOD.replace("policies:\n", "")}`, "duplicate policy name `one`"],
  ["minApprovals 0", GOOD.replace("minApprovals: 1", "minApprovals: 0"), "must be at least 1"],
  ["minApprovals below 0", GOOD.replace("minApprovals: 1", "minApprovals: -1"), "must be at least 1"],
  ["minApprovals as text", GOOD.replace("minApprovals: 1", 'minApprovals: "1"'), "must be a number, not text"],
  ["minApprovals as a fraction", GOOD.replace("minApprovals: 1", "minApprovals: 1.5"), "must be a whole number"],
  ["minApprovals not a number", GOOD.replace("minApprovals: 1", "minApprovals: .nan"), "must be a number, not NaN"],
  ["minApprovals null", GOOD.replace("minApprovals: 1", "minApprovals:"), "must be a number, not nothing"],
  ["an entry nobody can be", GOOD.replace("team: sec-ops", "role: dpo"), "nobody can be `dpo`"],
  ["an entry without people", GOOD.replace("team: sec-ops, ", ""), "names no team"],
  ["more approvals than people named", GOOD.replace("team: sec-ops, minApprovals: 1", "users: [bob], minApprovals: 2"), "only 1 people"],
  ["no entries", GOOD.replace("\n      - { team: sec-ops, minApprovals: 1 }", " []"), "needs at least 1"],
  ["no trigger", GOOD.replace("    trigger: { tags: [pii] }\n", ""), "is missing"],
  ["a trigger without tags", GOOD.replace("[pii]", "[]"), "needs at least 1"],
  ["an unknown mode", `${GOOD}    mode: off\n`, "must be one of"],
  ["an unknown environment", GOOD.replace("tags: [pii]", "env: [prodution]"), "unknown environment"],
  ["an unknown finding code", GOOD.replace("tags: [pii]", "findings: [tag.gone]"), "unknown finding code"],
  ["two documents", `${GOOD}---\npolicies: []\n`, "more than one YAML document"],
  ["an empty second document", `${GOOD}---\n`, "more than one YAML document"],
  ["an alias bomb", bomb, "xcessive alias"],
  ["deep nesting", `policies: ${"[".repeat(5000)}${"]".repeat(5000)}\n`, "nests deeper"],
  ["a tag of its own", GOOD.replace("name: one", "name: !secret one"), "Unresolved tag"],
  ["a binary tag", GOOD.replace("name: one", "name: !!binary aGk="), "policies.0.name"],
  ["an unknown directive version", `%YAML 9.9\n---\n${GOOD}`, "YAML"],
  ["tabs as indentation", "policies:\n\t- name: one\n", "Tabs are not allowed"],
  ["a list at the root", "- name: one\n", "must be keys with values"],
  ["a word at the root", "policies\n", "must be keys with values"],
  ["a number at the root", "1\n", "must be keys with values"],
  ["policies as a mapping", "policies: { one: {} }\n", "must be a list, not keys with values"],
  ["JSON with comments", '{ "policies": [] // none\n}\n', ""],
  ["JSON cut off", '{ "policies": [', ""],
  ["a conflict that was committed", `<<<<<<< ours\n${GOOD}=======\n>>>>>>> theirs\n`, ""],
  ["an open quote", GOOD.replace("one", '"one'), ""],
  ["a merge key", GOOD.replace("name: one", "<<: { mode: shadow }\n    name: one"), "unknown key `<<`"],
  ["__proto__", GOOD.replace("name: one", "__proto__: { mode: shadow }\n    name: one"), "__proto__"],
];

describe("T29: approval-policies.yaml", () => {
  test.each(rows(POLICIES))("$what", ({ text, message, over }) => {
    const reading = parsePolicySet([source("policies", text, over), source("config", "{}")]);
    expect(reading.status).toBe("invalid");
    const first = reading.problems.find((problem) => problem.severity === "error");
    expect(first).toMatchObject({ file: ".choochoo/approval-policies.yaml" });
    expect(first?.message).toContain(message);
    expect(decide(facts({ ...approvedBy("bob", "carol", "dave", "ana"), policy: reading })).state).toBe("invalid");
  });

  test("there are at least thirty", () => expect(POLICIES.length).toBeGreaterThanOrEqual(30));
  test("without a corruption it is valid, also behind a byte order mark", () => {
    expect(parsePolicySet([source("policies", GOOD)]).status).toBe("ok");
    expect(parsePolicySet([source("policies", `\uFEFF${GOOD}`)]).status).toBe("ok");
    expect(parsePolicySet([source("policies", "", bytes(Buffer.from(`\uFEFF${GOOD}`)))]).status).toBe("ok");
  });
});

const CONFIGS: readonly Row[] = [
  ["empty", "", "is empty"],
  ["deleted after it was in force", "", "has been deleted", { mode: DELETED_MODE, text: null }],
  ["a symbolic link", "x", "is a symbolic link", { mode: "120000" }],
  ["an unknown key", "teamz: {}\n", "unknown key `teamz`"],
  ["a list at the root", "[]\n", "must be keys with values"],
  ["thresholds that fall", "risk: { thresholds: { low: 3, medium: 1 } }\n", "must rise"],
  ["thresholds that loosen", "risk: { thresholds: { low: 9, medium: 9, high: 9 } }\n", "would loosen"],
  ["a role of nobody", "roles: { dpo: {} }\n", "names no team and no users"],
  ["a pattern that climbs", 'contracts: { include: ["../**"] }\n', "without `..`"],
  ["a pattern that costs too much", `contracts: { include: ["${"*a".repeat(40)}"] }\n`, "wildcards"],
  ["enrolment outside the organisation", "enrolment: { '*': off }\n", "only the organisation's file"],
  ["a check name that means only observed", "check: { name: 'Countersign (observe): main' }\n", "may not begin with"],
  ["an override without end", "override: { ttlHours: .inf }\n", "override.ttlHours"],
];

describe("T29: .choochoorc", () => {
  test.each(rows(CONFIGS))("$what", ({ text, message, over }) => {
    const reading = parsePolicySet([source("policies", PII_POLICY), source("config", text, over)]);
    expect(reading.status).toBe("invalid");
    const first = reading.problems.find((problem) => problem.severity === "error");
    expect(first).toMatchObject({ file: ".choochoorc" });
    expect(first?.message).toContain(message);
    expect(decide(facts({ ...approvedBy("bob", "carol", "dave", "ana"), policy: reading })).state).toBe("invalid");
  });
});

test("T29: a team that does not exist blocks, and nobody's approval stands in for it", () => {
  const unknown = policy(PII_POLICY.replace("sec-ops", "no-such-team"));
  const decision = decide(facts({ ...approvedBy("bob", "carol", "dave", "ana"), policy: unknown }));
  expect(decision.state).toBe("invalid");
  expect(decision.verdict).toContain("Cannot read team no-such-team");
});
