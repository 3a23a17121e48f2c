import type { z } from "zod";
import type { PeopleFacts, Review } from "../engine/facts.ts";
import type { PullRef, PullTruth, Receipt, RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { type CommitLists, commitFacts, readCommits } from "./commits.ts";
import { createDirectory, type Directory, LoginMoved } from "./directory.ts";
import { isRefused } from "./failure.ts";
import { commentFacts, labelFacts, labelsFromReceipts } from "./labels.ts";
import { noteLaunchers } from "./launchers.ts";
import { listAll } from "./pages.ts";
import { readPushes } from "./pushes.ts";
import * as schemas from "./schemas.ts";
import { type Home, readOwners, readTeam, withPending } from "./teams.ts";
import { commentEvent, readTimeline, type Timeline } from "./timeline.ts";

/** Nobody has more voters than this outside the required teams; those beyond get no role and so no say. */
const PERMISSIONS_AT_MOST = 20;
/** A git ref cannot hold it: a base whose name GitHub does not tell. */
const UNTOLD = "?";

export interface PeopleMemory {
  readonly commitLists: CommitLists;
  /** Somebody is known to have reviewed it, by whatever was read or heard before. */
  readonly isReviewed: boolean;
}

/** Everybody that a decision may depend on, read now: seven calls for one team, and one more for each unusual voter. */
export async function readPeople(
  app: GitHubApp,
  pull: PullTruth,
  teams: readonly string[],
  receipts: readonly Receipt[],
  { commitLists, isReviewed }: PeopleMemory,
): Promise<PeopleFacts> {
  const isHeard = isReviewed || receipts.some(({ kind }) => kind === "review");
  try {
    return await gather(app, pull, teams, receipts, { commitLists, isReviewed: isHeard });
  } catch (error) {
    // Somebody was renamed since the commits were listed: the next reading must list them anew.
    if (error instanceof LoginMoved) commitLists.clear();
    throw error;
  }
}

async function gather(
  app: GitHubApp,
  pull: PullTruth,
  teams: readonly string[],
  receipts: readonly Receipt[],
  { commitLists, isReviewed }: PeopleMemory,
): Promise<PeopleFacts> {
  const directory = createDirectory();
  const withTimeline = app.history === "timeline";
  const [early, list, pushes, timeline, owners, membership] = await Promise.all([
    isReviewed || pull.state === "closed" || !withTimeline ? readReviews(app, pull) : null,
    readCommits(app, pull, commitLists),
    readPushes(app, pull, directory),
    withTimeline ? readTimeline(app, pull, directory) : readComments(app, pull, directory),
    readOwners(app, pull, directory),
    Promise.all([...new Set(teams)].map((slug) => readTeam(app, pull, slug, directory))),
  ]);
  // Nobody was heard to review it: the timeline tells who did, and what it hides the second look finds before a success.
  const reviews = early ?? (timeline.isReviewed ? await readReviews(app, pull) : []);
  if (pull.author !== null) directory.note(pull.author);
  if (pull.repository.ownerType === "User") directory.byId(pull.repository.ownerId, pull.repository.owner);

  const pushers = new Set(pushes.pushes.flatMap((push) => push.actor ?? []));
  const facts = reviews.map((review) => reviewFact(review, timeline, receipts, directory));
  const voters = [...new Set(facts.filter(isVote).flatMap((review) => review.user ?? []))];
  const dating = { pull, receipts, pushes, retargets: timeline.retargets };
  const comments = commentFacts(timeline.comments, dating);
  const commits = commitFacts(list.commits, pull.author?.login ?? null, pushers, directory);
  await noteLaunchers(app, pull, commits, directory);
  const teamFacts = await Promise.all(membership.map((team) => withPending(app, pull, team, voters)));

  const inTeam = new Set(teamFacts.flatMap((team) => team.members.map((member) => member.user)));
  const strangers = [
    ...voters,
    ...facts.flatMap((review) => review.dismissedBy ?? []),
    ...comments.flatMap((comment) => comment.user ?? []),
  ];
  const asked = [...new Set(strangers)].filter((login) => !inTeam.has(login) && !owners.includes(login)).slice(0, PERMISSIONS_AT_MOST);
  const permissions = await readPermissions(app, pull, asked);
  if (app.enterprise) for (const login of await suspendedAmong(app, pull, voters)) directory.suspend(login);

  return {
    actors: directory.actors(),
    pushes: pushes.pushes,
    commits,
    reviews: facts,
    teams: teamFacts,
    owners,
    permissions,
    labels: withTimeline ? labelFacts(timeline.labels, dating) : labelsFromReceipts(receipts),
    comments,
    history: {
      retargets: timeline.retargets.map(({ at }, index, all) => ({
        at,
        from: UNTOLD,
        to: index === all.length - 1 ? pull.baseRef : UNTOLD,
      })),
      reopened: timeline.reopened,
      pushHistoryComplete: pushes.complete && list.complete,
    },
    contentDigests: {},
  };
}

function pullCall(pull: PullRef, what: string, route: string) {
  const { owner, name, installationId } = pull.repository;
  return { installationId, what, route, parameters: { owner, repo: name, number: pull.number } };
}

type SubmittedReview = z.infer<typeof schemas.review> & { readonly submitted_at: string };

export async function readReviews(app: GitHubApp, pull: PullRef): Promise<readonly SubmittedReview[]> {
  const call = pullCall(pull, `reviews of #${pull.number}`, "GET /repos/{owner}/{repo}/pulls/{number}/reviews");
  return (await listAll(app, call, schemas.review)).flatMap((review) => {
    const at = review.submitted_at ?? null;
    if (at !== null) return [{ ...review, submitted_at: at }];
    // A draft review is nobody's business yet; any other without an instant cannot be ordered.
    if (review.state === "PENDING") return [];
    throw new TruthError(call.what, "network", `${call.what}: review ${review.id} has no instant`);
  });
}

async function readComments(app: GitHubApp, pull: PullTruth, directory: Directory): Promise<Timeline> {
  const call = pullCall(pull, `comments of #${pull.number}`, "GET /repos/{owner}/{repo}/issues/{number}/comments");
  const comments = (await listAll(app, call, schemas.comment)).map((comment) => commentEvent(comment, directory));
  return { labels: [], comments, retargets: [], reopened: [], dismissals: new Map(), isReviewed: true };
}

function isVote(review: Review): boolean {
  return review.state === "APPROVED" || review.state === "CHANGES_REQUESTED";
}

/** The first signed delivery of a review says on which head it was given; `commit_id` is re-pointed by GitHub and proves nothing. */
function reviewFact(review: SubmittedReview, timeline: Timeline, receipts: readonly Receipt[], directory: Directory): Review {
  const delivered = receipts.filter(
    (receipt) => receipt.kind === "review" && receipt.subject === String(review.id) && receipt.actorId === review.user?.id,
  );
  const first = delivered.sort((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
  const dismissal = timeline.dismissals.get(review.id) ?? null;
  return {
    id: review.id,
    user: directory.note(review.user),
    state: review.state,
    commitId: review.commit_id ?? null,
    submittedAt: review.submitted_at,
    viaApp: review.performed_via_github_app?.id ?? first?.viaApp ?? null,
    receipt: first === null || first.headSha === null ? null : { commitId: first.commitId, headSha: first.headSha, at: first.at },
    dismissedBy: dismissal?.by ?? null,
    ...(review.state === "DISMISSED" ? { dismissedState: dismissal?.of ?? voteOf(first) } : {}),
  };
}

function voteOf(receipt: Receipt | null): "APPROVED" | "CHANGES_REQUESTED" | null {
  const said = receipt?.detail.toUpperCase();
  return said === "APPROVED" || said === "CHANGES_REQUESTED" ? said : null;
}

/** Role of each on the repository; whom GitHub refuses to tell of has none. */
export async function readPermissions(
  app: GitHubApp,
  pull: { readonly repository: RepositoryRef },
  logins: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { owner, name, installationId } = pull.repository;
  const roles = await Promise.all(
    logins.map(async (username) => {
      const call = { installationId, what: `role of ${username}`, parameters: { owner, repo: name, username } };
      try {
        const { data } = await app.request(
          { ...call, route: "GET /repos/{owner}/{repo}/collaborators/{username}/permission" },
          schemas.permission,
        );
        return [[username, data.role_name ?? data.permission] as const];
      } catch (error) {
        if (isRefused(error)) return [];
        throw error;
      }
    }),
  );
  return Object.fromEntries(roles.flat());
}

export async function suspendedAmong(app: GitHubApp, pull: Home, logins: readonly string[]): Promise<readonly string[]> {
  const { installationId } = pull.repository;
  const users = await Promise.all(
    logins.map((username) =>
      app.request({ installationId, what: `account ${username}`, route: "GET /users/{username}", parameters: { username } }, schemas.user),
    ),
  );
  return users.filter(({ data }) => Boolean(data.suspended_at)).map(({ data }) => data.login);
}
