import type { CompiledContract, Finding, GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import { isLineageFinding } from "../engine/contract/lineage/disagreements.ts";
import type { LineageSummary } from "../engine/contract/lineage/model.ts";
import type { Facts } from "../engine/facts.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { readingRules } from "../engine/policy/words.ts";
import type { SideChange } from "../engine/side-facts.ts";

import type { GatherDeps } from "./deps.ts";
import type { ContractComparer, PullRequests, PullTruth, Repository, StoredEvaluation } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { type ChangeDeps, readChange, readSide } from "./read-change.ts";
import { readReferenced } from "./read-references.ts";
import { recordedTypes } from "./recorded-types.ts";

/** Contracts of the landed tree that are in memory at the same time. */
const CONTRACTS_AT_ONCE = 250;
/** A longer rebase is compared as a squash only; GitHub lists at most this many commits of a pull request. */
const REBASED_COMMITS_MAX = 250;

export type Landing =
  /** `lineage`: of every governed contract of the landed tree. */
  | { readonly status: "as_approved"; readonly contracts: readonly CompiledContract[]; readonly lineage: readonly LineageSummary[] }
  | { readonly status: "differs"; readonly because: string };

/**
 * Compares what landed with what was approved: equal governed blobs are the fast path, else the findings must be equal
 * (the base may have moved in the same file). Compiles the governed contracts of the landed tree.
 */
export async function readLanding(
  { pulls, comparer, ledger }: GatherDeps,
  pull: PullTruth,
  evaluation: StoredEvaluation,
): Promise<Landing> {
  const mergeSha = pull.mergeCommitSha;
  if (mergeSha === null) throw new TruthError(`merge of #${pull.number}`, "network", "GitHub names no merge commit yet");
  const repository = pulls.content(pull.repository);
  const set = readableSet(evaluation.facts.policy);
  const types = recordedTypes(ledger, pull.repository.id, repository, set.config.contracts.maxFileBytes);
  let because = "";
  for (const before of await landedOn(pulls, pull, mergeSha)) {
    const difference = await compareLanding({ repository, comparer, types }, { before, after: mergeSha }, evaluation, set);
    if (difference === null) return { status: "as_approved", ...(await compileTree({ repository, comparer }, mergeSha, set)) };
    because ||= difference;
  }
  return { status: "differs", because };
}

/**
 * The commits that this landing may have been put on: the first parent of a merge or squash; for a rebase of n commits, its n-th
 * first-parent ancestor. A landing that equals what was approved against either of them is that change and nothing else.
 */
export async function landedOn(pulls: PullRequests, pull: PullTruth, mergeSha: string): Promise<string[]> {
  const { parents } = await pulls.commit(pull.repository, mergeSha);
  const [first] = parents;
  if (first === undefined) throw new TruthError(`merge of #${pull.number}`, "network", "the merge commit has no parent");
  if (parents.length > 1 || pull.commits < 2 || pull.commits > REBASED_COMMITS_MAX) return [first];
  let ancestor: string | undefined = first;
  for (let step = 1; step < pull.commits && ancestor !== undefined; step += 1)
    ancestor = (await pulls.commit(pull.repository, ancestor)).parents[0];
  return ancestor === undefined ? [first] : [first, ancestor];
}

/** null = what landed is what was approved; else a sentence. */
async function compareLanding(
  deps: ChangeDeps,
  landing: { before: string; after: string },
  evaluation: StoredEvaluation,
  set: PolicySet,
): Promise<string | null> {
  const landed = await deps.repository.changedFiles(landing.before, landing.after);
  if (landed.incomplete !== null) return `what landed cannot be read whole: ${landed.incomplete}`;
  const sorted = sortChangedFiles(landed.files, set.config.contracts);
  const [whole, ...layers] = approvedChanges(evaluation.facts);
  const landedFiles = [...sorted.governed, ...sorted.governance];
  const differing = differences(filesOf(whole), landedFiles);
  if (differing.length === 0 || layers.some((layer) => differences(filesOf(layer), landedFiles).length === 0)) return null;
  const change = await readChange(deps, { base: landing.before, head: landing.after }, set);
  const readable = change.limits.length === 0 && change.diff.unparseable.length === 0;
  const same = ({ governanceFiles, findings }: Approved) =>
    differences(governanceFiles, change.governanceFiles).length === 0 && sameFindings(findings, change.diff.findings);
  if (readable && [whole, ...layers].some(same)) return null;
  return `merge ${landing.after.slice(0, 7)} landed other content than was approved: ${differing.join(", ")}`;
}

type Approved = Pick<SideChange, "files" | "governanceFiles" | "findings">;

/** A stack lands as a whole, or each layer on the one below; a branch with merge commits as it is, or rebased. */
function approvedChanges({ diff, governanceFiles, sides }: Facts): [Approved, ...Approved[]] {
  return [{ files: diff.files, governanceFiles, findings: diff.findings }, ...(sides ?? []).filter(({ kind }) => kind !== "commit")];
}

function filesOf({ files, governanceFiles }: Approved): readonly GovernedFile[] {
  return [...files, ...governanceFiles];
}

/** Paths whose landed mode or blob is not the approved one, either way round. */
function differences(approved: readonly GovernedFile[], landed: readonly GovernedFile[]): string[] {
  const heads = (files: readonly GovernedFile[]) => new Map(files.map((file) => [file.path, `${file.headMode} ${file.headBlob}`]));
  const [a, b] = [heads(approved), heads(landed)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path)).sort();
}

/** Whether these governed files are exactly what was approved, file by file. */
export function isWhatWasApproved({ facts }: StoredEvaluation, landed: readonly GovernedFile[]): boolean {
  return approvedChanges(facts).some((approved) => differences(filesOf(approved), landed).length === 0);
}

function sameFindings(approved: readonly Finding[], landed: readonly Finding[]): boolean {
  const prints = (findings: readonly Finding[]) =>
    findings
      // What other contracts say may differ from one base to another; what was approved is this change.
      .filter((finding) => !isLineageFinding(finding))
      .map((finding) => finding.fingerprint)
      .sort()
      .join();
  return prints(approved) === prints(landed);
}

/** Every governed contract of a tree, as a runtime needs it. */
async function compileTree(
  { repository, comparer }: { readonly repository: Repository; readonly comparer: ContractComparer },
  commit: string,
  set: PolicySet,
): Promise<{ contracts: readonly CompiledContract[]; lineage: readonly LineageSummary[] }> {
  const all = await repository.changedFiles(null, commit);
  if (all.incomplete !== null) throw new TruthError(`tree of ${commit.slice(0, 7)}`, "network", all.incomplete);
  const { governed } = sortChangedFiles(all.files, set.config.contracts);
  const rules = readingRules(set);
  const contracts: CompiledContract[] = [];
  const lineage: LineageSummary[] = [];
  for (let start = 0; start < governed.length; start += CONTRACTS_AT_ONCE) {
    const files = governed.slice(start, start + CONTRACTS_AT_ONCE);
    const head = await readSide(repository, "head", files, set.config.contracts.maxFileBytes);
    const referenced = { base: [], head: await readReferenced(repository, commit, head, set.config.contracts) };
    const found = await comparer.inventory({ base: [], head, files, outside: [], referenced, rules });
    contracts.push(...found.contracts);
    lineage.push(...found.lineage);
  }
  return { contracts, lineage };
}
