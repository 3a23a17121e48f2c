import type { OverdueReview } from "../../engine/override-facts.ts";
import type { PullRef } from "./pulls.ts";
import type { StoredEvaluation } from "./work.ts";

/** One override label by its first signed delivery, and whether who set it was entitled at that moment. Append-only. */
export interface OverrideGrant {
  readonly id: string;
  readonly repositoryId: number;
  readonly pullRequest: number;
  /** Names the delivery: `LabelFact.delivery`. */
  readonly delivery: string;
  readonly label: string;
  readonly actorId: number | null;
  readonly headSha: string | null;
  readonly baseRef: string | null;
  /** GitHub's instant of the label. */
  readonly labelledAt: string;
  readonly entitled: boolean;
  readonly because: string;
  readonly observedAt: string;
  /** An evaluation stood on it. */
  readonly used: boolean;
}

export type NewGrant = Omit<OverrideGrant, "id" | "used">;

/** A review that a used override owes. */
export interface PostHocReview {
  readonly id: string;
  readonly grant: OverrideGrant;
  readonly pull: PullRef;
  readonly dueAt: string;
  readonly createdAt: string;
  /** null = the issue is still to be opened. */
  readonly issueNumber: number | null;
  readonly closedAt: string | null;
  readonly closedBy: number | null;
  /** The evaluation that first stood on the override. */
  readonly evaluation: StoredEvaluation;
}

/** An override as the Station lists it. */
export interface OverrideRow {
  readonly grant: OverrideGrant;
  readonly repository: string;
  /** Who set the label; null = unknown, or erased. */
  readonly actorLogin: string | null;
  /** What became of it, oldest first. */
  readonly events: readonly { readonly kind: string; readonly because: string; readonly at: string }[];
  readonly review: {
    readonly dueAt: string;
    readonly issueNumber: number | null;
    readonly closedAt: string | null;
    readonly closedBy: number | null;
    readonly closedByLogin: string | null;
    readonly isOverdue: boolean;
  } | null;
}

/** A submission that an admin forced, as the Station lists it beside the labels. */
export interface ForcedSubmissionRow {
  readonly submissionId: string;
  readonly workspaceId: string;
  readonly agent: string;
  readonly environment: string;
  readonly actorId: number;
  /** null = unknown, or erased. */
  readonly actorLogin: string | null;
  readonly reason: string;
  readonly incident: string;
  readonly at: string;
  readonly review: {
    readonly dueAt: string;
    readonly isOverdue: boolean;
    /** null = nobody has reviewed it yet. */
    readonly done: { readonly by: number; readonly byLogin: string | null; readonly finding: string; readonly at: string } | null;
  };
}

/** The memory of overrides. Nothing here decides: it keeps what was seen, and what is owed for it. */
export interface Overrides {
  overrideGrants(repositoryId: number, number: number): Promise<readonly OverrideGrant[]>;
  /** The first one of a delivery wins; an audit event goes with it. */
  recordGrant(key: string, grant: NewGrant): Promise<void>;
  /** Open reviews of the repository that were due at that instant. */
  overdueReviews(repositoryId: number, asOf: string): Promise<readonly OverdueReview[]>;
  /** Labels of nobody entitled that nobody has taken off yet. `key` null = of every pull request. */
  labelsToRemove(key: string | null, limit: number): Promise<readonly { readonly grant: OverrideGrant; readonly pull: PullRef }[]>;
  /** `removed` false = it was gone, or another one stands there now. */
  recordLabelRemoved(grant: OverrideGrant, removed: boolean): Promise<void>;
  /** Reviews that nobody has closed, the ones without an issue first. */
  openReviews(key: string | null, limit: number): Promise<readonly PostHocReview[]>;
  recordIssueOpened(review: PostHocReview, issueNumber: number): Promise<void>;
  /** True = this closing was not answered before, and this caller answers it. */
  claimRefusedClosing(review: PostHocReview, closing: number, because: string): Promise<boolean>;
  recordReviewClosed(review: PostHocReview, by: number): Promise<void>;
  /** One audit event for each review that has become overdue. Gives how many. */
  noteOverdueReviews(asOf: string): Promise<number>;
}
