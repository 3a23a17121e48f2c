import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createShares } from "../../src/gate/shares.ts";

describe("shares of the places", () => {
  test("are each installation's own; what waits is woken one for each place that is given back, the first first", () => {
    const woken: string[] = [];
    const shares = createShares(2, (key) => woken.push(key));
    const first = shares.enter(1, "1#1")!;
    const second = shares.enter(1, "1#2")!;
    expect([shares.enter(1, "1#3"), shares.enter(1, "1#4"), shares.enter(1, "1#3")]).toEqual([null, null, null]);
    expect([shares.kept(), shares.due(["1#3", "1#4", "1#5"])]).toEqual([2, ["1#5"]]);
    expect(shares.enter(2, "2#1")).toBeTypeOf("function");
    first();
    first();
    expect(woken).toEqual(["1#3"]);
    // A place is free: whatever the sweep finds may come.
    expect(shares.due(["1#4"])).toEqual(["1#4"]);
    second();
    expect(woken).toEqual(["1#3", "1#4"]);
  });

  test("are refused without a look at the database where the installation of the repository is known", () => {
    const woken: string[] = [];
    const shares = createShares(1, (key) => woken.push(key));
    expect(shares.keeps("7#1")).toBe(false);
    const leave = shares.enter(1, "7#1")!;
    expect([shares.keeps("7#2"), shares.keeps("7@0a"), shares.keeps("8#2")]).toEqual([true, true, false]);
    expect(shares.due(["7#2", "7@0a", "8#2"])).toEqual(["8#2"]);
    expect(createShares(1, () => {}).kept()).toBe(0);
    leave();
    expect([woken, shares.keeps("7#3")]).toEqual([["7#2"], false]);
    // One of the two that are kept may come to the place that is free.
    const again = shares.enter(1, "7#1")!;
    expect(shares.keeps("7#3")).toBe(true);
    again();
    expect([woken, shares.due(["7#3", "7#2"])]).toEqual([
      ["7#2", "7@0a"],
      ["7#3", "7#2"],
    ]);
    // It moved to an installation that has no place either.
    shares.enter(2, "9#1");
    expect([shares.enter(2, "7#4"), shares.keeps("7#5")]).toEqual([null, true]);
    expect(shares.enter(1, "7#6")).toBeTypeOf("function");
    expect(shares.keeps("7#7")).toBe(true);
  });

  test("a key that was done elsewhere while it was kept does not stand before one that was not", () => {
    const woken: string[] = [];
    const shares = createShares(1, (key) => woken.push(key));
    const leave = shares.enter(1, "1#1")!;
    expect(["1#2", "1#3", "1#4", "1#5"].map((key) => shares.keeps(key))).toEqual([true, true, true, true]);
    // `1#2` is found idle, takes no place and hands none on; `1#3` would be too.
    leave();
    expect([woken, shares.due(["1#4", "1#5"])]).toEqual([["1#2"], ["1#4"]]);
  });

  /** What the queue and the sweep do, in any order: wake, run, end, and wakes that are lost on the way. */
  test("never more than an installation's share at once, and every key runs in the end, whatever is lost", () => {
    const step = fc.record({ kind: fc.constantFrom("wake", "end", "lose", "sweep", "idle"), pick: fc.nat() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 200 }), (each, steps) => {
        const dirty = new Set(Array.from({ length: 12 }, (_, index) => `${(index % 3) + 1}#${index}`));
        const jobs: string[] = [];
        const running = new Map<string, () => void>();
        const shares = createShares(each, (key) => void jobs.push(key));
        const installationOf = (key: string) => Number(key[0]);
        const act = (kind: string, pick: number) => {
          if (kind === "sweep") jobs.push(...shares.due([...dirty]).filter((key) => !jobs.includes(key) && !running.has(key)));
          if (kind === "lose") jobs.splice(pick % (jobs.length + 1), 1);
          // A wake-up for what was done meanwhile, as by another process: it finds nothing to do.
          if (kind === "idle") jobs.push(`${(pick % 3) + 1}#${100 + (pick % 7)}`);
          if (kind === "wake") {
            const [key] = jobs.splice(pick % (jobs.length + 1), 1);
            if (key === undefined || running.has(key) || shares.keeps(key) || !dirty.has(key)) return;
            const leave = shares.enter(installationOf(key), key);
            if (leave !== null) running.set(key, leave);
          }
          if (kind === "end") {
            const key = [...running.keys()][pick % (running.size + 1)];
            if (key === undefined) return;
            running.get(key)!();
            running.delete(key);
            dirty.delete(key);
          }
          const busy = Map.groupBy(running.keys(), installationOf);
          for (const keys of busy.values()) expect(keys.length).toBeLessThanOrEqual(each);
        };
        for (const { kind, pick } of steps) act(kind, pick);
        for (let round = 0; round < 100 && dirty.size > 0; round++) for (const kind of ["sweep", "wake", "wake", "end"]) act(kind, 0);
        expect([...dirty]).toEqual([]);
      }),
    );
  });
});
