import { announce, announcePull } from "../events.ts";
import { applyFiles, type Files } from "../git/content.ts";
import { commitsBetween } from "../git/history.ts";
import { commitOf, filesAt, writeCommit, writeFiles } from "../git/objects.ts";
import { fullName, pullOf } from "../lookup.ts";
import { HubRefusal } from "../refusal.ts";
import { missingChecks } from "../required.ts";
import type { Repo, World } from "../state.ts";
import { gitCommitView } from "../views/commits.ts";
import type { PullIssue } from "../views/pulls.ts";
import { cherryPick, fakeSignature, mergedFiles, WEB_FLOW_ID, webFlow } from "./commits.ts";
import { branchTip, markMerged } from "./pulls.ts";
import { moveBranch } from "./refs.ts";

export interface QueueEntry {
  readonly number: number;
  /** Head of the pull request when it was queued. */
  readonly headSha: string;
  readonly method: "merge" | "squash" | "rebase";
  /** Laid over what the group holds: a queue that puts together something else. */
  readonly tamper: Files;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly groupSha: string;
  readonly groupRef: string;
}

type NewEntry = Pick<QueueEntry, "number" | "method" | "tamper">;

/** Queues of one repository, first come first. */
const queues = new WeakMap<Repo, QueueEntry[]>();

export function queueOf(repo: Repo): QueueEntry[] {
  const known = queues.get(repo) ?? [];
  queues.set(repo, known);
  return known;
}

export function enqueue(world: World, repo: Repo, wanted: NewEntry, actorId: number): QueueEntry {
  const issue = pullOf(repo, wanted.number);
  const [missing] = missingChecks(repo, issue.pull);
  if (missing !== undefined) throw new HubRefusal(405, `Required status check "${missing}" is expected.`);
  announcePull(world, repo, issue, "enqueued", actorId);
  return addEntry(world, repo, issue, wanted);
}

function addEntry(world: World, repo: Repo, issue: PullIssue, wanted: NewEntry): QueueEntry {
  const { baseRef, headSha } = issue.pull;
  const baseSha = queueOf(repo).findLast((entry) => entry.baseRef === baseRef)?.groupSha ?? branchTip(repo, baseRef);
  const groupSha = build(world, repo, issue, wanted, baseSha);
  const groupRef = `gh-readonly-queue/${baseRef}/pr-${wanted.number}-${baseSha}`;
  const entry = { ...wanted, headSha, baseRef, baseSha, groupSha, groupRef };
  queueOf(repo).push(entry);
  moveBranch(world, repo, groupRef, groupSha, WEB_FLOW_ID);
  announceGroup(world, repo, entry, "checks_requested");
  return entry;
}

function build(world: World, repo: Repo, issue: PullIssue, { method, tamper }: NewEntry, onto: string): string {
  const { store } = repo;
  const { headSha } = issue.pull;
  if (method === "rebase") {
    const commits = commitsBetween(store, onto, headSha).filter((sha) => commitOf(store, sha).parents.length < 2);
    const tip = commits.reduce((at, sha) => cherryPick(world, repo, sha, at), onto);
    return Object.keys(tamper).length === 0 ? tip : rewrite(repo, tip, tamper);
  }
  const merged = mergedFiles(repo, onto, headSha);
  if (merged === null) throw new HubRefusal(405, "Pull Request is not mergeable");
  const tree = writeFiles(store, applyFiles(store, merged, tamper));
  const message =
    method === "squash"
      ? `${issue.title} (#${issue.number})`
      : `Merge pull request #${issue.number} from ${fullName(world, repo)}/${issue.pull.headRef}`;
  const parents = method === "squash" ? [onto] : [onto, headSha];
  return writeCommit(store, {
    tree,
    parents,
    author: webFlow(world),
    committer: webFlow(world),
    message,
    signature: fakeSignature(message),
  });
}

function rewrite({ store }: Repo, sha: string, files: Files): string {
  const tree = writeFiles(store, applyFiles(store, filesAt(store, sha), files));
  return writeCommit(store, { ...commitOf(store, sha), tree });
}

/** Takes an entry out; those behind it are put together anew without it. */
export function dequeue(world: World, repo: Repo, number: number, reason: "dequeued" | "invalidated", actorId: number): void {
  const queue = queueOf(repo);
  const place = queue.findIndex((entry) => entry.number === number);
  if (place < 0) throw new HubRefusal(404, "Not in the queue");
  const [gone, ...behind] = queue.splice(place);
  for (const entry of [gone!, ...behind]) destroy(world, repo, entry, entry === gone ? reason : "invalidated");
  announcePull(world, repo, pullOf(repo, number), "dequeued", actorId);
  for (const { number: next, method, tamper } of behind) addEntry(world, repo, pullOf(repo, next), { number: next, method, tamper });
}

function destroy(world: World, repo: Repo, entry: QueueEntry, reason: "merged" | "dequeued" | "invalidated"): void {
  moveBranch(world, repo, entry.groupRef, null, WEB_FLOW_ID);
  announceGroup(world, repo, entry, "destroyed", { reason });
}

/**
 * Lands what may land, oldest first; gives the numbers. ALLGREEN: each group needs its required checks. HEADGREEN: only the last one,
 * and those before it come along.
 */
export function landQueue(world: World, repo: Repo, grouping: "ALLGREEN" | "HEADGREEN", actorId: number): readonly number[] {
  const queue = queueOf(repo);
  const green = queue.map((entry) => missingChecks(repo, { ...pullOf(repo, entry.number).pull, headSha: entry.groupSha }).length === 0);
  const until = grouping === "HEADGREEN" ? green.lastIndexOf(true) + 1 : green.concat(false).indexOf(false);
  const landed = queue.splice(0, until);
  for (const entry of landed) markMerged(world, pullOf(repo, entry.number), entry.groupSha, actorId);
  const last = landed.at(-1);
  if (last !== undefined) moveBranch(world, repo, last.baseRef, last.groupSha, actorId, { number: last.number, bypassed: false });
  for (const entry of landed) {
    destroy(world, repo, entry, "merged");
    announcePull(world, repo, pullOf(repo, entry.number), "closed", actorId);
  }
  return landed.map(({ number }) => number);
}

function announceGroup(world: World, repo: Repo, entry: QueueEntry, action: string, more: Record<string, unknown> = {}): void {
  const merge_group = {
    head_sha: entry.groupSha,
    head_ref: `refs/heads/${entry.groupRef}`,
    base_sha: entry.baseSha,
    base_ref: `refs/heads/${entry.baseRef}`,
    head_commit: gitCommitView(world, repo, entry.groupSha),
  };
  announce(world, repo, "merge_group", action, WEB_FLOW_ID, { ...more, merge_group });
}
