import type { CommitFact, PeopleFacts } from "../../engine/facts.ts";

/** Commits of a pull request as GitHub lists them. */
export interface CommitListing {
  /** Oldest first. */
  readonly commits: readonly Pick<CommitFact, "sha" | "parents">[];
  /** False: some are not listed. */
  readonly complete: boolean;
}

/** Who had a hand in one pull request. */
export type Contributions = Pick<PeopleFacts, "actors" | "commits" | "pushes"> & { readonly complete: boolean };
