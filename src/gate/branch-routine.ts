import type { GateDeps } from "./deps.ts";
import { isGoverned } from "./governed-branches.ts";
import { failWith, inTurns } from "./in-turns.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { GroupPlace, RepositoryRef } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { hasReserve } from "./recovery-budget.ts";
import type { Routine } from "./routines.ts";

const EVERY_MS = 120_000;
/** Of one installation in one round: two calls each, at most 480 in an hour. */
const WALKS_MAX = 2;
/** Of all installations in one round. */
const AT_ONCE = 400;

/** Finds what moved while no delivery said so, and governed branches that are new. Walking them is the worker's: a branch is a subject. */
export const branchWalker: Routine<GateDeps> = {
  name: "branch walker",
  everyMs: 30_000,
  async run(deps) {
    const failures = await inTurns(
      await deps.ledger.claimWalks(EVERY_MS, WALKS_MAX, AT_ONCE),
      ({ installationId }) => installationId,
      async (repository) => {
        if (hasReserve(deps, repository.installationId)) await lookAt(deps, repository);
      },
    );
    failWith(failures, "branches could not be looked at");
  },
};

async function lookAt(deps: GateDeps, repository: RepositoryRef): Promise<void> {
  try {
    const { defaultBranch } = await deps.pulls.home(repository);
    const branches = await deps.protection.branches(repository);
    const trusted = branches.find(({ name }) => name === defaultBranch);
    if (trusted === undefined) return;
    const { reading } = await policyInForce(deps, { repository, defaultTip: trusted.sha, isNow: false });
    const governed = branches.filter((branch) => isGoverned(reading, branch, defaultBranch));
    const bases = new Set(governed.map(({ name }) => name));
    await deps.ledger.seeBranches(
      repository,
      governed.map(({ name: ref, sha }) => ({ ref, sha, isDefault: ref === defaultBranch })),
      branches.flatMap((branch) => groupOf(branch) ?? []).filter(({ baseRef }) => bases.has(baseRef)),
    );
  } catch (error) {
    // The protection doctor says that the app is gone; this repository comes round again after the others.
    if (error instanceof TruthError && error.kind === "auth") return;
    throw error;
  }
}

/** A branch of the merge queue, as its delivery would have said it; null = it is none. */
function groupOf({ name, sha }: { readonly name: string; readonly sha: string }): GroupPlace | null {
  const [, baseRef, baseSha] = /^gh-readonly-queue\/(.+)\/pr-\d{1,10}-([0-9a-f]{40,64})$/.exec(name) ?? [];
  return baseRef === undefined || baseSha === undefined ? null : { headSha: sha, headRef: name, baseRef, baseSha };
}
