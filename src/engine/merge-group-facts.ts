import type { GovernedFile } from "./contract/finding.ts";
import type { OverrideUse, State } from "./decision.ts";

/** What a merge queue put together on top of a branch. Part of the facts of a group; the diff beside it is the group's own. */
export interface GroupFacts {
  readonly headRef: string;
  /** In the order in which the queue put them on the base. */
  readonly pulls: readonly GroupPull[];
  /** What stands at the group's base under each governed path that a pull request changes and the group does not. */
  readonly standing: readonly { readonly path: string; readonly mode: string | null; readonly blob: string | null }[];
  /** Commits that change governed files and belong to no pull request that could be found. */
  readonly unattributed: readonly string[];
}

export interface GroupPull {
  readonly number: number;
  readonly headSha: string;
  /** Its own decision for its present head and base, made anew for this group. */
  readonly state: State;
  readonly verdict: string;
  /** Why it cannot be part of this group, whatever its state; null = it can. */
  readonly misplaced: string | null;
  readonly override: OverrideUse | null;
  /** As they were decided about. */
  readonly files: readonly GovernedFile[];
  readonly governanceFiles: readonly GovernedFile[];
  /** Fingerprints of its findings about contracts, without those that lineage gives. */
  readonly findings: readonly string[];
  /** Digest of the facts that it was decided from. */
  readonly facts: string;
}
