import type { CheckRunState } from "./checks.ts";
import type { RepositoryRef } from "./refs.ts";

/** A pull request as a list tells it: enough to see that something happened to it. */
export interface ListedPull {
  readonly number: number;
  readonly state: "open" | "closed";
  readonly draft: boolean;
  readonly headSha: string;
  readonly baseRef: string;
  /** Names, sorted. */
  readonly labels: readonly string[];
  readonly updatedAt: string;
  readonly closedAt: string | null;
}

/** What recovery reads from GitHub, a hundred at a time. Rejects with TruthError when the answer is not certain. */
export interface PullLists {
  /**
   * `updated`: open and closed, what moved last first. `open`: the open ones, oldest first.
   * @param page from 1; `last` = no page follows.
   */
  page(
    repository: RepositoryRef,
    kind: "updated" | "open",
    page: number,
  ): Promise<{ readonly pulls: readonly ListedPull[]; readonly last: boolean }>;
  /** The newest run of each name on the commit that our own app made: one call. */
  newestRuns(repository: RepositoryRef, headSha: string): Promise<readonly CheckRunState[]>;
}

/** One attempt of GitHub to deliver something to us. */
export interface HookAttempt {
  readonly id: number;
  /** The same for every attempt of one delivery. */
  readonly guid: string;
  readonly deliveredAt: string;
  readonly event: string;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
}

export interface HookPage {
  /** Newest first, at most 100. */
  readonly attempts: readonly HookAttempt[];
  /** Cursor of the page of older ones; null = nothing older is kept. */
  readonly next: string | null;
}

/** GitHub's own list of what it delivered: three days back, asked as the app. */
export interface HookLog {
  /** @param cursor null = from the newest. null = this server keeps no list. */
  page(cursor: string | null): Promise<HookPage | null>;
  /** Asks for the delivery of this attempt once more. False = GitHub does not know the attempt any more. */
  redeliver(attemptId: number): Promise<boolean>;
}

export interface InstalledApp {
  readonly installationId: number;
  readonly account: { readonly id: number; readonly login: string };
  readonly suspended: boolean;
  /** GitHub's words; null = not told. */
  readonly permissions: Readonly<Record<string, string>> | null;
}

export interface InstalledRepository {
  readonly id: number;
  readonly name: string;
  readonly archived: boolean;
}

/** Where the app is installed now. */
export interface InstalledApps {
  /** Every installation, asked as the app. Rejects when there are more than can be listed. */
  installations(): Promise<readonly InstalledApp[]>;
  /** @param page from 1, of a hundred. */
  repositories(
    installationId: number,
    page: number,
  ): Promise<{ readonly repositories: readonly InstalledRepository[]; readonly total: number }>;
}
