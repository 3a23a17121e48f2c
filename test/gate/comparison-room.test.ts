import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DiffInput } from "../../src/engine/contract/diff.ts";
import type { Comparison } from "../../src/engine/contract/finding.ts";
import type { Inventory } from "../../src/engine/contract/inventory.ts";
import { createComparisonRoom } from "../../src/gate/comparison-room.ts";
import type { ContractComparer } from "../../src/gate/ports.ts";

/** A change whose files have this many bytes, half of them at the base. */
function changeOf(bytes: number): DiffInput {
  const side = (length: number) => [{ path: "a.yaml", mode: "100644", bytes: new Uint8Array(length) }];
  const half = Math.floor(bytes / 2);
  return { base: side(half), head: side(bytes - half), outside: [], referenced: { base: [], head: [] } } as unknown as DiffInput;
}

/** Evaluations that compare what they are told to, and end when they are told to. */
function rig(limits: { largeBytes: number; roomBytes: number }) {
  const comparer: ContractComparer = { compare: async () => ({}) as Comparison, inventory: async () => ({}) as Inventory };
  const inRoom = createComparisonRoom(comparer, limits, (key) => (key.includes("/") ? key.charCodeAt(0) : null));
  const inside = new Map<string, number>();
  const start = (key: string, ...sizes: readonly number[]) => {
    const end = Promise.withResolvers<void>();
    const done = inRoom(key, async (given) => {
      for (const bytes of sizes) {
        const held = inside.get(key) ?? 0;
        // Whoever grows has left while it waits.
        if (bytes > held) inside.delete(key);
        await given.compare(changeOf(bytes));
        inside.set(key, Math.max(bytes, held));
      }
      return end.promise.then(() => key).finally(() => inside.delete(key));
    });
    return { end: end.resolve, fail: end.reject, done };
  };
  return { start, inside, keys: () => [...inside.keys()].sort() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the room for large changes", () => {
  test("T69: small ones need none; large ones go on as far as there is room, and those of one installation in the order in which they came", async () => {
    const { start, keys } = rig({ largeBytes: 10, roomBytes: 100 });
    const first = start("first", 60);
    const second = start("second", 60);
    const third = start("third", 40);
    const small = start("small", 10);
    await settled();
    // The third would fit, but then a stream of such would keep the second waiting for ever.
    expect(keys()).toEqual(["first", "small"]);
    first.end();
    await settled();
    expect(keys()).toEqual(["second", "small", "third"]);
    for (const each of [second, third, small]) each.end();
    expect(await Promise.all([first, second, third, small].map(({ done }) => done))).toEqual(["first", "second", "third", "small"]);
  });

  test("T69: installations take turns, so that many large changes of one keep nobody else's waiting", async () => {
    const { start, keys } = rig({ largeBytes: 10, roomBytes: 100 });
    const all = new Map(["a/1", "a/2", "a/3", "a/4", "b/1", "c/1", "b/2"].map((key) => [key, start(key, 80)]));
    const order: string[] = [];
    for (let left = all.size; left > 0; left--) {
      await settled();
      const [key, ...others] = keys();
      expect(others).toEqual([]);
      order.push(key!);
      all.get(key!)!.end();
      await all.get(key!)!.done;
    }
    expect(order).toEqual(["a/1", "a/2", "b/1", "c/1", "a/3", "b/2", "a/4"]);
  });

  test("one that is larger than the room waits until it is alone", async () => {
    const { start, keys } = rig({ largeBytes: 10, roomBytes: 100 });
    const large = start("large", 20);
    const huge = start("huge", 1_000);
    await settled();
    expect(keys()).toEqual(["large"]);
    large.end();
    await settled();
    const next = start("next", 20);
    await settled();
    expect(keys()).toEqual(["huge"]);
    huge.end();
    await settled();
    expect(keys()).toEqual(["next"]);
    next.end();
  });

  test("an evaluation that failed gives its room back, and one that grows does not wait for itself", async () => {
    const { start, keys } = rig({ largeBytes: 10, roomBytes: 100 });
    const failing = start("failing", 100);
    const growing = start("growing", 20, 100);
    await settled();
    failing.fail(new Error("gone"));
    await expect(failing.done).rejects.toThrow("gone");
    await settled();
    expect(keys()).toEqual(["growing"]);
    growing.end();
    await growing.done;
  });

  test("never holds more than there is, and everybody comes in", async () => {
    const limits = { largeBytes: 10, roomBytes: 100 };
    const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { maxLength: 12 }), fc.infiniteStream(fc.nat()), async (all, picks) => {
        const { start, inside } = rig(limits);
        const open = new Map(all.map((each, index) => [`${index % 3}/${index}`, start(`${index % 3}/${index}`, ...each)]));
        const endings = [...open.values()].map(({ done }) => done);
        while (open.size > 0) {
          await settled();
          const held = [...inside.values()].filter((bytes) => bytes > limits.largeBytes).map((bytes) => Math.min(bytes, limits.roomBytes));
          expect(held.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(limits.roomBytes);
          const ready = [...open.keys()].filter((key) => inside.has(key));
          expect(ready).not.toEqual([]);
          const key = ready[picks.next().value! % ready.length]!;
          open.get(key)!.end();
          open.delete(key);
        }
        await Promise.all(endings);
      }),
      { numRuns: 200 },
    );
  });
});
