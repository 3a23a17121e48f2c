import { sortChangedFiles } from "../engine/contract/governed.ts";
import { buildGraph, type LineageGraph } from "../engine/contract/lineage/graph.ts";
import { around } from "../engine/contract/lineage/neighbourhood.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import type { Problem } from "../engine/problem.ts";
import { type LocalLineageDeps, localSurroundings } from "./local-lineage.ts";
import { Refusal, WORKTREE } from "./ports.ts";
import { readPolicySources } from "./read-policy.ts";

/** The lineage graph of a work tree (a bare repository: of HEAD), whole or around one contract. */
export async function showLineage(
  deps: LocalLineageDeps,
  contract: string | null,
): Promise<{ readonly graph: LineageGraph; readonly problems: readonly Problem[] }> {
  const { repository } = deps;
  const tree = await repository.resolve(repository.bare ? "HEAD" : WORKTREE);
  const set = readableSet(parsePolicySet(await readPolicySources(repository, tree)));
  const { summaries, declared } = await localSurroundings(deps, tree, set, null);
  const whole = buildGraph(summaries, declared.links);
  if (contract === null) return { graph: whole, problems: declared.problems };
  const files = summaries.filter(({ file, key, objects }) => [file, key, ...objects.map(({ name }) => name)].includes(contract));
  if (files.length === 0) {
    const { governed } = sortChangedFiles((await repository.changedFiles(null, tree)).files, set.config.contracts);
    const known = governed.some((file) => file.path === contract);
    throw new Refusal(
      "not_found",
      known ? `${contract} cannot be read as a contract` : `no contract is called \`${contract}\``,
      known
        ? "`countersign validate` says why"
        : "name its file, its id or one of its objects; `countersign lineage show` shows those that are linked",
    );
  }
  return { graph: around(whole, new Set(files.map(({ file }) => file))), problems: declared.problems };
}
