import type { BranchRule, ClassicProtection, Reading, Ruleset } from "../../engine/protection/facts.ts";
import type { ProtectionVerdict } from "../../engine/protection/judge.ts";
import type { RepositoryRef } from "./pulls.ts";

export interface RepositoryStanding {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly ownerId: number;
  readonly defaultBranch: string;
  readonly archived: boolean;
}

/** Settings of a repository as GitHub tells them. Only the first two reject (TruthError); the others say themselves that they failed. */
export interface Protection {
  /** Whose runs count as ours; null = not known here. */
  readonly appId: number | null;
  repository(repository: RepositoryRef): Promise<RepositoryStanding>;
  branches(repository: RepositoryRef): Promise<readonly { readonly name: string; readonly protected: boolean; readonly sha: string }[]>;
  rules(repository: RepositoryRef, branch: string): Promise<Reading<readonly BranchRule[]>>;
  classic(repository: RepositoryRef, branch: string): Promise<Reading<ClassicProtection | null>>;
  rulesets(repository: RepositoryRef): Promise<Reading<readonly Ruleset[]>>;
}

/** Something that a delivery says about a repository itself. */
export type RepositoryNews =
  /** A rule of its branches was made, changed or removed. */
  | {
      readonly kind: "rule_changed";
      readonly repository: RepositoryRef;
      readonly actorId: number | null;
      /** `repository_ruleset edited` */
      readonly what: string;
      /** Name of the rule or ruleset. */
      readonly rule: string;
    }
  /** It can no longer be gated. `repositoryIds` null = all of the installation. */
  | {
      readonly kind: "unguarded";
      readonly installationId: number;
      readonly repositoryIds: readonly number[] | null;
      readonly actorId: number | null;
      readonly because: string;
    }
  /** The app can see it (again). */
  | {
      readonly kind: "guarded";
      readonly account: { readonly id: number; readonly login: string };
      readonly installationId: number;
      /** null = all of the installation that are known. */
      readonly repositories: readonly { readonly id: number; readonly name: string }[] | null;
      readonly actorId: number | null;
      readonly because: string;
    }
  /** Renamed, made public: worth a line in the trail and a new look. */
  | { readonly kind: "changed"; readonly repository: RepositoryRef; readonly actorId: number | null; readonly because: string };

/** A repository that the app was ever seen on, by its id: names and owners change. */
export interface WatchedRepository {
  readonly repository: RepositoryRef;
  /** null = guarded. */
  readonly unguarded: string | null;
  /** null = not looked at yet, or not enrolled. */
  readonly verdict: ProtectionVerdict | null;
  readonly checkedAt: string | null;
}

/** How often a repository is looked at by itself, in milliseconds. */
export interface LookPace {
  /** At most so often. */
  readonly everyMs: number;
  /** For each repository of the installation, when that comes to more. */
  readonly eachMs: number;
  /** However many there are. */
  readonly atLeastEveryMs: number;
  /** How long one that gave no answer is left alone. */
  readonly restMs: number;
}

export interface WatchedRepositories {
  watchedRepositories(limit: number): Promise<readonly WatchedRepository[]>;
  /** Guarded ones whose rules changed, or whose turn has come: never looked at first, then what was looked at longest ago. */
  repositoriesToCheck(pace: LookPace, limit: number): Promise<readonly RepositoryRef[]>;
  /** Audit event when it is not what it was. null = not enrolled: nothing to enforce. */
  recordProtection(repository: RepositoryRef, verdict: ProtectionVerdict | null): Promise<void>;
  /** It gave no answer: it goes behind those that were not tried for as long. */
  recordMissedLook(repository: RepositoryRef): Promise<void>;
  recordUnguarded(repository: RepositoryRef, because: string): Promise<void>;
}

/** What was found about repositories without a delivery, in the words of one. */
export interface RepositoryNewsRecords {
  hearNews(news: readonly RepositoryNews[]): Promise<void>;
  /** Every repository that was ever seen under this installation. */
  repositoriesOf(installationId: number): Promise<readonly WatchedRepository[]>;
  /** Installations under which a repository is guarded. */
  guardedInstallations(): Promise<readonly number[]>;
}
