import { describe, expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import type { Facts } from "../../../src/engine/facts.ts";
import { mergeSlots, type Slot } from "../../../src/engine/policy/slots.ts";
import { diff, facts, finding, people, policy, review, team } from "./build.ts";

const TEAMS = [team("sec-ops", "bob", "carol"), team("privacy", "dave", "bob"), team("ciso", "erin"), team("legal", "carol", "erin")];
const massLoss = (lost: number) => diff([finding()], { losses: [{ contract: "c", taggedAtBase: 100, lost }] });

function decided(
  set: { policies?: string; config?: string },
  approvers: readonly string[],
  over: Partial<Facts> = {},
  subject: Partial<Facts["subject"]> = {},
) {
  const reviews = approvers.map((user) => review(user));
  return decide(
    facts(
      { policy: policy(set.policies ?? "policies: []\n", set.config ?? null), people: people({ teams: TEAMS, reviews }), ...over },
      subject,
    ),
  );
}
const state = (...args: Parameters<typeof decided>) => decided(...args).state;
const rule = (name: string, approvers: string, rest = "") =>
  `  - { name: ${name}, trigger: { tags: [pii] }, approvers: ${approvers}${rest} }\n`;
const rules = (...all: readonly string[]) => `policies:\n${all.join("")}`;

describe("the level is a condition on the people", () => {
  const designated = { config: "teams: { designated: [sec-ops, privacy] }\n" };
  const high = { diff: massLoss(10) };
  const staging = { baseRef: "staging" };
  test("medium: one person of a designated team, and one sec-ops review satisfies a sec-ops policy and the level", () => {
    expect(decided(designated, [])).toMatchObject({
      state: "pending_approval",
      requirements: [{ source: ["level:medium"], minApprovals: 1 }],
    });
    expect(state(designated, ["erin"])).toBe("pending_approval");
    expect(state(designated, ["dave"])).toBe("approved");
    expect(decided({ policies: rules(rule("p", "[{ team: sec-ops }]")) }, ["bob"]).requirements).toHaveLength(1);
    expect(state({ policies: rules(rule("p", "[{ team: sec-ops }]")) }, ["bob"])).toBe("approved");
  });
  test("high: two people of two different teams", () => {
    expect(decided(designated, [], high, staging).risk.level).toBe("high");
    expect(state(designated, ["bob"], high, staging)).toBe("pending_approval");
    expect(state(designated, ["bob", "dave"], high, staging)).toBe("approved");
    expect(state(designated, ["bob", "carol"], high, staging)).toBe("approved");
    const apart = {
      teams: [team("sec-ops", "bob", "carol"), team("privacy", "dave")],
      reviews: ["bob", "carol"].map((user) => review(user)),
    };
    expect(state(designated, [], { ...high, people: people(apart) }, staging)).toBe("pending_approval");
  });
  test("high beside a policy tops up what the policy does not give", () => {
    const both = { ...designated, policies: rules(rule("p", "[{ team: sec-ops }]")) };
    const open = decided(both, [], high, staging);
    expect(open.requirements.map(({ id, source, minApprovals }) => [id, minApprovals, source[0]])).toEqual([
      ["sec-ops", 1, "repo/p"],
      ["privacy", 1, "level:high"],
    ]);
    expect(state(both, ["bob"], high, staging)).toBe("pending_approval");
    expect(state(both, ["dave"], high, staging)).toBe("pending_approval");
    expect(state(both, ["carol", "dave"], high, staging)).toBe("approved");
  });
  test("a person of a designated team who fills another team's slot counts for the level", () => {
    const org = policy(rules(rule("p", "[{ team: legal }]")), "teams: { designated: [sec-ops] }\n");
    if (org.status === "invalid") throw new Error("unexpected");
    const bound = {
      ...org,
      set: { ...org.set, config: { ...org.set.config, teams: { ...org.set.config.teams, designatedBy: "org" as const } } },
    };
    const given = (...users: string[]) =>
      facts({ policy: bound, people: people({ teams: TEAMS, reviews: users.map((user) => review(user)) }) });
    expect(decide(given("carol")).state).toBe("approved");
    expect(decide(given("erin"))).toMatchObject({
      state: "pending_approval",
      requirements: [
        { id: "legal", have: 1 },
        { id: "sec-ops", have: 0, completers: ["@bob", "@carol"] },
      ],
    });
  });
  test("critical adds an executive; owners when none is set", () => {
    const critical = { diff: massLoss(10) };
    const executive = { config: "teams: { designated: [sec-ops, privacy], executive: [ciso] }\n" };
    expect(decided(executive, [], critical).risk.level).toBe("critical");
    expect(state(executive, ["carol", "dave"], critical)).toBe("pending_approval");
    expect(state(executive, ["carol", "dave", "erin"], critical)).toBe("approved");
    expect(state(designated, ["carol", "dave", "erin"], critical)).toBe("pending_approval");
    expect(state(designated, ["carol", "dave", "ana"], critical)).toBe("approved");
  });
  test("no designated team: the executives, else the owners; nobody at all is invalid and names the key", () => {
    expect(decided({ config: "teams: { executive: [ciso] }\n" }, []).requirements).toMatchObject([{ team: "ciso" }]);
    expect(state({}, ["ana"])).toBe("approved");
    expect(state({}, ["bob"])).toBe("pending_approval");
    const nobody = decided({}, [], { people: people({ owners: [] }) });
    expect(nobody).toMatchObject({ state: "invalid", exitCode: 2 });
    expect(nobody.verdict).toContain("teams.designated");
  });
});

describe("slots", () => {
  test("a narrower entry fills a wider one, equal ones take the larger minimum", () => {
    const both = rules(
      rule("wide", "[{ team: sec-ops, minApprovals: 2 }]"),
      rule("narrow", "[{ team: sec-ops, role: lead }]"),
      rule("same", "[{ team: sec-ops }]"),
    );
    const decision = decided({ policies: both, config: "roles: { lead: { users: [carol] } }\n" }, ["bob"]);
    expect(decision.requirements.map(({ id, minApprovals, have }) => [id, minApprovals, have])).toEqual([
      ["sec-ops (lead)", 1, 0],
      ["sec-ops", 1, 1],
    ]);
    expect(decision.requirements[0]!.source).toEqual(["repo/narrow", "repo/same", "repo/wide"]);
    expect(state({ policies: both, config: "roles: { lead: { users: [carol] } }\n" }, ["bob", "carol"])).toBe("approved");
  });
  test("distinctApprovers: false lets one person fill two, only for its own policy", () => {
    const shared = rules(rule("p", "[{ team: sec-ops }, { team: privacy }]", ", distinctApprovers: false"));
    expect(state({ policies: shared }, ["bob"])).toBe("approved");
    expect(state({ policies: shared }, ["carol"])).toBe("pending_approval");
    expect(state({ policies: rules(rule("p", "[{ team: sec-ops }, { team: privacy }]")) }, ["bob"])).toBe("pending_approval");
    const mixed = rules(
      rule("p", "[{ team: sec-ops }]", ", distinctApprovers: false"),
      rule("q", "[{ team: sec-ops }, { team: privacy }]"),
    );
    expect(state({ policies: mixed }, ["bob"])).toBe("pending_approval");
  });
  test("users without a team are a team of their own; users beside a team are more people", () => {
    expect(state({ policies: rules(rule("p", "[{ users: [erin] }]")) }, ["erin"])).toBe("approved");
    expect(state({ policies: rules(rule("p", "[{ team: sec-ops, users: [erin] }]")) }, ["erin"])).toBe("approved");
    expect(state({ policies: rules(rule("p", "[{ users: [erin] }]")) }, ["bob"])).toBe("pending_approval");
  });
  test("a role alone is who it maps to", () => {
    const set = { policies: rules(rule("p", "[{ role: dpo }]")), config: "roles: { dpo: { users: [dave] } }\n" };
    expect(state(set, ["dave"])).toBe("approved");
    expect(state(set, ["bob"])).toBe("pending_approval");
  });
  test("completers are those whose approval would fill something", () => {
    const two = { policies: rules(rule("p", "[{ team: sec-ops }, { team: privacy }]")) };
    const decision = decided(two, ["bob"]);
    const open = decision.requirements.filter(({ have }) => have === 0);
    expect(open).toHaveLength(1);
    for (const login of ["carol", "dave"]) expect(state(two, ["bob", login])).toBe("approved");
    expect(open[0]!.completers.every((each) => ["@carol", "@dave"].includes(each)) && open[0]!.completers.length > 0).toBe(true);
  });
});

test("merging is the same in every order", () => {
  const slot = (id: string, team: string, role: string | null, min: number, distinct = true): Slot => ({
    id,
    kind: "policy",
    team,
    role,
    users: [],
    anyOf: [{ kind: "team", team }],
    holders: null,
    min,
    source: [`${id}${distinct}`],
    distinct,
  });
  const all = [
    slot("a", "a", null, 3),
    slot("a (x)", "a", "x", 1),
    slot("a (y)", "a", "y", 1),
    slot("b", "b", null, 1),
    slot("a", "a", null, 2, false),
  ];
  const merged = mergeSlots(all);
  expect(merged.map(({ id, min }) => [id, min])).toEqual(
    expect.arrayContaining([
      ["a", 1],
      ["a (x)", 1],
      ["a (y)", 1],
      ["b", 1],
    ]),
  );
  expect(merged).toHaveLength(4);
  expect(mergeSlots([...all].reverse())).toEqual(merged);
});

test("one person does not show as two: whoever fills the executive slot leaves the level's other team open", () => {
  const teams = [team("sec-ops", "ana", "dave")];
  const stranger = { sha: "s0", parents: ["base"], author: null, committer: "alice", coAuthors: [], verified: true };
  const given = (...users: string[]) =>
    facts({
      policy: policy("policies: []\n", "teams: { designated: [sec-ops] }\n"),
      diff: massLoss(12),
      people: people({ teams, reviews: users.map((user) => review(user)), commits: [...people().commits, stranger] }),
    });
  const rows = (...users: string[]) => decide(given(...users)).requirements.map(({ id, have }) => [id, have]);
  expect(rows("ana")).toEqual([
    ["organisation owner", 1],
    ["sec-ops", 0],
    ["one more person", 0],
  ]);
  expect(rows("ana", "dave")).toEqual([
    ["organisation owner", 1],
    ["sec-ops", 1],
    ["one more person", 0],
  ]);
  expect(rows("dave")).toEqual([
    ["organisation owner", 0],
    ["sec-ops", 1],
    ["one more person", 0],
  ]);
});
