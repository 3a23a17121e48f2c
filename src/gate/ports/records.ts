import type { PullTruth } from "./pulls.ts";
import type { StoredEvaluation, SubjectWork } from "./work.ts";

export interface LandedApproval {
  readonly work: SubjectWork;
  readonly pull: PullTruth;
  readonly evaluation: StoredEvaluation;
  readonly kind: "regular" | "forced";
  readonly approvedBy: readonly { readonly id: number; readonly login: string }[];
  readonly rationale: string | null;
  readonly compiled: {
    readonly compiledHash: string;
    readonly review: unknown;
    readonly runtime: unknown;
    readonly compilerVersion: string;
  };
}

export interface Incident {
  readonly work: SubjectWork;
  readonly kind: "bypass" | "content_mismatch";
  readonly mergeSha: string;
  readonly actorId: number | null;
  readonly evaluationId: string | null;
  readonly because: string;
}

export interface GovernanceApproval {
  readonly id: string;
  readonly workspaceId: string;
  readonly draftId: string;
  readonly draftSnapshotId: string;
  readonly approvalVersion: number;
  readonly kind: "regular" | "forced";
  readonly actorId: number;
  readonly approvedBy: readonly { readonly id: number; readonly login: string }[];
  readonly mergedBy: number | null;
  readonly approvedAt: string;
  readonly channel: "studio_ui" | "api" | "github";
  readonly draftVersion: number;
  readonly sourceSnapshotHash: string;
  readonly commandHistoryHash: string;
  readonly blockerIds: readonly string[];
  readonly advisoryIds: readonly string[];
  readonly rationale: string | null;
  readonly overrideId: string | null;
  /** Where it landed; a draft that is no pull request has at most a repository. */
  readonly repositoryId: number | null;
  readonly pullRequest: number | null;
  readonly mergeSha: string | null;
}

export interface CompiledGovernanceArtifact {
  readonly id: string;
  readonly approvalId: string;
  readonly compiledHash: string;
  readonly reviewProjection: unknown;
  readonly runtimeProjection: unknown;
  readonly compatibilityProjection?: unknown;
  readonly compilerVersion: string;
}

export interface AuditEvent {
  readonly tenantId: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly type: string;
  readonly severity: "info" | "warning" | "critical";
  readonly actor: string | null;
  readonly subject: string;
  readonly payload: unknown;
  readonly at: string;
}

/** The records of one approved draft. `created` false = they existed. */
export interface ApprovalRecord {
  readonly approval: GovernanceApproval;
  readonly artifact: CompiledGovernanceArtifact;
  readonly event: AuditEvent;
  readonly created: boolean;
}
