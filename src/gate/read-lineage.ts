import type { Comparison, ContractDiff, GovernedFile } from "../engine/contract/finding.ts";
import { copyFindings } from "../engine/contract/lineage/copies.ts";
import { type DeclaredLineage, declaresLineage, readDeclared } from "../engine/contract/lineage/declared.ts";
import { dependentsOf } from "../engine/contract/lineage/dependents.ts";
import { lineageFindings } from "../engine/contract/lineage/disagreements.ts";
import { buildGraph } from "../engine/contract/lineage/graph.ts";
import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import type { LineageFacts } from "../engine/facts.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { Repository, Surroundings } from "./ports.ts";
import { readSide } from "./read-change.ts";

/**
 * The change with its lineage: who depends on what changes, over the links of base and head together, and where the ends of a link disagree.
 * @param touched every changed file, with those that only change on the way.
 */
export function withLineage(
  comparison: Omit<Comparison, "wantedTypes">,
  surroundings: Surroundings,
  touched: readonly GovernedFile[] = comparison.files,
): { diff: ContractDiff; lineage: LineageFacts } {
  const { lineage: sides, ...compared } = comparison;
  const changed = new Set(compared.files.map((file) => file.path));
  const rest = surroundings.summaries.filter((summary) => !changed.has(summary.file));
  const copies = copyFindings({ ...compared, base: sides.base, standing: [...rest, ...sides.head] });
  const diff = copies.length === 0 ? compared : { ...compared, findings: [...compared.findings, ...copies] };
  const { links, problems } = surroundings.declared;
  const all = buildGraph([...rest, ...bothSides(sides)], links);
  const warned = { ...diff, warnings: [...diff.warnings, ...problems] };
  const isLinked = surroundings.isLinked?.() === true;
  if (all.edges.length === 0 && !isLinked) return { diff: warned, lineage: { known: false, dependents: [] } };
  const atHead = buildGraph([...rest, ...sides.head], links);
  const dependents = dependentsOf(all, new Set(touched.map(({ path }) => path)));
  // A first link that the change itself brings does not make known that nobody depends on it.
  const known = dependents.length > 0 || isLinked || buildGraph([...rest, ...sides.base], links).edges.length > 0;
  return {
    diff: { ...warned, findings: [...diff.findings, ...lineageFindings(atHead, diff.findings)] },
    lineage: { known, dependents },
  };
}

/** One summary for each file: what it says at the head, with the links that it had at the base, and as critical as on either side. */
function bothSides({ base, head }: Comparison["lineage"]): readonly LineageSummary[] {
  const byFile = new Map(base.map((summary) => [summary.file, summary]));
  for (const now of head) {
    const was = byFile.get(now.file);
    const objects = [...now.objects, ...(was?.objects ?? []).filter(({ name }) => !now.objects.some((object) => object.name === name))];
    byFile.set(now.file, {
      ...now,
      objects,
      links: [...now.links, ...(was?.links ?? [])],
      tagged: [...now.tagged, ...(was?.tagged ?? [])],
      production: now.production || was?.production === true,
      critical: now.critical || was?.critical === true,
    });
  }
  return [...byFile.values()];
}

/** The files of `lineage.files` at one commit. */
export async function readLineageFiles(repository: Repository, commit: string, set: PolicySet): Promise<DeclaredLineage> {
  const files = [];
  for (const path of set.config.lineage.files) {
    const entry = await repository.entryAt(commit, path);
    if (entry !== null) files.push(await repository.readFile({ path, ...entry }, set.config.contracts.maxFileBytes));
  }
  return readDeclared(files, set.config.lineage.files);
}

/** Everything in a tree that declares lineage beside contracts. */
export async function readAllDeclared(
  repository: Repository,
  files: readonly Parameters<typeof readSide>[2][number][],
  set: PolicySet,
): Promise<DeclaredLineage> {
  const declaring = files.filter((file) => declaresLineage(file.path, set.config.lineage.files));
  const read = await readSide(repository, "head", declaring, set.config.contracts.maxFileBytes);
  return readDeclared(read, set.config.lineage.files);
}

export const NO_SURROUNDINGS: Surroundings = { summaries: [], declared: { links: [], problems: [] } };
