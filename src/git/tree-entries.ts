import { posix } from "node:path";
import { Refusal } from "../gate/ports.ts";
import type { GitResult } from "./process.ts";

export interface TreeEntry {
  readonly mode: string;
  readonly blob: string;
}

type Folder = ReadonlyMap<string, TreeEntry>;

const FULL_OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Looks for paths in the trees of commits, by one process for each folder: of a commit that is named by its id, a listing stays true. */
export function openTreeEntries(git: (args: readonly string[]) => Promise<GitResult>) {
  const listed = new Map<string, Promise<Folder | string>>();

  /** By their whole paths; a text says why it cannot be read. */
  async function list(commit: string, folder: string): Promise<Folder | string> {
    // With its slash a folder is opened; what is no folder, or not there, is an empty one.
    const paths = folder === "." ? [] : [`${folder}/`];
    const result = await git(["--literal-pathspecs", "ls-tree", "-z", "--full-tree", "--end-of-options", commit, ...paths]);
    if (result.code !== 0) return result.stderr.split("\n")[0] ?? "";
    const entries = result.stdout.toString("utf8").matchAll(/(\d{6}) \w+ ([0-9a-f]+)\t([^\0]*)\0/g);
    return new Map([...entries].map(([, mode, blob, path]) => [path!, { mode: mode!, blob: blob! }]));
  }

  async function listOnce(commit: string, folder: string): Promise<Folder | string> {
    if (!FULL_OBJECT_ID.test(commit)) return list(commit, folder);
    const above = folder === "." ? undefined : await listed.get(`${commit}:${posix.dirname(folder)}`);
    if (above instanceof Map && !above.has(folder)) return above;
    const key = `${commit}:${folder}`;
    const known = listed.get(key) ?? list(commit, folder);
    listed.set(key, known);
    return known;
  }

  return async function entryAt(commit: string, path: string): Promise<TreeEntry | null> {
    const folder = await listOnce(commit, posix.dirname(path));
    // A tree that cannot be read must not pass for one without the file.
    if (typeof folder === "string") throw new Refusal("config", `git could not look for ${path}: ${folder}`);
    return folder.get(path) ?? null;
  };
}
