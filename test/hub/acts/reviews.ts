import { announce, announcePull, appendEvent } from "../events.ts";
import { isAncestor } from "../git/history.ts";
import { accountById, roleOn } from "../lookup.ts";
import { HubRefusal, invalid, notFound } from "../refusal.ts";
import type { Repo, Review, ReviewState, Team, World } from "../state.ts";
import { stamp } from "../state.ts";
import { simpleUser, teamView } from "../views/accounts.ts";
import type { PullIssue } from "../views/pulls.ts";
import { pullSimple, reviewView } from "../views/pulls.ts";

export interface NewReview {
  readonly state: Exclude<ReviewState, "DISMISSED">;
  readonly commitId?: string | undefined;
  readonly body?: string | undefined;
  readonly viaApp?: boolean;
  /** Skips GitHub's own refusals. */
  readonly force?: boolean;
}

export function submitReview(world: World, repo: Repo, issue: PullIssue, userId: number, input: NewReview): Review {
  const decides = input.state === "APPROVED" || input.state === "CHANGES_REQUESTED";
  if (!input.force) {
    if (!input.viaApp && roleOn(world, repo, userId) === null) throw notFound();
    if (decides && issue.authorId === userId) throw invalid("Unprocessable Entity", ["Can not approve your own pull request"]);
    const commit = input.commitId;
    const known = commit === undefined || (repo.store.commits.has(commit) && isPartOf(repo, issue, commit));
    if (!known) throw invalid("Unprocessable Entity", ["The commit_id is not part of the pull request"]);
  }
  const at = stamp(world);
  const { state, viaApp = false, body = "" } = input;
  const review: Review = {
    id: world.nextId(),
    userId,
    body,
    viaApp,
    state,
    commitId: input.commitId ?? issue.pull.headSha,
    submittedAt: at,
  };
  issue.pull.reviews.push(review);
  issue.pull.requestedUsers.delete(userId);
  if (state === "PENDING") return review;
  appendEvent(world, issue, "reviewed", userId, { id: review.id, review, viaApp });
  announceReview(world, repo, issue, review, "submitted", userId);
  return review;
}

/** A commit of this pull request, now or before a force push. */
function isPartOf(repo: Repo, issue: PullIssue, commit: string): boolean {
  if (isAncestor(repo.store, commit, issue.pull.headSha)) return true;
  return issue.events.some((entry) => entry.event === "committed" && entry.commitId === commit);
}

function announceReview(world: World, repo: Repo, issue: PullIssue, review: Review, action: string, senderId: number): void {
  const view = reviewView(world, repo, issue, review);
  announce(world, repo, "pull_request_review", action, senderId, {
    review: { ...view, state: view.state.toLowerCase() },
    pull_request: pullSimple(world, repo, issue),
  });
}

export function dismissReview(
  world: World,
  repo: Repo,
  issue: PullIssue,
  review: Review,
  actorId: number,
  message: string,
  viaApp = false,
): void {
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED")
    throw invalid("Unprocessable Entity", ["Can not dismiss this review"]);
  const state = review.state.toLowerCase();
  review.state = "DISMISSED";
  const dismissed = { state, review_id: review.id, dismissal_message: message, dismissal_commit_id: issue.pull.headSha };
  appendEvent(world, issue, "review_dismissed", actorId, { viaApp, extra: { dismissed_review: dismissed } });
  announceReview(world, repo, issue, review, "dismissed", actorId);
}

/** Branch protection's "dismiss stale reviews" after a push. */
export function dismissStale(world: World, repo: Repo, issue: PullIssue, actorId: number): void {
  for (const review of issue.pull.reviews) if (review.state === "APPROVED") dismissReview(world, repo, issue, review, actorId, "");
}

export function requestReviewers(
  world: World,
  repo: Repo,
  issue: PullIssue,
  actorId: number,
  users: readonly number[],
  teams: readonly Team[],
  viaApp = false,
): void {
  if (users.includes(issue.authorId)) throw invalid("Review cannot be requested from pull request author.");
  for (const id of users) if (roleOn(world, repo, id) === null) throw notCollaborator();
  for (const team of teams) if (team.orgId !== repo.ownerId || !repo.teamGrants.has(team.id)) throw notCollaborator();
  const requester = simpleUser(world, accountById(world, actorId));
  for (const id of users) {
    const requested_reviewer = simpleUser(world, accountById(world, id));
    issue.pull.requestedUsers.add(id);
    appendEvent(world, issue, "review_requested", actorId, { viaApp, extra: { review_requester: requester, requested_reviewer } });
    announcePull(world, repo, issue, "review_requested", actorId, { requested_reviewer });
  }
  for (const team of teams) {
    const requested_team = teamView(world, team);
    issue.pull.requestedTeams.add(team.id);
    appendEvent(world, issue, "review_requested", actorId, { viaApp, extra: { review_requester: requester, requested_team } });
    announcePull(world, repo, issue, "review_requested", actorId, { requested_team });
  }
}

function notCollaborator(): HubRefusal {
  const why =
    "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository.";
  return new HubRefusal(422, why);
}
