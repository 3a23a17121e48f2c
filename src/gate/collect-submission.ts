import type { GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { defaultBranchOf, defaultBranchRevision } from "./default-branch.ts";
import { localTypes } from "./local-types.ts";
import { type ContractComparer, type LocalRepository, Refusal, type Repository, type SubmittedFile } from "./ports.ts";
import { readChange } from "./read-change.ts";
import { readPolicySources, withReplacements } from "./read-policy.ts";

export interface Collected {
  readonly base: { readonly name: string; readonly revision: string };
  readonly head: { readonly name: string; readonly revision: string };
  /** `governance.agent` at the base; null = not configured. */
  readonly agent: string | null;
  readonly files: readonly SubmittedFile[];
}

/** Larger files are refused by the server too. */
const FILE_MAX_BYTES = 2_097_152;

/**
 * What a server needs to decide about a change here: the governed files that changed, and the files that a comparison looked into beside
 * them. Nothing else leaves the repository.
 * @throws Refusal for an unknown revision, and for a governed file that is no text.
 */
export async function collectSubmission(
  { repository, comparer }: { readonly repository: LocalRepository; readonly comparer: ContractComparer },
  asked: { readonly base: string | null; readonly head: string },
): Promise<Collected> {
  const defaultBranch = await defaultBranchOf(repository, asked.base);
  const baseRevision = asked.base ?? (await defaultBranchRevision(repository, defaultBranch));
  const [baseSha, headSha] = [await repository.resolve(baseRevision), await repository.resolve(asked.head)];
  const mergeBase = await repository.mergeBase(baseSha, headSha);
  const policy = withReplacements(await readPolicySources(repository, baseSha), []);
  const set = readableSet(policy);
  const { config } = set;
  const looked = new Set<string>();
  const read = await readChange(
    { repository: watched(repository, looked), comparer, types: localTypes(repository) },
    { base: mergeBase, head: headSha },
    set,
    0,
  );
  const { governed, governance } = sortChangedFiles(read.changed, config.contracts);
  const changed = new Map([...governed, ...governance].map((file) => [file.path, file]));
  const beside = [...looked].filter((path) => !changed.has(path)).sort();
  const files: SubmittedFile[] = [];
  for (const file of changed.values()) files.push(await textsOf(repository, file));
  for (const path of beside) files.push(await textsOf(repository, await standing(repository, path, mergeBase, headSha)));
  return {
    base: { name: (await repository.branchName(baseRevision)) ?? defaultBranch, revision: baseSha },
    head: { name: (await repository.branchName(asked.head)) ?? asked.head, revision: headSha },
    agent: config.governance.agent,
    files: files.filter(({ before, after }) => before !== null || after !== null),
  };
}

/** Remembers the paths of files whose content was asked for. */
function watched(repository: Repository, looked: Set<string>): Repository {
  return {
    mergeBase: (base, head) => repository.mergeBase(base, head),
    changedFiles: (base, head) => repository.changedFiles(base, head),
    entryAt: (commit, path) => repository.entryAt(commit, path),
    readFile: (file, maxBytes) => {
      looked.add(file.path);
      return repository.readFile(file, maxBytes);
    },
  };
}

async function standing(repository: Repository, path: string, base: string, head: string): Promise<GovernedFile> {
  const [before, after] = [await repository.entryAt(base, path), await repository.entryAt(head, path)];
  return {
    path,
    ...{ baseMode: before?.mode ?? null, baseBlob: before?.blob ?? null },
    ...{ headMode: after?.mode ?? null, headBlob: after?.blob ?? null },
  };
}

async function textsOf(repository: Repository, file: GovernedFile): Promise<SubmittedFile> {
  const { path } = file;
  const before = await textOf(repository, path, file.baseMode, file.baseBlob);
  return { path, before, after: await textOf(repository, path, file.headMode, file.headBlob) };
}

async function textOf(repository: Repository, path: string, mode: string | null, blob: string | null): Promise<string | null> {
  if (mode === null || blob === null) return null;
  const { bytes, unreadable } = await repository.readFile({ path, mode, blob }, FILE_MAX_BYTES);
  const because = mode === "100644" || mode === "100755" ? unreadable : "is no regular file";
  if (bytes === null || because !== null) throw notText(path, because ?? "cannot be read");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notText(path, "is not UTF-8");
  }
}

function notText(path: string, because: string): Refusal {
  return new Refusal("config", `${path} ${because}: only text can be submitted`, "`countersign check` decides about it here");
}
