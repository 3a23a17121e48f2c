import { membershipsOf } from "../engine/membership.ts";
import { failWith, inTurns } from "./in-turns.ts";
import type { MembershipsInUse } from "./ports.ts";
import { hasReserve } from "./recovery-budget.ts";
import type { RecoveryDeps } from "./recovery-deps.ts";
import type { Routine } from "./routines.ts";

const HOUR_MS = 3_600_000;
const AT_ONCE = 50;

/** Reads once an hour who is in the teams that open pull requests were decided by, and wakes those that were decided by others. */
export const membershipRefresh: Routine<RecoveryDeps> = {
  name: "membership refresh",
  everyMs: 60_000,
  async run(deps) {
    const failures = await inTurns(
      await deps.ledger.claimMemberships(HOUR_MS, AT_ONCE),
      ({ repository }) => repository.installationId,
      async (used) => {
        if (hasReserve(deps, used.repository.installationId)) await refresh(deps, used);
      },
    );
    failWith(failures, "memberships could not be read");
  },
};

async function refresh({ ledger, pulls }: RecoveryDeps, { repository, teams }: MembershipsInUse): Promise<void> {
  // Only organisations have members; whose default branch it is says nothing here.
  const now = await pulls.population({ ...repository, ownerType: "Organization", defaultBranch: "" }, teams);
  await ledger.compareMemberships(repository.ownerId, membershipsOf(now));
}
