import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import { createBlobs } from "./blobs.ts";
import type { GitHubApp } from "./client.ts";
import { type CommitObject, keptObjects, listedKey, type ObjectCache, type TreeObject } from "./object-cache.ts";
import * as schemas from "./schemas.ts";
import { foldersOf, type TreeEntry } from "./tree-listing.ts";

/** A listing of a whole repository that is longer than this costs more than reading the folders that differ. */
const WHOLE_ENTRIES_MAX = 5_000;
/** Commits looked at for whether one descends from another. */
const DESCENT_MAX = 300;

export interface Objects {
  commit(sha: string): Promise<CommitObject>;
  tree(id: string): Promise<TreeObject>;
  /** `size`: as a listing told it; null = it is not known. */
  blob(id: string, size: number | null): Promise<Buffer>;
  mergeBase(base: string, head: string): Promise<string>;
  /** Keeps a commit that another answer carried whole. */
  learn(commit: ListedCommit): void;
}

/** A commit inside another answer; on some servers without its tree. */
export interface ListedCommit {
  readonly sha: string;
  readonly commit?: { readonly tree: { readonly sha: string } } | undefined;
  readonly parents?: readonly { readonly sha: string }[];
}

/** Objects of one repository by id, over the Git Data API. @throws TruthError */
export function createObjects(app: GitHubApp, repository: RepositoryRef, cache: ObjectCache): Objects {
  const { large, listed } = cache;
  const kept = keptObjects(cache, repository.id);
  const place = { owner: repository.owner, repo: repository.name };
  const readBlob = createBlobs(app, repository);
  const call = (what: string, route: string, parameters: Record<string, unknown>) => ({
    installationId: repository.installationId,
    what,
    route,
    parameters: { ...place, ...parameters },
  });

  async function remembered<K extends "commit" | "tree" | "blob" | "base", V extends NonNullable<ReturnType<typeof kept.get<K>>>>(
    kind: K,
    id: string,
    read: () => Promise<V>,
  ): Promise<V> {
    const known = kept.get(kind, id);
    if (known !== undefined) return known as V;
    const value = await read();
    // A truncated tree may be whole next time.
    if (typeof value !== "object" || !("truncated" in value) || !value.truncated) kept.set(kind, id, value);
    return value;
  }

  function learn({ sha, commit, parents }: ListedCommit): void {
    if (commit === undefined || parents === undefined) return;
    kept.set("commit", sha, { sha, tree: commit.tree.sha, parents: parents.map((parent) => parent.sha) });
  }

  async function readTree(id: string, whole: boolean): Promise<TreeObject> {
    const what = `tree ${id.slice(0, 12)}`;
    const parameters = whole ? { id, recursive: 1 } : { id };
    const { data } = await app.request(call(what, "GET /repos/{owner}/{repo}/git/trees/{id}", parameters), schemas.tree);
    sameId(what, id, data.sha);
    const entries = data.tree.map((entry) => ({ name: entry.path, mode: entry.mode, id: entry.sha, size: entry.size ?? null }));
    return { entries, truncated: data.truncated };
  }

  /** A folder with all that is below it, in one call. null = has to be read by itself. */
  async function readWhole(id: string): Promise<TreeObject | null> {
    if (large.has(repository.id)) return null;
    const listing = await readTree(id, true).catch(() => null);
    if (listing === null || listing.truncated || listing.entries.length > WHOLE_ENTRIES_MAX) large.set(repository.id, true);
    if (listing === null) return null;
    const folders = foldersOf(id, listing.entries);
    for (const [folder, entries] of folders) kept.set("tree", folder, { entries, truncated: false });
    const entries = folders.get(id);
    if (entries !== undefined && !listing.truncated) listed.set(listedKey(repository.id, id), true);
    return entries === undefined ? null : { entries, truncated: false };
  }

  /** By commits that are known already: whether `base` is among the ancestors of `head`. False = not known. */
  function descends(head: string, base: string): boolean {
    const seen = new Set([head]);
    for (const sha of seen) {
      if (sha === base) return true;
      const known = kept.get("commit", sha);
      if (known === undefined || seen.size > DESCENT_MAX) continue;
      for (const parent of known.parents) seen.add(parent);
    }
    return false;
  }

  return {
    learn,
    commit(sha) {
      return remembered("commit", sha, async () => {
        const what = `commit ${sha.slice(0, 12)}`;
        const { data } = await app.request(call(what, "GET /repos/{owner}/{repo}/git/commits/{sha}", { sha }), schemas.gitCommit);
        sameId(what, sha, data.sha);
        return { sha, tree: data.tree.sha, parents: data.parents.map((parent) => parent.sha) };
      });
    },
    tree(id) {
      return remembered("tree", id, async () => {
        const whole = await readWhole(id);
        if (whole !== null) return whole;
        const tree = await readTree(id, false);
        refuseOddNames(`tree ${id.slice(0, 12)}`, tree.entries);
        return tree;
      });
    },
    blob: (id, size) => remembered("blob", id, () => readBlob(id, size)),
    async mergeBase(base, head) {
      if (descends(head, base)) return base;
      return await remembered("base", `${base}...${head}`, async () => {
        // Page 2 and up carry no files, which is all that makes this answer large.
        const parameters = { basehead: `${base}...${head}`, per_page: 1, page: 2 };
        const { data } = await app.request(
          call("merge base", "GET /repos/{owner}/{repo}/compare/{basehead}", parameters),
          schemas.comparison,
        );
        learn(data.merge_base_commit);
        return data.merge_base_commit.sha;
      });
    },
  };
}

function sameId(what: string, asked: string, got: string): void {
  if (asked !== got) throw new TruthError(what, "network", `${what}: GitHub answered with another object (${got.slice(0, 12)})`);
}

function refuseOddNames(what: string, entries: readonly TreeEntry[]): void {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (name.includes("/") || names.has(name)) throw new TruthError(what, "network", `${what}: not a listing of one folder`);
    names.add(name);
  }
}
