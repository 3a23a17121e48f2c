import type { Decision } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import type { CheckConclusion, WantedCheck } from "./checks.ts";
import type { PullRef, RepositoryRef } from "./pulls.ts";

/** One subject that a worker has taken. */
export interface HeldWork {
  readonly key: string;
  readonly wantGen: number;
  readonly doneGen: number;
  /** Raised at every job start: an older worker's writes fail. */
  readonly fence: number;
  /** Since the oldest mark that this work answers, when it was taken; null = there was none. Absent = not measured. */
  readonly waitedSeconds?: number | null;
  readonly previous: StoredEvaluation | null;
}

/** One pull request that the worker looks after. Key: `<repository id>#<number>`. */
export interface SubjectWork extends HeldWork {
  readonly pull: PullRef;
  /** Where it stands by the first signed delivery, or as it was last read: a hint, never the truth. */
  readonly told: {
    readonly headSha: string | null;
    readonly baseRef: string | null;
    /** When GitHub had changed it last, as a delivery told within the last minutes; null = none did. Whatever is read is no older. */
    readonly updatedAt: string | null;
  };
}

export interface StoredEvaluation {
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly headSha: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly facts: Facts;
  readonly decision: Decision;
  readonly createdAt: string;
}

/** The content digest that one evaluation saw for a commit. */
export interface EvaluatedContent {
  readonly headSha: string;
  readonly digest: string;
  /** Instant by our database's clock. */
  readonly at: string;
}

/** A check that an evaluation wants on GitHub; one row per (repository, sha, name). */
export interface OutboxCheck {
  readonly id: string;
  readonly key: string;
  readonly repository: RepositoryRef;
  readonly headSha: string;
  readonly name: string;
  readonly version: number;
  readonly evaluationId: string;
  readonly policy: string | null;
  readonly conclusion: CheckConclusion;
  readonly runId: number | null;
  /** A write went out and its outcome is unknown. */
  readonly uncertain: boolean;
  /** Conclusion that GitHub is known to show. */
  readonly publishedConclusion: string | null;
}

export interface SaveEvaluation {
  readonly work: HeldWork;
  readonly facts: Facts;
  readonly decision: Decision;
  readonly headSha: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly author: string | null;
  readonly checks: readonly WantedCheck[];
  /** False keeps the subject dirty (a fault: the job must run again), so `done_gen` does not move. */
  readonly done: boolean;
  /** False: it waits for nobody, being a draft or merged already, and nobody is told that it does; absent = true. */
  readonly asks?: boolean;
  /** Governance records; null when the base is ungoverned. */
  readonly draft: DraftSnapshot | null;
}

/** The pull request's draft in its workspace, as of this evaluation. */
export interface DraftSnapshot {
  readonly agent: string;
  readonly environment: string;
  readonly readyForApproval: boolean;
  readonly blockerIds: readonly string[];
  readonly advisoryIds: readonly string[];
  readonly sourceSnapshotHash: string;
  readonly memory: Readonly<Record<string, unknown>>;
}

export type SaveOutcome =
  | { readonly status: "saved"; readonly evaluation: StoredEvaluation }
  /** Another worker holds the subject now (fence) or wrote a newer evaluation (version). */
  | { readonly status: "superseded" };
