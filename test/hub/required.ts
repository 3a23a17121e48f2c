import type { Pull, Repo } from "./state.ts";

const PASSING = new Set(["success", "skipped", "neutral"]);

/** Names of required checks (branch protection and active rulesets) that the head does not satisfy. A check bound to an app counts only from that app; the newest run of a name counts. */
export function missingChecks(repo: Repo, pull: Pull): string[] {
  const required = [...(repo.protections.get(pull.baseRef)?.requiredChecks ?? []), ...rulesetChecks(repo, pull.baseRef)];
  return required.filter((check) => !satisfied(repo, pull.headSha, check.context, check.appId ?? null)).map((check) => check.context);
}

function rulesetChecks(repo: Repo, branch: string): { context: string; appId: number | null }[] {
  const active = repo.rulesets.filter((one) => one.enforcement === "active" && one.branches.includes(branch));
  return active
    .flatMap((one) => one.rules)
    .filter((rule) => rule["type"] === "required_status_checks")
    .flatMap(
      (rule) => (rule["parameters"] as { required_status_checks: { context: string; integration_id?: number }[] }).required_status_checks,
    )
    .map((check) => ({ context: check.context, appId: check.integration_id ?? null }));
}

function satisfied(repo: Repo, sha: string, name: string, appId: number | null): boolean {
  const runs = repo.runs.filter((run) => run.headSha === sha && run.name === name && (appId === null || run.appId === appId));
  const newest = runs.at(-1);
  const statuses = appId === null ? repo.statuses.filter((status) => status.sha === sha && status.context === name) : [];
  const status = statuses.at(-1);
  if (newest === undefined && status === undefined) return false;
  const runPasses = newest === undefined || (newest.status === "completed" && PASSING.has(newest.conclusion ?? ""));
  return runPasses && (status === undefined || status.state === "success");
}

/** `mergeable_state` of an open pull request without conflicts. */
export function combinedState(repo: Repo, pull: Pull): string {
  if (pull.draft) return "draft";
  return missingChecks(repo, pull).length > 0 ? "blocked" : "clean";
}
