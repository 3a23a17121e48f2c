import type { GovernedFile } from "../engine/contract/finding.ts";
import type { TreeChanges } from "../gate/ports/repository.ts";
import type { TreeObject } from "./object-cache.ts";
import { TREE_MODE, type TreeEntry } from "./tree-listing.ts";

/** Folder pairs read at a time: two trees each, so at most 8 calls in flight. */
const PAIRS_AT_ONCE = 4;

export interface WalkLimits {
  readonly trees: number;
  readonly files: number;
}

export const WALK_LIMITS: WalkLimits = { trees: 2_000, files: 20_000 };

interface Pair {
  readonly prefix: string;
  readonly base: string | null;
  readonly head: string | null;
}

/** Every path that differs between two trees; `base` null = an empty one. Only folders whose ids differ are read. Rejects when a read fails. */
export async function compareTrees(
  base: string | null,
  head: string,
  readTree: (id: string) => Promise<TreeObject>,
  limits: WalkLimits = WALK_LIMITS,
): Promise<TreeChanges> {
  const files: GovernedFile[] = [];
  const pending: Pair[] = base === head ? [] : [{ prefix: "", base, head }];
  let read = 0;
  let incomplete: string | null = null;

  while (pending.length > 0 && incomplete === null) {
    const pairs = pending.splice(0, PAIRS_AT_ONCE);
    const sides = await Promise.all(
      pairs.map(({ base, head }) => Promise.all([base, head].map((id) => (id === null ? EMPTY : readTree(id))))),
    );
    for (const [index, pair] of pairs.entries()) {
      const [atBase, atHead] = sides[index] as [TreeObject, TreeObject];
      read += (pair.base === null ? 0 : 1) + (pair.head === null ? 0 : 1);
      if (atBase.truncated || atHead.truncated) incomplete = `GitHub lists only a part of the folder \`${pair.prefix || "/"}\``;
      compareFolder(pair.prefix, atBase, atHead, files, pending);
    }
    if (read > limits.trees) incomplete ??= `more than ${limits.trees} folders differ`;
    if (files.length > limits.files) incomplete ??= `more than ${limits.files} files differ`;
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), incomplete };
}

const EMPTY: TreeObject = { entries: [], truncated: false };

function compareFolder(prefix: string, base: TreeObject, head: TreeObject, files: GovernedFile[], pending: Pair[]): void {
  const before = new Map(base.entries.map((entry) => [entry.name, entry]));
  const after = new Map(head.entries.map((entry) => [entry.name, entry]));
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(name) ?? null;
    const now = after.get(name) ?? null;
    if (old?.id === now?.id && old?.mode === now?.mode) continue;
    const path = prefix + name;
    const folders = { base: folderId(old), head: folderId(now) };
    if (folders.base !== null || folders.head !== null) pending.push({ prefix: `${path}/`, ...folders });
    const leaves = { base: leaf(old), head: leaf(now) };
    if (leaves.base !== null || leaves.head !== null) {
      files.push({
        path,
        baseMode: leaves.base?.mode ?? null,
        baseBlob: leaves.base?.id ?? null,
        headMode: leaves.head?.mode ?? null,
        headBlob: leaves.head?.id ?? null,
      });
    }
  }
}

function folderId(entry: TreeEntry | null): string | null {
  return entry?.mode === TREE_MODE ? entry.id : null;
}

function leaf(entry: TreeEntry | null): TreeEntry | null {
  return entry === null || entry.mode === TREE_MODE ? null : entry;
}

/** The entry at `path` below a root tree, never through a symbolic link. `unknown` = a truncated folder hides it. */
export async function findEntry(
  root: string,
  path: string,
  readTree: (id: string) => Promise<TreeObject>,
): Promise<TreeEntry | null | "unknown"> {
  const segments = path.split("/");
  let folder = root;
  for (const [index, segment] of segments.entries()) {
    const tree = await readTree(folder);
    const entry = tree.entries.find((candidate) => candidate.name === segment);
    if (entry === undefined) return tree.truncated ? "unknown" : null;
    if (index === segments.length - 1) return entry;
    if (entry.mode !== TREE_MODE) return null;
    folder = entry.id;
  }
  return null;
}
