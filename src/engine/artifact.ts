import { canonicalJson, digest } from "./canonical.ts";
import type { CompiledContract } from "./contract/finding.ts";
import type { Decision } from "./decision.ts";

/** Raised when the projections change shape; part of the hash, so old artifacts keep their own. */
export const COMPILER_VERSION = "3";

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

/** What a runtime is given: enough to verify the compiled hash without the review, which is for people. Keys as on the wire. */
export interface CompiledSession {
  readonly runtime_projection: RuntimeProjection;
  /** SHA-256 of the review projection, lower-case hex. */
  readonly review_hash: string;
  readonly compiler_version: string;
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
    contracts: sorted(input.contracts.map(sortContract), (contract) => contract.file),
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
  const compiled = { review, runtime, compilerVersion: COMPILER_VERSION };
  return { compiledHash: sessionHash(sessionOf(compiled)), ...compiled };
}

export function sessionOf({ review, runtime, compilerVersion }: Omit<CompiledArtifact, "compiledHash">): CompiledSession {
  return {
    runtime_projection: runtime,
    review_hash: digest("countersign/review-projection/v1", review),
    compiler_version: compilerVersion,
  };
}

/** The compiled hash, from the session alone. Throws on what JSON cannot hold. */
export function sessionHash(session: CompiledSession): string {
  return digest("countersign/compiled/v1", {
    runtime: digest("countersign/runtime-projection/v1", session.runtime_projection),
    review: session.review_hash,
    compilerVersion: session.compiler_version,
  });
}

/** The session of a stored artifact, if it verifies; null = it must not be used. Total. */
export function verifiedArtifact(stored: {
  readonly compiledHash: string;
  readonly review: unknown;
  readonly runtime: unknown;
  readonly compilerVersion: string;
}): CompiledSession | null {
  try {
    return verifiedSession(sessionOf(stored as CompiledArtifact), stored.compiledHash);
  } catch {
    return null;
  }
}

/** A stored session, if it is whole and what `compiledHash` stands for; null = it must not be used. Total. */
export function verifiedSession(stored: unknown, compiledHash: string): CompiledSession | null {
  if (typeof stored !== "object" || stored === null) return null;
  const session = stored as CompiledSession;
  const isWhole =
    Object.keys(session).sort().join() === "compiler_version,review_hash,runtime_projection" &&
    typeof session.runtime_projection === "object" &&
    session.runtime_projection !== null &&
    typeof session.review_hash === "string" &&
    typeof session.compiler_version === "string";
  if (!isWhole) return null;
  try {
    return sessionHash(session) === compiledHash ? session : null;
  } catch {
    return null;
  }
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
    fields: sorted(
      object.fields.map((field) => ({ ...field, tags: [...field.tags].sort(compare) })),
      (field) => field.path,
    ),
  }));
  return { ...contract, objects: sorted(objects, (object) => object.name) };
}

/** By name, and where a name comes twice by all that is said of it, so that no order of arrival is left. */
function sorted<T>(items: readonly T[], name: (item: T) => string): T[] {
  return [...items].sort((a, b) => compare(name(a), name(b)) || compare(canonicalJson(a), canonicalJson(b)));
}

/** By code unit, as RFC 8785 sorts; never by locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
