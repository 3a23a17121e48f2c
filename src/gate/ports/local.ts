import type { History } from "./history.ts";
import type { Repository } from "./repository.ts";

/** `HEAD` of a change that is not committed: the work tree as `git add -A` would take it. */
export const WORKTREE = "WORKTREE";

/** A git repository on this machine: what `check` needs beyond its objects. Rejects with a `Refusal`. */
export interface LocalRepository extends Repository {
  /** Top folder of the work tree, or the git folder of a bare repository. */
  readonly root: string;
  readonly bare: boolean;
  readonly history: History;
  /** Commit id of a revision; `WORKTREE` gives a tree id that `changedFiles` accepts as head. */
  resolve(revision: string): Promise<string>;
  /** Every merge base of the two; the first is `mergeBase`. */
  mergeBases(base: string, head: string): Promise<readonly string[]>;
  /** Short name of the default branch: origin/HEAD, else main or master. */
  defaultBranch(): Promise<string>;
  /** Address of the remote `origin`; null = there is none. */
  originUrl(): Promise<string | null>;
  /** Short branch name when the revision names a branch (local or of a remote), else null. */
  branchName(revision: string): Promise<string | null>;
  /**
   * Paths of the files of a commit or tree with a line that matches the POSIX extended expression; of all files, or of those with one of the
   * extensions. Whatever attributes call binary is searched too.
   */
  filesHolding(commit: string, expression: string, extensions?: readonly string[]): Promise<readonly string[]>;
  /** `Name <email>` of the commit's author; null for a work tree. */
  authorOf(commit: string): Promise<string | null>;
  /** Commits that `head` has and `base` has not, each with its whole message. A work tree stands on HEAD. */
  messagesOf(
    base: string,
    head: string,
  ): Promise<readonly { readonly sha: string; readonly identities: readonly string[]; readonly message: string }[]>;
  /** Ends the helper processes. */
  close(): Promise<void>;
}
