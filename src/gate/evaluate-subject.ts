import type { GateDeps } from "./deps.ts";
import { evaluateMergeGroup } from "./evaluate-merge-group.ts";
import { type EvaluationOutcome, evaluatePullRequest } from "./evaluate-pull-request.ts";

/** What the worker does with a key: a pull request (`<repository id>#<number>`) or a merge group (`<repository id>@<head sha>`), read from GitHub as it is now, decided, shown. */
export function evaluateSubject(deps: GateDeps, key: string): Promise<EvaluationOutcome> {
  return key.includes("@") ? evaluateMergeGroup(deps, key) : evaluatePullRequest(deps, key);
}
