import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { PullRef, PullRequests, PullTruth, RepositoryRef, SecondLook } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { type GitHubApp, unconditionally } from "./client.ts";
import { createCommitLists, readCommits, treeOf } from "./commits.ts";
import { createContent } from "./content.ts";
import { readContributions } from "./contributions.ts";
import { isRefused, RequestFailure } from "./failure.ts";
import { createNameReads } from "./names.ts";
import { createObjectCache } from "./object-cache.ts";
import { createObjects, type Objects } from "./objects.ts";
import { readPeople, readReviews } from "./people.ts";
import { pullsFromBranch, pullsOfCommit, readHome } from "./pull-lists.ts";
import { createReadAhead } from "./read-ahead.ts";
import { createRepositoryReads } from "./repositories.ts";
import * as schemas from "./schemas.ts";
import { createSecondLook } from "./second-look.ts";

/** Pull requests as one GitHub App sees them. Every method rejects with a TruthError when GitHub's answer is not certain. */
export function createPullRequests(app: GitHubApp): PullRequests {
  const cache = createObjectCache();
  const commitLists = createCommitLists();
  /** Pull requests that a second look found reviews on: a timeline that shows none is not believed again. */
  const reviewed = new LRUCache<string, true>({ max: 10_000 });
  const lookAgain = createSecondLook(app, (pull, withReviews) => eachByItself(app, pull, withReviews));
  return {
    ...createRepositoryReads(app),
    ...createNameReads(app),
    read: (pull) => readPull(app, pull),
    branch: (repository, name) => readBranch(app, repository, name, createObjects(app, repository, cache)),
    content: (repository) => createContent(app, repository, cache),
    readAhead: (pull, tip) => createReadAhead(app, pull, tip, cache),
    people: (pull, teams, receipts, look = "first") =>
      look === "first"
        ? readPeople(app, pull, teams, receipts, { commitLists, isReviewed: reviewed.has(keyOf(pull)) })
        : readPeople(unconditionally(app), pull, teams, receipts, { commitLists, isReviewed: true }),
    async commits(pull) {
      const list = await readCommits(app, pull, commitLists);
      const objects = createObjects(app, pull.repository, cache);
      for (const commit of list.commits) objects.learn({ ...commit, commit: treeOf(commit) });
      return {
        commits: list.commits.map(({ sha, parents }) => ({ sha, parents: parents.map((parent) => parent.sha) })),
        complete: list.complete,
      };
    },
    contributions: (pull) => readContributions(app, pull, commitLists),
    async lookAgain(pull, withReviews, stands) {
      const look = await lookAgain(pull, withReviews, stands);
      if (look.reviews !== null && look.reviews.length > 0) reviewed.set(keyOf(pull), true);
      return look;
    },
    commit: (repository, sha) => createObjects(app, repository, cache).commit(sha),
    home: (repository) => readHome(app, repository),
    pullsFromBranch: (repository, branch) => pullsFromBranch(app, repository, branch),
    pullsOfCommit: (repository, sha) => pullsOfCommit(app, repository, sha),
    async removeLabel(pull, label) {
      const call = pullCall(pull, `label ${label}`, "DELETE /repos/{owner}/{repo}/issues/{number}/labels/{label}", { label });
      await app.request(call, z.unknown()).catch((error: unknown) => {
        // Already gone is what we wanted.
        if (!(error instanceof RequestFailure && error.status === 404)) throw error;
      });
    },
  };
}

function pullCall(pull: PullRef, what: string, route: string, parameters: Record<string, unknown> = {}) {
  const { owner, name, installationId } = pull.repository;
  return { installationId, what, route, parameters: { owner, repo: name, number: pull.number, ...parameters } };
}

function keyOf({ repository, number }: PullRef): string {
  return `${repository.id}#${number}`;
}

async function readPull(app: GitHubApp, pull: PullRef): Promise<PullTruth> {
  const what = `pull request #${pull.number}`;
  const { data } = await app.request(pullCall(pull, what, "GET /repos/{owner}/{repo}/pulls/{number}"), schemas.pull);
  const home = data.base.repo;
  // Names are reused after a rename or a transfer; ids are not.
  if (home.id !== pull.repository.id || data.number !== pull.number) {
    throw new TruthError(what, "auth", `${what}: another repository answers as ${pull.repository.owner}/${pull.repository.name}`);
  }
  return {
    repository: {
      id: home.id,
      owner: home.owner.login,
      name: home.name,
      ownerId: home.owner.id,
      installationId: pull.repository.installationId,
      ownerType: home.owner.type,
      defaultBranch: home.default_branch,
    },
    number: data.number,
    title: data.title,
    state: data.state,
    merged: data.merged,
    mergeCommitSha: data.merged ? (data.merge_commit_sha ?? null) : null,
    mergedBy: data.merged_by ? { id: data.merged_by.id, login: data.merged_by.login } : null,
    mergedAt: data.merged ? (data.merged_at ?? null) : null,
    draft: data.draft ?? false,
    author: data.user === null ? null : { id: data.user.id, login: data.user.login, type: data.user.type },
    headSha: data.head.sha,
    headRef: data.head.ref,
    headRepositoryId: data.head.repo?.id ?? null,
    headRepository: data.head.repo === null ? null : { owner: data.head.repo.owner.login, name: data.head.repo.name },
    baseRef: data.base.ref,
    baseSha: data.base.sha,
    squashOnly: squashOnly(home),
    neverRebased: typeof home.allow_rebase_merge === "boolean" ? !home.allow_rebase_merge : null,
    stackBase: data.stack?.base.ref ?? null,
    commits: data.commits,
    updatedAt: data.updated_at,
  };
}

async function eachByItself(app: GitHubApp, pull: PullRef, withReviews: boolean): Promise<SecondLook> {
  const anew = unconditionally(app);
  const [{ headSha, baseRef, state, updatedAt }, reviews] = await Promise.all([
    readPull(anew, pull),
    withReviews ? readReviews(anew, pull) : null,
  ]);
  const looks = reviews?.map((review) => ({ id: review.id, state: review.state, commitId: review.commit_id ?? null }));
  return { headSha, baseRef, state, updatedAt, reviews: looks ?? null };
}

/** null = GitHub does not tell an app without the right to see it. */
function squashOnly(home: {
  allow_merge_commit?: boolean | null | undefined;
  allow_rebase_merge?: boolean | null | undefined;
}): boolean | null {
  const { allow_merge_commit: merge, allow_rebase_merge: rebase } = home;
  return typeof merge === "boolean" && typeof rebase === "boolean" ? !merge && !rebase : null;
}

async function readBranch(
  app: GitHubApp,
  repository: RepositoryRef,
  name: string,
  objects: Objects,
): Promise<{ sha: string; protected: boolean } | null> {
  const place = { owner: repository.owner, repo: repository.name };
  const call = {
    installationId: repository.installationId,
    what: `branch ${name}`,
    route: "GET /repos/{owner}/{repo}/branches/{branch}",
    parameters: { ...place, branch: name },
  };
  try {
    const { data } = await app.request(call, schemas.branch);
    objects.learn(data.commit);
    // A renamed branch redirects to its new name: under the old name there is none.
    return data.name === name ? { sha: data.commit.sha, protected: data.protected } : null;
  } catch (error) {
    if (!isRefused(error)) throw error;
    await confirmRepository(app, repository);
    return null;
  }
}

/** 404 means "no such branch" only in a repository that we can read. */
async function confirmRepository(app: GitHubApp, repository: RepositoryRef): Promise<void> {
  const what = `repository ${repository.owner}/${repository.name}`;
  const call = {
    installationId: repository.installationId,
    what,
    route: "GET /repos/{owner}/{repo}",
    parameters: { owner: repository.owner, repo: repository.name },
  };
  const { data } = await app.request(call, schemas.repository);
  if (data.id !== repository.id) throw new TruthError(what, "auth", `${what}: another repository answers under this name`);
}
