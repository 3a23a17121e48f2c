import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import type { Problem } from "../engine/problem.ts";
import type { Repository } from "./ports.ts";
import { type ChangeReading, limit } from "./read-change.ts";

/**
 * A merge goes by all merge bases, and the change by the one that GitHub names: what is as one of them had it may still be brought back
 * over what the base has since. That is not judged, and has an end with the base merged in.
 */
export async function hiddenByMergeBase(
  content: Repository,
  { baseRef, headSha }: { readonly baseRef: string; readonly headSha: string },
  forks: readonly string[],
  { mergeBase, net, set }: { readonly mergeBase: string; readonly net: ChangeReading; readonly set: PolicySet },
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

/** Whether what is governed is the same at both: whatever git merges by, nothing of it changes then. */
export async function isGovernedAlike(content: Repository, tip: string, headSha: string, set: PolicySet): Promise<boolean> {
  const { files, incomplete } = await content.changedFiles(tip, headSha);
  const { governed, governance, problems } = sortChangedFiles(files, set.config.contracts);
  return incomplete === null && governed.length + governance.length + problems.length === 0;
}

function sidesOf({ path, baseMode, baseBlob, headMode, headBlob }: GovernedFile): string {
  return JSON.stringify([path, baseMode, baseBlob, headMode, headBlob]);
}
