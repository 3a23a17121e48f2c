import { digest } from "../engine/canonical.ts";
import type { CompiledContract, GovernedFile } from "../engine/contract/finding.ts";
import type { ContractParts } from "../engine/contract/parts.ts";
import type { Facts } from "../engine/facts.ts";
import { environmentOf } from "../engine/policy/environment.ts";
import { environmentFromWord, stricterEnvironment } from "../engine/policy/environment-words.ts";
import type { Environment, PolicyReading } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import type { ContractComparer, NewSource, Repository, StoodBefore, SubmittedFile, TypeFinder } from "./ports.ts";
import { readChange } from "./read-change.ts";
import { NO_SURROUNDINGS, withLineage } from "./read-lineage.ts";
import { submittedContracts } from "./submitted-contracts.ts";

/** A change as whoever submits it describes it. Nothing in it is believed but the text of its files. */
export interface SubmittedChange {
  readonly agent: string;
  /** null = whatever the base maps to. */
  readonly environment: Environment | null;
  readonly title: string | null;
  readonly base: { readonly name: string; readonly revision: string };
  readonly head: { readonly name: string; readonly revision: string };
  /** Who caused it, in the submitter's words. */
  readonly actor: string | null;
  readonly files: readonly SubmittedFile[];
}

export interface ReadSubmission {
  readonly facts: Facts;
  readonly contracts: readonly CompiledContract[];
  readonly parts: readonly ContractParts[];
  readonly base: StoodBefore;
  readonly sources: readonly NewSource[];
}

export interface PolicyForSubmission {
  readonly reading: PolicyReading;
  /** Commit of the repository's version; null = the pushed policy. */
  readonly commit: string | null;
}

/** Sorts, parses and compares here what was submitted: nobody's word about what it does is taken. */
export async function readSubmission(
  comparer: ContractComparer,
  change: SubmittedChange,
  { reading, commit }: PolicyForSubmission,
  asOf: string,
): Promise<ReadSubmission> {
  const set = readableSet(reading);
  const sides = { base: sideId(change.files, "before"), head: sideId(change.files, "after") };
  const repository = submittedRepository(change.files, sides);
  const read = await readChange({ repository, comparer, types: submittedTypes(change.files) }, sides, set);
  const told = withLineage(read.diff, NO_SURROUNDINGS);
  const stands = await submittedContracts({ repository, comparer }, sides, set, read.changed, unchangedFiles(change.files));
  // A file that a thread could read when it compared, and not now, would be left out of the artifact without a word.
  const unread = stands.head.unparseable.filter(({ file }) => !told.diff.unparseable.some((known) => known.file === file));
  const diff = unread.length === 0 ? told.diff : { ...told.diff, unparseable: [...told.diff.unparseable, ...unread] };
  const baseRef = change.base.name;
  // Whether a branch is protected is not known here: it counts as if it were, so that no name makes a change ungoverned.
  const where = { baseRef, defaultBranch: "main", baseProtected: true, environment: null };
  const mapped = environmentOf(where, set.config, [])?.environment ?? change.environment ?? "production";
  const environment = change.environment === null ? mapped : stricterEnvironment(mapped, environmentFromWord(change.environment));
  const facts: Facts = {
    schemaVersion: 1,
    asOf,
    subject: {
      repository: change.agent,
      repositoryId: null,
      pullRequest: null,
      title: change.title,
      ...where,
      environment,
      baseSha: sides.base,
      mergeBase: sides.base,
      headSha: sides.head,
      author: null,
      ownerType: "Organization",
    },
    policy: reading,
    policyCommit: commit,
    governanceFiles: read.governanceFiles,
    diff,
    people: null,
    agent: null,
    lineage: told.lineage,
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    limits: read.limits,
    simulated: false,
  };
  const { base, head } = stands;
  const stood = {
    contracts: base.contracts,
    parts: base.parts,
    beside: unchangedFiles(change.files).map(({ path, baseBlob }) => ({ file: path, blob: baseBlob! })),
  };
  return { facts, contracts: head.contracts, parts: head.parts, base: stood, sources: sourcesOf(change, facts) };
}

function sourcesOf({ title, base, head, actor }: SubmittedChange, { diff, governanceFiles }: Facts): readonly NewSource[] {
  const provenance = { base: { ...base }, head: { ...head }, actor: actor?.replace(/^@/, "") ?? null };
  const note = { title: title ?? head.name, contentHash: digest("countersign/request/v1", { title, provenance }), provenance };
  const files = [...diff.files, ...governanceFiles].map(
    ({ path, baseBlob, headBlob }): NewSource => ({
      kind: governanceFiles.some((file) => file.path === path) ? "policy_file" : "contract_file",
      title: path,
      contentHash: headBlob ?? baseBlob!,
      securityStatus: "clean",
      ingestionStatus: diff.unparseable.some(({ file }) => file === path) ? "unreadable" : "ingested",
      provenance: { base: baseBlob, head: headBlob },
    }),
  );
  return [{ kind: "manual_note", securityStatus: "unchecked", ingestionStatus: "ingested", ...note }, ...files];
}

/** Sent along, and the same on both sides. */
function unchangedFiles(files: readonly SubmittedFile[]): readonly GovernedFile[] {
  return files.flatMap(({ path, before, after }) => {
    if (before === null || before !== after) return [];
    const blob = blobOf(before);
    return [{ path, baseMode: MODE, baseBlob: blob, headMode: MODE, headBlob: blob }];
  });
}

const MODE = "100644";

/** What stands on one side, as one id: the same files are the same side, whatever commit they come from. */
function sideId(files: readonly SubmittedFile[], side: "before" | "after"): string {
  const blobs = files.flatMap((file) => (file[side] === null ? [] : [[file.path, blobOf(file[side])]]));
  return digest("countersign/submitted-side/v1", blobs.sort());
}

/** The id of a text is its content: a comparison may be remembered by it. */
export function blobOf(text: string): string {
  return digest("countersign/submitted-blob/v1", text);
}

/** The submitted files in the shape of any other repository, so that they are read by the same code. */
export function submittedRepository(files: readonly SubmittedFile[], sides: { readonly base: string; readonly head: string }): Repository {
  const texts = new Map(
    files.flatMap(({ before, after }) => [before, after].flatMap((text) => (text === null ? [] : [[blobOf(text), text]]))),
  );
  const entry = (text: string | null) => (text === null ? { mode: null, blob: null } : { mode: MODE, blob: blobOf(text) });
  return {
    mergeBase: async () => sides.base,
    changedFiles: async () => ({
      files: files
        .filter(({ before, after }) => before !== after)
        .map(({ path, before, after }) => {
          const [base, head] = [entry(before), entry(after)];
          return { path, baseMode: base.mode, baseBlob: base.blob, headMode: head.mode, headBlob: head.blob };
        }),
      incomplete: null,
    }),
    readFile: async ({ path, mode, blob }, maxBytes) => {
      const text = texts.get(blob);
      const bytes = text === undefined ? null : new TextEncoder().encode(text);
      if (bytes === null) return { path, mode, blob, bytes, unreadable: "was not submitted" };
      const isTooLarge = bytes.length > maxBytes;
      return { path, mode, blob, bytes: isTooLarge ? null : bytes, unreadable: isTooLarge ? "is too large" : null };
    },
    entryAt: async (commit, path) => {
      const found = files.find((file) => file.path === path);
      const text = (commit === sides.base ? found?.before : found?.after) ?? null;
      return text === null ? null : { mode: MODE, blob: blobOf(text) };
    },
  };
}

/** Only what was submitted along can be looked into; a type that none of it names is unknown, never taken for none. */
function submittedTypes(files: readonly SubmittedFile[]): TypeFinder {
  const texts = files.map(({ path, before }) => ({ path, text: before ?? "" }));
  return {
    async filesDefining(_commit, _format, names) {
      const holding = names.map((name) => texts.filter(({ text }) => text.includes(name)).map(({ path }) => path));
      return { paths: [...new Set(holding.flat())].sort(), unknown: names.filter((_, index) => holding[index]!.length === 0) };
    },
  };
}
