import { announcePull, appendEvent } from "../events.ts";
import { commitsBetween, isAncestor } from "../git/history.ts";
import { writeCommit, writeFiles } from "../git/objects.ts";
import { invalid } from "../refusal.ts";
import type { Issue, Pull, Repo, World } from "../state.ts";
import { stamp } from "../state.ts";
import type { PullIssue } from "../views/pulls.ts";
import { mergedFiles, webFlow } from "./commits.ts";
import { dismissStale } from "./reviews.ts";

export function branchTip(repo: Repo, branch: string): string {
  const tip = repo.refs.get(`refs/heads/${branch}`);
  if (tip === undefined) throw invalid("Validation Failed", [{ resource: "PullRequest", field: "base", code: "invalid" }]);
  return tip;
}

export function nextNumber(repo: Repo): number {
  return repo.issues.size + 1;
}

export interface NewPull {
  readonly title: string;
  readonly body: string | null;
  readonly headRepo: Repo;
  readonly headRef: string;
  readonly baseRef: string;
  readonly draft: boolean;
}

export function openPull(world: World, repo: Repo, authorId: number, input: NewPull): PullIssue {
  const headSha = branchTip(input.headRepo, input.headRef);
  const baseSha = branchTip(repo, input.baseRef);
  refuseUseless(repo, input, baseSha, headSha);
  const pull: Pull = {
    id: world.nextId(),
    headRepoId: input.headRepo.id,
    headRef: input.headRef,
    headSha,
    baseRef: input.baseRef,
    baseSha,
    draft: input.draft,
    merged: false,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
    reviews: [],
    requestedUsers: new Set(),
    requestedTeams: new Set(),
  };
  const at = stamp(world);
  const issue = {
    id: world.nextId(),
    number: nextNumber(repo),
    authorId,
    createdAt: at,
    title: input.title,
    body: input.body,
    state: "open" as const,
    updatedAt: at,
    closedAt: null,
    labels: new Set<never>(),
    comments: [],
    events: [],
    pull,
  };
  repo.issues.set(issue.number, issue);
  for (const sha of commitsBetween(repo.store, baseSha, headSha)) appendEvent(world, issue, "committed", authorId, { commitId: sha });
  refreshTestMerge(world, repo, issue);
  announcePull(world, repo, issue, "opened", authorId);
  return issue;
}

function refuseUseless(repo: Repo, input: NewPull, baseSha: string, headSha: string): void {
  if (isAncestor(repo.store, headSha, baseSha)) throw invalid(`No commits between ${input.baseRef} and ${input.headRef}`);
  const open = [...repo.issues.values()].some(
    ({ state, pull }) =>
      state === "open" && pull?.headRepoId === input.headRepo.id && pull.headRef === input.headRef && pull.baseRef === input.baseRef,
  );
  if (open) throw invalid(`A pull request already exists for ${input.headRef}.`);
}

/** Recomputes the test merge and the `refs/pull/` refs; a conflict leaves no merge commit. */
export function refreshTestMerge(world: World, repo: Repo, issue: Issue): void {
  const pull = issue.pull!;
  const base = branchTip(repo, pull.baseRef);
  const files = mergedFiles(repo, base, pull.headSha);
  repo.refs.set(`refs/pull/${issue.number}/head`, pull.headSha);
  if (files === null) {
    pull.mergeCommitSha = null;
    repo.refs.delete(`refs/pull/${issue.number}/merge`);
    return;
  }
  const message = `Merge ${pull.headSha} into ${base}`;
  const commit = { tree: writeFiles(repo.store, files), parents: [base, pull.headSha], message, signature: null };
  pull.mergeCommitSha = writeCommit(repo.store, { ...commit, author: webFlow(world), committer: webFlow(world) });
  repo.refs.set(`refs/pull/${issue.number}/merge`, pull.mergeCommitSha);
}

/** The head branch moved. */
export function synchronize(world: World, repo: Repo, issue: Issue, to: string, actorId: number, forced: boolean): void {
  const pull = issue.pull!;
  const before = pull.headSha;
  const added = commitsBetween(repo.store, before, to).filter((sha) => !isAncestor(repo.store, sha, branchTip(repo, pull.baseRef)));
  pull.headSha = to;
  pull.baseSha = branchTip(repo, pull.baseRef);
  for (const sha of added) appendEvent(world, issue, "committed", actorId, { commitId: sha });
  if (forced) appendEvent(world, issue, "head_ref_force_pushed", actorId, { commitId: to });
  refreshTestMerge(world, repo, issue);
  announcePull(world, repo, issue as PullIssue, "synchronize", actorId, { before, after: to });
  if (repo.protections.get(pull.baseRef)?.dismissStaleReviews) dismissStale(world, repo, issue as PullIssue, actorId);
}

export function retarget(world: World, repo: Repo, issue: PullIssue, base: string, actorId: number): void {
  const { baseRef: from, baseSha } = issue.pull;
  issue.pull.baseSha = branchTip(repo, base);
  issue.pull.baseRef = base;
  appendEvent(world, issue, "base_ref_changed", actorId);
  refreshTestMerge(world, repo, issue);
  announcePull(world, repo, issue, "edited", actorId, { changes: { base: { ref: { from }, sha: { from: baseSha } } } });
}

export function closePull(world: World, repo: Repo, issue: PullIssue, actorId: number): void {
  if (issue.state === "closed") throw invalid("Validation Failed");
  issue.state = "closed";
  issue.closedAt = stamp(world);
  appendEvent(world, issue, "closed", actorId);
  announcePull(world, repo, issue, "closed", actorId);
}

export function reopenPull(world: World, repo: Repo, issue: PullIssue, actorId: number): void {
  const headRepo = world.repos.get(issue.pull.headRepoId);
  const head = headRepo?.refs.get(`refs/heads/${issue.pull.headRef}`);
  if (issue.state === "open" || issue.pull.merged || head === undefined) throw invalid("Validation Failed");
  issue.state = "open";
  issue.closedAt = null;
  issue.pull.headSha = head;
  issue.pull.baseSha = branchTip(repo, issue.pull.baseRef);
  refreshTestMerge(world, repo, issue);
  appendEvent(world, issue, "reopened", actorId);
  announcePull(world, repo, issue, "reopened", actorId);
}

export function markMerged(world: World, issue: Issue, landed: string, actorId: number): void {
  const pull = issue.pull!;
  pull.merged = true;
  pull.mergedAt = stamp(world);
  pull.mergedById = actorId;
  pull.mergeCommitSha = landed;
  issue.state = "closed";
  issue.closedAt = pull.mergedAt;
  appendEvent(world, issue, "merged", actorId, { commitId: landed });
  appendEvent(world, issue, "closed", actorId);
}

/** The head reached the base by a push: GitHub then shows the pull request as merged. */
export function mergedByPush(world: World, repo: Repo, issue: Issue, tip: string, actorId: number): void {
  markMerged(world, issue, tip, actorId);
  announcePull(world, repo, issue as PullIssue, "closed", actorId);
}
