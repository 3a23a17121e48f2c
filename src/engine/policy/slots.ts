import type { PolicyMatch } from "../decision.ts";
import type { Group } from "./directory.ts";
import type { ApproverEntry, Config, Policy } from "./model.ts";

/** One requirement before anyone is counted. */
export interface Slot {
  readonly id: string;
  readonly kind: "policy" | "executive" | "self-protection" | "level" | "unknown";
  readonly team: string | null;
  readonly role: string | null;
  readonly users: readonly string[];
  /** A person must be in one of these … */
  readonly anyOf: readonly Group[];
  /** … and, where the role is mapped, in one of these. */
  readonly holders: readonly Group[] | null;
  readonly min: number;
  readonly source: readonly string[];
  /** False: people who fill it may fill others too. */
  readonly distinct: boolean;
}

/** Slots of the matched enforce policies as written; `mergeSlots` makes one demand of them. */
export function policySlots(policies: readonly Policy[], matches: readonly PolicyMatch[], config: Config): readonly Slot[] {
  return enforced(policies, matches).flatMap((policy) => policy.approvers.map((entry) => slotOf(entry, policy, config)));
}

export function enforced(policies: readonly Policy[], matches: readonly PolicyMatch[]): readonly Policy[] {
  const names = new Set(matches.filter((match) => match.matched && match.mode === "enforce").map((match) => match.name));
  return policies.filter((policy) => names.has(policy.name) && policy.mode === "enforce");
}

function slotOf(entry: ApproverEntry, policy: Policy, config: Config): Slot {
  const mapped = entry.role !== null && Object.hasOwn(config.roles, entry.role) ? config.roles[entry.role]! : null;
  const holders = mapped === null ? null : groupsOf(mapped.team, mapped.users);
  const named = groupsOf(entry.team, entry.users);
  const users = [...entry.users].sort();
  const people = entry.team ?? (users.length > 0 ? users.join(" or ") : (entry.role ?? "nobody"));
  const extra = entry.team !== null && users.length > 0 ? ` or ${users.join(" or ")}` : "";
  return {
    id: `${people}${extra}${entry.role === null || people === entry.role ? "" : ` (${entry.role})`}`,
    kind: "policy",
    team: entry.team,
    role: entry.role,
    users,
    anyOf: named.length > 0 ? named : (holders ?? []),
    holders,
    min: entry.minApprovals,
    source: [policy.name],
    distinct: policy.distinctApprovers,
  };
}

export function groupsOf(team: string | null, users: readonly string[]): readonly Group[] {
  const groups: Group[] = team === null ? [] : [{ kind: "team", team }];
  return users.length === 0 ? groups : [...groups, { kind: "users", users }];
}

/**
 * Equal slots become one with the larger minimum; a wider slot keeps only what the narrower distinct ones leave open.
 * To be applied once, to all slots together: what is left of a slot would be reduced again.
 */
export function mergeSlots(slots: readonly Slot[]): readonly Slot[] {
  const merged: Slot[] = [];
  for (const slot of slots) {
    const index = merged.findIndex((each) => each.distinct === slot.distinct && within(each, slot) && within(slot, each));
    const twin = merged[index];
    if (twin === undefined) merged.push(slot);
    else merged[index] = { ...twin, min: Math.max(twin.min, slot.min), source: sources(twin, slot) };
  }
  return reduce(byNarrowness(merged));
}

/** Every slot after all that are narrower than it. */
function byNarrowness(slots: readonly Slot[]): readonly Slot[] {
  const rank = (slot: Slot): number => slots.filter((each) => narrower(each, slot)).length;
  return [...slots].sort(
    (left, right) =>
      rank(left) - rank(right) || (left.id < right.id ? -1 : left.id > right.id ? 1 : Number(right.distinct) - Number(left.distinct)),
  );
}

function reduce(slots: readonly Slot[]): readonly Slot[] {
  const kept: Slot[] = [];
  for (const slot of slots) {
    const givers = kept.filter((each) => each.distinct && within(each, slot));
    const shared = kept.filter((each) => !each.distinct && !slot.distinct && within(each, slot));
    const given = Math.max(
      givers.reduce((total, each) => total + each.min, 0),
      ...shared.map((each) => each.min),
    );
    for (const giver of [...givers, ...shared]) kept[kept.indexOf(giver)] = { ...giver, source: sources(giver, slot) };
    // A slot whose people may count twice is counted alone, so it stays whole unless the others give all of it.
    const left = slot.distinct ? slot.min - given : given >= slot.min ? 0 : slot.min;
    if (left > 0) kept.push({ ...slot, min: left });
  }
  return kept;
}

function sources(left: Slot, right: Slot): readonly string[] {
  return [...new Set([...left.source, ...right.source])].sort();
}

function narrower(left: Slot, right: Slot): boolean {
  return within(left, right) && !(within(right, left) && left.distinct === right.distinct);
}

/** Everyone who may fill `narrow` may fill `wide`, by what they name and not by who is a member today. */
function within(narrow: Slot, wide: Slot): boolean {
  if (wide.role !== null && wide.role !== narrow.role) return false;
  if (narrow.anyOf.length === 0) return false;
  return narrow.anyOf.every((group) => covers(wide.anyOf, group));
}

function covers(groups: readonly Group[], group: Group): boolean {
  switch (group.kind) {
    case "owners":
      return groups.some((each) => each.kind === "owners");
    case "team":
      return groups.some((each) => each.kind === "team" && each.team.toLowerCase() === group.team.toLowerCase());
    case "users": {
      const listed = new Set(groups.flatMap((each) => (each.kind === "users" ? each.users.map((user) => user.toLowerCase()) : [])));
      return group.users.every((user) => listed.has(user.toLowerCase()));
    }
  }
}
