import type { ContractFile } from "../engine/contract/model.ts";
import { isLfsPointer } from "../engine/contract/source/text.ts";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import type { Repository } from "../gate/ports/repository.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { GitHubApp } from "./client.ts";
import { RequestFailure } from "./failure.ts";
import type { ObjectCache } from "./object-cache.ts";
import { createObjects } from "./objects.ts";
import { compareTrees, findEntry } from "./trees.ts";

const REGULAR_MODES = new Set(["100644", "100755"]);

/** One repository's content, read by object id: no path is ever resolved by GitHub, so no symbolic link is followed. */
export function createContent(app: GitHubApp, repository: RepositoryRef, cache: ObjectCache): Repository {
  const objects = createObjects(app, repository, cache);
  /** Sizes seen in listings, so that a file over its cap is never fetched. */
  const sizes = new Map<string, number>();

  async function readTree(id: string) {
    const tree = await objects.tree(id);
    for (const entry of tree.entries) if (entry.size !== null) sizes.set(entry.id, entry.size);
    return tree;
  }

  async function rootTree(commit: string): Promise<string> {
    return (await objects.commit(commit)).tree;
  }

  return {
    mergeBase: (base, head) => (base === head ? Promise.resolve(base) : objects.mergeBase(base, head)),
    async changedFiles(base, head) {
      const [from, to] = await Promise.all([base === null ? null : rootTree(base), rootTree(head)]);
      return await compareTrees(from, to, readTree);
    },
    async readFile(file, maxBytes) {
      const refuse = (unreadable: string): ContractFile => ({ ...file, bytes: null, unreadable });
      if (!REGULAR_MODES.has(file.mode))
        return refuse(file.mode === "120000" ? "a symbolic link" : file.mode === "160000" ? "a submodule" : `mode ${file.mode}`);
      const tooLarge = (size: number) => refuse(`${size} bytes, more than the ${maxBytes} allowed (contracts.maxFileBytes)`);
      const size = sizes.get(file.blob);
      if (size !== undefined && size > maxBytes) return tooLarge(size);
      const bytes = await objects.blob(file.blob, size ?? null).catch((error: unknown) => {
        // GitHub's own limit (100 MB) is far over ours; it answers 403 `too_large`.
        if (error instanceof RequestFailure && error.status === 403 && /too[_ ]large/i.test(error.message)) return null;
        throw error;
      });
      if (bytes === null) return refuse(`too large, more than the ${maxBytes} bytes allowed (contracts.maxFileBytes)`);
      if (bytes.length > maxBytes) return tooLarge(bytes.length);
      if (isLfsPointer(bytes)) return refuse("a Git LFS pointer");
      return { ...file, bytes, unreadable: null };
    },
    async entryAt(commit, path) {
      const entry = await findEntry(await rootTree(commit), path, readTree);
      if (entry === "unknown") throw new TruthError(path, "network", `${path}: GitHub lists only a part of its folder`);
      return entry === null ? null : { mode: entry.mode, blob: entry.id };
    },
  };
}
