import { mergePull } from "../acts/merge.ts";
import type { NewReview } from "../acts/reviews.ts";
import { dismissReview, requestReviewers, submitReview } from "../acts/reviews.ts";
import { actorOf } from "../auth.ts";
import { diffCommits } from "../git/diff.ts";
import { commitsBetween, mergeBase } from "../git/history.ts";
import { accountByLogin, pullOf, pullsOf, teamByName } from "../lookup.ts";
import { HubRefusal, invalid, notFound } from "../refusal.ts";
import type { Call, Reply, Routes } from "../server.ts";
import { commitView, fileView } from "../views/commits.ts";
import type { PullIssue } from "../views/pulls.ts";
import { pullFull, pullSimple, reviewView } from "../views/pulls.ts";
import { created, list, ok, text } from "./reply.ts";

const READ = ["pull_requests:read"] as const;
const WRITE = ["pull_requests:write"] as const;

export const pullRoutes: Routes = {
  "pulls/list": { need: READ, handle: listPulls },
  "pulls/get": { need: READ, handle: (call) => ok(pullFull(call.world, call.repo, named(call))) },
  "pulls/list-files": { need: READ, handle: listFiles },
  "pulls/list-commits": { need: READ, handle: listCommits },
  "pulls/list-reviews": { need: READ, handle: listReviews },
  "pulls/create-review": { need: WRITE, handle: createReview },
  "pulls/dismiss-review": { need: WRITE, handle: dismiss },
  "pulls/request-reviewers": { need: WRITE, handle: request },
  "pulls/merge": { need: ["contents:write"], handle: merge },
};

function named(call: Call): PullIssue {
  return pullOf(call.repo, Number(call.params["pull_number"]));
}

function listPulls(call: Call): Reply {
  const { repo, query, world } = call;
  const [state, base, head] = [query.get("state") ?? "open", query.get("base"), query.get("head")];
  const label = (issue: PullIssue) => {
    const headRepo = world.repos.get(issue.pull.headRepoId);
    return headRepo ? `${world.accounts.get(headRepo.ownerId)!.login}:${issue.pull.headRef}` : "";
  };
  const rows = pullsOf(repo)
    .filter((issue) => (state === "all" || issue.state === state) && (base === null || issue.pull.baseRef === base))
    .filter((issue) => head === null || label(issue) === head);
  const key = query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  rows.sort((a, b) => (a[key] === b[key] ? a.number - b.number : a[key] < b[key] ? -1 : 1));
  const direction = query.get("direction") ?? (query.has("sort") ? "asc" : "desc");
  return list(call, direction === "asc" ? rows : rows.reverse(), (issue) => pullSimple(world, repo, issue));
}

/** At most 3,000 files. */
function listFiles(call: Call): Reply {
  const { repo, world } = call;
  const { pull } = named(call);
  const from = mergeBase(repo.store, pull.baseSha, pull.headSha);
  const files = from === null ? [] : diffCommits(repo.store, from, pull.headSha).slice(0, 3000);
  return list(call, files, (file) => fileView(world, repo, pull.headSha, file));
}

/** At most 250 commits, oldest first. */
function listCommits(call: Call): Reply {
  const { pull } = named(call);
  const shas = commitsBetween(call.repo.store, pull.baseSha, pull.headSha).slice(0, 250);
  return list(call, shas, (sha) => commitView(call.world, call.repo, sha));
}

/** Chronological; a pending review is seen by its author alone. */
function listReviews(call: Call): Reply {
  const issue = named(call);
  const viewer = actorOf(call.world, call.caller).id;
  const seen = issue.pull.reviews.filter((review) => review.state !== "PENDING" || review.userId === viewer);
  return list(call, seen, (review) => reviewView(call.world, call.repo, issue, review));
}

const EVENTS: Readonly<Record<string, NewReview["state"]>> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

function createReview(call: Call): Reply {
  const issue = named(call);
  const actor = actorOf(call.world, call.caller);
  const event = text(call, "event");
  if (event !== undefined && event !== "APPROVE" && !text(call, "body")) throw invalid("Unprocessable Entity", ["Body is required"]);
  const input = {
    state: event === undefined ? ("PENDING" as const) : EVENTS[event]!,
    commitId: text(call, "commit_id"),
    body: text(call, "body"),
  };
  const review = submitReview(call.world, call.repo, issue, actor.id, { ...input, viaApp: actor.viaApp });
  return ok(reviewView(call.world, call.repo, issue, review));
}

function dismiss(call: Call): Reply {
  const issue = named(call);
  const review = issue.pull.reviews.find((one) => one.id === Number(call.params["review_id"]));
  if (review === undefined) throw notFound();
  const actor = actorOf(call.world, call.caller);
  dismissReview(call.world, call.repo, issue, review, actor.id, text(call, "message") ?? "", actor.viaApp);
  return ok(reviewView(call.world, call.repo, issue, review));
}

function request(call: Call): Reply {
  const issue = named(call);
  const actor = actorOf(call.world, call.caller);
  const reviewers = (call.body["reviewers"] ?? []) as string[];
  const slugs = (call.body["team_reviewers"] ?? []) as string[];
  const teams = slugs.map((slug) => known(() => teamByName(call.world, `${call.params["owner"]}/${slug}`)));
  const users = reviewers.map((login) => known(() => accountByLogin(call.world, login)).id);
  requestReviewers(call.world, call.repo, issue, actor.id, users, teams, actor.viaApp);
  return created(pullSimple(call.world, call.repo, issue));
}

function known<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof HubRefusal) throw invalid("Could not resolve to a node");
    throw error;
  }
}

function merge(call: Call): Reply {
  const method = (text(call, "merge_method") ?? "merge") as "merge" | "squash" | "rebase";
  const actor = actorOf(call.world, call.caller);
  const sha = mergePull(call.world, call.repo, named(call), actor.id, {
    method,
    sha: text(call, "sha"),
    title: text(call, "commit_title"),
  });
  return ok({ sha, merged: true, message: "Pull Request successfully merged" });
}
