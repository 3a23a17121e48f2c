import type { GateDeps } from "./deps.ts";
import type { Routine } from "./routines.ts";
import { lookAtReviews, payOverrideDebts } from "./tend-overrides.ts";

const MINUTE_MS = 60_000;

/** The net under what is done at once: a label that could not be taken off, an issue that could not be opened, a review that is overdue. */
export const overrideDebts: Routine<GateDeps> = {
  name: "override debts",
  everyMs: MINUTE_MS,
  async run(deps) {
    await deps.ledger.noteOverdueReviews(deps.clock.now().toISOString());
    failWith(await payOverrideDebts(deps, null), "what overrides leave to do could not all be done");
  },
};

/** For closings whose delivery was lost. */
export const postHocReviews: Routine<GateDeps> = {
  name: "post-hoc reviews",
  everyMs: 15 * MINUTE_MS,
  async run(deps) {
    failWith(await lookAtReviews(deps, null), "post-hoc reviews could not all be looked at");
  },
};

function failWith(failures: readonly Error[], message: string): void {
  if (failures.length > 0) throw new AggregateError(failures, `${message}: ${failures[0]!.message}`);
}
