import type { PolicyMatch } from "../decision.ts";
import type { Group } from "./directory.ts";
import { type LevelAsk, levelAsk, OWNERS } from "./level.ts";
import type { Config, Policy, RiskLevel } from "./model.ts";
import type { GovernanceChange } from "./proposal.ts";
import { enforced, mergeSlots, policySlots, type Slot } from "./slots.ts";

/** The source of a requirement that nobody knows who asks for: one more person for each contribution by somebody unknown. */
export const UNKNOWN_CONTRIBUTORS = "unknown contributors";

/** Everything that people must give before a change may pass, before anyone is counted. */
export interface Demand {
  readonly slots: readonly Slot[];
  readonly ask: LevelAsk;
}

export interface DemandInput {
  readonly policies: readonly Policy[];
  readonly matches: readonly PolicyMatch[];
  readonly level: RiskLevel;
  readonly config: Config;
  /** A governance file changes. `bootstrap`: the first one ever, owners only; `tightens`: provably nothing else. */
  readonly governance: GovernanceChange;
  /** One more distinct approver for each. */
  readonly unknownContributors: number;
  readonly ownerType: "Organization" | "User";
}

export function demandOf(input: DemandInput): Demand {
  const { policies, matches, level, config, governance, unknownContributors } = input;
  const people = mergeSlots([
    ...policySlots(policies, matches, config),
    ...(level === "critical" ? [executiveSlot("executive", ["level:critical"], input)] : []),
    ...(governance === "none" ? [] : [selfProtection(input)]),
  ]);
  const ask = levelAsk(level, enforced(policies, matches), people, config);
  const slots = [...people, ...topUp(ask, input.ownerType)];
  if (slots.length === 0 || unknownContributors === 0) return { slots, ask };
  return { slots: [...slots, unknownSlot(slots, unknownContributors)], ask };
}

/** Changes of governance files: whatever does not provably tighten is taken as loosening. */
function selfProtection(input: DemandInput): Slot {
  const designated = input.config.teams.designated;
  if (input.governance === "tightens" && designated.length > 0) return designatedSlot(designated);
  const bootstrap = input.governance === "bootstrap";
  const source = bootstrap
    ? "self-protection: first policy, the owners approve"
    : input.config.teams.executive.length > 0
      ? "self-protection: any change of a governance file, teams.executive"
      : "self-protection: any change of a governance file, the owners because teams.executive is not set";
  return executiveSlot(
    "self-protection",
    [source],
    bootstrap ? { ...input, config: { ...input.config, teams: { ...input.config.teams, executive: [] } } } : input,
  );
}

function designatedSlot(teams: readonly string[]): Slot {
  const team = teams.length === 1 ? teams[0]! : null;
  const role = team === null ? `member of ${teams.join(" or ")}` : null;
  return {
    id: team ?? role!,
    kind: "self-protection",
    team,
    role,
    users: [],
    anyOf: teams.map((each) => ({ kind: "team", team: each })),
    holders: null,
    min: 1,
    source: ["self-protection: a change of policy that only tightens, teams.designated"],
    distinct: true,
  };
}

function executiveSlot(kind: "executive" | "self-protection", source: readonly string[], { config, ownerType }: DemandInput): Slot {
  const teams = config.teams.executive;
  const owners = ownerWord(ownerType);
  const anyOf: readonly Group[] = teams.length > 0 ? teams.map((team) => ({ kind: "team", team })) : OWNERS.anyOf;
  const team = teams.length === 1 ? teams[0]! : null;
  const role = team !== null ? null : teams.length === 0 ? owners : `member of ${teams.join(" or ")}`;
  return { id: team ?? role!, kind, team, role, users: [], anyOf, holders: null, min: 1, source, distinct: true };
}

/** What the slots do not already give of the level. Whether it is filled is judged on the people, not on this slot alone. */
function topUp(ask: LevelAsk, ownerType: DemandInput["ownerType"]): readonly Slot[] {
  const min = ask.need - ask.given.length;
  if (min <= 0) return [];
  const open = ask.teams.filter((team) => !ask.given.includes(team.name));
  const anyOf = open.flatMap((team) => team.anyOf);
  const single = open.length === 1 && anyOf.length === 1 && anyOf[0]?.kind === "team" ? anyOf[0].team : null;
  const role = single !== null ? null : roleOf(open, min, ownerWord(ownerType));
  return [
    {
      id: single ?? role!,
      kind: "level",
      team: single,
      role,
      users: [],
      anyOf,
      holders: null,
      min,
      source: [`level:${ask.level}`],
      distinct: true,
    },
  ];
}

/** "member of a or b", "second organisation owner", "members of different teams of a or b". */
function roleOf(open: LevelAsk["teams"], min: number, owner: string): string {
  const isOwners = (team: LevelAsk["teams"][number]) => team.anyOf.length > 0 && team.anyOf.every(({ kind }) => kind === "owners");
  const teams = open.filter((team) => !isOwners(team)).map(({ name }) => name);
  const owners = open.filter(isOwners).map(({ name }) => name);
  if (teams.length === 0 && owners.length > 0) {
    if (min > 1) return `different ${owner}s`;
    return owners.includes(OWNERS.name) ? owner : `second ${owner}`;
  }
  const names = [...teams, ...(owners.length > 0 ? [`the ${owner}s`] : [])].join(" or ");
  return min > 1 ? `members of different teams of ${names}` : `member of ${names}`;
}

function ownerWord(ownerType: DemandInput["ownerType"]): string {
  return ownerType === "Organization" ? "organisation owner" : "repository owner";
}

function unknownSlot(slots: readonly Slot[], min: number): Slot {
  const anyOf = slots.flatMap((slot) => slot.anyOf);
  return {
    id: "one more person",
    kind: "unknown",
    team: null,
    role: null,
    users: [],
    anyOf,
    holders: null,
    min,
    source: [UNKNOWN_CONTRIBUTORS],
    distinct: true,
  };
}
