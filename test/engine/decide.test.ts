import { describe, expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { decisionJson } from "../../src/engine/decision-schema.ts";
import { approvedBy, diff, facts, finding, harmless, people, policy, review, team } from "./policy/build.ts";

const reject = (user: string) => review(user, { state: "CHANGES_REQUESTED" });

describe("states", () => {
  test.each([
    ["not_applicable", 0, "No governed contract changes", facts({ diff: diff([]) })],
    ["not_applicable", 0, "Not governed: feature maps to no environment", facts({}, { baseRef: "feature", baseProtected: false })],
    ["auto_approved", 0, "Auto-approved: low risk (2.0), no policy applies", facts({ diff: diff([harmless()]) })],
    ["approved", 0, "Approved by bob (sec-ops)", facts(approvedBy("bob"))],
    ["pending_approval", 10, "Waiting for sec-ops (0 of 1): a `pii` tag is removed in production", facts()],
    [
      "rejected",
      11,
      "Changes requested by carol (sec-ops (security-engineer))",
      facts({ people: people({ reviews: [review("bob"), reject("carol")] }) }),
    ],
  ])("%s exits %i: %s", (state, exitCode, verdict, given) => {
    expect(decide(given)).toMatchObject({ state, exitCode, verdict, tree: { because: verdict } });
  });

  test("an unparseable contract is invalid and exits 1, whoever approves", () => {
    const unparseable = [{ code: "E001", message: "not YAML", file: "contracts/a.yaml", line: 3, severity: "error" }] as const;
    const decision = decide(facts({ diff: diff([], { unparseable }), ...approvedBy("bob", "carol") }));
    expect(decision).toMatchObject({ state: "invalid", exitCode: 1, verdict: "Cannot decide: `contracts/a.yaml` line 3: not YAML" });
  });

  test("a limit that was passed is invalid and exits 1", () => {
    const limits = [{ code: "E001", message: "the tree is truncated", file: null, line: null, severity: "error" }] as const;
    expect(decide(facts({ diff: diff([]), limits }))).toMatchObject({ state: "invalid", exitCode: 1 });
  });

  test("an invalid policy is invalid, exits 2, and is never on an ungoverned base", () => {
    const broken = policy("policies:\n  - name: a\n    trigger: {}\n    aprovers: []\n");
    const decision = decide(facts({ policy: broken, diff: diff([]) }, { baseRef: "feature", baseProtected: false }));
    expect(decision).toMatchObject({ state: "invalid", exitCode: 2, pattern: "feature" });
    expect(decision.problems[0]).toMatchObject({ file: ".choochoo/approval-policies.yaml" });
    expect(decision.verdict).toContain("Cannot decide: `.choochoo/approval-policies.yaml` line");
  });

  test.each([
    ["network", 3],
    ["auth", 4],
    ["bug", 99],
  ] as const)("a %s fault is an error and exits %i", (kind, exitCode) => {
    const faults = [{ what: "members of sec-ops", kind, message: "no answer" }];
    expect(decide(facts({ faults, ...approvedBy("bob") }))).toMatchObject({ state: "error", exitCode });
  });

  test("an unreadable team is invalid and exits 2", () => {
    const teams = [{ ...team("sec-ops"), readable: false }];
    const decision = decide(facts({ people: people({ teams, reviews: [review("bob")] }) }));
    expect(decision).toMatchObject({ state: "invalid", exitCode: 2 });
    expect(decision.verdict).toBe("Cannot read team sec-ops (404 or 403): give the app Members: read or fix the name");
  });

  test("nobody known: teams are taken as existing, have 0, nobody is named", () => {
    const decision = decide(facts({ people: null }));
    expect(decision).toMatchObject({ state: "pending_approval", exitCode: 10, peopleKnown: false });
    expect(decision.requirements).toMatchObject([{ team: "sec-ops", role: "security-engineer", have: 0, completers: [] }]);
  });
});

test("the example of the interfaces: a stripped pii tag in production is 6.0, medium, one sec-ops approval", () => {
  const decision = decisionJson(decide(facts()));
  expect(decision.risk).toEqual({
    score: 6.0,
    level: "medium",
    factors: [
      { id: "S", name: "compliance sensitivity", points: 4.0, because: "pii tag removed from customers.email" },
      { id: "I", name: "impact radius", points: 0.5, because: "no lineage known" },
      { id: "A", name: "agent confidence", points: 0, because: "human author" },
      { id: "E", name: "environment", points: 1.5, because: "production" },
      { id: "H", name: "historical quality", points: 0, because: "no history" },
    ],
    floors: ["at least medium: tag `pii` removed"],
  });
  expect(decision.policies).toMatchObject([
    { name: "repo/pii-change-policy", mode: "enforce", matched: true, because: ["tag pii", "environment production"] },
  ]);
  expect(decision.requirements).toMatchObject([
    {
      team: "sec-ops",
      role: "security-engineer",
      minApprovals: 1,
      have: 0,
      source: ["repo/pii-change-policy"],
      approvals: [],
      refused: [],
      completers: ["@bob", "@carol"],
    },
  ]);
});

describe("self-protection", () => {
  const file = { path: ".choochoorc", baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" };
  test("a governance file asks teams.executive", () => {
    const set = policy(undefined, "teams: { executive: [ciso] }\n");
    const given = { policy: set, governanceFiles: [file], diff: diff([]) };
    expect(decide(facts(given))).toMatchObject({ state: "pending_approval", requirements: [{ team: "ciso", completers: ["@erin"] }] });
    expect(decide(facts({ ...given, ...approvedBy("erin") })).state).toBe("approved");
    expect(decide(facts({ ...given, ...approvedBy("bob", "dave") })).state).toBe("pending_approval");
  });

  test("without teams.executive it asks the owners, and says why", () => {
    const decision = decide(facts({ governanceFiles: [file], diff: diff([]) }));
    expect(decision.requirements).toMatchObject([{ role: "organisation owner", completers: ["@ana"] }]);
    expect(decision.requirements[0]?.source[0]).toContain("teams.executive is not set");
    expect(decide(facts({ governanceFiles: [file], diff: diff([]), ...approvedBy("ana") })).state).toBe("approved");
  });

  test("the first policy ever is approved by the owners, not by a team that it names", () => {
    const added = { ...file, baseMode: null, baseBlob: null };
    const given = { policy: policy(null), governanceFiles: [added], diff: diff([]) };
    expect(decide(facts(given)).requirements).toMatchObject([{ role: "organisation owner" }]);
    expect(decide(facts({ ...given, ...approvedBy("bob", "erin") })).state).toBe("pending_approval");
    expect(decide(facts({ ...given, ...approvedBy("ana") })).state).toBe("approved");
  });

  test("any push voids an approval of a governance change, whatever its content", () => {
    const set = policy(undefined, "teams: { executive: [ciso] }\n");
    const early = review("erin", { submittedAt: "2026-11-21T08:00:00Z" });
    const given = facts({ policy: set, governanceFiles: [file], diff: diff([]), people: people({ reviews: [early] }) });
    expect(decide(given)).toMatchObject({ state: "pending_approval", refused: [{ reason: "other_head" }] });
  });

  test("the default branch stays governed for them although no pattern names it", () => {
    const set = policy(undefined, 'environments: { production: ["release/**"] }\n');
    expect(decide(facts({ policy: set, governanceFiles: [file], diff: diff([]) }))).toMatchObject({
      state: "pending_approval",
      pattern: "main",
    });
    expect(decide(facts({ policy: set }))).toMatchObject({ state: "not_applicable", pattern: null });
  });
});

test("warn and shadow policies are shown and ask nobody", () => {
  const rules = ["warn", "shadow"].map(
    (mode) => `  - { name: ${mode}, mode: ${mode}, trigger: { paths: ["contracts/**"] }, approvers: [{ team: sec-ops }] }`,
  );
  const decision = decide(facts({ policy: policy(`policies:\n${rules.join("\n")}\n`), diff: diff([harmless()]) }));
  expect(decision.state).toBe("auto_approved");
  expect(decision.policies.map((each) => each.matched)).toEqual([true, true]);
});

test("a touched requireApproval tag with no policy is medium; a changed description is not", () => {
  const added = finding({ code: "field.added", severity: "info", tagsBefore: [], tagsAfter: ["pii"], weight: "other" });
  const none = { policy: policy("policies: []\n", "teams: { designated: [sec-ops] }\n") };
  const inStaging = { baseRef: "staging" };
  expect(decide(facts({ ...none, diff: diff([added]) }, inStaging))).toMatchObject({
    state: "pending_approval",
    risk: { level: "medium" },
  });
  const described = finding({ ...added, code: "description.changed", tagsBefore: ["pii"] });
  expect(decide(facts({ ...none, diff: diff([described]) }, inStaging)).state).toBe("auto_approved");
});
