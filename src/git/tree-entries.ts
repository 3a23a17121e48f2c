import { Refusal } from "../gate/ports.ts";
import type { GitResult } from "./process.ts";

export interface TreeEntry {
  readonly mode: string;
  readonly blob: string;
}

interface Asked {
  readonly path: string;
  readonly found: PromiseWithResolvers<TreeEntry | null>;
}

/** Paths of one command line. */
const PATHS_MAX = 64;

/** Looks for paths in the trees of commits: what is asked for at one time, by one process. */
export function openTreeEntries(git: (args: readonly string[]) => Promise<GitResult>) {
  const waiting = new Map<string, Asked[]>();

  async function list(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
    // -t: else a folder is left out when something in it is asked for, too.
    const result = await git(["--literal-pathspecs", "ls-tree", "-t", "-z", "--full-tree", "--end-of-options", commit, ...paths]);
    // Nothing found is no failure; a tree that cannot be read must not pass for one without the file.
    if (result.code !== 0) throw new Refusal("config", `git could not look for ${paths[0]}: ${result.stderr.split("\n")[0]}`);
    const lines = result.stdout.toString("utf8").matchAll(/(\d{6}) \w+ ([0-9a-f]+)\t([^\0]*)\0/g);
    return new Map([...lines].map(([, mode, blob, path]) => [path!, { mode: mode!, blob: blob! }]));
  }

  async function answer(commit: string, asked: readonly Asked[]): Promise<void> {
    try {
      const entries = await list(commit, [...new Set(asked.map(({ path }) => path))]);
      for (const { path, found } of asked) found.resolve(entries.get(path) ?? null);
    } catch (error) {
      // A tree that one path leads through is damaged: the others are looked for without it.
      if (asked.length > 1) await Promise.all(asked.map((each) => answer(commit, [each])));
      else asked[0]?.found.reject(error);
    }
  }

  function answerAll(): void {
    for (const [commit, asked] of waiting)
      for (let start = 0; start < asked.length; start += PATHS_MAX) void answer(commit, asked.slice(start, start + PATHS_MAX));
    waiting.clear();
  }

  return function entryAt(commit: string, path: string): Promise<TreeEntry | null> {
    const asked: Asked = { path, found: Promise.withResolvers() };
    if (waiting.size === 0) queueMicrotask(answerAll);
    waiting.set(commit, [...(waiting.get(commit) ?? []), asked]);
    return asked.found.promise;
  };
}
