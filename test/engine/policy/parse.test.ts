import { describe, expect, test } from "vitest";
import { COMBINATORS } from "../../../src/engine/policy/combine.ts";
import { defaultConfig } from "../../../src/engine/policy/defaults.ts";
import type { Config, PolicyReading, PolicySource } from "../../../src/engine/policy/model.ts";
import { parsePolicySet } from "../../../src/engine/policy/parse.ts";
import { PII_POLICY, policy, source } from "./build.ts";

const first = (reading: PolicyReading) => reading.problems.find((problem) => problem.severity === "error");
const entry = (text: string) => `policies:\n  - name: a\n    trigger: {}\n    approvers:\n      - ${text}\n`;
const trigger = (text: string) => `policies:\n  - name: a\n    trigger: ${text}\n    approvers: [{ team: sec-ops }]\n`;

test("the seed's policy, with every default filled in", () => {
  const reading = policy();
  expect(reading.status === "ok" && reading.set.policies).toEqual([
    {
      name: "repo/pii-change-policy",
      description: "Requires Security Team approval for PII changes",
      trigger: {
        tags: ["pii", "gdpr"],
        env: ["production"],
        paths: null,
        findings: null,
        classification: null,
        agents: null,
        ignore: ["description.changed"],
      },
      approvers: [{ role: "security-engineer", team: "sec-ops", users: [], minApprovals: 1 }],
      slaHours: 24,
      mode: "enforce",
      distinctApprovers: true,
      file: ".choochoo/approval-policies.yaml",
      line: 3,
    },
  ]);
});

test("no file: not enrolled, all defaults", () => {
  expect(parsePolicySet([])).toMatchObject({ status: "ok", set: { enrolled: false, policies: [], config: defaultConfig } });
  expect(policy(null, "{}")).toMatchObject({ status: "ok", set: { enrolled: true, config: defaultConfig } });
});

test("JSON is read as YAML is, and tests, comments and lines are no part of the digest", () => {
  expect(policy(null, '{"teams": {"executive": ["ciso"]}}')).toMatchObject({
    status: "ok",
    set: { config: { teams: { executive: ["ciso"] } } },
  });
  const digest = (text: string) => {
    const reading = policy(text);
    return reading.status === "ok" ? reading.set.digest : first(reading)?.message;
  };
  const tested = `# said\n${PII_POLICY}    tests: [{ name: one, expect: pending }]\n`;
  expect(digest(tested)).toBe(digest(PII_POLICY));
  expect(digest(PII_POLICY.replace("24", "25"))).not.toBe(digest(PII_POLICY));
});

describe("invalid policies, with their line", () => {
  test.each([
    ["unknown key `aprovers` (did you mean `approvers`?)", 5, PII_POLICY.replace("    trigger", "    aprovers: []\n    trigger")],
    ["unknown key `taggs` (did you mean `tags`?)", 3, trigger("{ taggs: [pii] }")],
    ["unknown key `enviroment` (known here: `tags`, `env`,", 3, trigger("{ enviroment: [production] }")],
    ["`policies.0.trigger`: must be keys with values, not a list", 3, trigger("[pii]")],
    ["`policies.0.approvers` is missing", 2, "policies:\n  - name: a\n    trigger: {}\n"],
    ["duplicate policy name `a`", 5, `${trigger("{}")}${trigger("{}").replace("policies:\n", "")}`],
    // The lexer would take the cut piece for whole, and `trigger` for a key: for every other parser it is a part of the text.
    [
      'missing closing "quote',
      3,
      'policies:\n  - name: a\n    description: "x \\"\n  trigger: {}\n      z: \\" y"\n    approvers: [{ team: a }]\n',
    ],
    ["duplicate key `name`", 3, "policies:\n  - name: a\n    name: b\n"],
    ["must be at least 1", 5, entry("{ team: a, minApprovals: 0 }")],
    ["nobody can be `dpo`", 2, entry("{ role: dpo }")],
    ["names no team, no users and no role", 2, entry("{ minApprovals: 1 }")],
    ["needs 2 approvals, and only 1 people are named", 2, entry("{ users: [zoe, Zoe], minApprovals: 2 }")],
    ["unknown environment `prodution` (did you mean `production`?)", 3, trigger("{ env: [prodution] }")],
    ["unknown finding code `tag.remove` (did you mean `tag.removed`?)", 3, trigger("{ findings: [tag.remove] }")],
    ["cannot read the classification", 3, trigger("{ classification: '>=secretive' }")],
    ["has more than 16 wildcards", 3, trigger(`{ paths: ["${"*a/".repeat(20)}"] }`)],
    ["expands to more than 32 alternatives", 3, trigger('{ paths: ["{a,b,c,d,e,f}/{a,b,c,d,e,f}"] }')],
    ["is longer than 256 characters", 3, trigger(`{ paths: ["${"a".repeat(300)}"] }`)],
    ["extended pattern", 3, trigger('{ paths: ["!(a)"] }')],
    ["needs at least 1", 4, "policies:\n  - name: a\n    trigger: {}\n    approvers: []\n"],
    ["must be one of `enforce`, `warn`, `shadow`", 5, `${trigger("{}")}    mode: audit\n`],
  ])("%s", (message, line, text) => {
    const reading = policy(text);
    expect(reading.status).toBe("invalid");
    expect(first(reading)).toMatchObject({ file: ".choochoo/approval-policies.yaml", line });
    expect(first(reading)?.message).toContain(message);
  });
});

describe("invalid configuration", () => {
  test.each([
    ["unknown key `teamz` (did you mean `teams`?)", 1, "teamz: {}\n"],
    ["role `dpo` names no team and no users", 1, "roles: { dpo: {} }\n"],
    ["is longer than 256 characters", 1, `environments: { production: ["${"a".repeat(257)}"] }\n`],
    ["must rise", 2, "risk:\n  thresholds: { low: 3, medium: 2 }\n"],
    ["would loosen: 4 is laxer than 3", 2, "risk:\n  thresholds: { low: 4 }\n"],
    ["would loosen: `pii` 1 is laxer than 4", 2, "risk:\n  tagWeights: { pii: 1 }\n"],
    ["`enrolment` would loosen: only the organisation's file", 1, "enrolment: { '*': off }\n"],
  ])("%s", (message, line, text) => {
    const reading = policy(null, text);
    expect(reading.status).toBe("invalid");
    expect(first(reading)).toMatchObject({ file: ".choochoorc", line });
    expect(first(reading)?.message).toContain(message);
  });
});

test("a second file of the same kind is refused", () => {
  expect(parsePolicySet([source("policies", "policies: []"), source("policies", "policies: []", { path: "other.yaml" })]).status).toBe(
    "invalid",
  );
});

describe("organisation and repository", () => {
  const org = (text: string): PolicySource => source("config", text, { origin: "org", path: "org/.choochoorc" });
  const both = (organisation: string, repository: string) => parsePolicySet([org(organisation), source("config", repository)]);
  const set = (reading: PolicyReading): Config => {
    if (reading.status === "invalid") throw new Error(reading.problems.map((problem) => problem.message).join("; "));
    return reading.set.config;
  };

  test("every key of the configuration has a combinator", () => {
    const leaves = (value: object, path: string[] = []): string[] =>
      Object.entries(value).flatMap(([key, each]) =>
        each !== null &&
        typeof each === "object" &&
        !Array.isArray(each) &&
        !Object.hasOwn(COMBINATORS, [...path, key].join(".")) &&
        Object.keys(each).length > 0
          ? leaves(each, [...path, key])
          : [[...path, key].join(".")],
      );
    const known = Object.keys(COMBINATORS);
    for (const leaf of leaves(defaultConfig))
      expect(
        known.some((key) => key === leaf || key.startsWith(`${leaf}.`)),
        leaf,
      ).toBe(true);
  });

  test.each([
    [
      "union",
      "governance: { requireApproval: [pii] }",
      "governance: { requireApproval: [phi] }",
      (config: Config) => config.governance.requireApproval,
      ["pii", "phi"],
    ],
    [
      "union with the default",
      "{}",
      "governance: { requireApproval: [phi] }",
      (config: Config) => config.governance.requireApproval,
      ["pii", "gdpr", "phi"],
    ],
    ["intersection", "override: { teams: [a, b] }", "override: { teams: [b, c] }", (config: Config) => config.override.teams, ["b"]],
    ["intersection with nothing", "{}", "override: { teams: [c] }", (config: Config) => config.override.teams, []],
    ["the organisation's", "teams: { executive: [a] }", "teams: { executive: [b] }", (config: Config) => config.teams.executive, ["a"]],
    ["else the repository's", "{}", "teams: { executive: [b] }", (config: Config) => config.teams.executive, ["b"]],
    ["smaller", "override: { ttlHours: 3 }", "override: { ttlHours: 2 }", (config: Config) => config.override.ttlHours, 2],
    ["stricter", "{}", "approvals: { bindTo: head }", (config: Config) => config.approvals.bindTo, "head"],
    [
      "heavier",
      "risk: { tagWeights: { pii: 4.5 } }",
      "risk: { tagWeights: { pii: 5 } }",
      (config: Config) => config.risk.tagWeights,
      { pii: 5 },
    ],
    ["reserved", "{}", "override: { label: skip }", (config: Config) => config.override.label, "governance-override"],
  ])("%s", (_, organisation, repository, get, expected) => {
    expect(get(set(both(organisation, repository)))).toEqual(expected);
  });

  test.each([
    ["override: { ttlHours: 2 }", "override: { ttlHours: 3 }"],
    ["{}", "override: { ttlHours: 5 }"],
    ["approvals: { bindTo: head }", "approvals: { bindTo: content }"],
    ["{}", "approvals: { includeChildTeams: true }"],
    ["{}", "override: { repositoryAdmins: true }"],
    ["contracts: { maxFileBytes: 2048 }", "contracts: { maxFileBytes: 4096 }"],
    ["risk: { thresholds: { low: 2 } }", "risk: { thresholds: { low: 2.5 } }"],
    ["risk: { tagWeights: { pii: 4.5 } }", "risk: { tagWeights: { pii: 4.2 } }"],
  ])("%s beside %s would loosen", (organisation, repository) => {
    expect(both(organisation, repository).status).toBe("invalid");
  });

  test("policies of both hold, told apart by name", () => {
    const reading = parsePolicySet([source("policies", PII_POLICY, { origin: "org", path: "org.yaml" }), source("policies", PII_POLICY)]);
    expect(reading.status === "ok" && reading.set.policies.map(({ name }) => name)).toEqual([
      "org/pii-change-policy",
      "repo/pii-change-policy",
    ]);
  });
});

test.each([
  ["{ slack: data-gov, on: [pending] }", null],
  ["{ webhook: audit, on: [bypass, override] }", null],
  ["{ on: [pending] }", "names no target"],
  ["{ slack: a, webhook: b, on: [pending] }", "names two targets"],
  ["{ slack: a, on: [] }", "`on` is empty"],
  ["{ slack: https://hooks.slack.com/services/T0/B0/s3cr3t, on: [pending] }", "an address stands where"],
])("`notify: [%s]` is taken, and what leads nowhere is a warning that repeats no secret", (line, warning) => {
  const reading = parsePolicySet([source("config", `notify:\n  - ${line}\n`)]);
  expect(reading.status).toBe("ok");
  const expected = warning === null ? [] : [{ severity: "warning", line: 2, message: expect.stringContaining(warning) }];
  expect(reading.problems).toMatchObject(expected);
  expect(JSON.stringify(reading.problems)).not.toContain("s3cr3t");
});

test("what is remembered is the same for everybody, and nobody can change it for the others", () => {
  const sources = [source("policies", entry("{ team: sec-ops }"))];
  const reading = parsePolicySet(sources);
  expect(parsePolicySet(sources)).toBe(reading);
  if (reading.status !== "ok") throw new Error("unexpected");
  const { policies, config } = reading.set as unknown as {
    policies: { approvers: { minApprovals: number }[] }[];
    config: { notify: unknown[] };
  };
  for (const change of [() => policies.pop(), () => (policies[0]!.approvers[0]!.minApprovals = 0), () => config.notify.push(1)])
    expect(change).toThrow(TypeError);
});
