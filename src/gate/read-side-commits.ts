import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { SideChange } from "../engine/side-facts.ts";
import type { GatherDeps } from "./deps.ts";
import { hiddenByMergeBase, isGovernedAlike } from "./hidden-by-merge-base.ts";
import type { PullTruth } from "./ports.ts";
import { type ChangeReading, limit, readChange } from "./read-change.ts";
import { aheadOf, readForks } from "./read-forks.ts";
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
  const content = deps.pulls.content(pull.repository);
  const unknown = async (because: string): Promise<SideCommits> => {
    if (pull.squashOnly !== true) return { sides: [], limits: [limit(because)] };
    const hint = "merge the base into the branch; where it changes a governed file, split it into smaller pull requests";
    return { sides: [], limits: (await isGovernedAlike(content, tip, pull.headSha, set)) ? [] : [{ ...limit(because), hint }] };
  };
  if (!complete || commits.length > COMMITS_MAX)
    return unknown(`it has more than ${COMMITS_MAX} commits, and what each of them brings or stands on counts`);
  const forks = await readForks(content, listing, { mergeBase, tip, listedOn: pull.baseSha });
  if (forks === null) return unknown("it holds too many merges to tell what they stand on");
  const bases = forks.get(pull.headSha) ?? [];
  const limits = await hiddenByMergeBase(content, pull, bases, { mergeBase, net, set });
  if (pull.squashOnly === true) return { sides: [], limits };
  const types = recordedTypes(deps.ledger, pull.repository.id, content, set.config.contracts.maxFileBytes);
  const reader = { repository: content, comparer: deps.comparer, types };
  const ahead = aheadOf(commits, [mergeBase, ...bases]);
  const rebase = { mergeBase, head: pull.headSha, net };
  const rebased = pull.neverRebased === true ? null : await readRebase(reader, { commits: ahead }, rebase, set);
  limits.push(...(rebased?.limits ?? []));
  const atHead = new Map([...net.diff.files, ...net.governanceFiles].map((file) => [file.path, headOf(file)]));
  const told = new Set(net.diff.findings.map(({ fingerprint }) => fingerprint));
  const looked = new Set<string>();
  const sides: SideChange[] = [...(rebased?.sides ?? [])];
  const steps = ahead.flatMap(({ sha }) => {
    const below = forks.get(sha) ?? [];
    // Of a history of its own there is nothing to stand on.
    return (below.length === 0 ? [mergeBase] : below).map((base) => ({ sha, base }));
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

function headOf({ headMode, headBlob }: GovernedFile): string {
  return `${headMode} ${headBlob}`;
}
