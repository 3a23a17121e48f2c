import type { FileEntry, ObjectStore } from "./objects.ts";
import { commitOf } from "./objects.ts";

/** `sha` and everything reachable from it. */
export function ancestors(store: ObjectStore, sha: string): Set<string> {
  const seen = new Set<string>();
  const queue = [sha];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    queue.push(...commitOf(store, next).parents);
  }
  return seen;
}

export function isAncestor(store: ObjectStore, ancestor: string, of: string): boolean {
  return ancestors(store, of).has(ancestor);
}

/** The best common ancestor; null for unrelated histories. Of several, the newest by committer date. */
export function mergeBase(store: ObjectStore, a: string, b: string): string | null {
  return mergeBases(store, a, b)[0] ?? null;
}

/** Every best common ancestor, the newest by committer date first. */
export function mergeBases(store: ObjectStore, a: string, b: string): readonly string[] {
  const fromA = ancestors(store, a);
  const seen = new Set<string>();
  const common: string[] = [];
  const queue = [b];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (fromA.has(next)) common.push(next);
    else queue.push(...commitOf(store, next).parents);
  }
  const best = common.filter((sha) => !common.some((other) => other !== sha && isAncestor(store, sha, other)));
  return best.sort(
    (x, y) => commitOf(store, y).committer.date.getTime() - commitOf(store, x).committer.date.getTime() || x.localeCompare(y),
  );
}

/** Commits reachable from `head` and not from `base`, parents before children. */
export function commitsBetween(store: ObjectStore, base: string | null, head: string): string[] {
  const known = base === null ? new Set<string>() : ancestors(store, base);
  const order: string[] = [];
  const stack: { sha: string; entered: boolean }[] = [{ sha: head, entered: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.entered) {
      order.push(top.sha);
      continue;
    }
    if (known.has(top.sha)) continue;
    known.add(top.sha);
    stack.push({ sha: top.sha, entered: true });
    for (const parent of [...commitOf(store, top.sha).parents].reverse()) stack.push({ sha: parent, entered: false });
  }
  return order;
}

export type MergedFiles =
  | { readonly status: "merged"; readonly files: Map<string, FileEntry> }
  | { readonly status: "conflict"; readonly paths: readonly string[] };

/** Three-way merge by whole files: a path that both sides changed differently is a conflict. */
export function mergeFiles(
  base: ReadonlyMap<string, FileEntry>,
  ours: ReadonlyMap<string, FileEntry>,
  theirs: ReadonlyMap<string, FileEntry>,
): MergedFiles {
  const files = new Map<string, FileEntry>();
  const conflicts: string[] = [];
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const [b, o, t] = [base.get(path), ours.get(path), theirs.get(path)];
    const kept = same(o, t) || same(b, t) ? o : same(b, o) ? t : "conflict";
    if (kept === "conflict") conflicts.push(path);
    else if (kept !== undefined) files.set(path, kept);
  }
  return conflicts.length > 0 ? { status: "conflict", paths: conflicts } : { status: "merged", files };
}

function same(a: FileEntry | undefined, b: FileEntry | undefined): boolean {
  return a?.sha === b?.sha && a?.mode === b?.mode;
}
