import { Piscina } from "piscina";

/** Milliseconds that a thread may take until it begins its first task. */
const START_MS = 5_000;
const IDLE_MS = 60_000;

type Options = ConstructorParameters<typeof Piscina>[0];
type Pool = Piscina<unknown, never>;

/**
 * Threads that run one task each. The first does everything, in order, until it is at one task for `patienceMs`:
 * a poisonous file holds up nobody, and a burst of ordinary ones needs the memory of one thread.
 */
export interface Threads {
  /** `act` gives one task to the pool, and says when its thread has begun. */
  run<T, R>(act: (pool: Piscina<unknown, T>, begun: () => void) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

export function createThreads({ threads: count, patienceMs }: { threads: number; patienceMs: number }, options: Options): Threads {
  const first = poolOf({ ...options, minThreads: 1, maxThreads: 1 });
  const others = count > 1 ? poolOf({ ...options, minThreads: 0, maxThreads: count - 1, idleTimeout: IDLE_MS }) : first;
  const waiting: ((pool: Pool) => void)[] = [];
  let state: "free" | "busy" | "slow" | "closed" = "free";
  let patience: NodeJS.Timeout | undefined;

  function beBusyFor(milliseconds: number): void {
    clearTimeout(patience);
    state = "busy";
    patience = setTimeout(() => {
      state = "slow";
      for (const enter of waiting.splice(0)) enter(others);
    }, milliseconds);
  }

  /** The first thread in the order of asking, or one of the others. */
  async function place(): Promise<Pool> {
    if (state === "slow") return others;
    if (state === "busy") return new Promise((resolve) => waiting.push(resolve));
    if (state === "free") beBusyFor(START_MS);
    return first;
  }

  function leave(): void {
    if (state === "closed") return;
    const next = waiting.shift();
    if (next === undefined) {
      clearTimeout(patience);
      state = "free";
    } else {
      beBusyFor(START_MS);
      next(first);
    }
  }

  return {
    async run(act) {
      const pool = await place();
      // A pool that was destroyed would start a new thread, or say that the files are at fault.
      if (state === "closed") throw new Error("the sandbox is closed");
      if (pool !== first) return act(pool, () => {});
      try {
        return await act(pool, () => state !== "closed" && beBusyFor(patienceMs));
      } finally {
        leave();
      }
    },
    async close() {
      clearTimeout(patience);
      state = "closed";
      for (const enter of waiting.splice(0)) enter(first);
      await Promise.all([first.destroy(), others.destroy()]);
    },
  };
}

function poolOf(options: Options): Pool {
  const pool = new Piscina<unknown, never>(options);
  // A thread that ends between two tasks is nobody's answer: the next task starts another. Without a listener it would end the server.
  pool.on("error", () => {});
  return pool;
}
