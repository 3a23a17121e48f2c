import { digest } from "./canonical.ts";
import type { CompiledContract } from "./contract/finding.ts";
import type { Decision } from "./decision.ts";

/** Raised when the projections change shape; part of the hash, so old artifacts keep their own. */
export const COMPILER_VERSION = "2";

export interface ArtifactInput {
  readonly agent: string;
  readonly environment: string;
  readonly decision: Decision;
  /** Every governed contract of the landed tree. */
  readonly contracts: readonly CompiledContract[];
  readonly policyDigest: string;
  /** Accounts of the people whom the policy names, by login. An artifact is kept for ever: it holds ids only. */
  readonly people: readonly { readonly id: number; readonly login: string }[];
}

export interface CompiledArtifact {
  readonly compiledHash: string;
  readonly review: ReviewProjection;
  readonly runtime: RuntimeProjection;
  readonly compilerVersion: string;
}

/** For people: what was found, under which policy, and who answered for it. */
export interface ReviewProjection {
  readonly state: Decision["state"];
  readonly environment: string;
  readonly findings: readonly unknown[];
  readonly policies: readonly unknown[];
  readonly risk: unknown;
  readonly requirements: readonly unknown[];
  readonly override: unknown;
  readonly base: string;
  readonly head: string;
}

/** For machines: which fields exist and how they must be handled. */
export interface RuntimeProjection {
  readonly agent: string;
  readonly environment: string;
  readonly policyDigest: string;
  readonly contracts: readonly CompiledContract[];
}

/** Deterministic: the same inputs give the same bytes, whatever the order they come in. Holds no wall-clock time that is not an input. */
export function compileArtifact(input: ArtifactInput): CompiledArtifact {
  const { decision } = input;
  const ids = new Map(input.people.map(({ id, login }) => [login.toLowerCase(), id]));
  const personId = (login: string) => ids.get(login.toLowerCase()) ?? null;
  const runtime: RuntimeProjection = {
    agent: input.agent,
    environment: input.environment,
    policyDigest: input.policyDigest,
    contracts: [...input.contracts].map(sortContract).sort((a, b) => compare(a.file, b.file)),
  };
  const review: ReviewProjection = {
    state: decision.state,
    environment: input.environment,
    findings: decision.findings.map(({ code, severity, contract, object, field, tagsBefore, tagsAfter, message, fingerprint }) => ({
      code,
      severity,
      contract,
      object,
      field,
      tagsBefore,
      tagsAfter,
      message,
      fingerprint,
    })),
    policies: decision.policies.filter((policy) => policy.matched).map(({ name, mode, because }) => ({ name, mode, because })),
    risk: decision.risk,
    requirements: decision.requirements.map(({ team, role, users, minApprovals, source, approvals }) => ({
      team,
      role,
      users: users.map(personId),
      minApprovals,
      source,
      approvals: approvals.map(({ userId, reviewId, submittedAt }) => ({ userId, reviewId, submittedAt })),
    })),
    override: withoutName(decision.override),
    base: decision.base,
    head: decision.head,
  };
  const compiledHash = digest("countersign/compiled/v1", {
    runtime: digest("countersign/runtime-projection/v1", runtime),
    review: digest("countersign/review-projection/v1", review),
    compilerVersion: COMPILER_VERSION,
  });
  return { compiledHash, review, runtime, compilerVersion: COMPILER_VERSION };
}

function withoutName(override: Decision["override"]): unknown {
  if (override === null) return null;
  const { by: _erasable, ...rest } = override;
  return rest;
}

function sortContract(contract: CompiledContract): CompiledContract {
  const objects = contract.objects.map((object) => ({
    ...object,
    tags: [...object.tags].sort(compare),
    fields: object.fields.map((field) => ({ ...field, tags: [...field.tags].sort(compare) })).sort((a, b) => compare(a.path, b.path)),
  }));
  return { ...contract, objects: objects.sort((a, b) => compare(a.name, b.name)) };
}

/** By code unit, as RFC 8785 sorts; never by locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
