import type { RoutineClaims } from "./ports.ts";

/** Work that comes round by the clock, done by whichever replica claims it first. It must be safe to run twice: a claim is no lock. */
export interface Routine<Deps> {
  readonly name: string;
  readonly everyMs: number;
  run(deps: Deps): Promise<void>;
}

export interface RoutineRun {
  readonly name: string;
  readonly status: "done" | "not_due" | "failed";
}

/** Runs every routine that is due, one after the other. One that fails is told to `onError` and is due again at once; the others run. */
export async function runDueRoutines<Deps>(
  claims: RoutineClaims,
  routines: readonly Routine<Deps>[],
  deps: Deps,
  onError: (name: string, error: unknown) => void,
): Promise<readonly RoutineRun[]> {
  const runs: RoutineRun[] = [];
  for (const routine of routines) {
    runs.push({ name: routine.name, status: await runWhenDue(claims, routine, deps, onError) });
  }
  return runs;
}

async function runWhenDue<Deps>(
  claims: RoutineClaims,
  routine: Routine<Deps>,
  deps: Deps,
  onError: (name: string, error: unknown) => void,
): Promise<RoutineRun["status"]> {
  let isDue = false;
  try {
    isDue = await claims.claimRoutine(routine.name, routine.everyMs);
    if (isDue) await routine.run(deps);
    return isDue ? "done" : "not_due";
  } catch (error) {
    onError(routine.name, error);
    // Not left undone for a whole period. A release that is lost as well costs that period and no more.
    if (isDue) await claims.releaseRoutine(routine.name).catch((second: unknown) => onError(routine.name, second));
    return "failed";
  }
}

/** Looks for due routines now and every `tickMs`, never twice at once. `stop` waits for the round that is running. */
export function startRoutines(tickMs: number, round: () => Promise<unknown>): { stop(): Promise<void> } {
  let running: Promise<unknown> | null = null;
  const tick = () => {
    running ??= round()
      .catch(() => {})
      .finally(() => {
        running = null;
      });
  };
  tick();
  const timer = setInterval(tick, tickMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
