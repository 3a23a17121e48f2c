import { failWith, inTurns } from "./in-turns.ts";
import { callsAllowed } from "./recovery-budget.ts";
import type { RecoveryDeps } from "./recovery-deps.ts";
import type { Routine } from "./routines.ts";
import { type Allowance, sweepRepository } from "./sweep-repository.ts";

const EVERY_MS = 180_000;
/** Of one installation in one round. With a round every 30 s: at most 720 calls in an hour, and 4,800 pull requests woken. */
const CALLS_MAX = 6;
const MARKS_MAX = 40;
/** Repositories taken in one round, of all installations. */
const AT_ONCE = 400;

/** Finds what happened to pull requests while no delivery said so: what was lost, and what was there before the app came. */
export const sweeper: Routine<RecoveryDeps> = {
  name: "sweeper",
  everyMs: 30_000,
  async run(deps) {
    const allowances = new Map<number, Allowance>();
    const tasks = await deps.ledger.claimSweeps(EVERY_MS, CALLS_MAX, AT_ONCE);
    const failures = await inTurns(
      tasks,
      ({ repository }) => repository.installationId,
      async (task) => {
        const { installationId } = task.repository;
        const allowance = allowances.get(installationId) ?? { calls: callsAllowed(deps, installationId, CALLS_MAX), marks: MARKS_MAX };
        allowances.set(installationId, allowance);
        // Taken all the same: its next turn comes after the others'.
        if (allowance.calls > 0) await sweepRepository(deps, task, allowance, EVERY_MS);
      },
    );
    failWith(failures, "repositories could not be swept");
  },
};
