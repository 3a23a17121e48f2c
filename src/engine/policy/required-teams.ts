import type { Facts } from "../facts.ts";
import { defaultConfig } from "./defaults.ts";
import type { PolicySet } from "./model.ts";

/** Slugs of every team that the decision about these facts may ask: what must be read before people are known. Sorted. */
export function requiredTeams(facts: Pick<Facts, "policy" | "proposal">): readonly string[] {
  const inForce = facts.policy.status === "ok" ? teamsOf(facts.policy.set) : [...defaultConfig.override.teams];
  // Of a proposed policy too: whether anybody could fill it is said before it is approved.
  const proposed = facts.proposal?.reading.status === "ok" ? teamsOf(facts.proposal.reading.set) : [];
  return [...new Set([...inForce, ...proposed])].sort();
}

/** Logins that it asks by name. Sorted. */
export function usersOf({ config, policies }: PolicySet): readonly string[] {
  const entries = policies.filter(({ mode }) => mode === "enforce").flatMap((policy) => policy.approvers);
  return [...new Set([...entries, ...Object.values(config.roles)].flatMap(({ users }) => users))].sort();
}

export function teamsOf(set: PolicySet): readonly string[] {
  const { teams, override, roles } = set.config;
  // Nobody is asked for the others, and what nobody is asked for must not be able to fail.
  const entries = set.policies.filter(({ mode }) => mode === "enforce").flatMap((policy) => policy.approvers);
  const named = entries.flatMap((entry) => [
    entry.team,
    ...(entry.role !== null && Object.hasOwn(roles, entry.role) ? [roles[entry.role]!.team] : []),
  ]);
  const all = [...named, ...teams.designated, ...teams.executive, ...override.teams];
  return [...new Set(all.filter((team) => team !== null))].sort();
}
