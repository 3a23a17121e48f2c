import fc from "fast-check";
import { expect, test } from "vitest";
import type { Delivery, DeliveryOutcome } from "../../src/gate/ports/inbox.ts";
import { createDeliveryGroups } from "../../src/store/delivery-groups.ts";
import { delivery } from "./sample.ts";

type Sent = Delivery & { readonly event: string };

/** A delivery about a place; the place stands in its event. */
function sentTo(place: string, fields: Partial<Delivery> = {}): Sent {
  return { ...delivery([], fields), event: place };
}

/** Records groups as long as it is told to; what it was given, and what it is at. */
function rig() {
  const groups: (readonly Delivery[])[] = [];
  const open: { readonly group: readonly Delivery[]; end(error?: unknown): void }[] = [];
  const record = createDeliveryGroups(
    (group) =>
      new Promise<readonly DeliveryOutcome[]>((resolve, reject) => {
        groups.push(group);
        const mine = {
          group,
          end: (error?: unknown) => {
            open.splice(open.indexOf(mine), 1);
            if (error === undefined) resolve(group.map(({ guid }) => ({ status: "recorded", subjects: [guid] })));
            else reject(error);
          },
        };
        open.push(mine);
      }),
    ({ event }) => event,
  );
  return { record, groups, open, sizes: () => groups.map((group) => group.length) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the first of a place is written at once, and what comes meanwhile together", async () => {
  const { record, open, sizes } = rig();
  const sent = Array.from({ length: 150 }, () => record(sentTo("a")));
  const large = record(sentTo("a", { body: "x".repeat(5_000_000) }));
  const after = record(sentTo("a"));
  expect(sizes()).toEqual([1]);
  for (const size of [1, 100, 49, 1, 1]) {
    expect(open.map(({ group }) => group.length)).toEqual([size]);
    open[0]!.end();
    await settled();
  }
  expect((await Promise.all([...sent, large, after])).every(({ status }) => status === "recorded")).toBe(true);
});

test("T72: a copy of a delivery waits for the first, and what comes behind it for the copy", async () => {
  const { record, open, sizes } = rig();
  const one = sentTo("a");
  for (const each of [sentTo("a"), one, { ...one }, sentTo("a")]) void record(each);
  open[0]!.end();
  await settled();
  open[0]!.end();
  await settled();
  expect(sizes()).toEqual([1, 1, 2]);
});

const DATA = Object.assign(new Error("a bad value"), { code: "22P02" });
const GONE = Object.assign(new Error("gone"), { code: "CONNECTION_CLOSED" });
const TOO_MANY = Object.assign(new Error("too many values"), { code: "MAX_PARAMETERS_EXCEEDED" });
const FULL = new Error("query failed", { cause: Object.assign(new Error("disk full"), { code: "53100" }) });

test.each([
  [
    "that cannot be written is tried one by one",
    [DATA, undefined, DATA, undefined],
    [1, 3, 1, 1, 1],
    ["fulfilled", "rejected", "fulfilled"],
  ],
  [
    "that is too much for one statement is tried one by one",
    [TOO_MANY, undefined, undefined, undefined],
    [1, 3, 1, 1, 1],
    ["fulfilled", "fulfilled", "fulfilled"],
  ],
  ["fails as a whole when the connection is gone", [GONE], [1, 3], ["rejected", "rejected", "rejected"]],
  ["fails as a whole when the disk is full", [FULL], [1, 3], ["rejected", "rejected", "rejected"]],
] as const)("T81: a group %s", async (_says, ends, sizes, outcomes) => {
  const given = rig();
  void given.record(sentTo("a"));
  const sent = [1, 2, 3].map(() => given.record(sentTo("a")));
  const settling = Promise.allSettled(sent);
  given.open[0]!.end();
  for (const error of ends) {
    await settled();
    given.open[0]!.end(error);
  }
  expect((await settling).map(({ status }) => status)).toEqual(outcomes);
  expect(given.sizes()).toEqual(sizes);
  // The place is not blocked by what failed.
  void given.record(sentTo("a"));
  await settled();
  expect(given.open).toHaveLength(1);
});

test("T69: whatever comes and fails: one group of a place at once, in order, five in all, every one answered", async () => {
  const step = fc.oneof(
    fc.record({ send: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"), again: fc.boolean() }),
    fc.record({ end: fc.nat(), error: fc.constantFrom(undefined, DATA, GONE) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { record, groups, open } = rig();
      const sent: Sent[] = [];
      const answers: Promise<PromiseSettledResult<DeliveryOutcome>[]>[] = [];
      const check = () => {
        expect(open.length).toBeLessThanOrEqual(5);
        const places = open.map(({ group }) => group[0]!.event);
        expect(new Set(places).size).toBe(places.length);
        for (const { group } of open) {
          expect(new Set(group.map(({ event }) => event)).size).toBe(1);
          expect(new Set(group.map(({ guid }) => guid)).size).toBe(group.length);
        }
      };
      for (const each of steps) {
        if ("send" in each) {
          const last = sent.findLast(({ event }) => event === each.send);
          const next = sentTo(each.send, each.again && last !== undefined ? { guid: last.guid } : {});
          sent.push(next);
          answers.push(Promise.allSettled([record(next)]));
        } else if (open.length > 0) open[each.end % open.length]!.end(each.error);
        await settled();
        check();
      }
      while (open.length > 0) {
        open[0]!.end();
        await settled();
        check();
      }
      expect(await Promise.all(answers)).toHaveLength(sent.length);
      for (const place of new Set(sent.map(({ event }) => event))) {
        const written = [...new Set(groups.flat())].filter(({ event }) => event === place);
        expect(written).toEqual(sent.filter(({ event }) => event === place));
      }
    }),
    { numRuns: 200 },
  );
});
