import { expect, test } from "vitest";
import type { PeopleFacts } from "../../../src/engine/facts.ts";
import { type Population, satisfiabilityProblems } from "../../../src/engine/policy/satisfiability.ts";
import { ACTORS, people, policy, team } from "./build.ts";

const usual: Population = { ...people(), ownerType: "Organization" };

function problems(approvers: string, population: Partial<PeopleFacts> & Partial<Population> = {}, config: string | null = null) {
  const reading = policy(`policies:\n  - name: one\n    trigger: {}\n    approvers: ${approvers}\n`, config);
  if (reading.status === "invalid") throw new Error(reading.problems[0]?.message);
  return satisfiabilityProblems(reading.set, { ...usual, ...population });
}

test.each([
  ["a team that nobody can read", "[{ team: gone }]", {}, null, "team `gone` cannot be read"],
  ["a team without members", "[{ team: empty }]", { teams: [team("empty")] }, null, "asks empty for 1, and nobody can give it"],
  ["more approvals than people", "[{ team: sec-ops, minApprovals: 3 }]", {}, null, "asks sec-ops for 3, and only 2 people can give it"],
  ["bots are no people", "[{ team: bots }]", bots(), null, "asks bots for 1, and nobody"],
  ["invitations are no members", "[{ team: invited }]", { teams: [pending("invited", "bob")] }, null, "asks invited for 1, and nobody"],
  [
    "a child team does not count unless it may",
    "[{ team: parent }]",
    { teams: [{ ...team("parent"), members: [{ user: "bob", state: "active" as const, inherited: true }] }] },
    null,
    "asks parent for 1, and nobody",
  ],
  [
    "the role narrows the team to nobody",
    "[{ team: sec-ops, role: dpo }]",
    {},
    "roles: { dpo: { users: [dave] } }",
    "asks sec-ops (dpo) for 1, and nobody",
  ],
  [
    "the same two people demanded twice",
    "[{ team: sec-ops, minApprovals: 2 }, { team: twins, minApprovals: 1 }]",
    { teams: [team("sec-ops", "bob", "carol"), team("twins", "bob", "carol")] },
    null,
    "asks the same people twice",
  ],
  [
    "an executive team without members",
    "[{ team: sec-ops }]",
    { teams: [...usual.teams, team("board")] },
    "teams: { executive: [board] }",
    "nobody is in team `board`",
  ],
  [
    "a designated team that cannot be read",
    "[{ team: sec-ops }]",
    {},
    "teams: { designated: [gone] }",
    "`teams.designated`: team `gone` cannot be read",
  ],
  ["no owner and no executive team", "[{ team: sec-ops }]", { owners: [] }, null, "no owner is known"],
  ["a team of a personal account", "[{ team: gone }]", { ownerType: "User" as const }, null, "a personal account has no teams"],
])("unsatisfiable: %s", (_, approvers, population, config, message) => {
  const [first] = problems(approvers, population as never, config);
  expect(first).toMatchObject({ severity: "error" });
  expect(first?.message).toContain(message);
});

test("errors of a policy carry its file and line", () => {
  expect(problems("[{ team: gone }]")[0]).toMatchObject({ file: ".choochoo/approval-policies.yaml", line: 2 });
});

test("what people can fill is no problem", () => {
  expect(
    problems("[{ team: sec-ops, minApprovals: 1 }, { team: privacy2 }]", { teams: [...usual.teams, team("privacy2", "dave", "erin")] }),
  ).toEqual([]);
  expect(problems("[{ users: [bob, dave] }]")).toEqual([]);
});

test("people who fill a slot to the last are a warning: their own changes would wait for ever", () => {
  expect(problems("[{ team: sec-ops, minApprovals: 2 }]")).toMatchObject([{ severity: "warning" }]);
});

test("policies that ask together for more people than there are: a warning, as they may never match together", () => {
  const text = ["one", "two"].map((name) => `  - { name: ${name}, trigger: {}, approvers: [{ team: ${name} }] }\n`).join("");
  const reading = policy(`policies:\n${text}`);
  if (reading.status === "invalid") throw new Error("invalid");
  const teams = [team("one", "bob"), team("two", "bob")];
  const found = satisfiabilityProblems(reading.set, { ...usual, teams });
  expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(found.map(({ message }) => message).join()).toContain("when they match together");
});

function bots() {
  return { actors: [...ACTORS, { id: 99, login: "ci[bot]", type: "Bot" as const, suspended: false }], teams: [team("bots", "ci[bot]")] };
}

function pending(slug: string, user: string) {
  return { ...team(slug), members: [{ user, state: "pending" as const, inherited: false }] };
}
