import { expect, test } from "vitest";
import { decide } from "../../../src/engine/decide.ts";
import { isPassing } from "../../../src/engine/decision.ts";
import { assignApprovers, filled, type Seat } from "../../../src/engine/policy/matching.ts";
import { diff, facts, finding, people, policy, review, team } from "./build.ts";

const PEOPLE = 4;
const MASKS = Array.from({ length: 1 << PEOPLE }, (_, mask) => mask);
const EVERYBODY = [1, 2, 3, 4];
const members = (mask: number) => new Set(EVERYBODY.filter((person) => mask & (1 << (person - 1))));

/** Every multiset of at most `most` masks. */
function multisets(most: number): number[][] {
  if (most === 0) return [[]];
  const smaller = multisets(most - 1);
  const longest = smaller.filter((each) => each.length === most - 1);
  return [...smaller, ...longest.flatMap((each) => MASKS.filter((mask) => mask >= (each.at(-1) ?? 0)).map((mask) => [...each, mask]))];
}

const PERMUTATIONS = permutations([0, 1, 2, 3]);
function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((each) => each !== item)).map((rest) => [item, ...rest]));
}
const renamed = (mask: number, to: readonly number[]) => to.reduce((all, bit, index) => (mask & (1 << index) ? all | (1 << bit) : all), 0);

interface Places {
  readonly seats: readonly number[];
  /** A seat for one more person, who may not count for the level; null = none. */
  readonly extra: number | null;
}

/** Places up to renaming of people: nothing else tells two of them apart. */
function allPlaces(): Places[] {
  const key = ({ seats, extra }: Places, to: readonly number[]) =>
    `${seats.map((seat) => renamed(seat, to)).sort((a, b) => a - b)}|${extra === null ? "" : renamed(extra, to)}`;
  const found = new Map<string, Places>();
  const all: Places[] = [
    ...multisets(3).map((seats) => ({ seats, extra: null })),
    ...multisets(2).flatMap((seats) => MASKS.map((extra) => ({ seats, extra }))),
  ];
  for (const places of all) {
    const [canonical] = PERMUTATIONS.map((to) => key(places, to)).sort();
    found.set(canonical!, places);
  }
  return [...found.values()];
}

/** For each set of people who took the extra seat: the most seats that can be filled, by trying everything. */
function seatedBy({ seats, extra }: Places): number[] {
  const best = MASKS.map(() => Number.NEGATIVE_INFINITY);
  const rows = extra === null ? seats : [...seats, extra];
  const walk = (index: number, taken: number, count: number, out: number): void => {
    if (index === rows.length) {
      best[out] = Math.max(best[out]!, count);
      return;
    }
    walk(index + 1, taken, count, out);
    for (let bit = 0; bit < PEOPLE; bit++) {
      const one = 1 << bit;
      if ((rows[index]! & one) === 0 || (taken & one) !== 0) continue;
      walk(index + 1, taken | one, count + 1, extra !== null && index === rows.length - 1 ? out | one : out);
    }
  };
  walk(0, 0, 0, 0);
  return best;
}

/** The most people, at most `need`, each matched to another group, none of `without`: by trying everything. */
function levelled(groups: readonly number[], need: number, without: number): number {
  const walk = (index: number, taken: number, count: number): number => {
    if (index === groups.length || count === need) return count;
    let best = walk(index + 1, taken, count);
    for (let bit = 0; bit < PEOPLE; bit++) {
      const one = 1 << bit;
      if ((groups[index]! & one) !== 0 && (taken & one) === 0) best = Math.max(best, walk(index + 1, taken | one, count + 1));
    }
    return best;
  };
  return walk(0, without, 0);
}

/** Hundreds of thousands of cases: seconds where nothing else runs, and minutes are no failure. */
const PATIENCE_MS = 300_000;

test(
  "every case of 4 people, 3 seats and 3 teams: the assignment is as large as the best there is",
  () => {
    const levels = [0, 1, 2].flatMap((need) =>
      (need === 0 ? [[]] : multisets(3).filter((groups) => groups.length > 0)).map((groups) => ({
        need,
        groups: groups.map(members),
        best: MASKS.map((without) => levelled(groups, need, without)),
      })),
    );
    let cases = 0;
    const wrong: string[] = [];
    for (const places of allPlaces()) {
      const bySeats = seatedBy(places);
      const seats: Seat[] = places.seats.map((mask) => ({ candidates: members(mask), extra: false }));
      if (places.extra !== null) seats.push({ candidates: members(places.extra), extra: true });
      for (const { need, groups, best } of levels) {
        cases += 1;
        const most = Math.max(...MASKS.map((out) => bySeats[out]! + best[out]!));
        const got = filled(assignApprovers(seats, { groups, need }, EVERYBODY));
        if (got !== most)
          wrong.push(
            `${JSON.stringify(places)} ${JSON.stringify({ need, groups: groups.map((group) => [...group]) })}: ${got}, not ${most}`,
          );
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(cases).toBeGreaterThan(300_000);
  },
  PATIENCE_MS,
);

const TEAMS = ["a", "b", "c"] as const;
const LOGINS = ["bob", "carol", "dave", "erin"];
/** High: two people of two different teams. (What is medium is met by whoever fills a team's demand.) */
const HIGH = { need: 2, losses: [{ contract: "c", taggedAtBase: 100, lost: 10 }] } as const;
/** Approvals wanted of each team. Memberships cover every exchange of teams, so in falling order is enough. */
const DEMANDS = [1, 2]
  .flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1, 2].map((c) => [a, b, c] as const)))
  .filter(([a, b, c]) => a >= b && b >= c);

/** Is there a seat for every demand, each with a person of its own? By trying everything. */
function canSeat(seats: readonly number[], taken = 0): boolean {
  const [first, ...rest] = seats;
  if (first === undefined) return true;
  return [0, 1, 2, 3].some((bit) => (first & (1 << bit)) !== 0 && (taken & (1 << bit)) === 0 && canSeat(rest, taken | (1 << bit)));
}

test(
  "every membership of 4 people in 3 teams, every demand of them at high risk: decided as trying everything would",
  () => {
    const types = Array.from({ length: 8 }, (_, type) => type);
    const memberships = types.flatMap((w) =>
      types.slice(w).flatMap((x) => types.slice(x).flatMap((y) => types.slice(y).map((z) => [w, x, y, z]))),
    );
    const reviews = LOGINS.map((login) => review(login));
    let cases = 0;
    const wrong: string[] = [];
    for (const wants of DEMANDS) {
      const rules = TEAMS.flatMap((slug, index) =>
        wants[index]! > 0
          ? [`  - { name: ${slug}, trigger: { tags: [pii] }, approvers: [{ team: ${slug}, minApprovals: ${wants[index]} }] }\n`]
          : [],
      );
      const reading = policy(`policies:\n${rules.join("")}`);
      for (const kinds of memberships) {
        const masks = TEAMS.map((_, bit) => kinds.reduce((all, kind, person) => (kind & (1 << bit) ? all | (1 << person) : all), 0));
        const teams = TEAMS.map((slug, index) => team(slug, ...LOGINS.filter((_, person) => masks[index]! & (1 << person))));
        cases += 1;
        const seats = TEAMS.flatMap((_, index) => Array.from({ length: wants[index]! }, () => masks[index]!));
        // Ana owns the organisation and has not approved: a group that stands in for a missing team has nobody.
        const groups = TEAMS.flatMap((_, index) => (wants[index]! > 0 ? [masks[index]!] : []));
        const expected = canSeat(seats) && levelled(groups, HIGH.need, 0) === HIGH.need;
        const given = facts(
          { policy: reading, diff: diff([finding()], { losses: HIGH.losses }), people: people({ teams, reviews }) },
          { baseRef: "staging" },
        );
        const got = isPassing(decide(given).state);
        if (got !== expected) wrong.push(`${JSON.stringify({ wants, kinds })}: ${got}, not ${expected}`);
      }
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(cases).toBe(330 * DEMANDS.length);
  },
  PATIENCE_MS,
);
