import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import { lastPart, mayDefine, mayHoldTypes } from "../engine/contract/type-places.ts";
import type { NamedAnywhere, RecordedLineage, Repository, TypeFinder } from "./ports.ts";
import { readEntry } from "./read-references.ts";

/** Files that are looked into to see whether the record still holds for a name. */
const LOOKED_INTO_MAX = 20;

/**
 * Looks for definitions where the last recorded merge left them. For names that are not there (nothing was recorded yet, or somebody pushed past
 * the gate since) the tree is listed: then every file of the format may define them.
 */
export function recordedTypes(
  ledger: Pick<RecordedLineage, "lineageOf">,
  repositoryId: number,
  repository: Repository,
  maxFileBytes: number,
): TypeFinder {
  let record: Promise<readonly LineageSummary[] | null> | null = null;

  async function recordOf(format: NamedAnywhere): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    record ??= ledger.lineageOf(repositoryId);
    const paths = new Map<string, Set<string>>();
    for (const { file, objects } of ((await record) ?? []).filter((summary) => mayHoldTypes(summary.file, format)))
      for (const { name } of objects) paths.set(lastPart(name), (paths.get(lastPart(name)) ?? new Set()).add(file));
    return paths;
  }

  async function stands(commit: string, name: string, paths: ReadonlySet<string>): Promise<boolean> {
    for (const path of [...paths].slice(0, LOOKED_INTO_MAX))
      if ((await readEntry(repository, commit, path, maxFileBytes)).some((file) => mayDefine(file, name))) return true;
    return false;
  }

  return {
    async filesDefining(commit, format, names) {
      const recorded = await recordOf(format);
      const paths = new Set<string>();
      const open: string[] = [];
      for (const name of names) {
        const known = recorded.get(name) ?? new Set<string>();
        if (await stands(commit, name, known)) for (const path of known) paths.add(path);
        else open.push(name);
      }
      if (open.length === 0) return { paths: [...paths].sort(), unknown: [] };
      const tree = await repository.changedFiles(null, commit);
      const all = tree.files.flatMap(({ path }) => (mayHoldTypes(path, format) ? [path] : []));
      return { paths: [...new Set([...paths, ...all])].sort(), unknown: tree.incomplete === null ? [] : open };
    },
  };
}
