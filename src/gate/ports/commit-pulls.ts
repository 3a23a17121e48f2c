import type { RepositoryRef } from "./refs.ts";

/** Which pull requests a commit or a branch belongs to. */
export interface CommitPulls {
  /** The repository as GitHub says it now. */
  home(repository: RepositoryRef): Promise<{ readonly ownerType: "Organization" | "User"; readonly defaultBranch: string }>;
  /** Numbers of open pull requests whose head is this branch of the repository itself. */
  pullsFromBranch(repository: RepositoryRef, branch: string): Promise<readonly number[]>;
  /** Open pull requests that GitHub connects with a commit. Empty is an answer, not a failure. */
  pullsOfCommit(
    repository: RepositoryRef,
    sha: string,
  ): Promise<readonly { readonly number: number; readonly headSha: string; readonly baseRef: string }[]>;
}
