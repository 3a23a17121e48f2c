import type { BaseStanding } from "../../engine/base-standing.ts";
import type { PolicySource } from "../../engine/policy/model.ts";
import type { ApprovalRecord } from "./records.ts";
import type { DraftAsk, DraftContext, NewDraft, NewSnapshot, Outcome } from "./studio.ts";

/** A file of a submitted change by its text on both sides; null = it is not there. The same on both: read along, and no change. */
export interface SubmittedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export type SubmissionState = "pending_approval" | "approved" | "rejected" | "expired";

/** How a submission ended that nobody approved. */
export interface SubmissionEnd {
  readonly kind: "reject" | "expire";
  /** null = the clock. */
  readonly actorId: number | null;
  readonly reason: string | null;
  readonly at: string;
}

/** Break-glass by an admin, and the review that it owes. */
export interface SubmissionOverride {
  readonly id: string;
  readonly actorId: number;
  readonly reason: string;
  readonly incident: string;
  readonly at: string;
  readonly reviewDueAt: string;
  /** null = nobody has reviewed it yet. */
  readonly review: { readonly actorId: number; readonly finding: string; readonly at: string } | null;
}

export interface OverrideAsk {
  readonly tenantId: string;
  readonly id: string;
  readonly snapshotId: string;
  readonly version: number;
  readonly actorId: number;
  readonly reason: string;
  readonly incident: string;
  /** Also when what it says stood before it is not what was approved: whoever asks has seen what it takes back. */
  readonly despiteBase: boolean;
}

export interface ReviewAsk {
  readonly tenantId: string;
  readonly id: string;
  readonly actorId: number;
  readonly finding: string;
}

export interface Submission {
  readonly state: SubmissionState;
  readonly context: DraftContext;
  readonly approval: Omit<ApprovalRecord, "event" | "created"> | null;
  readonly end: SubmissionEnd | null;
  readonly override: SubmissionOverride | null;
  /** Held against the workspace's approval of this moment; null = it is not open. */
  readonly base: BaseStanding | null;
}

export interface SubmissionRow {
  readonly id: string;
  readonly state: SubmissionState;
  readonly agent: string;
  readonly environment: string;
  readonly title: string | null;
  readonly version: number;
  readonly isReady: boolean;
  readonly blockerIds: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A decided version of a submission: the first one opens it. One transaction. */
export interface NewSubmission {
  readonly opens: NewDraft | null;
  /** Of an opened one, `draftId` and `expected` are made with it. */
  readonly snapshot: NewSnapshot;
  /** Nobody is asked: approved at once, by nobody, unless it begins from something else than what was approved. */
  readonly isUnasked: boolean;
  readonly idempotency: DraftAsk["idempotency"];
}

/** The policy of a tenant for whatever is no repository of its own, as an admin pushed it. */
export interface PushedPolicy {
  /** 1, 2, 3 … */
  readonly seq: number;
  readonly sources: readonly PolicySource[];
  readonly digest: string;
  readonly actorId: number;
  readonly at: string;
}

export interface PolicyPush {
  readonly tenantId: string;
  /** The version that it comes after; 0 = there is none. Another one: VERSION_CONFLICT. */
  readonly after: number;
  readonly sources: readonly PolicySource[];
  readonly digest: string;
  readonly actorId: number;
}

/** The sources of policy that a tenant's records hold. */
export interface TenantPolicies {
  /** The newest version; null = none was pushed. */
  pushedPolicy(tenantId: string): Promise<PushedPolicy | null>;
  pushPolicy(push: PolicyPush): Promise<Outcome<PushedPolicy>>;
  /** In force for a repository of this tenant; null = the tenant has none of that id, or it was never looked at. */
  repositoryPolicy(
    tenantId: string,
    repositoryId: number,
  ): Promise<{ readonly sources: readonly PolicySource[]; readonly commit: string } | null>;
}

/** Changes that are no pull requests. Every read and write is of one tenant. */
export interface Submissions extends TenantPolicies {
  /** The database's clock, ISO 8601 UTC. */
  now(): Promise<string>;
  submit(input: NewSubmission): Promise<Outcome<{ readonly draftId: string }>>;
  /** The answer of an earlier request under this key; null = it is new. */
  submittedBefore(ask: Pick<DraftAsk, "tenantId" | "idempotency">): Promise<Outcome<{ readonly draftId: string } | null>>;
  submission(tenantId: string, id: string): Promise<Submission | null>;
  /** Newest first. */
  submissions(
    tenantId: string,
    query: { readonly state: SubmissionState | null; readonly limit: number },
  ): Promise<readonly SubmissionRow[]>;
  /**
   * A forced approval with its blockers, an override and a critical event, in one transaction. Refused for what is blocked or could be
   * approved, for another version than the one that was seen, for whoever had a hand in it, and, unless `despiteBase` says so, where the
   * base has moved.
   */
  overrideSubmission(ask: OverrideAsk): Promise<Outcome<SubmissionOverride>>;
  /** The review that its override owes; once. Refused for whoever overrode, submitted or voted. */
  reviewOverride(ask: ReviewAsk): Promise<Outcome<SubmissionOverride>>;
  /** Of every tenant: those whose newest version has been pending for longer. Gives how many ended. */
  expireSubmissions(olderThanMs: number): Promise<number>;
  /** Of every tenant: answers to requests with an idempotency key, of every route. Gives how many were forgotten. */
  forgetAnswers(olderThanMs: number): Promise<number>;
}
