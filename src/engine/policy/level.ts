import type { Group } from "./directory.ts";
import type { Config, Policy, RiskLevel } from "./model.ts";
import { groupsOf, type Slot } from "./slots.ts";

/** A team, or what stands for one, that the level may ask. */
export interface Designated {
  readonly name: string;
  readonly anyOf: readonly Group[];
}

/** What a risk level asks beyond the policies. */
export interface LevelAsk {
  readonly level: RiskLevel;
  /** People wanted, each from another one of `teams`. */
  readonly need: number;
  readonly teams: readonly Designated[];
  /** Of `need`, how many the slots give by what they name: the rest is a top-up. */
  readonly given: readonly string[];
}

const NEED = { low: 0, medium: 1, high: 2, critical: 2 } as const satisfies Record<RiskLevel, number>;

/** @param matched enforce policies that matched. */
export function levelAsk(level: RiskLevel, matched: readonly Policy[], slots: readonly Slot[], config: Config): LevelAsk {
  const need = NEED[level];
  const teams = withFallbacks(designatedTeams(matched, config), need, config);
  const names = teams.map((team) => team.name);
  const byName = slots.filter((slot) => slot.kind !== "unknown").map((slot) => teams.find((team) => givesTeam(slot, team))?.name);
  const distinct = byName.filter((name, index) => name !== undefined && slots[index]?.distinct === true);
  const given = [...new Set(distinct)].filter((name) => name !== undefined && names.includes(name)) as string[];
  const any = byName.find((name) => name !== undefined);
  return { level, need, teams, given: (given.length === 0 && any !== undefined ? [any] : given).slice(0, need) };
}

/** The organisation's when it sets them; else the repository's and those of the matched policies. */
function designatedTeams(matched: readonly Policy[], config: Config): readonly Designated[] {
  const teams = config.teams.designated.map(teamOf);
  if (config.teams.designatedBy === "org") return unique(teams);
  const entries = matched
    .flatMap((policy) => policy.approvers)
    .map((entry): Designated => {
      const role = entry.role !== null && Object.hasOwn(config.roles, entry.role) ? config.roles[entry.role]! : null;
      const named = groupsOf(entry.team, entry.users);
      const anyOf = named.length > 0 ? named : groupsOf(role?.team ?? null, role?.users ?? []);
      const users = [...entry.users].sort();
      return { name: entry.team ?? (users.length > 0 ? users.join(" or ") : (entry.role ?? "nobody")), anyOf };
    });
  return unique([...teams, ...entries]);
}

/** Too few teams to ask: the executive teams fill in, then the owners (for each missing team another one). */
function withFallbacks(teams: readonly Designated[], need: number, config: Config): readonly Designated[] {
  const all = [...teams];
  for (const fallback of [...config.teams.executive.map(teamOf), OWNERS, { ...OWNERS, name: "another owner" }]) {
    if (all.length < need && !all.some((team) => team.name.toLowerCase() === fallback.name.toLowerCase())) all.push(fallback);
  }
  return all;
}

export const OWNERS: Designated = { name: "the owners", anyOf: [{ kind: "owners" }] };

function teamOf(team: string): Designated {
  return { name: team, anyOf: [{ kind: "team", team }] };
}

/** One team is one team, however often it is named; people named beside it count for it. */
function unique(teams: readonly Designated[]): readonly Designated[] {
  const found = new Map<string, Designated>();
  for (const team of teams) {
    const key = team.name.toLowerCase();
    const earlier = found.get(key);
    found.set(key, earlier === undefined ? team : { ...earlier, anyOf: [...earlier.anyOf, ...team.anyOf] });
  }
  return [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Whoever fills the slot is one of that team, by what both name. */
function givesTeam(slot: Slot, team: Designated): boolean {
  return (
    slot.anyOf.length > 0 &&
    slot.anyOf.every((group) => team.anyOf.some((each) => JSON.stringify(each).toLowerCase() === JSON.stringify(group).toLowerCase()))
  );
}
