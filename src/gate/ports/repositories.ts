import type { Population } from "../../engine/policy/satisfiability.ts";
import type { RepositoryRef } from "./refs.ts";

/** What a repository is called now. */
export interface RepositoryTruth extends RepositoryRef {
  readonly ownerType: "Organization" | "User";
  readonly defaultBranch: string;
}

/** Reads of whole repositories. Reject with TruthError when GitHub's answer is not certain. */
export interface RepositoryReads {
  /** Rejects also when another repository answers under that name. */
  repository(repository: RepositoryRef): Promise<RepositoryTruth>;
  /** Merged pull requests that brought this commit. */
  landingsOf(repository: RepositoryRef, sha: string): Promise<readonly number[]>;
  /** Where the tip of a branch stood after each of its updates, newest first, by GitHub's own log; null = there is none that can be read. */
  tipsOf(repository: RepositoryRef, branch: string): Promise<readonly string[] | null>;
  /** Members of teams and owners, as they are now. */
  population(repository: RepositoryTruth, teams: readonly string[]): Promise<Population>;
}
