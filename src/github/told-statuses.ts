import { LRUCache } from "lru-cache";

const COMMITS_MAX = 1_000;
/** Whoever may set statuses could have made a thousand commits with thousands of names each: those are read where they are wanted. */
const NAMES_MAX = 100;
/** As long as a reading may take that was told of them on its way. */
const TOLD_MS = 30_000;

/** Which names the statuses of a commit have, as a question told beside what it was asked for. */
export interface ToldStatuses {
  tell(repositoryId: number, sha: string, names: readonly string[]): void;
  /** Once: whoever comes next asks anew. null = nothing was told just before. */
  take(repositoryId: number, sha: string): readonly string[] | null;
}

export function createToldStatuses(): ToldStatuses {
  const told = new LRUCache<string, readonly string[]>({ max: COMMITS_MAX, ttl: TOLD_MS });
  const at = (repositoryId: number, sha: string) => `${repositoryId}:${sha}`;
  return {
    tell(repositoryId, sha, names) {
      if (names.length <= NAMES_MAX) told.set(at(repositoryId, sha), names);
    },
    take(repositoryId, sha) {
      const names = told.get(at(repositoryId, sha)) ?? null;
      told.delete(at(repositoryId, sha));
      return names;
    },
  };
}
