import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { Problem } from "../engine/problem.ts";
import type { SideChange } from "../engine/side-facts.ts";
import type { GatherDeps } from "./deps.ts";
import type { PullTruth, Repository } from "./ports.ts";
import { type ChangeReading, limit, readChange } from "./read-change.ts";
import { readForks } from "./read-forks.ts";
import { readRebase, type SideCommits } from "./read-rebase.ts";
import { recordedTypes } from "./recorded-types.ts";

/** GitHub lists no more commits of a pull request than this. */
const COMMITS_MAX = 250;

/**
 * What stands at the commits on the way to the head and is neither at the base nor at the head: a rebase or a merge commit brings every
 * one of them to the base, where anything can be built from it. A repository that only squashes never lands them. `net` is the change
 * that is judged anyway. @throws TruthError
 */
export async function readSideCommits(
  deps: GatherDeps,
  pull: PullTruth,
  { mergeBase, tip, net }: { readonly mergeBase: string; readonly tip: string; readonly net: ChangeReading },
  set: PolicySet,
): Promise<SideCommits> {
  const listing = await deps.pulls.commits(pull);
  const { commits, complete } = listing;
  if (!complete || commits.length > COMMITS_MAX)
    return { sides: [], limits: [limit(`it has more than ${COMMITS_MAX} commits, and what each of them brings or stands on counts`)] };
  const content = deps.pulls.content(pull.repository);
  const forks = await readForks(content, listing, { mergeBase, tip, listedOn: pull.baseSha });
  if (forks === null) return { sides: [], limits: [limit("it holds too many merges to tell what they stand on")] };
  const limits = await hiddenByMergeBase(content, pull, forks.get(pull.headSha) ?? [], { mergeBase, net }, set);
  if (pull.squashOnly === true) return { sides: [], limits };
  const types = recordedTypes(deps.ledger, pull.repository.id, content, set.config.contracts.maxFileBytes);
  const reader = { repository: content, comparer: deps.comparer, types };
  const rebase = { mergeBase, head: pull.headSha, net };
  const rebased = pull.neverRebased === true ? null : await readRebase(reader, listing, rebase, set);
  limits.push(...(rebased?.limits ?? []));
  const atHead = new Map([...net.diff.files, ...net.governanceFiles].map((file) => [file.path, headOf(file)]));
  const told = new Set(net.diff.findings.map(({ fingerprint }) => fingerprint));
  const looked = new Set<string>();
  const sides: SideChange[] = [...(rebased?.sides ?? [])];
  const steps = commits.flatMap(({ sha }) => {
    const bases = forks.get(sha) ?? [];
    // Of a history of its own there is nothing to stand on.
    return (bases.length === 0 ? [mergeBase] : bases).map((base) => ({ sha, base }));
  });
  for (const { sha, base } of steps) {
    if (sha === pull.headSha) continue;
    const changes = await content.changedFiles(base, sha);
    if (changes.incomplete !== null) limits.push(limit(`commit ${sha.slice(0, 7)}: ${changes.incomplete}`));
    const { governed, governance } = sortChangedFiles(changes.files, set.config.contracts);
    const other = (file: GovernedFile) => atHead.get(file.path) !== headOf(file);
    const files = governed.filter(other);
    const governanceFiles = governance.filter(other);
    const key = JSON.stringify([...files, ...governanceFiles]);
    if (files.length + governanceFiles.length === 0 || looked.has(key)) continue;
    looked.add(key);
    const { diff } = await readChange(reader, { base, head: sha }, set);
    const findings = diff.findings.filter(({ fingerprint }) => !told.has(fingerprint));
    for (const { fingerprint } of findings) told.add(fingerprint);
    if (findings.length + diff.unparseable.length + governanceFiles.length === 0) continue;
    const { losses, unparseable } = diff;
    sides.push({ kind: "commit", sha, files, governanceFiles, findings, losses, unparseable });
  }
  return { sides, limits };
}

/**
 * A merge goes by all merge bases, and the change by the one that GitHub names: what is as one of them had it may still be brought back
 * over what the base has since. That is not judged, and has an end with the base merged in.
 */
async function hiddenByMergeBase(
  content: Repository,
  { baseRef, headSha }: PullTruth,
  forks: readonly string[],
  { mergeBase, net }: { readonly mergeBase: string; readonly net: ChangeReading },
  set: PolicySet,
): Promise<Problem[]> {
  const told = new Set([...net.diff.files, ...net.governanceFiles].map(sidesOf));
  const hidden = new Set<string>();
  for (const fork of forks) {
    if (fork === mergeBase) continue;
    const changes = await content.changedFiles(fork, headSha);
    if (changes.incomplete !== null) return [limit(changes.incomplete)];
    const { governed, governance } = sortChangedFiles(changes.files, set.config.contracts);
    for (const file of [...governed, ...governance]) if (!told.has(sidesOf(file))) hidden.add(file.path);
  }
  const [file] = [...hidden].sort();
  if (file === undefined) return [];
  const message = `the branch forks from \`${baseRef}\` at several commits that differ in \`${file}\`, so what a merge brings is not the difference to one of them`;
  return [{ code: "E001", message, file, line: null, severity: "error", hint: "merge the base into the branch, or rebase it" }];
}

function sidesOf({ path, baseMode, baseBlob, headMode, headBlob }: GovernedFile): string {
  return JSON.stringify([path, baseMode, baseBlob, headMode, headBlob]);
}

function headOf({ headMode, headBlob }: GovernedFile): string {
  return `${headMode} ${headBlob}`;
}
