import { announcePull } from "../events.ts";
import type { Files } from "../git/content.ts";
import { applyFiles } from "../git/content.ts";
import { commitsBetween } from "../git/history.ts";
import { commitOf, filesAt, writeCommit, writeFiles } from "../git/objects.ts";
import { accountById, atLeast, fullName, roleOn } from "../lookup.ts";
import { HubRefusal } from "../refusal.ts";
import { missingChecks } from "../required.ts";
import type { Repo, World } from "../state.ts";
import type { PullIssue } from "../views/pulls.ts";
import { accountSignature, cherryPick, fakeSignature, webFlow } from "./commits.ts";
import { branchTip, markMerged, refreshTestMerge } from "./pulls.ts";
import { moveBranch } from "./refs.ts";

export interface MergeRequest {
  readonly method: "merge" | "squash" | "rebase";
  /** Must equal the head, else 409. */
  readonly sha?: string | undefined;
  /** An administrator's merge past required checks. */
  readonly bypass?: boolean;
  /** Laid over what lands: a wrong merge. */
  readonly files?: Files;
  readonly title?: string | undefined;
}

/** Merges as GitHub does; returns the landed tip. */
export function mergePull(world: World, repo: Repo, issue: PullIssue, actorId: number, request: MergeRequest): string {
  const { pull } = issue;
  if (issue.state === "closed" || pull.draft) throw new HubRefusal(405, "Pull Request is not mergeable");
  if (request.sha !== undefined && request.sha !== pull.headSha)
    throw new HubRefusal(409, "Head branch was modified. Review and try the merge again.");
  const [missing] = missingChecks(repo, pull);
  const protection = repo.protections.get(pull.baseRef);
  const mayBypass = request.bypass === true && !protection?.enforceAdmins && atLeast(roleOn(world, repo, actorId), "admin");
  if (missing !== undefined && !mayBypass) throw new HubRefusal(405, `Required status check "${missing}" is expected.`);
  refreshTestMerge(world, repo, issue);
  if (pull.mergeCommitSha === null) throw new HubRefusal(405, "Pull Request is not mergeable");
  const landed = land(world, repo, issue, actorId, request);
  markMerged(world, issue, landed, actorId);
  moveBranch(world, repo, pull.baseRef, landed, actorId, { number: issue.number, bypassed: missing !== undefined });
  announcePull(world, repo, issue, "closed", actorId);
  return landed;
}

function land(world: World, repo: Repo, issue: PullIssue, actorId: number, request: MergeRequest): string {
  const { store } = repo;
  const base = branchTip(repo, issue.pull.baseRef);
  if (request.method === "rebase") {
    const commits = commitsBetween(store, base, issue.pull.headSha).filter((sha) => commitOf(store, sha).parents.length < 2);
    return commits.reduce((tip, sha) => cherryPick(world, repo, sha, tip), base);
  }
  const merged = filesAt(store, issue.pull.mergeCommitSha!);
  const tree = writeFiles(store, applyFiles(store, merged, request.files ?? {}));
  const squash = request.method === "squash";
  const author = accountSignature(accountById(world, squash ? issue.authorId : actorId), world.clock());
  const plain = `Merge pull request #${issue.number} from ${fullName(world, repo)}/${issue.pull.headRef}\n\n${issue.title}`;
  const message = request.title ?? (squash ? `${issue.title} (#${issue.number})` : plain);
  const parents = squash ? [base] : [base, issue.pull.headSha];
  return writeCommit(store, { tree, parents, author, committer: webFlow(world), message, signature: fakeSignature(message) });
}
