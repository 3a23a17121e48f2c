import type { DiffInput } from "../engine/contract/diff.ts";
import type { Comparison, ContractDiff, GovernedFile } from "../engine/contract/finding.ts";
import { sortChangedFiles } from "../engine/contract/governed.ts";
import type { ContractFile } from "../engine/contract/model.ts";
import type { PolicySet } from "../engine/policy/model.ts";
import { readingRules } from "../engine/policy/words.ts";
import type { Problem } from "../engine/problem.ts";
import type { ContractComparer, Repository, TypeFinder } from "./ports.ts";
import { readReferenced } from "./read-references.ts";
import { TYPE_ROUNDS_MAX, TypeReading } from "./read-types.ts";

/** What a change does to contracts and to the gate's own files. */
export interface ChangeReading {
  readonly diff: Omit<Comparison, "wantedTypes">;
  readonly governanceFiles: readonly GovernedFile[];
  /** Everything that differs, governed or not. */
  readonly changed: readonly GovernedFile[];
  readonly limits: readonly Problem[];
}

/** Blobs read at the same time: enough to hide latency, few enough for GitHub's secondary limits. */
const READS_AT_ONCE = 8;
/** Changed files outside the governed paths that are read to see whether a contract left them. */
const OUTSIDE_FILES_MAX = 50;

/** Of those, how many are read to say that a contract stands where nobody looks. Each is a request to GitHub. */
const ADVISED_FILES_MAX = 8;
/** Larger ones get no advice: they would cost more than it is worth. */
const ADVISED_BYTES_MAX = 262_144;

export interface ChangeDeps {
  readonly repository: Repository;
  readonly comparer: ContractComparer;
  readonly types: TypeFinder;
}

/** Reads only what differs between the two sides (by object id) and compares the whole set together. */
export async function readChange(
  { repository, comparer, types }: ChangeDeps,
  sides: { readonly base: string; readonly head: string },
  set: PolicySet,
  advisedFilesMax = ADVISED_FILES_MAX,
): Promise<ChangeReading> {
  const { config } = set;
  const changes = await repository.changedFiles(sides.base, sides.head);
  const { governed, governance, outside, unclaimed, problems } = sortChangedFiles(changes.files, config.contracts);
  const limits: Problem[] = [...problems];
  if (changes.incomplete !== null) limits.push(limit(changes.incomplete));

  const read = (side: "base" | "head", files: readonly GovernedFile[]) => readSide(repository, side, files, config.contracts.maxFileBytes);
  const [base, head] = await Promise.all([read("base", governed), read("head", governed)]);
  // A contract can only leave the governed paths when one of them lost a file.
  const lostFile = governed.some((file) => file.headBlob === null);
  const elsewhere = lostFile
    ? await read("head", outside.slice(0, OUTSIDE_FILES_MAX))
    : await readSide(repository, "head", unclaimed.slice(0, advisedFilesMax), Math.min(ADVISED_BYTES_MAX, config.contracts.maxFileBytes));

  const beyond = (paths: readonly string[]) => void limits.push(limit(`it refers to too many other files, \`${paths[0]}\` among them`));
  const referenced = {
    base: await readReferenced(repository, sides.base, base, config.contracts),
    head: await readReferenced(repository, sides.head, head, config.contracts, beyond),
  };
  const input: DiffInput = { base, head, files: governed, outside: elsewhere, referenced, rules: readingRules(set) };
  const claimed = new Set(governed.map(({ path }) => path));
  const reading = new TypeReading({ repository, types, contracts: config.contracts, commit: sides.base, changed: claimed });
  const { wantedTypes: _, ...diff } = await compareWithTypes(comparer, input, reading);
  return { diff, governanceFiles: governance, changed: changes.files, limits };
}

/** Compares, and again with the types of other files that decide the outcome: no unchanged file is read that nothing asks for. */
async function compareWithTypes(comparer: ContractComparer, input: DiffInput, reading: TypeReading): Promise<Comparison> {
  let told = await comparer.compare(input);
  for (let round = 0; round <= TYPE_ROUNDS_MAX; round += 1) {
    const open = reading.open(told.wantedTypes);
    if (open.length === 0) break;
    if (round < TYPE_ROUNDS_MAX) await reading.read(open);
    else reading.giveUp(open);
    const { files: types, unknown: unknownTypes } = reading;
    told = await comparer.compare({ ...input, referenced: { ...input.referenced, types, unknownTypes } });
  }
  return told;
}

export async function readSide(
  repository: Repository,
  side: "base" | "head",
  files: readonly GovernedFile[],
  maxBytes: number,
): Promise<ContractFile[]> {
  const wanted = files.flatMap((file) => {
    const mode = side === "base" ? file.baseMode : file.headMode;
    const blob = side === "base" ? file.baseBlob : file.headBlob;
    return mode === null || blob === null ? [] : [{ path: file.path, mode, blob }];
  });
  const read: ContractFile[] = [];
  for (let start = 0; start < wanted.length; start += READS_AT_ONCE) {
    read.push(...(await Promise.all(wanted.slice(start, start + READS_AT_ONCE).map((file) => repository.readFile(file, maxBytes)))));
  }
  return read;
}

export function limit(because: string): Problem {
  return {
    code: "E001",
    message: `the change cannot be read whole: ${because}`,
    file: null,
    line: null,
    severity: "error",
    hint: "split the change into smaller pull requests",
  };
}

/** The same shape for a change that touches nothing. */
export const EMPTY_DIFF: ContractDiff = {
  findings: [],
  files: [],
  losses: [],
  unparseable: [],
  warnings: [],
  environments: [],
  contracts: [],
};
