import type { GroupPlace } from "./merge-groups.ts";
import type { NotifyEntry } from "./notifications.ts";
import type { RepositoryRef } from "./refs.ts";
import type { HeldWork } from "./work.ts";

/** One branch that the walker looks after. Key: `<repository id>!<branch>`. */
export interface BranchWork extends HeldWork {
  readonly repository: RepositoryRef;
  /** Short name. */
  readonly ref: string;
  /** Every first-parent commit up to here is accounted for; null = none yet, or the branch was not governed. */
  readonly watermark: string | null;
}

export interface BranchTip {
  /** Short name. */
  readonly ref: string;
  readonly sha: string;
  readonly isDefault: boolean;
}

/** Something came to a governed branch past every pull request. */
export interface PushIncident {
  readonly sha: string;
  readonly because: string;
}

/** A merged pull request whose landing is still to be recorded. */
export interface OwedLanding {
  readonly number: number;
  readonly headSha: string;
}

export interface BranchMove {
  /** null = forget it: the branch is not governed. */
  readonly to: string | null;
  /** False: more is left to be accounted for. */
  readonly done: boolean;
  readonly incidents: readonly PushIncident[];
  readonly landings: readonly OwedLanding[];
  /** Who is told of the incidents, by the policy in force; absent = nobody. */
  readonly notify?: readonly NotifyEntry[];
}

/** How far governed branches are accounted for. */
export interface WatchedBranches {
  /** Takes the branch: raises its fence. null = no such branch. */
  startBranch(key: string): Promise<BranchWork | null>;
  /**
   * Incidents with their audit events, the landings marked to be recorded, and the watermark, in one transaction: what is behind the
   * watermark is never owed by memory alone. False = another worker holds the branch now, and nothing was written.
   */
  moveWatermark(work: BranchWork, move: BranchMove): Promise<boolean>;
  /** Takes guarded repositories whose branches nobody has looked at for so long, in turns: the first of every installation before the second of any. */
  claimWalks(olderThanMs: number, perInstallation: number, limit: number): Promise<readonly RepositoryRef[]>;
  /**
   * The governed branches as they are listed now: a new one is watched from here on; one that has moved unheard is walked, and what is
   * open on it is decided anew, as after a push. Groups of the merge queue that nobody announced are taken in.
   */
  seeBranches(repository: RepositoryRef, tips: readonly BranchTip[], groups: readonly GroupPlace[]): Promise<void>;
  /** Whether this very landing has its approval or its incident. */
  isLandingRecorded(repositoryId: number, number: number, mergeSha: string): Promise<boolean>;
  /** Whether a pull request was first heard of while another owner had the repository: nothing about it is decided for this one. */
  isElsewhere(repository: Pick<RepositoryRef, "id" | "ownerId">, number: number): Promise<boolean>;
}
