import type { PeopleFacts, Review } from "../../engine/facts.ts";
import type { CommitPulls } from "./commit-pulls.ts";
import type { CommitListing, Contributions } from "./contributions.ts";
import type { NameReads } from "./policy-pins.ts";
import type { ReadAhead } from "./read-ahead.ts";
import type { PullRef, RepositoryRef } from "./refs.ts";
import type { RepositoryReads } from "./repositories.ts";
import type { Repository } from "./repository.ts";

export type { PullRef, RepositoryRef } from "./refs.ts";

/** A pull request as GitHub says it now. */
export interface PullTruth {
  readonly repository: RepositoryRef & { readonly ownerType: "Organization" | "User"; readonly defaultBranch: string };
  readonly number: number;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly merged: boolean;
  /** Only when merged. */
  readonly mergeCommitSha: string | null;
  readonly mergedBy: { readonly id: number; readonly login: string } | null;
  /** Only when merged; absent or null = unknown. */
  readonly mergedAt?: string | null;
  readonly draft: boolean;
  readonly author: { readonly id: number; readonly login: string; readonly type: string } | null;
  readonly headSha: string;
  readonly headRef: string;
  /** null = the head repository was deleted. */
  readonly headRepositoryId: number | null;
  /** Where to ask for its pushes; absent = unknown, and the push history is then incomplete. */
  readonly headRepository?: { readonly owner: string; readonly name: string } | null;
  readonly baseRef: string;
  readonly baseSha: string;
  /** The repository takes squashed changes only: commits on the way never land. Absent or null = unknown. */
  readonly squashOnly?: boolean | null;
  /** The repository takes no rebased changes. Absent or null = unknown. */
  readonly neverRebased?: boolean | null;
  /** Short name of the branch that its stack leads to, where GitHub says that it is in one. */
  readonly stackBase?: string | null;
  /** Number of commits, as GitHub counts them. */
  readonly commits: number;
  readonly updatedAt: string;
}

/** A signed delivery that dates a vote, a label or a comment: what was seen, and on which head. First one wins. */
export interface Receipt {
  readonly kind: "review" | "labeled" | "unlabeled" | "comment";
  readonly repositoryId: number;
  readonly number: number;
  /** Review id, label name + delivery guid, or comment id. */
  readonly subject: string;
  readonly actorId: number | null;
  readonly actorLogin: string | null;
  readonly viaApp: number | null;
  readonly commitId: string | null;
  /** null when the payload does not carry the head (comments). */
  readonly headSha: string | null;
  readonly baseRef: string | null;
  /** Review state, label name or comment body. */
  readonly detail: string;
  /** Instant by our database's clock. */
  readonly at: string;
  /** It came within the last minutes, by that clock: a copy of GitHub's may be behind it. Absent = it did not. */
  readonly lately?: boolean;
}

/** A pull request once more, just before a success. */
export interface SecondLook {
  readonly headSha: string;
  readonly baseRef: string;
  readonly state: "open" | "closed";
  readonly updatedAt: string;
  /** null = were not asked for. */
  readonly reviews: readonly Pick<Review, "id" | "state" | "commitId">[] | null;
}

export interface PullRequests extends RepositoryReads, CommitPulls, NameReads {
  read(pull: PullRef): Promise<PullTruth>;
  /** Tip of a branch and whether it is protected; null = no such branch. Always `refs/heads/…`, never a tag. */
  branch(repository: RepositoryRef, name: string): Promise<{ sha: string; protected: boolean } | null>;
  content(repository: RepositoryRef): Repository;
  /** `tip`: that of the default branch. null, or absent = everything is read where it is wanted. */
  readAhead?(pull: PullTruth, tip: string): ReadAhead | null;
  /**
   * Reviews, commits, pushes, labels, comments, owners and the members of `teams`. A team that answers 404 or 403 comes back with
   * `readable: false`; 5xx rejects. `second`: GitHub sends everything anew, nothing is only confirmed.
   */
  people(pull: PullTruth, teams: readonly string[], receipts: readonly Receipt[], look?: "first" | "second"): Promise<PeopleFacts>;
  /** The commits that it adds to its base, at most 250. */
  commits(pull: PullTruth): Promise<CommitListing>;
  contributions(pull: PullTruth): Promise<Contributions>;
  /**
   * For the second look before a success: sent anew by GitHub, never only confirmed. `stands`: whether a look is what was expected. With it
   * one question may be asked instead of two; a look that does not stand is always the answer to two.
   */
  lookAgain(pull: PullRef, withReviews: boolean, stands?: (look: SecondLook) => boolean): Promise<SecondLook>;
  /** First parent of a commit and the commit's own tree id. */
  commit(repository: RepositoryRef, sha: string): Promise<{ sha: string; parents: readonly string[]; tree: string }>;
  removeLabel(pull: PullRef, label: string): Promise<void>;
}
