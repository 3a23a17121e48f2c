import type { Facts } from "../facts.ts";
import type { PolicySet } from "./model.ts";

/** Slugs of every team whose members the decision may need, sorted: read these, and no others, from GitHub. */
export function requiredTeams(facts: Pick<Facts, "policy">): string[] {
  return facts.policy.status === "ok" ? teamsOf(facts.policy.set) : [];
}

function teamsOf({ policies, config }: PolicySet): string[] {
  const entries = policies.filter((policy) => policy.mode === "enforce").flatMap((policy) => policy.approvers);
  const teams = [
    ...entries.map((entry) => entry.team),
    ...Object.values(config.roles).map((role) => role.team),
    ...config.teams.designated,
    ...config.teams.executive,
    ...config.override.teams,
  ];
  return [...new Set(teams.filter((team) => team !== null))].sort();
}
