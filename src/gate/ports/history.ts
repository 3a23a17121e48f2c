import type { TreeChanges } from "./repository.ts";

/** `first-parent`: what landed on the branch, merges included. `every-commit`: each commit on the way, merges left out. */
export type HistoryWalk = "first-parent" | "every-commit";

/** Commits that `to` has and `from` has not. Both are full commit ids. */
export interface HistoryRange {
  readonly to: string;
  readonly from: string | null;
  /** ISO 8601 instant: committed then or later. */
  readonly since: string | null;
  readonly walk: HistoryWalk;
  /** At most so many, the newest. */
  readonly limit: number | null;
}

export interface HistoryCommit {
  readonly sha: string;
  /** What it is compared with: its first parent, or the empty tree for a root. */
  readonly base: string;
  readonly parents: readonly string[];
  /** ISO 8601, as the committer's machine said; null when that is no instant. */
  readonly committedAt: string | null;
  /** `Name <email>`. */
  readonly author: string;
  readonly subject: string;
  /** Set when the repository does not hold what it is compared with: a sentence for people. */
  readonly cut: string | null;
}

export interface CommitListing {
  /** Oldest first. */
  readonly commits: readonly HistoryCommit[];
  /** Set when older commits could not be listed. */
  readonly incomplete: { readonly sha: string | null; readonly because: string } | null;
}

/** The past of a repository on this machine, by plumbing. */
export interface History {
  /** @throws Refusal when nothing can be listed. */
  list(range: HistoryRange): Promise<CommitListing>;
  /** What a commit changed against its first parent. One git process serves all calls. @throws Refusal when an object of it cannot be read. */
  changesOf(commit: HistoryCommit): Promise<TreeChanges>;
}
