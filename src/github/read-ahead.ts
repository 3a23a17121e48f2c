import type { PullTruth } from "../gate/ports/pulls.ts";
import type { ReadAhead } from "../gate/ports/read-ahead.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { keptObjects, listedKey, type ObjectCache } from "./object-cache.ts";
import { askPaths, type PathsQuestion, type Place } from "./paths-question.ts";
import { TREE_MODE, type TreeEntry } from "./tree-listing.ts";
import { compareTrees } from "./trees.ts";

/** One question resolves no more paths than this; a change that wants more is read as if there were no questions. */
const FOLDERS_MAX = 60;
/** Of each side: how large they are is mostly not known before. The others are read where they are wanted. */
const FILES_MAX = 8;
const FILE_BYTES_MAX = 256 * 1024;

/**
 * The folders and files that a change leads through, in two questions: the first tells which files it touches, beside what stands at the
 * tip; the second the folders on the way to them on both sides, and their content. null = none of it is wanted, or nothing is to be asked.
 */
export function createReadAhead(app: GitHubApp, pull: PullTruth, tip: string, cache: ObjectCache): ReadAhead | null {
  const { repository, number, headSha } = pull;
  const { ask } = app;
  const kept = keptObjects(cache, repository.id);
  // What an earlier reading was told, and nobody took, is no word about this one.
  app.statuses.take(repository.id, headSha);
  const rootOf = (commit: string) => kept.get("commit", commit)?.tree;
  const keptRoot = (commit: string) => {
    const root = rootOf(commit);
    return root === undefined ? undefined : kept.get("tree", root);
  };
  const isListed = (commit: string) => keptRoot(commit) !== undefined && cache.listed.has(listedKey(repository.id, rootOf(commit)!));
  // A listing of all that the tip holds makes one side free, and what was read of the head before is there still.
  if (ask === null || rootOf(tip) === undefined || isListed(tip) || keptRoot(headSha) !== undefined) return null;
  let changed: readonly string[] | null = null;

  async function tell(question: PathsQuestion): Promise<readonly string[] | null> {
    if (question.folders.length > FOLDERS_MAX) return null;
    try {
      const told = await askPaths(ask!, repository, question, kept);
      if (told.statuses !== null) app.statuses.tell(repository.id, headSha, told.statuses);
      return told.changed;
    } catch (error) {
      if (!(error instanceof TruthError)) throw error;
      return null;
    }
  }

  /** What is not kept of the paths at a commit: folders on the way, and the files themselves. */
  function missing(commit: string, paths: readonly string[], contents: readonly string[]) {
    const folders = new Map<string, Place>();
    const files: Place[] = [];
    for (const path of new Set([...paths, ...contents])) {
      const segments = path.split("/");
      let tree = keptRoot(commit);
      let isThere = true;
      for (let depth = 0; depth < segments.length && isThere; depth++) {
        const folder = segments.slice(0, depth).join("/");
        if (tree === undefined) folders.set(folder, { commit, path: folder });
        const entry = tree?.entries.find(({ name }) => name === segments[depth]);
        const isLast = depth === segments.length - 1;
        isThere = tree === undefined || (entry !== undefined && (isLast || entry.mode === TREE_MODE));
        if (isThere && isLast && contents.includes(path) && isUnread(entry)) files.push({ commit, path });
        tree = entry === undefined ? undefined : kept.get("tree", entry.id);
      }
    }
    return { folders: [...folders.values()], files };
  }

  /** undefined = whether it is there is not known either. */
  function isUnread(entry: TreeEntry | undefined): boolean {
    return entry === undefined || ((entry.size ?? 0) <= FILE_BYTES_MAX && kept.get("blob", entry.id) === undefined);
  }

  /** Nothing differs in a folder that is not kept. */
  async function isWhole(base: string, head: string): Promise<boolean> {
    const [from, to] = [rootOf(base), rootOf(head)];
    if (from === undefined || to === undefined) return false;
    return compareTrees(from, to, async (id) => kept.get("tree", id) ?? Promise.reject(new Missing())).then(
      ({ incomplete }) => incomplete === null,
      () => false,
    );
  }

  /** Roots alone would have each folder below them read by itself; without them, each side is listed in one call. */
  function giveUp(commits: readonly string[]): void {
    if (cache.large.has(repository.id)) return;
    for (const commit of commits) {
      const root = rootOf(commit);
      if (root !== undefined && !isListed(commit)) kept.forget("tree", root);
    }
  }

  return {
    async tip(paths) {
      changed = await tell({ ...missing(tip, paths, paths), changedIn: number, statusesOf: null });
    },
    async sides(base, head, wanted) {
      if (changed !== null && rootOf(base) !== undefined && rootOf(head) !== undefined) {
        const contents = wanted(changed);
        const both = [missing(base, changed, contents), missing(head, changed, contents)];
        const folders = both.flatMap((side) => side.folders);
        await tell({ folders, files: both.flatMap(({ files }) => files.slice(0, FILES_MAX)), changedIn: null, statusesOf: headSha });
      }
      if (!(await isWhole(base, head))) giveUp([tip, base, head]);
    },
  };
}

class Missing extends Error {}
