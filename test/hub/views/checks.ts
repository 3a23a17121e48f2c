import { pullsOf } from "../lookup.ts";
import type { CheckRun, CheckSuite, Repo, Status, World } from "../state.ts";
import { appById, integration, nodeId, userOrNull } from "./accounts.ts";
import { pushedCommit } from "./commits.ts";
import { pullMinimal } from "./pulls.ts";
import { minimalRepository, repoHtmlUrl, repoUrl } from "./repositories.ts";

/** Open pull requests of the repository itself with this head; forks are never listed here. */
function pullsWithHead(world: World, repo: Repo, sha: string) {
  const own = pullsOf(repo).filter((issue) => issue.state === "open" && issue.pull.headSha === sha && issue.pull.headRepoId === repo.id);
  return own.map((issue) => pullMinimal(world, repo, issue));
}

export function checkRunView(world: World, repo: Repo, run: CheckRun) {
  const url = `${repoUrl(world, repo)}/check-runs/${run.id}`;
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId("CheckRun", run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${repoHtmlUrl(world, repo)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suiteId },
    app: integration(world, appById(world, run.appId)),
    pull_requests: pullsWithHead(world, repo, run.headSha),
  };
}

/** Newest run of each name in the suite: those are what the suite's state is made of. */
export function latestRuns(repo: Repo, suite: CheckSuite): CheckRun[] {
  const newest = new Map<string, CheckRun>();
  for (const run of repo.runs) if (run.suiteId === suite.id) newest.set(run.name, run);
  return [...newest.values()];
}

const WORST_FIRST = ["failure", "timed_out", "cancelled", "action_required", "neutral", "skipped", "success"];

export function checkSuiteView(world: World, repo: Repo, suite: CheckSuite) {
  const runs = latestRuns(repo, suite);
  const done = runs.length > 0 && !suite.requeued && runs.every((run) => run.status === "completed");
  const url = `${repoUrl(world, repo)}/check-suites/${suite.id}`;
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: done ? "completed" : "queued",
    conclusion: done ? (WORST_FIRST.find((one) => runs.some((run) => run.conclusion === one)) ?? null) : null,
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsWithHead(world, repo, suite.headSha),
    app: integration(world, appById(world, suite.appId)),
    repository: minimalRepository(world, repo),
    created_at: suite.createdAt,
    updated_at: suite.createdAt,
    head_commit: pushedCommit(world, repo, suite.headSha),
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
  };
}

export function statusView(world: World, repo: Repo, status: Status) {
  return {
    url: `${repoUrl(world, repo)}/statuses/${status.sha}`,
    avatar_url: null,
    id: status.id,
    node_id: nodeId("Status", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: userOrNull(world, status.creatorId),
  };
}
