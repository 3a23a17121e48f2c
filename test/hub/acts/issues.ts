import { announce, announceIssue, appendEvent } from "../events.ts";
import { invalid, notFound } from "../refusal.ts";
import type { Comment, Issue, Label, Repo, World } from "../state.ts";
import { stamp } from "../state.ts";
import { commentView, issueView } from "../views/pulls.ts";
import { labelView } from "../views/repositories.ts";
import { nextNumber } from "./pulls.ts";

export function openIssue(world: World, repo: Repo, authorId: number, title: string, body: string | null): Issue {
  const at = stamp(world);
  const fixed = { id: world.nextId(), number: nextNumber(repo), authorId, createdAt: at, title, body, updatedAt: at, closedAt: null };
  const issue: Issue = { ...fixed, state: "open", labels: new Set(), comments: [], events: [], pull: null };
  repo.issues.set(issue.number, issue);
  announceIssue(world, repo, issue, "opened", authorId);
  return issue;
}

/** The repository's label of this name, made when there is none. */
function labelNamed(world: World, repo: Repo, name: string): Label {
  const known = repo.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
  if (known) return known;
  const label = { id: world.nextId(), name };
  repo.labels.push(label);
  return label;
}

export function addLabel(world: World, repo: Repo, issue: Issue, name: string, actorId: number, viaApp = false): void {
  if (name.length === 0 || name.length > 50) throw invalid("Validation Failed", [{ resource: "Label", field: "name", code: "invalid" }]);
  const label = labelNamed(world, repo, name);
  if (issue.labels.has(label)) return;
  issue.labels.add(label);
  appendEvent(world, issue, "labeled", actorId, { viaApp, extra: { label: { name: label.name, color: "ededed" } } });
  announceIssue(world, repo, issue, "labeled", actorId, { label: labelView(world, repo, label) });
}

export function removeLabel(world: World, repo: Repo, issue: Issue, name: string, actorId: number, viaApp = false): void {
  const label = [...issue.labels].find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (label === undefined) throw notFound();
  issue.labels.delete(label);
  appendEvent(world, issue, "unlabeled", actorId, { viaApp, extra: { label: { name: label.name, color: "ededed" } } });
  announceIssue(world, repo, issue, "unlabeled", actorId, { label: labelView(world, repo, label) });
}

/** Issues that carry the label carry the new name at once, without any event of their own. */
export function renameLabel(world: World, repo: Repo, from: string, to: string, actorId: number): void {
  const label = repo.labels.find((one) => one.name.toLowerCase() === from.toLowerCase());
  if (label === undefined) throw notFound();
  label.name = to;
  announce(world, repo, "label", "edited", actorId, { label: labelView(world, repo, label), changes: { name: { from } } });
}

export function addComment(world: World, repo: Repo, issue: Issue, userId: number, body: string, viaApp = false): Comment {
  if (body.trim() === "" || body.length > 65_536)
    throw invalid("Validation Failed", [{ resource: "IssueComment", field: "body", code: "invalid" }]);
  const at = stamp(world);
  const comment: Comment = { id: world.nextId(), userId, viaApp, createdAt: at, body, updatedAt: at };
  issue.comments.push(comment);
  appendEvent(world, issue, "commented", userId, { id: comment.id, comment, viaApp });
  announceComment(world, repo, issue, comment, "created", userId);
  return comment;
}

export function editComment(world: World, repo: Repo, issue: Issue, comment: Comment, body: string, actorId: number): void {
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = stamp(world);
  announceComment(world, repo, issue, comment, "edited", actorId, { changes: { body: { from } } });
}

function announceComment(world: World, repo: Repo, issue: Issue, comment: Comment, action: string, senderId: number, more = {}): void {
  const payload = { issue: issueView(world, repo, issue), comment: commentView(world, repo, issue, comment), ...more };
  announce(world, repo, "issue_comment", action, senderId, payload);
}

export function findComment(repo: Repo, id: number): { issue: Issue; comment: Comment } {
  for (const issue of repo.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment) return { issue, comment };
  }
  throw notFound();
}

export function editIssue(
  world: World,
  repo: Repo,
  issue: Issue,
  to: { title?: string | undefined; body?: string | null | undefined },
  actorId: number,
): void {
  const changes: Record<string, unknown> = {};
  if (to.title !== undefined && to.title !== issue.title) {
    changes["title"] = { from: issue.title };
    appendEvent(world, issue, "renamed", actorId, { extra: { rename: { from: issue.title, to: to.title } } });
    issue.title = to.title;
  }
  if (to.body !== undefined && to.body !== issue.body) {
    changes["body"] = { from: issue.body ?? "" };
    issue.body = to.body;
  }
  if (Object.keys(changes).length > 0) announceIssue(world, repo, issue, "edited", actorId, { changes });
}

/** `commitId`: closed by a keyword in that commit. */
export function setIssueState(
  world: World,
  repo: Repo,
  issue: Issue,
  state: "open" | "closed",
  by: { readonly id: number; readonly viaApp?: boolean; readonly commitId?: string },
): void {
  if (issue.state === state) return;
  issue.state = state;
  issue.closedAt = state === "closed" ? stamp(world) : null;
  const action = state === "closed" ? "closed" : "reopened";
  appendEvent(world, issue, action, by.id, { viaApp: by.viaApp ?? false, commitId: by.commitId ?? null });
  announceIssue(world, repo, issue, action, by.id);
}
