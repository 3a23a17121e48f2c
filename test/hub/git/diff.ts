import type { FileEntry, ObjectStore } from "./objects.ts";
import { filesAt } from "./objects.ts";

export interface FileChange {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed";
  /** Blob after, or before when removed. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
}

/** Changed files between two commits, by path, with renames of at least half-equal content as GitHub shows them. */
export function diffCommits(store: ObjectStore, from: string, to: string): FileChange[] {
  const [before, after] = [filesAt(store, from), filesAt(store, to)];
  const removed = new Map([...before].filter(([path]) => !after.has(path)));
  const changes: FileChange[] = [];
  for (const [path, file] of after) {
    const old = before.get(path);
    if (old !== undefined && old.sha === file.sha && old.mode === file.mode) continue;
    if (old !== undefined) {
      changes.push({ path, previousPath: null, status: "modified", sha: file.sha, ...countLines(store, old, file) });
      continue;
    }
    const source = renameSource(store, removed, file);
    if (source !== null) {
      const previous = removed.get(source)!;
      removed.delete(source);
      changes.push({ path, previousPath: source, status: "renamed", sha: file.sha, ...countLines(store, previous, file) });
    } else changes.push({ path, previousPath: null, status: "added", sha: file.sha, ...countLines(store, null, file) });
  }
  for (const [path, file] of removed) {
    changes.push({ path, previousPath: null, status: "removed", sha: file.sha, ...countLines(store, file, null) });
  }
  return changes.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

function renameSource(store: ObjectStore, removed: ReadonlyMap<string, FileEntry>, file: FileEntry): string | null {
  for (const [path, old] of removed) if (old.sha === file.sha) return path;
  if (removed.size > 100) return null;
  const lines = linesOf(store, file);
  for (const [path, old] of removed) {
    const oldLines = linesOf(store, old);
    const shared = lines.length + oldLines.length - changedLines(oldLines, lines).total;
    if (lines.length > 0 && shared / (lines.length + oldLines.length) >= 0.5) return path;
  }
  return null;
}

function countLines(store: ObjectStore, before: FileEntry | null, after: FileEntry | null): { additions: number; deletions: number } {
  const { additions, deletions } = changedLines(before ? linesOf(store, before) : [], after ? linesOf(store, after) : []);
  return { additions, deletions };
}

function linesOf(store: ObjectStore, file: FileEntry): string[] {
  const text = Buffer.from(store.blobs.get(file.sha) ?? new Uint8Array()).toString("utf8");
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** Longest common subsequence after trimming equal ends; very large middles count as wholly replaced. */
function changedLines(a: readonly string[], b: readonly string[]): { additions: number; deletions: number; total: number } {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const common = x.length * y.length > 1_000_000 ? 0 : longestCommon(x, y);
  const [additions, deletions] = [y.length - common, x.length - common];
  return { additions, deletions, total: additions + deletions };
}

function longestCommon(x: readonly string[], y: readonly string[]): number {
  let row = new Array<number>(y.length + 1).fill(0);
  for (const line of x) {
    const next = [0];
    for (let j = 0; j < y.length; j++) next.push(line === y[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    row = next;
  }
  return row[y.length]!;
}
