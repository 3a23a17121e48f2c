import type { Population } from "../../engine/policy/satisfiability.ts";

export interface RepositoryRef {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** Account id of the owner. */
  readonly ownerId: number;
  readonly installationId: number;
}

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
  /** Members of teams and owners, as they are now. */
  population(repository: RepositoryTruth, teams: readonly string[]): Promise<Population>;
}
