import { beforeAll, describe, expect, it } from "vitest";
import { type Routine, runDueRoutines, startRoutines } from "../../src/gate/routines.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";

const HOUR_MS = 3_600_000;

describeOnBoth("periodic routines", (open) => {
  let ledger: ReturnType<typeof createLedger>;
  beforeAll(async () => {
    ledger = createLedger(await open());
  });

  it("of any number of replicas that ask at once, one is told that it is due", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ledger.claimRoutine("nightly", HOUR_MS)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await ledger.claimRoutine("nightly", HOUR_MS)).toBe(false);
    expect(await ledger.claimRoutine("another", HOUR_MS)).toBe(true);
  });

  it("is due again after its time, by the database's clock", async () => {
    expect(await ledger.claimRoutine("quick", 1)).toBe(true);
    await expect.poll(() => ledger.claimRoutine("quick", 1)).toBe(true);
  });

  it("one that fails stops no other, is told, and is due again at once", async () => {
    const ran: string[] = [];
    const told: unknown[] = [];
    let isBroken = true;
    const routines: readonly Routine<string>[] = [
      {
        name: "broken",
        everyMs: HOUR_MS,
        run: async () => {
          if (isBroken) throw new Error("no answer");
          ran.push("mended");
        },
      },
      { name: "sound", everyMs: HOUR_MS, run: async (deps) => void ran.push(deps) },
    ];
    const round = () => runDueRoutines(ledger, routines, "with deps", (name, error) => told.push([name, (error as Error).message]));
    expect(await round()).toEqual([
      { name: "broken", status: "failed" },
      { name: "sound", status: "done" },
    ]);
    isBroken = false;
    expect((await round()).map(({ status }) => status)).toEqual(["done", "not_due"]);
    expect(ran).toEqual(["with deps", "mended"]);
    expect(told).toEqual([["broken", "no answer"]]);
  });
});

describe("the clockwork of routines", () => {
  it("runs one round at a time, and stopping waits for it", async () => {
    let rounds = 0;
    let isRunning = false;
    const gate = Promise.withResolvers<void>();
    const clockwork = startRoutines(1, async () => {
      rounds += 1;
      isRunning = true;
      await gate.promise;
      isRunning = false;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rounds).toBe(1);
    const stopped = clockwork.stop();
    gate.resolve();
    await stopped;
    expect(isRunning).toBe(false);
  });
});
