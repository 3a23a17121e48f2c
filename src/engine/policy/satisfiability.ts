import type { PeopleFacts } from "../facts.ts";
import { assertNever, type Problem } from "../problem.ts";
import { type Directory, directoryOf, type Group } from "./directory.ts";
import { matching } from "./matching.ts";
import type { Policy, PolicySet } from "./model.ts";
import { type PolicyPin, replacedTeamText } from "./pins.ts";
import { policySlots, type Slot } from "./slots.ts";

/** Who there is: what a policy can be filled from. Of `teams` and `owners` all members, as they are now. */
export interface Population extends Pick<PeopleFacts, "actors" | "teams" | "owners" | "permissions"> {
  readonly ownerType: "Organization" | "User";
}

/**
 * What nobody could ever approve under this set, whatever is changed: teams that are empty or cannot be read, more approvals than there
 * are people, the same people demanded twice. Errors make a proposed policy `invalid`; warnings are for the check and the log.
 * @param pins of a set that is in force: what its names stood for then. undefined = it is proposed.
 */
export function satisfiabilityProblems(set: PolicySet, population: Population, pins?: readonly PolicyPin[]): readonly Problem[] {
  const directory = directoryOf({ ...NOBODY, ...population }, set.config, pins);
  const enforced = set.policies.filter((policy) => policy.mode === "enforce");
  return [
    ...enforced.flatMap((policy) => policyProblems(policy, set, directory, population)),
    ...together(enforced, set, directory, population),
    ...configProblems(set, directory, population),
  ];
}

const NOBODY = {
  pushes: [],
  commits: [],
  reviews: [],
  labels: [],
  comments: [],
  history: { retargets: [], reopened: [], pushHistoryComplete: true },
  contentDigests: {},
};

function policyProblems(policy: Policy, set: PolicySet, directory: Directory, population: Population): readonly Problem[] {
  const slots = slotsOf([policy], set);
  const found = slots.flatMap((slot): Problem[] => {
    const unread = [...slot.anyOf, ...(slot.holders ?? [])].flatMap((group) => directory.unreadable(group) ?? []);
    if (unread.length > 0) return [at(policy, `policy \`${policy.name}\`: ${whyUnread(unread[0]!, directory, population)}`, "error")];
    const people = peopleOf(slot, directory);
    if (people.size >= slot.min) return [];
    const whom = people.size === 0 ? "nobody" : `only ${people.size} ${people.size === 1 ? "person" : "people"}`;
    return [at(policy, `policy \`${policy.name}\` asks ${slot.id} for ${slot.min}, and ${whom} can give it`, "error")];
  });
  if (found.length > 0) return found;
  if (!seated(slots, directory))
    return [
      at(policy, `policy \`${policy.name}\` asks the same people twice: its entries need more distinct people than there are`, "error"),
    ];
  const alone = slots.find((slot) => peopleOf(slot, directory).size === slot.min);
  if (alone === undefined) return [];
  const because = `policy \`${policy.name}\`: exactly ${alone.min} can fill ${alone.id}; a change that one of them works on waits for ever`;
  return [at(policy, because, "warning")];
}

/** Policies that may match one change together may ask more people than there are. Whether they do match together depends on the change. */
function together(policies: readonly Policy[], set: PolicySet, directory: Directory, population: Population): readonly Problem[] {
  const able = policies.filter((policy) =>
    policyProblems(policy, set, directory, population).every(({ severity }) => severity !== "error"),
  );
  const largest = new Map<string, Slot>();
  for (const slot of slotsOf(able, set)) {
    const known = largest.get(slot.id);
    if (known === undefined || known.min < slot.min) largest.set(slot.id, slot);
  }
  const last = able.at(-1);
  if (last === undefined || able.length < 2 || seated([...largest.values()], directory)) return [];
  const names = able.map(({ name }) => `\`${name}\``).join(", ");
  return [at(last, `when they match together, these policies ask for more distinct people than there are: ${names}`, "warning")];
}

function configProblems(set: PolicySet, directory: Directory, population: Population): readonly Problem[] {
  const { teams, override } = set.config;
  const rows = [
    { key: "teams.executive", teams: teams.executive, severity: "error" },
    { key: "teams.designated", teams: teams.designated, severity: "error" },
    // Without it there is one way less to override, and none more to pass.
    { key: "override.teams", teams: override.teams, severity: "warning" },
  ] as const satisfies readonly { key: string; teams: readonly string[]; severity: Problem["severity"] }[];
  const named = rows.flatMap(({ key, teams: listed, severity }) =>
    listed.flatMap((team): Problem[] => {
      const group: Group = { kind: "team", team };
      if (directory.unreadable(group) !== null) return [config(`\`${key}\`: ${whyUnread(team, directory, population)}`, severity)];
      return membersOf([group], directory).size > 0 ? [] : [config(`\`${key}\`: nobody is in team \`${team}\``, severity)];
    }),
  );
  const owners = membersOf([{ kind: "owners" }], directory);
  const needsOwners = set.policies.length > 0 && teams.executive.length === 0;
  return needsOwners && owners.size === 0
    ? [...named, config("nobody to ask: no owner is known, and `teams.executive` is not set", "error")]
    : named;
}

function slotsOf(policies: readonly Policy[], set: PolicySet): readonly Slot[] {
  const matches = policies.map(({ name, description, slaHours, mode }) => ({
    name,
    description,
    mode,
    matched: true,
    because: [],
    findings: [],
    slaHours,
  }));
  return policySlots(policies, matches, set.config);
}

/** Every distinct slot gets people of its own. */
function seated(slots: readonly Slot[], directory: Directory): boolean {
  const rows = slots.filter((slot) => slot.distinct).flatMap((slot) => Array.from({ length: slot.min }, () => peopleOf(slot, directory)));
  return matching(rows, directory.everybody()).every((person) => person !== null);
}

function peopleOf({ anyOf, holders }: Slot, directory: Directory): ReadonlySet<number> {
  const people = membersOf(anyOf, directory);
  if (holders === null) return people;
  const held = membersOf(holders, directory);
  return new Set([...people].filter((id) => held.has(id)));
}

/** People in one of the groups who could approve something: no bots, no suspended accounts. */
function membersOf(groups: readonly Group[], directory: Directory): ReadonlySet<number> {
  const fit = directory.everybody().filter((id) => {
    const actor = directory.byId(id);
    return actor !== null && actor.type === "User" && !actor.suspended;
  });
  return new Set(fit.filter((id) => groups.some((group) => directory.membership(id, group).status === "member")));
}

function whyUnread(team: string, directory: Directory, { ownerType }: Population): string {
  const other = directory.replaced(team);
  if (other !== null) return replacedTeamText(team, other);
  switch (ownerType) {
    case "Organization":
      return `team \`${team}\` cannot be read (no such team, or the app may not read members)`;
    case "User":
      return `team \`${team}\`: a personal account has no teams; name \`users\``;
    default:
      return assertNever(ownerType);
  }
}

function at({ file, line }: Policy, message: string, severity: Problem["severity"]): Problem {
  return { code: "E001", message, file, line, severity };
}

function config(message: string, severity: Problem["severity"]): Problem {
  return { code: "E001", message, file: ".choochoorc", line: null, severity };
}
