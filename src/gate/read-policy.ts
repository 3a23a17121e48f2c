import type { PolicyReading, PolicySource } from "../engine/policy/model.ts";
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
 * the caller names the commit of the default branch (the app) or of the base (the command line).
 */
export async function readPolicy(repository: Repository, trustedCommit: string): Promise<PolicyReading> {
  return parsePolicySet(await readPolicySources(repository, trustedCommit));
}

export async function readPolicySources(repository: Repository, trustedCommit: string): Promise<PolicySource[]> {
  const sources: PolicySource[] = [];
  for (const { kind, path } of POLICY_FILES) {
    const entry = await repository.entryAt(trustedCommit, path);
    if (entry === null) continue;
    const file = await repository.readFile({ path, ...entry }, MAX_POLICY_BYTES);
    sources.push({ origin: "repo", kind, path, mode: entry.mode, blob: entry.blob, ...asText(file.bytes, file.unreadable) });
  }
  return sources;
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
