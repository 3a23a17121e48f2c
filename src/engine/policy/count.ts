import type { CountedApproval, RefusedApproval, Requirement } from "../decision.ts";
import type { Contributors } from "./contributors.ts";
import type { Directory, Group, Membership } from "./directory.ts";
import { unfitness, type Vote } from "./eligibility.ts";
import { assignApprovers, filled, type LevelNeed, type Seat } from "./matching.ts";
import type { Demand } from "./requirements.ts";
import type { Slot } from "./slots.ts";

export interface Count {
  readonly requirements: readonly Requirement[];
  readonly satisfied: boolean;
}

export interface People {
  readonly directory: Directory;
  readonly contributors: Contributors;
  readonly approvals: readonly Vote[];
}

/** Nobody is known: everything is open. */
export function uncounted({ slots }: Demand): Count {
  return { requirements: slots.map((slot) => requirementOf(slot, 0, [], [], [])), satisfied: slots.length === 0 };
}

/** Who fills what: distinct people by maximum matching, the level judged on all who count. */
export function countApprovals(demand: Demand, people: People): Count {
  const table = seating(demand, people);
  const voters = people.approvals.map((vote) => vote.userId);
  const assignment = assignApprovers(table.seats, table.level, voters);
  const votes = new Map(people.approvals.map((vote) => [vote.userId, vote]));
  const seated = table.owners.flatMap((slot, seat) => {
    const person = assignment.seats[seat] ?? null;
    return person === null ? [] : [{ slot, person }];
  });
  const peopleOf = (slot: Slot): readonly number[] =>
    (slot.distinct
      ? seated.filter((each) => each.slot === slot).map((each) => each.person)
      : voters.filter((id) => candidate(slot, id, demand, people))
    ).slice(0, slot.min);
  const slotsFull = demand.slots.every((slot) => slot.kind === "level" || peopleOf(slot).length === slot.min);
  const levelMet = assignment.level.length === table.level.need;
  const rows = demand.slots.map((slot) => ({ slot, people: slot.kind === "level" ? levelPeople(slot) : peopleOf(slot) }));
  const satisfied = slotsFull && levelMet && rows.every(({ slot, people: who }) => who.length >= slot.min);
  const grow = growth(table, voters, filled(assignment));
  const used = new Set(rows.flatMap((row) => row.people));
  const requirements = rows.map(({ slot, people: who }) => {
    const open = who.length < slot.min;
    return requirementOf(
      slot,
      who.length,
      who.map((id) => counted(votes.get(id)!)),
      // Once filled, only who fills nothing anywhere: else every row would list everybody of the others.
      outsiders(slot, demand, people, (id) => open || !used.has(id)),
      open ? completers(slot, demand, people, votes, grow) : [],
    );
  });
  return { requirements, satisfied };

  /** The people who give what the slots do not; never all of it while only the level is not met. */
  function levelPeople(slot: Slot): readonly number[] {
    const open = assignment.level.filter(({ group }) => !demand.ask.given.includes(demand.ask.teams[group]!.name));
    const given = assignment.level.filter(({ group }) => demand.ask.given.includes(demand.ask.teams[group]!.name));
    const ordered = [...open, ...given].map(({ person }) => person);
    if (levelMet) return ordered.slice(0, slot.min);
    // Who already gives the level on a slot of its own does not give it a second time here.
    const others = ordered.slice(0, open.length).filter((id) => !(seated.some((each) => each.person === id) && givesLevel(id)));
    return others.slice(0, slotsFull ? slot.min - 1 : slot.min);
  }

  function givesLevel(id: number): boolean {
    return demand.ask.teams.some(({ name }, group) => demand.ask.given.includes(name) && table.level.groups[group]!.has(id));
  }
}

interface Seating {
  readonly seats: readonly Seat[];
  /** The slot of each seat. */
  readonly owners: readonly Slot[];
  readonly level: LevelNeed;
}

function seating(demand: Demand, people: People): Seating {
  const seats: Seat[] = [];
  const owners: Slot[] = [];
  for (const slot of demand.slots) {
    if (!slot.distinct || slot.kind === "level") continue;
    const candidates = candidatesOf(slot, demand, people);
    for (let seat = 0; seat < slot.min; seat++) {
      seats.push({ candidates, extra: slot.kind === "unknown" });
      owners.push(slot);
    }
  }
  const groups = demand.ask.teams.map((team) => membersOf(team.anyOf, people.directory));
  return { seats, owners, level: { groups, need: demand.ask.need } };
}

/** May this person fill this slot, as far as membership goes? */
export function candidate(slot: Slot, id: number, demand: Demand, people: People): boolean {
  return candidatesOf(slot, demand, people).has(id);
}

function candidatesOf(slot: Slot, demand: Demand, people: People): ReadonlySet<number> {
  const known = candidatesBySlot.get(people) ?? new Map<Slot, ReadonlySet<number>>();
  candidatesBySlot.set(people, known);
  const before = known.get(slot);
  if (before !== undefined) return before;
  const found = findCandidates(slot, demand, people);
  known.set(slot, found);
  return found;
}

function findCandidates(slot: Slot, demand: Demand, people: People): ReadonlySet<number> {
  if (slot.kind === "unknown") {
    const others = demand.slots.filter(({ kind }) => kind !== "unknown");
    return new Set(others.flatMap((each) => [...candidatesOf(each, demand, people)]));
  }
  const named = membersOf(slot.anyOf, people.directory);
  if (slot.holders === null) return named;
  const holders = membersOf(slot.holders, people.directory);
  return new Set([...named].filter((id) => holders.has(id)));
}

function membersOf(groups: readonly Group[], directory: Directory): ReadonlySet<number> {
  return groups.length === 1 ? directory.members(groups[0]!) : new Set(groups.flatMap((group) => [...directory.members(group)]));
}

/** Memory of candidatesOf: every requirement asks about every person, several times. */
const candidatesBySlot = new WeakMap<People, Map<Slot, ReadonlySet<number>>>();

function outside(
  slot: Slot,
  id: number,
  directory: Directory,
): Extract<Membership, { status: "no" }> | { reason: "not_in_role"; because: string } | null {
  const answers = slot.anyOf.map((group) => directory.membership(id, group));
  if (!answers.some((answer) => answer.status === "member")) {
    const refusals = answers.flatMap((answer) => (answer.status === "no" ? [answer] : []));
    return (
      refusals.find((answer) => answer.reason !== "not_member") ??
      refusals[0] ?? { status: "no", reason: "not_member", because: "nobody may fill this" }
    );
  }
  const holds = slot.holders === null || slot.holders.some((group) => directory.membership(id, group).status === "member");
  return holds ? null : { reason: "not_in_role", because: `does not hold the role ${slot.role ?? ""}`.trim() };
}

function outsiders(slot: Slot, demand: Demand, people: People, isTold: (id: number) => boolean): readonly RefusedApproval[] {
  if (slot.kind === "unknown") return [];
  const candidates = candidatesOf(slot, demand, people);
  return people.approvals
    .filter(({ userId }) => !candidates.has(userId) && isTold(userId))
    .map(({ user, userId, reviewId }) => {
      const { reason, because } = outside(slot, userId, people.directory)!;
      return { user, reviewId, reason, because };
    });
}

/** Would one approval by this person fill one seat more, or bring the level one nearer? */
function growth(table: Seating, voters: readonly number[], now: number): (id: number) => boolean {
  const known = new Map<string, boolean>();
  const answers = new Map<number, boolean>();
  return (id) => {
    const answered = answers.get(id);
    if (answered !== undefined) return answered;
    const answer = growsBy(id);
    answers.set(id, answer);
    return answer;
  };

  function growsBy(id: number): boolean {
    const kind = [...table.seats.map((seat) => seat.candidates.has(id)), ...table.level.groups.map((group) => group.has(id))].join();
    const before = known.get(kind);
    if (before !== undefined) return before;
    const grows = filled(assignApprovers(table.seats, table.level, [...voters, id])) > now;
    known.set(kind, grows);
    return grows;
  }
}

function completers(
  slot: Slot,
  demand: Demand,
  people: People,
  voted: ReadonlyMap<number, Vote>,
  grows: (id: number) => boolean,
): readonly string[] {
  const { directory, contributors } = people;
  return [...candidatesOf(slot, demand, people)]
    .filter((id) => !voted.has(id))
    .map((id) => directory.byId(id)!)
    .filter((actor) => unfitness(actor, contributors) === null && (!slot.distinct || grows(actor.id)))
    .map((actor) => `@${actor.login}`)
    .sort();
}

function counted(vote: Vote): CountedApproval {
  return { user: vote.user, userId: vote.userId, reviewId: vote.reviewId, submittedAt: vote.submittedAt };
}

function requirementOf(
  slot: Slot,
  have: number,
  approvals: readonly CountedApproval[],
  refused: readonly RefusedApproval[],
  completing: readonly string[],
): Requirement {
  const { id, team, role, users, min, source } = slot;
  return { id, team, role, users, minApprovals: min, have, source, approvals, refused, completers: completing };
}
