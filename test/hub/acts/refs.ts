import { announce } from "../events.ts";
import { commitsBetween, isAncestor } from "../git/history.ts";
import { accountById } from "../lookup.ts";
import type { Activity, Repo, World } from "../state.ts";
import { stamp } from "../state.ts";
import { pushedCommit } from "../views/commits.ts";
import type { PullIssue } from "../views/pulls.ts";
import { repoHtmlUrl } from "../views/repositories.ts";
import { openSuites } from "./checks.ts";
import { closePull, mergedByPush, refreshTestMerge, synchronize } from "./pulls.ts";

export const ZERO = "0".repeat(40);

/** Moves, creates or (with null) deletes a branch and lets everything follow: activity, push event, check suites, pull requests. */
export function moveBranch(
  world: World,
  repo: Repo,
  branch: string,
  to: string | null,
  actorId: number,
  merge: { readonly number: number; readonly bypassed: boolean } | null = null,
): void {
  const ref = `refs/heads/${branch}`;
  const before = repo.refs.get(ref) ?? ZERO;
  const after = to ?? ZERO;
  if (before === after) return;
  const forced = before !== ZERO && to !== null && !isAncestor(repo.store, before, to);
  const type = activityType(before, after, forced, merge !== null);
  if (to === null) repo.refs.delete(ref);
  else repo.refs.set(ref, to);
  repo.pushedAt = stamp(world);
  repo.activities.push({ id: world.nextId(), before, after, ref, timestamp: stamp(world), type, actorId });
  recordRuleSuites(world, repo, branch, before, after, actorId, merge?.bypassed === false);
  announcePush(world, repo, ref, before, after, forced, actorId);
  if (to !== null) openSuites(world, repo, to, branch, before, actorId);
  for (const other of world.repos.values()) {
    for (const issue of other.issues.values()) {
      const pull = issue.pull;
      if (pull === null || issue.state !== "open") continue;
      if (to === null) {
        const gone = (pull.headRepoId === repo.id && pull.headRef === branch) || (other.id === repo.id && pull.baseRef === branch);
        if (gone) closePull(world, other, issue as PullIssue, actorId);
        continue;
      }
      if (pull.headRepoId === repo.id && pull.headRef === branch) synchronize(world, other, issue, to, actorId, forced);
      if (other.id === repo.id && pull.baseRef === branch && issue.number !== merge?.number) {
        if (isAncestor(repo.store, pull.headSha, to)) mergedByPush(world, other, issue, to, actorId);
        else refreshTestMerge(world, other, issue);
      }
    }
  }
}

/** A branch under an active ruleset keeps a record of each move: passed by a merge that met the rules, or bypassed. */
function recordRuleSuites(world: World, repo: Repo, branch: string, before: string, after: string, actorId: number, passed: boolean): void {
  if (!repo.rulesets.some((one) => one.enforcement === "active" && one.branches.includes(branch))) return;
  const result = passed ? "pass" : "bypass";
  repo.ruleSuites.unshift({
    id: world.nextId(),
    actor_id: actorId,
    actor_name: accountById(world, actorId).login,
    before_sha: before,
    after_sha: after,
    ref: `refs/heads/${branch}`,
    repository_id: repo.id,
    repository_name: repo.name,
    pushed_at: stamp(world),
    result,
    evaluation_result: passed ? "pass" : "fail",
  });
}

function activityType(before: string, after: string, forced: boolean, merge: boolean): Activity["type"] {
  if (after === ZERO) return "branch_deletion";
  if (before === ZERO) return "branch_creation";
  if (merge) return "pr_merge";
  return forced ? "force_push" : "push";
}

function announcePush(world: World, repo: Repo, ref: string, before: string, after: string, forced: boolean, actorId: number): void {
  const actor = accountById(world, actorId);
  const deleted = after === ZERO;
  const known = before === ZERO ? (repo.refs.get(`refs/heads/${repo.defaultBranch}`) ?? null) : before;
  const added = deleted ? [] : commitsBetween(repo.store, known === after ? null : known, after);
  const commits = known === after ? [] : added.slice(-20).map((sha) => pushedCommit(world, repo, sha));
  announce(world, repo, "push", null, actorId, {
    ref,
    before,
    after,
    created: before === ZERO,
    deleted,
    forced,
    base_ref: null,
    compare: `${repoHtmlUrl(world, repo)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: deleted ? null : pushedCommit(world, repo, after),
    pusher: { name: actor.login, email: actor.email },
  });
}
