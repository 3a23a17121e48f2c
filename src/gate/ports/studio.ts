import type { BaseStanding } from "../../engine/base-standing.ts";
import type { CompiledContract } from "../../engine/contract/finding.ts";
import type { ContractParts } from "../../engine/contract/parts.ts";
import type { Decision } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import type { ApprovalRecord } from "./records.ts";
import type { DraftSnapshot, StoredEvaluation } from "./work.ts";

export type DraftKind = "pull_request" | "submission" | "studio";
export type DraftStatus = "open" | "approved" | "rejected" | "expired" | "abandoned";
/** How a person reached us: the Station's pages, or a program with that person's token. */
export type StudioChannel = "studio_ui" | "api";

export interface Workspace {
  readonly id: string;
  readonly agent: string;
  readonly environment: string;
  readonly repositoryId: number | null;
  readonly status: string;
  readonly runtimeAuthorityKind: string;
  readonly activeDraftId: string | null;
  readonly activeDraftSnapshotId: string | null;
  readonly activeApprovalId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Draft {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: DraftKind;
  readonly repositoryId: number | null;
  readonly pullRequest: number | null;
  readonly title: string | null;
  readonly author: string | null;
  readonly authorId: number | null;
  readonly status: DraftStatus;
  readonly activeSnapshotId: string | null;
  readonly currentVersion: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Snapshot {
  readonly id: string;
  readonly draftId: string;
  readonly version: number;
  readonly status: "collecting" | "ready_for_approval" | "approved" | "superseded";
  readonly approvalState: { readonly ready_for_approval: boolean };
  readonly blockerIds: readonly string[];
  readonly advisoryIds: readonly string[];
  readonly sourceSnapshotHash: string;
  readonly commandHistoryHash: string;
  readonly evaluationId: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly generationProfile: string;
  readonly compilerVersion: string;
  readonly createdAt: string;
}

/** One row of a draft's votes, in order. */
export interface Vote {
  readonly seq: number;
  readonly kind: "approve" | "request_changes" | "withdraw" | "dismiss";
  readonly personId: number;
  /** Who took it away, for a dismissal; else the person. */
  readonly actorId: number;
  readonly contentDigest: string;
  readonly headSha: string;
  readonly comment: string | null;
  /** By the database's clock; never before the vote in front of it. */
  readonly receivedAt: string;
}

/** Somebody had a hand in the draft. */
export interface Contribution {
  /** null = nobody vouches for who it was. */
  readonly personId: number | null;
  readonly headSha: string | null;
  readonly at: string;
}

/** A draft as it stands, with what its next decision is made from. */
export interface DraftContext {
  /** The database's clock, ISO 8601 UTC. */
  readonly now: string;
  readonly workspace: Workspace;
  readonly draft: Draft;
  /** null = nothing has been saved in it yet. */
  readonly snapshot: Snapshot | null;
  /** The newest; null for a pull request too, whose evaluations belong to it. */
  readonly evaluation: StoredEvaluation | null;
  readonly votes: readonly Vote[];
  readonly contributions: readonly Contribution[];
}

/** Why an act was refused. Nothing was written. */
export interface Refused {
  readonly status: "refused";
  readonly code:
    | "WORKSPACE_NOT_FOUND"
    | "NOT_FOUND"
    | "NO_ACTIVE_DRAFT"
    | "STALE_LINEAGE"
    | "NOT_READY"
    | "BLOCKED"
    | "BASE_MOVED"
    | "OWN_CHANGE"
    | "NOT_ELIGIBLE"
    | "INVALID_STATE"
    | "VERSION_CONFLICT"
    | "IDEMPOTENCY_MISMATCH"
    | "NO_POLICY"
    | "INVALID_POLICY"
    | "UNAVAILABLE";
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}
export type Outcome<T> = { readonly status: "done"; readonly value: T } | Refused;

/** Who asks for what about one snapshot of one draft. */
export interface DraftAsk {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly draftId: string;
  readonly snapshotId: string;
  readonly draftVersion: number;
  readonly actorId: number;
  readonly channel: StudioChannel;
  /** The key that the caller gave, and the digest of all that was asked under it. */
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null;
}

export interface StudioApproval extends DraftAsk {
  readonly rationale: string | null;
}

export type WorkspaceApproval = Omit<ApprovalRecord, "event"> & { readonly workspace: Workspace };

export interface NewDraft {
  readonly tenantId: string;
  readonly kind: "submission" | "studio";
  readonly agent: string;
  /** Whether the policy in force for it names this agent. One that nobody vouches for binds no name of a repository. */
  readonly isAgentDeclared: boolean;
  readonly environment: string;
  /** GitHub's id of the repository; null = it is elsewhere. */
  readonly repositoryId: number | null;
  readonly title: string | null;
  /** Who proved to be its author; null = nobody did (an API key), and one more approver is asked for. */
  readonly author: { readonly id: number; readonly login: string } | null;
  readonly origin: string;
}

/** What a snapshot was made from. */
export interface NewSource {
  readonly kind: "contract_file" | "policy_file" | "pull_request" | "system_card" | "agent_trace" | "manual_note";
  readonly title: string;
  readonly contentHash: string;
  readonly securityStatus: "unchecked" | "clean" | "refused";
  readonly ingestionStatus: "ingested" | "unreadable";
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** What a change says stood before it, beside the blobs that its facts name: held against the approval before. */
export interface StoodBefore {
  /** Of the changed files, and of those that were read along. */
  readonly contracts: readonly CompiledContract[];
  readonly parts: readonly ContractParts[];
  /** Files that were read along and do not change, by the id of their text. */
  readonly beside: readonly { readonly file: string; readonly blob: string }[];
}

/** A decision about a draft, and what stood when it was made: anything newer, and nothing is written. */
export interface DecidedDraft {
  readonly tenantId: string;
  readonly draftId: string;
  readonly expected: { readonly version: number; readonly lastVote: number };
  readonly facts: Facts;
  readonly decision: Decision;
  readonly draft: DraftSnapshot;
}

export interface NewSnapshot extends DecidedDraft {
  readonly actorId: number | null;
  readonly origin: string;
  /** Every governed contract on the head side, as a runtime will see them. */
  readonly contracts: readonly CompiledContract[];
  /** What else they say. */
  readonly parts: readonly ContractParts[];
  readonly base: StoodBefore;
  readonly sources: readonly NewSource[];
}

export interface NewVote extends DecidedDraft {
  readonly vote: Vote;
  readonly requirementIds: readonly string[];
  readonly channel: StudioChannel;
  readonly idempotency: DraftAsk["idempotency"];
}

export interface SavedDraft {
  readonly draft: Draft;
  readonly snapshot: Snapshot;
  readonly evaluationId: string;
  readonly state: Decision["state"];
}

export interface WorkspaceRow {
  readonly workspace: Workspace;
  readonly openDrafts: number;
  readonly readyDrafts: number;
}

export interface WorkspaceView {
  readonly workspace: Workspace;
  /** Newest first, at most `DRAFTS_SHOWN`. */
  readonly drafts: readonly { readonly draft: Draft; readonly snapshot: Snapshot | null }[];
  readonly approval: Omit<ApprovalRecord, "event" | "created"> | null;
}

/** What an approval of the active draft would write. */
export interface ApprovalPreview {
  readonly workspace: Workspace;
  readonly draft: Draft | null;
  readonly snapshot: Snapshot | null;
  /** Why it would be refused now; null = it would be minted. */
  readonly refusal: Refused | null;
  readonly decision: Decision | null;
  readonly approvalVersion: number;
  /** Whether it begins from what was approved before, also while something else stands against it; null = nothing is open, or a merge says it. */
  readonly base: BaseStanding | null;
  /** null = it cannot be compiled, or a merge will do it from the landed tree. */
  readonly compiled: { readonly compiledHash: string; readonly contracts: readonly CompiledContract[] } | null;
}

/** Studio's side of the durable state. Every read and write is of one tenant. */
export interface StudioRecords {
  workspaces(tenantId: string, limit: number): Promise<readonly WorkspaceRow[]>;
  workspace(tenantId: string, workspaceId: string): Promise<WorkspaceView | null>;
  draftContext(tenantId: string, draftId: string): Promise<DraftContext | null>;
  /** What one of the draft's snapshots was decided about; null = it is none of the draft's. */
  snapshotContent(
    tenantId: string,
    draftId: string,
    snapshotId: string,
  ): Promise<{ readonly version: number; readonly contentDigest: string; readonly headSha: string } | null>;
  /** What was answered under this key; null = it is new. Refused when it stands for another request. */
  answered<T>(ask: Pick<DraftAsk, "tenantId" | "idempotency">): Promise<Outcome<T | null>>;
  openDraft(input: NewDraft): Promise<{ readonly workspaceId: string; readonly draftId: string }>;
  saveDraftSnapshot(input: NewSnapshot): Promise<Outcome<SavedDraft>>;
  recordVote(input: NewVote): Promise<Outcome<SavedDraft>>;
  /** The same verb that a merge goes through: one approval, one artifact, the pointers, an audit event, one transaction. */
  approveWorkspaceDraft(input: StudioApproval): Promise<Outcome<WorkspaceApproval>>;
  rejectDraft(input: DraftAsk & { readonly reason: string }): Promise<Outcome<{ readonly workspace: Workspace; readonly draft: Draft }>>;
  activateDraft(input: DraftAsk): Promise<Outcome<{ readonly workspace: Workspace; readonly draft: Draft }>>;
  previewApproval(tenantId: string, workspaceId: string, actorId: number | null): Promise<ApprovalPreview | null>;
  /** An approval of this workspace; null = it has none of that id. */
  approvalIn(tenantId: string, workspaceId: string, approvalId: string): Promise<Omit<ApprovalRecord, "event" | "created"> | null>;
}
