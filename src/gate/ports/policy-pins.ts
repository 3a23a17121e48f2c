import type { PolicyPin } from "../../engine/policy/pins.ts";
import type { RepositoryRef } from "./refs.ts";

export interface PolicyNames {
  /** Slugs. */
  readonly teams: readonly string[];
  /** Logins. */
  readonly users: readonly string[];
}

/** What the names of a policy version stood for. Append-only: the first pin of a name under a version is the only one. */
export interface PolicyPins {
  /** null = nothing is kept here. */
  policyPins(repositoryId: number, seq: number): Promise<readonly PolicyPin[] | null>;
  /** Keeps those whose name has none yet; gives all of the version. */
  keepPolicyPins(repository: RepositoryRef, seq: number, pins: readonly PolicyPin[]): Promise<readonly PolicyPin[]>;
}

export interface NameReads {
  /** What names stand for now. A team that is refused is left out; a login that nobody has is nobody (null). Rejects when that is not certain. */
  namedIds(repository: RepositoryRef, names: PolicyNames): Promise<readonly PolicyPin[]>;
}
