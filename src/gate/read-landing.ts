import { diffContracts } from "../engine/contract/diff.ts";
import type { CompiledContract, Finding, GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import { compileVocabulary } from "../engine/contract/vocabulary.ts";
import type { Config } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import type { PullRequests, PullTruth, Repository, StoredEvaluation } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { readChange, readSide } from "./read-change.ts";

export type Landing =
  | { readonly status: "as_approved"; readonly contracts: readonly CompiledContract[] }
  | { readonly status: "differs"; readonly because: string };

/**
 * Compares what landed with what was approved: equal governed blobs are the fast path, else the findings must be equal
 * (the base may have moved in the same file). Compiles the governed contracts of the landed tree.
 */
export async function readLanding(pulls: PullRequests, pull: PullTruth, evaluation: StoredEvaluation): Promise<Landing> {
  const mergeSha = pull.mergeCommitSha;
  if (mergeSha === null) throw new TruthError(`merge of #${pull.number}`, "network", "GitHub names no merge commit yet");
  const content = pulls.content(pull.repository);
  const { policy } = evaluation.facts;
  const config = policy.status === "ok" ? policy.set.config : defaults();
  const { parents } = await pulls.commit(pull.repository, mergeSha);
  // A merge commit says what it landed on; a squash or rebase landed on the base as the pull request last saw it.
  const before = parents.length === 2 ? parents[0]! : pull.baseSha;
  const approved = [...evaluation.facts.diff.files, ...evaluation.facts.governanceFiles];
  const landed = await content.changedFiles(before, mergeSha);
  if (landed.incomplete !== null) return { status: "differs", because: `what landed cannot be read whole: ${landed.incomplete}` };
  const sorted = sortChangedFiles(landed.files, config.contracts);
  const differing = differences(approved, [...sorted.governed, ...sorted.governance]);
  if (differing.length > 0) {
    const change = await readChange(content, { base: before, head: mergeSha }, config);
    const governance = differences(evaluation.facts.governanceFiles, change.governanceFiles);
    if (governance.length > 0 || !sameFindings(evaluation.facts.diff.findings, change.diff.findings)) {
      return {
        status: "differs",
        because: `merge ${mergeSha.slice(0, 7)} landed other content than was approved: ${differing.join(", ")}`,
      };
    }
  }
  return { status: "as_approved", contracts: await compileTree(content, mergeSha, config) };
}

/** Paths whose landed mode or blob is not the approved one, either way round. */
function differences(approved: readonly GovernedFile[], landed: readonly GovernedFile[]): string[] {
  const heads = (files: readonly GovernedFile[]) => new Map(files.map((file) => [file.path, `${file.headMode} ${file.headBlob}`]));
  const [a, b] = [heads(approved), heads(landed)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path)).sort();
}

function sameFindings(approved: readonly Finding[], landed: readonly Finding[]): boolean {
  const prints = (findings: readonly Finding[]) =>
    findings
      .map((finding) => finding.fingerprint)
      .sort()
      .join();
  return prints(approved) === prints(landed);
}

/** Every governed contract of a tree, as a runtime needs it. */
async function compileTree(content: Repository, commit: string, config: Config): Promise<readonly CompiledContract[]> {
  const all = await content.changedFiles(null, commit);
  if (all.incomplete !== null) throw new TruthError(`tree of ${commit.slice(0, 7)}`, "network", all.incomplete);
  const { governed } = sortChangedFiles(all.files, config.contracts);
  const head = await readSide(content, "head", governed, config.contracts.maxFileBytes);
  return diffContracts({ base: [], head, files: governed, outside: [], vocabulary: compileVocabulary(config.vocabulary) }).contracts;
}

function defaults(): Config {
  const reading = parsePolicySet([]);
  if (reading.status === "invalid") throw new Error("the default configuration is invalid");
  return reading.set.config;
}
