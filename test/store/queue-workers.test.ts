import type { PgBoss } from "pg-boss";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startWorkers } from "../../src/store/queue-workers.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Take = (jobs: readonly { readonly data: { readonly key: string }; readonly signal: AbortSignal }[]) => Promise<void>;

/** A queue that says who was sent to look, and gives whom the test wants a job. */
async function crew(count: number) {
  const workers: Take[] = [];
  const sent: number[] = [];
  const boss = {
    work: async (_name: string, _options: unknown, take: Take) => `${workers.push(take) - 1}`,
    notifyWorker: (id: string) => void sent.push(Number(id)),
  } as unknown as PgBoss;
  const running = new Map<string, PromiseWithResolvers<void>>();
  const claims = new Map<string, AbortController>();
  const handle = (key: string) => {
    const run = Promise.withResolvers<void>();
    running.set(key, run);
    return run.promise;
  };
  const errors: unknown[] = [];
  const { tell, stop } = await startWorkers(boss, "q", count, handle, (error) => errors.push(error));
  const looked = () => sent.splice(0);
  return {
    tell,
    stop,
    looked,
    errors,
    take(worker: number, key: string) {
      const claim = new AbortController();
      claims.set(key, claim);
      return workers[worker]!([{ data: { key }, signal: claim.signal }]);
    },
    /** As pg-boss does with one that takes too long: its worker goes on to the next job. */
    giveUp: (key: string) => claims.get(key)!.abort(),
    end: (key: string) => running.get(key)!.resolve(),
    fail: (key: string) => running.get(key)!.reject(new Error(key)),
  };
}

test("as many look as jobs were added, each in its turn, and nobody who works", async () => {
  const { tell, looked, take, end } = await crew(4);
  tell(1);
  tell(2);
  expect(looked()).toEqual([0, 1, 2]);
  const done = take(1, "a");
  tell(9);
  expect(looked()).toEqual([3, 0, 2]);
  end("a");
  await done;
  await vi.advanceTimersToNextTimerAsync();
  expect(looked()).toEqual([1]);
});

test("one scouts for what nobody was told of, and where there is something the others look too", async () => {
  const { tell, looked, take, end, stop } = await crew(3);
  await vi.advanceTimersByTimeAsync(500);
  expect(looked()).toEqual([0]);
  void take(0, "a");
  expect(looked()).toEqual([1, 2]);
  // Two work: whoever rests scouts next.
  void take(1, "b");
  expect(looked()).toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  expect(looked()).toEqual([2]);
  // It was told of a job before it found one: that it found one says nothing.
  end("b");
  await vi.advanceTimersToNextTimerAsync();
  looked();
  tell(2);
  looked();
  void take(2, "c");
  expect(looked()).toEqual([]);
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(looked()).toEqual([]);
});

test("whoever fails at a job is told of, and looks for the next", async () => {
  const { looked, take, fail, errors } = await crew(1);
  const done = take(0, "a");
  fail("a");
  await expect(done).rejects.toThrow("a");
  await vi.advanceTimersToNextTimerAsync();
  expect(errors.map(String)).toEqual(["Error: a"]);
  expect(looked()).toEqual([0]);
});

test("a worker whose job was given up is told of the next one, though what it did goes on", async () => {
  const { tell, looked, take, giveUp, end } = await crew(2);
  const [late] = [take(0, "late"), take(1, "long")];
  tell(1);
  expect(looked()).toEqual([]);
  giveUp("late");
  tell(1);
  expect(looked()).toEqual([0]);
  // At the next one it is not free again because the one before has ended at last.
  void take(0, "next");
  end("late");
  await late;
  await vi.advanceTimersToNextTimerAsync();
  looked();
  tell(1);
  expect(looked()).toEqual([]);
});
