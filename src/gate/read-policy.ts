import { digest } from "../engine/canonical.ts";
import { DELETED_MODE, type PolicyOrigin, type PolicyReading, type PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import type { Repository } from "./ports.ts";

/** Where policy lives. The order is the order in which problems are shown. */
export const POLICY_FILES = [
  { kind: "config", path: ".choochoorc" },
  { kind: "policies", path: ".choochoo/approval-policies.yaml" },
] as const;

/** Over this a policy file is invalid (decision.md section 1). */
const MAX_POLICY_BYTES = 1_048_576;

/**
 * Policy and configuration as they stand at a trusted commit. There is deliberately no way to pass the head of a pull request:
 * the caller names the base (the command line); the app decides under `policyInForce`, which takes no commit of a change either.
 */
export async function readPolicySources(
  repository: Repository,
  trustedCommit: string,
  origin: PolicyOrigin = "repo",
): Promise<PolicySource[]> {
  const there: { kind: PolicySource["kind"]; path: string; mode: string; blob: string }[] = [];
  for (const { kind, path } of POLICY_FILES) {
    const entry = await repository.entryAt(trustedCommit, path);
    if (entry !== null) there.push({ kind, path, ...entry });
  }
  return Promise.all(
    there.map(async ({ kind, ...entry }) => {
      const file = await repository.readFile(entry, MAX_POLICY_BYTES);
      return { origin, kind, ...entry, ...asText(file.bytes, file.unreadable) };
    }),
  );
}

/** What stands in the place of each policy file, without reading it: `null` = nothing. */
export async function policyEntries(repository: Repository, commit: string): Promise<ReadonlyMap<string, string | null>> {
  const entries = new Map<string, string | null>();
  for (const { path } of POLICY_FILES) {
    const entry = await repository.entryAt(commit, path);
    entries.set(path, entry === null ? null : `${entry.mode} ${entry.blob}`);
  }
  return entries;
}

/** The same of a version in force: a file that it holds as deleted is not there. */
export function entriesOf(sources: readonly PolicySource[]): ReadonlyMap<string, string | null> {
  return new Map(
    POLICY_FILES.map(({ path }) => {
      const source = sources.find((each) => each.path === path && each.mode !== DELETED_MODE);
      return [path, source === undefined ? null : `${source.mode} ${source.blob}`];
    }),
  );
}

/** Policy files in whose place something else stands. */
export function differingFiles(left: ReadonlyMap<string, string | null>, right: ReadonlyMap<string, string | null>): readonly string[] {
  return POLICY_FILES.map(({ path }) => path).filter((path) => left.get(path) !== right.get(path));
}

/** `sources` with `files` as `next` has them; a file that is gone there stays as deleted. */
export function withFiles(sources: readonly PolicySource[], files: readonly string[], next: readonly PolicySource[]): PolicySource[] {
  return POLICY_FILES.flatMap(({ path }): PolicySource[] => {
    const before = sources.find((source) => source.path === path);
    const now = next.find((source) => source.path === path);
    if (!files.includes(path)) return before === undefined ? [] : [before];
    if (now !== undefined) return [now];
    return before === undefined ? [] : [{ ...before, mode: DELETED_MODE, blob: "", text: null, unreadable: null }];
  });
}

/** SHA-256 over what stands where, domain `countersign/policy-files/v1`. */
export function filesDigest(entries: ReadonlyMap<string, string | null>): string {
  return digest("countersign/policy-files/v1", Object.fromEntries(entries));
}

/** The set with files that a flag names in place of those of the same kind. */
export function withReplacements(sources: readonly PolicySource[], replacements: readonly (PolicySource | null)[]): PolicyReading {
  const given = replacements.filter((source) => source !== null);
  return parsePolicySet([...sources.filter((source) => !given.some(({ kind }) => kind === source.kind)), ...given]);
}

/** UTF-8 or nothing: a policy is never read with replacement characters in it. */
export function asText(bytes: Uint8Array | null, unreadable: string | null): { text: string | null; unreadable: string | null } {
  if (bytes === null) return { text: null, unreadable: unreadable ?? "its content could not be read" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), unreadable: null };
  } catch {
    return { text: null, unreadable: "it is not UTF-8 text" };
  }
}
