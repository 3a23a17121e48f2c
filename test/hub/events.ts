import { accountById } from "./lookup.ts";
import type { Issue, Repo, TimelineEvent, World } from "./state.ts";
import { stamp } from "./state.ts";
import type { PullIssue } from "./views/pulls.ts";
import { issueView, pullFull } from "./views/pulls.ts";

/** Sends a repository's webhook. */
export function announce(
  world: World,
  repo: Repo,
  name: string,
  action: string | null,
  senderId: number,
  payload: Record<string, unknown>,
): void {
  world.emit({ name, action, owner: accountById(world, repo.ownerId), repo, sender: accountById(world, senderId), payload });
}

export function announcePull(
  world: World,
  repo: Repo,
  issue: PullIssue,
  action: string,
  senderId: number,
  more: Record<string, unknown> = {},
): void {
  announce(world, repo, "pull_request", action, senderId, { number: issue.number, pull_request: pullFull(world, repo, issue), ...more });
}

/** `pull_request` for a pull request, `issues` for an issue. */
export function announceIssue(
  world: World,
  repo: Repo,
  issue: Issue,
  action: string,
  senderId: number,
  more: Record<string, unknown> = {},
): void {
  if (issue.pull !== null) announcePull(world, repo, issue as PullIssue, action, senderId, more);
  else announce(world, repo, "issues", action, senderId, { issue: issueView(world, repo, issue), ...more });
}

type Entry = Partial<Pick<TimelineEvent, "viaApp" | "commitId" | "extra" | "review" | "comment" | "id">>;

export function appendEvent(world: World, issue: Issue, event: string, actorId: number, entry: Entry = {}): void {
  const blank = { id: world.nextId(), viaApp: false, commitId: null, extra: {} };
  issue.events.push({ ...blank, ...entry, event, actorId, createdAt: stamp(world) });
  issue.updatedAt = stamp(world);
}
