import type { PostHocReview } from "./overrides.ts";
import type { PullRef, RepositoryRef } from "./pulls.ts";

/** How an issue was closed last. */
export interface Closing {
  /** Id of GitHub's event. */
  readonly id: number;
  readonly actor: { readonly id: number; readonly login: string; readonly type: string } | null;
  readonly viaApp: number | null;
  /** Closed by a keyword in this commit. */
  readonly commit: string | null;
  readonly at: string;
}

export interface IssueTruth {
  readonly state: "open" | "closed";
  /** null = open, or GitHub does not tell who closed it. */
  readonly closing: Closing | null;
}

/** Issues and labels of a repository, as our app sees and changes them. Every method rejects with a TruthError when it is not certain. */
export interface Issues {
  /** Who put on the label that stands there now, and when; null = it is not there. */
  standingLabel(pull: PullRef, label: string): Promise<{ readonly actorId: number | null; readonly at: string } | null>;
  /** Number of the issue that our app opened for this review before, open or closed. */
  findReviewIssue(review: PostHocReview): Promise<number | null>;
  openReviewIssue(review: PostHocReview): Promise<number>;
  read(repository: RepositoryRef, number: number): Promise<IssueTruth>;
  reopen(repository: RepositoryRef, number: number): Promise<void>;
  /** Says why a closing does not count. */
  explainRefusal(review: PostHocReview, who: string | null, because: string): Promise<void>;
}
