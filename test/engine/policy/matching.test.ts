import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignApprovers, filled, type LevelNeed, matching, type Seat } from "../../../src/engine/policy/matching.ts";

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 6 });
const set = ids.map((each) => new Set(each));
const seat = fc.record({ candidates: set, extra: fc.boolean() });
const level = fc.record({ groups: fc.array(set, { maxLength: 3 }), need: fc.integer({ min: 0, max: 2 }) });
const world = fc.record({ seats: fc.array(seat, { maxLength: 4 }), level, approvers: ids });

/** Tries everything: each seat takes nobody or a free candidate, each group nobody or one person not on an extra seat. */
function bruteForce(seats: readonly Seat[], { groups, need }: LevelNeed, approvers: readonly number[]): number {
  function level(group: number, counted: readonly number[], extras: readonly number[]): number {
    if (group === groups.length || counted.length === need) return counted.length;
    const choices = approvers.filter((person) => groups[group]!.has(person) && !counted.includes(person) && !extras.includes(person));
    return Math.max(level(group + 1, counted, extras), ...choices.map((person) => level(group + 1, [...counted, person], extras)));
  }
  function seated(index: number, taken: readonly number[], extras: readonly number[]): number {
    if (index === seats.length) return taken.length + level(0, [], extras);
    const { candidates, extra } = seats[index]!;
    const choices = approvers.filter((person) => candidates.has(person) && !taken.includes(person));
    const next = choices.map((person) => seated(index + 1, [...taken, person], extra ? [...extras, person] : extras));
    return Math.max(seated(index + 1, taken, extras), ...next);
  }
  return seated(0, [], []);
}

test("the assignment is as large as the best of all assignments", () => {
  fc.assert(
    fc.property(world, ({ seats, level: need, approvers }) => {
      expect(filled(assignApprovers(seats, need, approvers))).toBe(bruteForce(seats, need, approvers));
    }),
    { numRuns: 1500 },
  );
});

test("it is an assignment: distinct people, each where they may sit, different groups, extras apart from the level", () => {
  fc.assert(
    fc.property(world, ({ seats, level: need, approvers }) => {
      const { seats: seated, level: counted } = assignApprovers(seats, need, approvers);
      const people = seated.filter((person) => person !== null);
      expect(new Set(people).size).toBe(people.length);
      seated.forEach((person, index) => {
        if (person === null) return;
        expect(seats[index]!.candidates.has(person) && approvers.includes(person)).toBe(true);
        if (seats[index]!.extra) expect(counted.map((each) => each.person)).not.toContain(person);
      });
      expect(counted.length).toBeLessThanOrEqual(need.need);
      expect(new Set(counted.map((each) => each.person)).size).toBe(counted.length);
      expect(new Set(counted.map((each) => each.group)).size).toBe(counted.length);
      for (const { person, group } of counted) expect(need.groups[group]!.has(person) && approvers.includes(person)).toBe(true);
    }),
  );
});

test("the order and repetition of approvers change nothing", () => {
  fc.assert(
    fc.property(world, ({ seats, level: need, approvers }) => {
      const again = assignApprovers(seats, need, [...approvers].reverse().concat(approvers));
      expect(again).toEqual(assignApprovers(seats, need, approvers));
    }),
  );
});

describe("maximum, not greedy", () => {
  test("who could sit on both leaves the seat that only they do not need", () => {
    expect(matching([new Set([1, 2]), new Set([1])], [1, 2])).toEqual([2, 1]);
  });
});
