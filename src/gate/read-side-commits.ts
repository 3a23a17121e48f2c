import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { Problem } from "../engine/problem.ts";
import type { SideChange } from "../engine/side-facts.ts";
import type { GatherDeps } from "./deps.ts";
import type { PullTruth } from "./ports.ts";
import { type ChangeReading, limit, readChange } from "./read-change.ts";
import { recordedTypes } from "./recorded-types.ts";

/** GitHub lists no more commits of a pull request than this. */
const COMMITS_MAX = 250;

export interface SideCommits {
  readonly sides: readonly SideChange[];
  readonly limits: readonly Problem[];
}

/**
 * What stands at the commits on the way to the head and is neither at the base nor at the head: a rebase or a merge commit brings every
 * one of them to the base, where anything can be built from it. A repository that only squashes never lands them. `net` is the change
 * that is judged anyway. @throws TruthError
 */
export async function readSideCommits(
  deps: GatherDeps,
  pull: PullTruth,
  mergeBase: string,
  net: ChangeReading,
  set: PolicySet,
): Promise<SideCommits> {
  if (pull.squashOnly === true || pull.commits < 2) return { sides: [], limits: [] };
  const { commits, complete } = await deps.pulls.commits(pull);
  if (!complete || commits.length > COMMITS_MAX)
    return { sides: [], limits: [limit(`it has more than ${COMMITS_MAX} commits, and each of them lands on the base`)] };
  const content = deps.pulls.content(pull.repository);
  const types = recordedTypes(deps.ledger, pull.repository.id, content, set.config.contracts.maxFileBytes);
  const parentsOf = new Map(commits.map(({ sha, parents }) => [sha, parents]));
  const atHead = new Map([...net.diff.files, ...net.governanceFiles].map((file) => [file.path, headOf(file)]));
  const told = new Set(net.diff.findings.map(({ fingerprint }) => fingerprint));
  const looked = new Set<string>();
  const sides: SideChange[] = [];
  const limits: Problem[] = [];
  for (const { sha } of commits) {
    if (sha === pull.headSha) continue;
    const base = forkOf(sha, parentsOf) ?? mergeBase;
    const changes = await content.changedFiles(base, sha);
    if (changes.incomplete !== null) limits.push(limit(`commit ${sha.slice(0, 7)}: ${changes.incomplete}`));
    const { governed, governance } = sortChangedFiles(changes.files, set.config.contracts);
    const other = (file: GovernedFile) => atHead.get(file.path) !== headOf(file);
    const files = governed.filter(other);
    const governanceFiles = governance.filter(other);
    const key = JSON.stringify([...files, ...governanceFiles]);
    if (files.length + governanceFiles.length === 0 || looked.has(key)) continue;
    looked.add(key);
    const { diff } = await readChange({ repository: content, comparer: deps.comparer, types }, { base, head: sha }, set);
    const findings = diff.findings.filter(({ fingerprint }) => !told.has(fingerprint));
    for (const { fingerprint } of findings) told.add(fingerprint);
    if (findings.length + diff.unparseable.length + governanceFiles.length === 0) continue;
    const { losses, unparseable } = diff;
    sides.push({ kind: "commit", sha, files, governanceFiles, findings, losses, unparseable });
  }
  return { sides, limits };
}

/** The commit of the base that this one stands on: the newest that was merged in on the way. null = only its history's root tells. */
function forkOf(sha: string, parentsOf: ReadonlyMap<string, readonly string[]>): string | null {
  for (let at = sha, steps = 0; steps <= parentsOf.size; steps++) {
    const parents: readonly string[] = parentsOf.get(at) ?? [];
    const outside = parents.filter((parent) => !parentsOf.has(parent));
    if (outside.length > 0) return outside.length === 1 ? outside[0]! : null;
    const [next] = parents;
    if (next === undefined) return null;
    at = next;
  }
  return null;
}

function headOf({ headMode, headBlob }: GovernedFile): string {
  return `${headMode} ${headBlob}`;
}
