import type { CompiledSession } from "../../engine/artifact.ts";
import type { PlanStatus } from "../../engine/plan.ts";
import type { RepositoryRef } from "./refs.ts";
import type { StoredEvaluation } from "./work.ts";

/** Whose plan: unique. */
export interface PlanKey {
  readonly tenantId: string;
  readonly agent: string;
  readonly environment: string;
}

export interface PlanHead {
  readonly id: string;
  readonly status: PlanStatus;
  readonly compiledHash: string | null;
  /** Changes with every write to the plan's row or to its artifact's, whoever wrote: what was verified under it needs no second look. */
  readonly revision: string;
}

export interface PlanContent extends PlanHead {
  /** As stored, not verified. */
  readonly session: unknown;
  /** null = the artifact is not there. */
  readonly artifact: {
    readonly compiledHash: string;
    readonly review: unknown;
    readonly runtime: unknown;
    readonly compilerVersion: string;
  } | null;
}

/** `withheld`: it was to be published on merge, and was not. */
export type PlanEventKind = "promoted" | "enforced" | "revoked" | "withheld";

/** One line of a plan's history. */
export interface PlanEvent {
  readonly seq: number;
  readonly kind: PlanEventKind;
  readonly compiledHash: string;
  readonly approvalId: string;
  /** null = approved in Studio: nothing was merged. */
  readonly mergeSha: string | null;
  readonly how: "on_merge" | "manual";
  /** GitHub's numeric account id; null = the merge did it. */
  readonly actorId: number | null;
  readonly byAdmin: boolean;
  readonly because: string | null;
  readonly at: string;
}

/** What is published now. */
export interface PublishedApproval {
  readonly approvalId: string;
  readonly approvalVersion: number;
  readonly landed: boolean;
  /** Of the newest landing that was published since the last revocation, be it this or one before it: the next must descend from it. */
  readonly mergeSha: string | null;
}

/** An approval beside the plan that it would be published to. */
export interface PlanCandidate {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly approvalId: string;
  readonly environment: string;
  /** Order of the workspace's approvals, from 1. */
  readonly approvalVersion: number;
  /** null = approved in Studio: nothing was merged. */
  readonly landing: { readonly mergeSha: string; readonly repository: RepositoryRef } | null;
  readonly compiledHash: string;
  readonly evaluation: StoredEvaluation;
  readonly status: PlanStatus;
  /** Last line of the history; 0 = none. Publishing is by compare-and-set on it. */
  readonly seq: number;
  readonly published: PublishedApproval | null;
  /** The merge already came to an end for this approval. */
  readonly settledOnMerge: "promoted" | "withheld" | null;
}

export interface PlanWrite {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly approvalId: string;
  readonly how: "on_merge" | "manual";
  readonly actorId: number | null;
  readonly byAdmin: boolean;
  readonly because: string | null;
}

/** A plan as people see it. */
export interface PlanState {
  readonly status: PlanStatus;
  readonly compiledHash: string | null;
  /** null = nothing is published. */
  readonly approvalId: string | null;
}

/** `moved`: the plan changed since it was read. */
export type PlanWritten =
  | { readonly status: "done"; readonly plan: PlanState; readonly created: boolean }
  | { readonly status: "moved" | "not_found" | "invalid_state" | "artifact_invalid" }
  | { readonly status: "unsettled"; readonly because: readonly string[] }
  /** Files of contracts that are in force, and that nobody decided to take away. */
  | { readonly status: "narrows"; readonly missing: readonly string[] };

/** Plans as they are stored. Every write is one transaction with its history line and its audit event. */
export interface PlanRecords {
  planHead(key: PlanKey): Promise<PlanHead | null>;
  planOf(key: PlanKey): Promise<PlanState | null>;
  planContent(id: string): Promise<PlanContent | null>;
  /** Was this hash ever published to this plan? */
  wasPublished(planId: string, compiledHash: string): Promise<boolean>;
  planCandidate(at: Pick<PlanWrite, "tenantId" | "workspaceId" | "approvalId">): Promise<PlanCandidate | null>;
  /** Newest first. */
  planHistory(at: Pick<PlanWrite, "tenantId" | "workspaceId">, limit: number): Promise<readonly PlanEvent[]>;
  /** What only an admin can answer for, as sentences (see `PromotionFacts`). */
  unsettledLandings(candidate: Pick<PlanCandidate, "tenantId" | "workspaceId">): Promise<readonly string[]>;
  publishPlan(input: PlanWrite & { readonly after: number }): Promise<PlanWritten>;
  /** Says in the history that a landing was not published, and why. Once per approval. */
  withholdPlan(input: PlanWrite & { readonly after: number }): Promise<PlanWritten>;
  enforcePlan(input: PlanWrite): Promise<PlanWritten>;
  revokePlan(input: PlanWrite): Promise<PlanWritten>;
}

export interface PlanRequest {
  readonly tenantId: string;
  readonly workspaceId: string;
  /** What to publish; for enforcing and revoking, what the person saw published. */
  readonly approvalId: string;
  readonly actor: { readonly personId: number; readonly isAdmin: boolean };
  readonly rationale?: string | null;
}

/** Codes are those of the HTTP API. */
export type PlanOutcome =
  | { readonly status: "done"; readonly plan: PlanState; readonly created: boolean }
  | {
      readonly status: "refused";
      readonly code: "FORBIDDEN" | "NOT_FOUND" | "INVALID_STATE" | "VERSION_CONFLICT" | "CONTRACTS_MISSING" | "APPROVED_ARTIFACT_INVALID";
      readonly because: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** What Studio shows of plans. null = no draft of this agent was seen in this environment. */
export type PlanShowing = Pick<PlanRecords, "planOf">;

/** Publishing is an act of its own, apart from approving. Roles are the caller's to check, but for what only an admin may do. */
export interface PlanPublishing {
  promote(input: PlanRequest): Promise<PlanOutcome>;
  /** An admin's act. */
  enforce(input: PlanRequest): Promise<PlanOutcome>;
  /** An admin's act. */
  revoke(input: PlanRequest): Promise<PlanOutcome>;
}

/** What the plan endpoint may say. */
export type PlanAnswer =
  | { readonly status: "not_found" }
  | { readonly status: "gone" }
  | { readonly status: "in_review"; readonly planStatus: "LEARNING" | "READY" }
  | {
      readonly status: "published";
      readonly planStatus: "APPROVED" | "ENFORCING";
      readonly compiledHash: string;
      /** Verified; the same object as long as nothing changed. */
      readonly session: CompiledSession;
    }
  | { readonly status: "invalid"; readonly because: string };

/** A plan as a runtime would get it from a server, verified (`countersign/runtime`). */
export type FetchPlan = (options: {
  readonly url: string;
  readonly apiKey: string;
  readonly agent: string;
  readonly environment: "production" | "staging" | "development";
  readonly hash?: string;
}) => Promise<FetchedPlan>;

export interface FetchedPlan {
  readonly attachment: "attached" | "no_plan" | "fetch_failed" | "artifact_invalid";
  readonly because: string;
  /** null = no answer. */
  readonly httpStatus: number | null;
  readonly planStatus: PlanStatus | null;
  readonly compiledHash: string | null;
  readonly session: {
    readonly runtime_projection: { readonly policyDigest: string; readonly contracts: readonly PlanContract[] };
    readonly review_hash: string;
    readonly compiler_version: string;
  } | null;
}

interface PlanContract {
  readonly file: string;
  readonly objects: readonly {
    readonly name: string;
    readonly tags: readonly string[];
    readonly fields: readonly { readonly path: string; readonly tags: readonly string[]; readonly masking: string | null }[];
  }[];
}

export interface PlanReading {
  /** `hash`: the compiled hash that the caller means; null = whichever is published. */
  read(key: PlanKey, hash: string | null): Promise<PlanAnswer>;
}
