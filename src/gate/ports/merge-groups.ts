import type { RepositoryRef } from "./refs.ts";
import type { HeldWork } from "./work.ts";

/** Where a merge queue put a group together, as its delivery said. Refs are short branch names. */
export interface GroupPlace {
  readonly headSha: string;
  /** `gh-readonly-queue/<base>/pr-<number>-<sha>`: names the pull request that came last. A hint. */
  readonly headRef: string;
  readonly baseRef: string;
  /** The commit before the last pull request of the group: earlier entries of the queue may stand below it. A hint. */
  readonly baseSha: string;
}

/** One merge group that the worker looks after. Key: `<repository id>@<head sha>`. */
export interface GroupWork extends HeldWork, GroupPlace {
  readonly repository: RepositoryRef;
}

/** The ledger's part: groups are subjects like pull requests. */
export interface QueuedGroups {
  /** Takes the group: raises its fence. null = no such group. */
  startGroup(key: string): Promise<GroupWork | null>;
  /** Every group of this repository that was ever announced: which entry of the queue a commit was made for. */
  announcedGroups(repositoryId: number): Promise<readonly Pick<GroupPlace, "headSha" | "headRef">[]>;
}
