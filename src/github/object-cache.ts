import { LRUCache } from "lru-cache";
import type { TreeEntry } from "./tree-listing.ts";

const CACHE_BYTES = 64 * 1024 * 1024;
const LARGE_FOR_MS = 3_600_000;

export interface TreeObject {
  readonly entries: readonly TreeEntry[];
  readonly truncated: boolean;
}

export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
}

interface Kinds {
  readonly commit: CommitObject;
  readonly tree: TreeObject;
  readonly blob: Buffer;
  /** A merge base, by the two commits that it is of. */
  readonly base: string;
}

type Stored = { readonly [K in keyof Kinds]: { readonly kind: K; readonly value: Kinds[K] } }[keyof Kinds];

/** Git objects of every repository, by the repository's id, never its name. */
export interface ObjectCache {
  readonly stored: LRUCache<string, Stored>;
  /** Repositories that are too large to be listed whole, or could not be. */
  readonly large: LRUCache<number, true>;
  /** Folders that came with all that is below them. */
  readonly listed: LRUCache<string, true>;
}

/** Git objects never change, so what was read once is never read again. */
export function createObjectCache(): ObjectCache {
  return {
    stored: new LRUCache<string, Stored>({ maxSize: CACHE_BYTES, sizeCalculation: weigh }),
    large: new LRUCache({ max: 10_000, ttl: LARGE_FOR_MS }),
    listed: new LRUCache({ max: 10_000 }),
  };
}

function weigh(stored: Stored): number {
  if (stored.kind === "tree") return 200 + stored.value.entries.length * 200;
  return stored.kind === "blob" ? 200 + stored.value.length : 400;
}

/** The objects of one repository that are kept. */
export interface KeptObjects {
  get<K extends keyof Kinds>(kind: K, id: string): Kinds[K] | undefined;
  set<K extends keyof Kinds>(kind: K, id: string, value: Kinds[K]): void;
  forget(kind: keyof Kinds, id: string): void;
}

export function keptObjects({ stored }: ObjectCache, repositoryId: number): KeptObjects {
  const at = (kind: keyof Kinds, id: string) => `${repositoryId}:${kind}:${id}`;
  return {
    get: <K extends keyof Kinds>(kind: K, id: string) => stored.get(at(kind, id))?.value as Kinds[K] | undefined,
    set: (kind, id, value) => void stored.set(at(kind, id), { kind, value } as unknown as Stored),
    forget: (kind, id) => void stored.delete(at(kind, id)),
  };
}

export function listedKey(repositoryId: number, tree: string): string {
  return `${repositoryId}:${tree}`;
}
