import type { GateDeps } from "./deps.ts";
import { evaluateMergeGroup } from "./evaluate-merge-group.ts";
import { type EvaluationOutcome, evaluatePullRequest } from "./evaluate-pull-request.ts";
import { walkBranch } from "./walk-branch.ts";

/**
 * What the worker does with a key: a pull request (`<repository id>#<number>`), a merge group (`<repository id>@<head sha>`) or a branch
 * (`<repository id>!<name>`), read from GitHub as it is now.
 */
export async function evaluateSubject(deps: GateDeps, key: string): Promise<EvaluationOutcome> {
  if (deps.shares?.keeps(key)) return { status: "postponed" };
  // A branch's name may hold any of these.
  switch (/^\d+(.)/.exec(key)?.[1]) {
    case "@":
      return evaluateMergeGroup(deps, key);
    case "!":
      return walkBranch(deps, key);
    default:
      return evaluatePullRequest(deps, key);
  }
}
