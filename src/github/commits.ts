import { LRUCache } from "lru-cache";
import type { z } from "zod";
import { agentTrailers, saysNothing } from "../engine/agents/trailers.ts";
import type { CommitFact } from "../engine/facts.ts";
import type { PullTruth } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { type Directory, WEB_FLOW } from "./directory.ts";
import { listAll } from "./pages.ts";
import * as schemas from "./schemas.ts";

/** GitHub lists no more of a pull request's commits than this. */
const LISTED_AT_MOST = 250;

type PullCommit = z.infer<typeof schemas.pullCommit>;

export interface CommitList {
  readonly commits: readonly PullCommit[];
  /** False: some commits are not listed, so their authors are unknown. */
  readonly complete: boolean;
}

export type CommitLists = LRUCache<string, CommitList>;

export function createCommitLists(): CommitLists {
  return new LRUCache({ max: 500 });
}

/**
 * The commits between base and head. They are a function of the two ids in the key, and who made them does not change later:
 * an address that is claimed or given up afterwards moves a commit between a known and an unknown contributor, never to nobody.
 */
export async function readCommits(app: GitHubApp, pull: PullTruth, lists: CommitLists): Promise<CommitList> {
  const key = `${pull.repository.id}#${pull.number}:${pull.baseRef}:${pull.baseSha}:${pull.headSha}:${pull.commits}`;
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list = await listCommits(app, pull);
  if (list.complete) lists.set(key, list);
  return list;
}

async function listCommits(app: GitHubApp, pull: PullTruth): Promise<CommitList> {
  const what = `commits of #${pull.number}`;
  const parameters = { owner: pull.repository.owner, repo: pull.repository.name, number: pull.number };
  const call = {
    installationId: pull.repository.installationId,
    what,
    route: "GET /repos/{owner}/{repo}/pulls/{number}/commits",
    parameters,
  };
  const commits = await listAll(app, call, schemas.pullCommit);
  const complete = commits.length === pull.commits;
  if (complete && commits.length > 0 && !commits.some((commit) => commit.sha === pull.headSha)) {
    throw new TruthError(what, "network", `${what}: the list does not hold the head ${pull.headSha.slice(0, 12)}`);
  }
  if (!complete && commits.length < LISTED_AT_MOST) {
    throw new TruthError(what, "network", `${what}: ${commits.length} listed, but the pull request says ${pull.commits}`);
  }
  // The base's own tip is no part of the branch; a server that lists it would make its authors contributors.
  return { commits: commits.filter((commit) => commit.sha !== pull.baseSha), complete };
}

/**
 * Authors, committers and co-authors as logins. A commit is vouched for when GitHub verified its signature, or when every
 * identity on it is the pull request's author or somebody whose authenticated push moved this branch.
 */
export function commitFacts(
  commits: readonly PullCommit[],
  author: string | null,
  pushers: ReadonlySet<string>,
  directory: Directory,
): readonly CommitFact[] {
  return commits.map((commit) => {
    const by = directory.note(commit.author);
    const committer = commit.committer?.login === WEB_FLOW ? WEB_FLOW : directory.note(commit.committer);
    const coAuthors = coAuthorsOf(commit.commit.message, directory);
    const known = (login: string | null) => login !== null && (login === author || pushers.has(login));
    const vouched = [by, ...(committer === WEB_FLOW ? [] : [committer]), ...coAuthors].every(known);
    const date = commit.commit.author?.date;
    const trailers = agentTrailers(commit.commit.message);
    const unresolved = [by === null ? commit.commit.author : null, committer === null ? commit.commit.committer : null].flatMap(
      signatureOf,
    );
    return {
      sha: commit.sha,
      parents: commit.parents.map((parent) => parent.sha),
      author: by,
      committer,
      coAuthors,
      verified: commit.commit.verification?.verified === true || vouched,
      ...(date ? { authoredAt: date } : {}),
      ...(saysNothing(trailers) && unresolved.length === 0 ? {} : { trailers, identities: [...new Set(unresolved)] }),
    };
  });
}

/** Who a commit says it is by: needed only where GitHub knows no account. */
function signatureOf(signature: PullCommit["commit"]["committer"]): string[] {
  return signature === null || signature === undefined ? [] : [`${signature.name ?? ""} <${signature.email ?? ""}>`];
}

/** The tree of a listed commit, in the shape that the object cache learns from; undefined = the server does not tell. */
export function treeOf({ commit }: PullCommit): { readonly tree: { readonly sha: string } } | undefined {
  return commit.tree === undefined ? undefined : { tree: commit.tree };
}

const TRAILER = /^\s*co-authored-by:\s*(.*)$/gim;
const NOREPLY = /<(\d{1,15})\+([A-Za-z0-9-]+(?:\[bot\])?)@users\.noreply\.github\.com>\s*$/i;

/** Only GitHub's own numbered noreply address names an account; any other address is anybody's claim. */
function coAuthorsOf(message: string, directory: Directory): readonly (string | null)[] {
  // Squashing repeats trailers: an identity that stands there twice is one.
  const named = [...message.matchAll(TRAILER)].map(([, identity = ""]) => [identity.trim().toLowerCase(), identity] as const);
  return [...new Map(named).values()].map((identity) => {
    const match = NOREPLY.exec(identity);
    return match === null ? null : directory.byId(Number(match[1]), match[2]!);
  });
}
