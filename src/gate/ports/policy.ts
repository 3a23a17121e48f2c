import type { PolicySource } from "../../engine/policy/model.ts";
import type { AuditEvent } from "./records.ts";
import type { RepositoryRef } from "./refs.ts";
import type { StoredEvaluation } from "./work.ts";

/** How a version came into force. `installed`: it, or nothing, was on the default branch when the repository was first looked at. */
export type PolicyOrigination = "bootstrap" | "installed" | "approved" | "overridden";

/** The policy files of a default branch as they were approved, whole, so that a force push cannot take them away. */
export interface PolicyVersion {
  readonly id: string;
  readonly repositoryId: number;
  /** 1, 2, 3 … never back. */
  readonly seq: number;
  readonly commit: string;
  /** A file that was once in force and then deleted stays in the list, as deleted (`DELETED_MODE`). */
  readonly sources: readonly PolicySource[];
  readonly digest: string;
  readonly how: PolicyOrigination;
  readonly evaluationId: string | null;
  readonly approvalId: string | null;
  /** Account id of who merged it. */
  readonly actorId: number | null;
  /** Instant by our database's clock. */
  readonly at: string;
}

export interface NewPolicyVersion extends Omit<PolicyVersion, "id" | "seq" | "repositoryId" | "at"> {
  readonly repository: RepositoryRef;
  /** The newest version that the caller knows; 0 = none. */
  readonly after: number;
  /** Whose open pull requests are decided anew. */
  readonly wakes: "nobody" | "repository" | "owner";
}

/** The policy files at the tip of the default branch are not what is in force, and no record explains it. */
export interface PolicyIncident {
  readonly repository: RepositoryRef;
  readonly version: PolicyVersion;
  readonly commit: string;
  /** Digest of the files that are there now. */
  readonly digest: string;
  readonly because: string;
}

/** Versions of policy in force. Append-only. */
export interface PolicyVersions {
  /**
   * The version in force; null = the repository was never looked at. The newest of its present owner, whatever another owner has approved
   * meanwhile; of one that has none yet, the newest there is.
   */
  policyVersion(repository: Pick<RepositoryRef, "id" | "ownerId">): Promise<PolicyVersion | null>;
  /**
   * Appends a version with its audit event. When somebody else was first, theirs: the same landing is recorded once, and a version
   * is never put before one that exists.
   */
  appendPolicyVersion(input: NewPolicyVersion): Promise<PolicyVersion>;
  /** One incident for each version and set of files; null = it is recorded already. */
  recordPolicyIncident(input: PolicyIncident): Promise<AuditEvent | null>;
  /** What the nightly check found: an audit event, unless it found the same the last time. */
  recordPolicyProblems(repository: RepositoryRef, version: number, problems: readonly string[]): Promise<AuditEvent | null>;
  /** Newest evaluations of the open pull requests of a repository, or of all repositories of an owner, newest first. */
  openEvaluations(
    of: { readonly repositoryId: number } | { readonly ownerId: number },
    limit: number,
  ): Promise<readonly StoredEvaluation[]>;
  /** Whether a pull request's landing is accounted for: by an incident, in some other way (`closed`), or not yet; `unheard` = no delivery named it. */
  landingOf(repositoryId: number, number: number): Promise<"incident" | "closed" | "open" | "unheard">;
  /** Repositories with a policy in force, with how to reach them. */
  governedRepositories(): Promise<readonly RepositoryRef[]>;
}
