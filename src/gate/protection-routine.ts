import type { GateDeps } from "./deps.ts";
import { examineProtection } from "./doctor.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { RepositoryRef } from "./ports.ts";
import { TruthError } from "./ports.ts";
import type { Routine } from "./routines.ts";

/** A look costs some four calls; with 36 s for each repository an installation spends at most 400 an hour on them. */
const PACE = { everyMs: 3_600_000, eachMs: 36_000, atLeastEveryMs: 24 * 3_600_000, restMs: 300_000 };
const AT_ONCE = 50;

/** Looks at every repository once an hour, with many in one installation less often, and soon after a delivery that may have changed what gates it. */
export const protectionDoctor: Routine<GateDeps> = {
  name: "protection doctor",
  everyMs: 30_000,
  async run(deps) {
    const failures: Error[] = [];
    for (const repository of await deps.ledger.repositoriesToCheck(PACE, AT_ONCE)) {
      try {
        await lookAt(deps, repository);
      } catch (error) {
        failures.push(error as Error);
        // Fifty that never answer would be looked at for ever, and nothing else.
        await deps.ledger.recordMissedLook(repository);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, `repositories could not be looked at: ${failures[0]!.message}`);
  },
};

/** Refused altogether, the app is no longer there; without an answer, it is looked at again. */
async function lookAt(deps: GateDeps, repository: RepositoryRef): Promise<void> {
  try {
    const policyAt = async (ref: RepositoryRef, defaultTip: string) =>
      (await policyInForce(deps, { repository: ref, defaultTip, isNow: false })).reading;
    const found = await examineProtection({ ...deps, policyAt }, repository);
    if (found.status === "unguarded") return await deps.ledger.recordUnguarded(repository, found.because);
    await deps.ledger.recordProtection(repository, found.status === "examined" ? found.verdict : null);
  } catch (error) {
    if (!(error instanceof TruthError) || error.kind !== "auth") throw error;
    await deps.ledger.recordUnguarded(repository, `the app can no longer read it (${error.message})`);
  }
}
