import type { GateDeps } from "./deps.ts";
import { isGoverned } from "./governed-branches.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { RepositoryRef } from "./ports.ts";
import { TruthError } from "./ports.ts";
import type { Routine } from "./routines.ts";

const EVERY_MS = 120_000;
const AT_ONCE = 50;

/** Finds what moved while no delivery said so, and governed branches that are new. Walking them is the worker's: a branch is a subject. */
export const branchWalker: Routine<GateDeps> = {
  name: "branch walker",
  everyMs: 30_000,
  async run(deps) {
    const failures: Error[] = [];
    for (const repository of await deps.ledger.repositoriesToWalk(EVERY_MS, AT_ONCE))
      await lookAt(deps, repository).catch((error: unknown) => void failures.push(error as Error));
    if (failures.length > 0) throw new AggregateError(failures, `branches could not be looked at: ${failures[0]!.message}`);
  },
};

async function lookAt(deps: GateDeps, repository: RepositoryRef): Promise<void> {
  try {
    const { defaultBranch } = await deps.pulls.home(repository);
    const branches = await deps.protection.branches(repository);
    const trusted = branches.find(({ name }) => name === defaultBranch);
    if (trusted === undefined) return await deps.ledger.seeBranches(repository, []);
    const { reading } = await policyInForce(deps, { repository, defaultTip: trusted.sha, isNow: false });
    const governed = branches.filter((branch) => isGoverned(reading, branch, defaultBranch));
    await deps.ledger.seeBranches(
      repository,
      governed.map(({ name: ref, sha }) => ({ ref, sha })),
    );
  } catch (error) {
    // The protection doctor says that the app is gone; this repository comes round again after the others.
    if (error instanceof TruthError && error.kind === "auth") return await deps.ledger.seeBranches(repository, []);
    throw error;
  }
}
