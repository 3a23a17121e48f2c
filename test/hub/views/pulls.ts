import { diffCommits } from "../git/diff.ts";
import { commitsBetween, mergeBase } from "../git/history.ts";
import { accountById } from "../lookup.ts";
import { combinedState } from "../required.ts";
import type { Comment, Issue, Pull, Repo, Review, TimelineEvent, World } from "../state.ts";
import { integration, nodeId, simpleUser, teamView, userOrGhost, userOrNull } from "./accounts.ts";
import { gitCommitView } from "./commits.ts";
import { labelView, repoHtmlUrl, repository, repoUrl } from "./repositories.ts";

export type PullIssue = Issue & { readonly pull: Pull };

function side(world: World, repo: Repo, ref: string, sha: string) {
  const owner = accountById(world, repo.ownerId);
  return { label: `${owner.login}:${ref}`, ref, sha, user: simpleUser(world, owner), repo: repository(world, repo) };
}

export function authorAssociation(world: World, repo: Repo, userId: number): string {
  const owner = accountById(world, repo.ownerId);
  if (owner.id === userId) return "OWNER";
  if (owner.members.get(userId)?.state === "active") return "MEMBER";
  return repo.grants.has(userId) ? "COLLABORATOR" : "NONE";
}

export function pullSimple(world: World, repo: Repo, issue: PullIssue) {
  const { pull } = issue;
  const url = `${repoUrl(world, repo)}/pulls/${issue.number}`;
  const issueUrl = `${repoUrl(world, repo)}/issues/${issue.number}`;
  const html = `${repoHtmlUrl(world, repo)}/pull/${issue.number}`;
  const statuses = `${repoUrl(world, repo)}/statuses/${pull.headSha}`;
  const headRepo = world.repos.get(pull.headRepoId);
  const head =
    headRepo === undefined
      ? { label: `unknown:${pull.headRef}`, ref: pull.headRef, sha: pull.headSha, user: null, repo: null }
      : side(world, headRepo, pull.headRef, pull.headSha);
  return {
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repoUrl(world, repo)}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: userOrNull(world, issue.authorId),
    body: issue.body,
    labels: [...issue.labels].map((label) => labelView(world, repo, label)),
    milestone: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [...pull.requestedUsers].map((id) => simpleUser(world, accountById(world, id))),
    requested_teams: [...pull.requestedTeams].flatMap((id) => (world.teams.has(id) ? [teamView(world, world.teams.get(id)!)] : [])),
    head,
    base: side(world, repo, pull.baseRef, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${repoUrl(world, repo)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: authorAssociation(world, repo, issue.authorId),
    auto_merge: null,
    draft: pull.draft,
  };
}

export function pullFull(world: World, repo: Repo, issue: PullIssue) {
  const { pull } = issue;
  const from = mergeBase(repo.store, pull.baseSha, pull.headSha);
  const files = from === null ? [] : diffCommits(repo.store, from, pull.headSha);
  const conflict = pull.mergeCommitSha === null;
  return {
    ...pullSimple(world, repo, issue),
    merged: pull.merged,
    mergeable: pull.merged || issue.state === "closed" ? null : !conflict,
    rebaseable: pull.merged || issue.state === "closed" ? null : !conflict,
    mergeable_state: issue.state === "closed" ? "unknown" : conflict ? "dirty" : combinedState(repo, pull),
    merged_by: userOrNull(world, pull.mergedById),
    comments: issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: commitsBetween(repo.store, pull.baseSha, pull.headSha).length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

export function pullMinimal(world: World, repo: Repo, issue: PullIssue) {
  const brief = { id: repo.id, url: repoUrl(world, repo), name: repo.name };
  return {
    id: issue.pull.id,
    number: issue.number,
    url: `${repoUrl(world, repo)}/pulls/${issue.number}`,
    head: { ref: issue.pull.headRef, sha: issue.pull.headSha, repo: brief },
    base: { ref: issue.pull.baseRef, sha: issue.pull.baseSha, repo: brief },
  };
}

export function reviewView(world: World, repo: Repo, issue: PullIssue, review: Review) {
  const pullUrl = `${repoUrl(world, repo)}/pulls/${issue.number}`;
  const html = `${repoHtmlUrl(world, repo)}/pull/${issue.number}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userOrNull(world, review.userId),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: authorAssociation(world, repo, review.userId),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    submitted_at: review.submittedAt,
    commit_id: review.commitId,
    ...(review.viaApp ? { performed_via_github_app: integration(world, world.app) } : {}),
  };
}

export function commentView(world: World, repo: Repo, issue: Issue, comment: Comment) {
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${repoUrl(world, repo)}/issues/comments/${comment.id}`,
    html_url: `${repoHtmlUrl(world, repo)}/pull/${issue.number}#issuecomment-${comment.id}`,
    issue_url: `${repoUrl(world, repo)}/issues/${issue.number}`,
    user: userOrNull(world, comment.userId),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: authorAssociation(world, repo, comment.userId),
    body: comment.body,
    performed_via_github_app: comment.viaApp ? integration(world, world.app) : null,
  };
}

export function issueView(world: World, repo: Repo, issue: Issue) {
  const url = `${repoUrl(world, repo)}/issues/${issue.number}`;
  const html = `${repoHtmlUrl(world, repo)}/${issue.pull === null ? "issues" : "pull"}/${issue.number}`;
  return {
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    url,
    repository_url: repoUrl(world, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    number: issue.number,
    state: issue.state,
    title: issue.title,
    body: issue.body,
    user: userOrNull(world, issue.authorId),
    labels: [...issue.labels].map((label) => labelView(world, repo, label)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    comments: issue.comments.length,
    closed_at: issue.closedAt,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: authorAssociation(world, repo, issue.authorId),
    performed_via_github_app: issue.authorId === world.app.botId ? integration(world, world.app) : null,
    ...(issue.pull === null
      ? {}
      : {
          pull_request: {
            url: `${repoUrl(world, repo)}/pulls/${issue.number}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
          },
        }),
  };
}

export function timelineEventView(world: World, repo: Repo, issue: Issue, entry: TimelineEvent) {
  if (entry.event === "committed") return { event: "committed", ...gitCommitView(world, repo, entry.commitId!) };
  if (entry.review && issue.pull) {
    const review = reviewView(world, repo, issue as PullIssue, entry.review);
    return { ...review, event: "reviewed", user: userOrGhost(world, entry.review.userId), state: entry.review.state.toLowerCase() };
  }
  if (entry.comment) {
    const user = userOrGhost(world, entry.comment.userId);
    return { ...commentView(world, repo, issue, entry.comment), event: "commented", actor: user, user };
  }
  const url = repoUrl(world, repo);
  return {
    id: entry.id,
    node_id: nodeId("IssueEvent", entry.id),
    url: `${url}/issues/events/${entry.id}`,
    actor: userOrGhost(world, entry.actorId),
    event: entry.event,
    commit_id: entry.commitId,
    commit_url: entry.commitId === null ? null : `${url}/commits/${entry.commitId}`,
    created_at: entry.createdAt,
    performed_via_github_app: entry.viaApp ? integration(world, world.app) : null,
    ...entry.extra,
  };
}
