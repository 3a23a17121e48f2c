/** One approval that is wanted. */
export interface Seat {
  /** People who may sit here. */
  readonly candidates: ReadonlySet<number>;
  /** One more approver for an unknown contributor: nobody who already counts for the level. */
  readonly extra: boolean;
}

/** `need` people, each matched to another one of `groups`. They may be people who sit on seats. */
export interface LevelNeed {
  readonly groups: readonly ReadonlySet<number>[];
  readonly need: number;
}

export interface Assignment {
  /** For each seat the person on it, or null. One person sits on one seat at most. */
  readonly seats: readonly (number | null)[];
  /** People matched to different groups. */
  readonly level: readonly { readonly person: number; readonly group: number }[];
}

/** The largest assignment of distinct people; deterministic whatever the order of `approvers`. */
export function assignApprovers(seats: readonly Seat[], level: LevelNeed, approvers: readonly number[]): Assignment {
  const people = [...new Set(approvers)].sort((left, right) => left - right);
  let best: Assignment | null = null;
  for (const chosen of levelChoices(level, people, seats)) {
    const taken = new Set(chosen.map(({ person }) => person));
    const assigned = matching(
      seats.map((seat) => (seat.extra ? new Set([...seat.candidates].filter((person) => !taken.has(person))) : seat.candidates)),
      people,
    );
    const next = { seats: assigned, level: chosen };
    if (best === null || filled(next) > filled(best)) best = next;
  }
  return best!;
}

/** How many wants an assignment meets. */
export function filled(assignment: Assignment): number {
  return assignment.seats.filter((person) => person !== null).length + assignment.level.length;
}

/** Maximum bipartite matching by augmenting paths, in rows: for each set the member it got. */
export function matching(rows: readonly ReadonlySet<number>[], people: readonly number[]): (number | null)[] {
  const holder = new Map<number, number>();
  const got: (number | null)[] = rows.map(() => null);
  function seat(row: number, tried: Set<number>): boolean {
    for (const person of people) {
      if (tried.has(person) || !rows[row]!.has(person)) continue;
      tried.add(person);
      const other = holder.get(person);
      if (other !== undefined && !seat(other, tried)) continue;
      holder.set(person, row);
      got[row] = person;
      return true;
    }
    return false;
  }
  rows.forEach((_, row) => {
    seat(row, new Set());
  });
  return got;
}

/**
 * Ways to meet the level. Without extra seats the level and the seats do not compete, and one maximum matching is enough;
 * with them, every set of at most `need` people is tried, so that the one extra approver is never somebody counted twice.
 */
function levelChoices(level: LevelNeed, people: readonly number[], seats: readonly Seat[]): readonly Assignment["level"][] {
  if (!seats.some((seat) => seat.extra)) return [matchLevel(level, people)];
  const useful = people.filter((person) => level.groups.some((group) => group.has(person)));
  return subsets(useful, level.need).map((chosen) => matchLevel({ ...level, need: chosen.length }, chosen));
}

function matchLevel({ groups, need }: LevelNeed, people: readonly number[]): Assignment["level"] {
  const pairs = matching(groups, people).flatMap((person, group) => (person === null ? [] : [{ person, group }]));
  return pairs.slice(0, need);
}

/** Subsets of at most `size` members, largest first. */
function subsets(people: readonly number[], size: number): readonly (readonly number[])[] {
  let all: (readonly number[])[] = [[]];
  for (const person of people) all = [...all, ...all.filter((each) => each.length < size).map((each) => [...each, person])];
  return all.sort((left, right) => right.length - left.length);
}
