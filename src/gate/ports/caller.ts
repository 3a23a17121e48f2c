import type { PullRef, PullRequests, RepositoryRef } from "./pulls.ts";

/** GitHub as the holder of a token sees it, without an app and without records. Nothing is written. */
export interface CallerReads {
  /** Rejects with an `auth` TruthError where the token cannot see everybody that a decision may depend on. */
  readonly pulls: PullRequests;
  /** null = there is no such repository or pull request, or this token may not see it. */
  find(owner: string, name: string, number: number): Promise<PullRef | null>;
  /** The newest check runs of each name on a commit, those of GitHub's own Actions left out: no app of ours is that one. */
  published(repository: RepositoryRef, headSha: string): Promise<readonly PublishedRun[]>;
}

export interface PublishedRun {
  readonly id: number;
  readonly name: string;
  /** null = not completed. */
  readonly conclusion: string | null;
  readonly title: string | null;
}

/** What the holder of a token says about a pull request on GitHub. */
export interface PullReview {
  readonly owner: string;
  readonly name: string;
  readonly number: number;
  readonly event: "APPROVE" | "REQUEST_CHANGES";
  readonly body: string | null;
}
