import type { PolicySet } from "../engine/policy/model.ts";
import type { SideChange } from "../engine/side-facts.ts";
import type { GatherDeps } from "./deps.ts";
import type { PullTruth } from "./ports.ts";
import { type ChangeReading, readChange } from "./read-change.ts";
import type { SideCommits } from "./read-rebase.ts";
import { readSideCommits } from "./read-side-commits.ts";
import { recordedTypes } from "./recorded-types.ts";

/**
 * What lands beside the difference of base and head: the commits on the way, and in a stack what this layer does to the one below
 * (`tip`), which the whole difference hides where it undoes that one. @throws TruthError
 */
export async function readSides(
  deps: GatherDeps,
  pull: PullTruth,
  read: {
    readonly mergeBase: string;
    readonly change: ChangeReading;
    readonly tip: string;
    readonly set: PolicySet;
    readonly stacked: boolean;
  },
): Promise<SideCommits> {
  const { set, stacked } = read;
  const { mergeBase, tip, change: net } = read;
  if (!stacked) return readSideCommits(deps, pull, { mergeBase, tip, net }, set);
  const content = deps.pulls.content(pull.repository);
  const types = recordedTypes(deps.ledger, pull.repository.id, content, set.config.contracts.maxFileBytes);
  const base = await content.mergeBase(tip, pull.headSha);
  const change = await readChange({ repository: content, comparer: deps.comparer, types }, { base, head: pull.headSha }, set);
  const { files, findings, losses, unparseable } = change.diff;
  const layer: SideChange = {
    kind: "layer",
    sha: pull.headSha,
    files,
    governanceFiles: change.governanceFiles,
    findings,
    losses,
    unparseable,
  };
  const commits = await readSideCommits(deps, pull, { mergeBase: base, tip, net: change }, set);
  const empty = files.length + layer.governanceFiles.length === 0;
  return { sides: [...(empty ? [] : [layer]), ...commits.sides], limits: [...change.limits, ...commits.limits] };
}

/** The change with the files of what lands beside it: whose they are, and what depends on them, is asked of all of them. */
export function withSideFiles(change: ChangeReading, sides: readonly SideChange[]): ChangeReading {
  if (sides.length === 0) return change;
  const { diff, governanceFiles } = change;
  return {
    ...change,
    diff: { ...diff, files: [...diff.files, ...sides.flatMap(({ files }) => files)] },
    governanceFiles: [...governanceFiles, ...sides.flatMap((side) => side.governanceFiles)],
  };
}
