import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { PolicyReading } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import type { GateDeps } from "./deps.ts";
import type { BranchWork, OwedLanding, PullTruth } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { isWhatWasApproved } from "./read-landing.ts";

/** A longer rebase is not looked for; GitHub lists at most this many commits of a pull request. */
const REBASED_COMMITS_MAX = 250;
/** Open pull requests of the ledger that are asked, where GitHub names none. */
const PULLS_MAX = 100;
const FILES_NAMED = 5;

export type Account =
  | { readonly kind: "nothing_governed" }
  /** Pull requests whose landing this is; `landings`: those that have no record yet. */
  | { readonly kind: "landed"; readonly landings: readonly OwedLanding[] }
  /** Perhaps one of a rebase, which only the record of its pull request can tell. */
  | { readonly kind: "awaited"; readonly landings: readonly OwedLanding[] }
  | { readonly kind: "pushed"; readonly because: string };

/** One commit of the branch. */
export interface Step {
  readonly sha: string;
  readonly parents: readonly string[];
}

export interface Place {
  /** Oldest first. */
  readonly line: readonly Step[];
  readonly index: number;
}

/**
 * What one first-parent commit of a governed branch is. It belongs to a pull request only when that was merged to this branch as this very
 * commit, or when this commit and those after it came at once and are together what was approved of a rebase: that a pull request names a
 * commit proves nothing.
 * @throws TruthError
 */
export async function accountForCommit(deps: GateDeps, work: BranchWork, place: Place, reading: PolicyReading): Promise<Account> {
  const { sha, parents } = place.line[place.index]!;
  const { config } = readableSet(reading);
  const changed = await deps.pulls.content(work.repository).changedFiles(parents[0] ?? null, sha);
  const sorted = sortChangedFiles(changed.files, config.contracts);
  const paths = [...sorted.governed, ...sorted.governance].map(({ path }) => path).sort();
  if (paths.length === 0 && changed.incomplete === null) return { kind: "nothing_governed" };

  const listed = await mergedAs(deps, work, sha);
  const here = listed.length > 0 ? listed : await openMergedAs(deps, work, sha);
  if (here.length > 0) return { kind: "landed", landings: await owed(deps, work, here) };
  const rebased = await rebasedOver(deps, work, place, config.contracts);
  if (rebased !== null) return rebased;
  const what = changed.incomplete ?? `it changes ${named(paths)}`;
  return {
    kind: "pushed",
    because: `${sha.slice(0, 7)} was pushed to \`${work.ref}\` past the gate: ${what}, and no merged pull request of this owner landed it`,
  };
}

function named(paths: readonly string[]): string {
  const shown = paths.slice(0, FILES_NAMED).map((path) => `\`${path}\``);
  return paths.length > shown.length ? `${shown.join(", ")} and ${paths.length - shown.length} more governed files` : shown.join(", ");
}

/** Pull requests of this owner that were merged to this branch as this commit. */
async function mergedAs({ pulls, ledger }: GateDeps, { repository, ref }: BranchWork, sha: string): Promise<readonly PullTruth[]> {
  const listed = await Promise.all((await pulls.landingsOf(repository, sha)).map((number) => pulls.read({ repository, number })));
  const here: PullTruth[] = [];
  // What was approved while another owner had the repository was not approved for this one.
  for (const pull of listed) if (isMergedAs(pull, ref, sha) && !(await ledger.isElsewhere(repository, pull.number))) here.push(pull);
  return here;
}

/** GitHub's list may lag behind a merge: the open pull requests of the ledger are asked themselves. */
async function openMergedAs({ pulls, ledger }: GateDeps, { repository, ref }: BranchWork, sha: string): Promise<readonly PullTruth[]> {
  const open = await ledger.openEvaluations({ repositoryId: repository.id }, PULLS_MAX);
  const prefix = `${repository.id}#`;
  const ours = open
    .filter(({ key, baseRef }) => baseRef === ref && key.startsWith(prefix))
    .map(({ key }) => Number(key.slice(prefix.length)));
  const asked: PullTruth[] = [];
  for (const number of ours) if (!(await ledger.isElsewhere(repository, number))) asked.push(await pulls.read({ repository, number }));
  return asked.filter((pull) => isMergedAs(pull, ref, sha));
}

function isMergedAs(pull: PullTruth, ref: string, sha: string): boolean {
  return pull.merged && pull.baseRef === ref && pull.mergeCommitSha === sha;
}

async function owed({ ledger }: GateDeps, { repository }: BranchWork, merged: readonly PullTruth[]): Promise<readonly OwedLanding[]> {
  const landings: OwedLanding[] = [];
  for (const { number, headSha, mergeCommitSha } of merged)
    if (!(await ledger.isLandingRecorded(repository.id, number, mergeCommitSha!))) landings.push({ number, headSha });
  return landings;
}

/** A rebase of n commits lands as n, and GitHub names the last one. This one is among them when all n together are what was approved. */
async function rebasedOver(
  deps: GateDeps,
  work: BranchWork,
  { line, index }: Place,
  contracts: Parameters<typeof sortChangedFiles>[1],
): Promise<Account | null> {
  const { pulls, ledger } = deps;
  const end = Math.min(line.length, index + REBASED_COMMITS_MAX);
  for (let last = index + 1; last < end && line[last]!.parents.length === 1; last += 1) {
    for (const pull of await mergedAs(deps, work, line[last]!.sha)) {
      if (last - pull.commits + 1 > index) continue;
      if (await cameApart(deps, work, { line, index }, last)) continue;
      const before = await ancestor(deps, work, line[last]!.sha, pull.commits);
      const evaluation = await ledger.evaluationForHead(`${work.repository.id}#${pull.number}`, pull.headSha);
      const isClosed = (await ledger.landingOf(work.repository.id, pull.number)) === "closed";
      if (evaluation === null && !isClosed) return { kind: "awaited", landings: [{ number: pull.number, headSha: pull.headSha }] };
      if (evaluation === null || before === null) continue;
      const landed = await pulls.content(work.repository).changedFiles(before, line[last]!.sha);
      const { governed, governance } = sortChangedFiles(landed.files, contracts);
      if (landed.incomplete === null && isWhatWasApproved(evaluation, [...governed, ...governance]))
        return { kind: "landed", landings: [] };
    }
  }
  return null;
}

/**
 * Whether the branch stood at this commit, or at one between, before the last of the rebase came: a rebase lands whole, so this was pushed in front
 * of it. What both hold does not tell: whoever pushes what is then merged leaves the same content behind. Unknown where GitHub keeps no log.
 * @throws TruthError while the log is behind the branch.
 */
async function cameApart({ pulls }: GateDeps, { repository, ref }: BranchWork, { line, index }: Place, last: number): Promise<boolean> {
  const tips = await pulls.tipsOf(repository, ref);
  if (tips === null) return false;
  const stoodAt = ({ sha }: Step) => tips.includes(sha);
  if (!line.slice(last).some(stoodAt)) throw new TruthError(`updates of ${ref}`, "network", `the log of \`${ref}\` is behind its tip`);
  return line.slice(index, last).some(stoodAt);
}

/** Also from behind the watermark: it may stand in the midst of a rebase. */
async function ancestor({ pulls }: GateDeps, { repository }: BranchWork, sha: string, steps: number): Promise<string | null> {
  let at: string | undefined = sha;
  for (let step = 0; step < Math.min(steps, REBASED_COMMITS_MAX) && at !== undefined; step += 1)
    at = (await pulls.commit(repository, at)).parents[0];
  return at ?? null;
}
