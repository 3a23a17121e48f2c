import type { Membership } from "../../engine/membership.ts";
import type { HookAttempt } from "./recovery.ts";
import type { RepositoryRef } from "./refs.ts";

/** A repository whose turn it is, and how far it was looked through. */
export interface SweepTask {
  readonly repository: RepositoryRef;
  /** When a delivery or a list first named it. */
  readonly watchedSince: string;
  /** `updated_at` of the newest pull request that was seen, and the same at the first look; null = never looked. By GitHub's clock. */
  readonly sweptTo: string | null;
  readonly sweptFrom: string | null;
  /** The pass through everything open that is under way: the page to go on with; null = none is. */
  readonly pass: { readonly page: number; readonly since: string } | null;
  readonly isPassDue: boolean;
}

/** A pull request as the ledger has it. */
export interface KnownPull {
  readonly number: number;
  readonly open: boolean;
  /** Marked, and not decided since. */
  readonly dirty: boolean;
  readonly headSha: string | null;
  readonly baseRef: string | null;
  /** How it was listed when it was marked last; null = never by a sweep. */
  readonly seen: string | null;
}

export interface SeenPull {
  readonly number: number;
  readonly headSha: string;
  readonly baseRef: string;
  readonly seen: string;
}

export interface SweepEnd {
  readonly sweptTo: string | null;
  /** `begin`: a new pass; null = none is under way. */
  readonly pass: { readonly page: number; readonly since: string } | null;
  /** A pass came to its end. */
  readonly passed: boolean;
  /** More is left than fitted into this turn: due again at once, but not before those that have waited for longer than this. */
  readonly dueAfterMs: number | null;
}

/** The check runs that should stand on the head of one open pull request, or on a commit that was left. */
export interface PublishedChecks {
  readonly key: string;
  readonly repository: RepositoryRef;
  readonly headSha: string;
  /** No open pull request wants these, none of them should show success, and a write with an unknown end may still be on its way to them. */
  readonly left: boolean;
  readonly checks: readonly {
    readonly id: string;
    readonly version: number;
    readonly name: string;
    readonly conclusion: string | null;
    readonly runId: number | null;
  }[];
}

/** What the sweeper found when it looked last. */
export interface SweepRecords {
  /**
   * Takes guarded repositories that nobody has taken for so long, in turns: the first of every installation before the second of any.
   * Taken is not done: one that fails has its next turn after the others.
   */
  claimSweeps(everyMs: number, perInstallation: number, limit: number): Promise<readonly SweepTask[]>;
  knownPulls(repositoryId: number, numbers: readonly number[]): Promise<readonly KnownPull[]>;
  /** Marks the pull requests and keeps how they were listed, in one transaction: what is remembered as seen is marked. */
  markSeen(repository: RepositoryRef, marked: readonly SeenPull[], unchanged: readonly number[]): Promise<void>;
  /** Marks those that the ledger has open and no list has held since; how many there were. */
  markUnlisted(repository: RepositoryRef, since: string, limit: number): Promise<number>;
  /** The instant of the database, for a pass that begins. */
  passBegins(): Promise<string>;
  endSweep(repositoryId: number, end: SweepEnd): Promise<void>;
  /** Takes checks that nobody has compared for so long, in turns as above; those that were left at distances that double, for a week. */
  claimPublished(everyMs: number, perInstallation: number, limit: number): Promise<readonly PublishedChecks[]>;
  /** GitHub shows something else than was written: an audit event, and all of these are written anew. */
  reportAltered(published: PublishedChecks, ids: readonly string[], because: string): Promise<void>;
}

export interface HookPosition {
  /** Everything that was attempted before is accounted for; null = never looked. */
  readonly reconciledTo: string | null;
  /** A walk back that is under way: where it began, and where it goes on. */
  readonly walk: { readonly from: string; readonly cursor: string } | null;
}

export interface MissingDelivery {
  readonly guid: string;
  readonly attemptId: number;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly deliveredAt: string;
}

/** Deliveries that never came into the inbox. */
export interface RedeliveryRecords {
  hookPosition(): Promise<HookPosition>;
  /** Keeps the attempts whose delivery is not in the inbox, and the position, in one transaction. */
  keepMissing(attempts: readonly HookAttempt[], position: HookPosition): Promise<void>;
  /** Forgets what has come meanwhile or can no longer be asked for, and gives what may be asked for now, in turns of installations. */
  missingDeliveries(limit: number): Promise<readonly MissingDelivery[]>;
  /** `attemptId` was asked for; `gone`: GitHub does not know it any more. */
  recordAsked(guid: string, attemptId: number, gone: boolean): Promise<void>;
  /** Missing for so long and never told: told now, each in the trail of whom it is about. */
  tellExpiring(olderThanMs: number, limit: number): Promise<readonly MissingDelivery[]>;
  /** The list itself was not read for so long: told once, until it is read again. */
  tellGap(reconciledTo: string): Promise<boolean>;
}

/** An organisation whose members count in open pull requests, and what was known of it. */
export interface MembershipsInUse {
  /** One of its repositories, by whose installation it is read. */
  readonly repository: RepositoryRef;
  /** Slugs. */
  readonly teams: readonly string[];
}

export interface MembershipRecords {
  /** Takes organisations of which something was last read so long ago, in turns of installations. */
  claimMemberships(everyMs: number, limit: number): Promise<readonly MembershipsInUse[]>;
  /** Marks the open pull requests that were decided by other members than these; how many. */
  compareMemberships(ownerId: number, now: readonly Membership[]): Promise<number>;
}
