import type { Decision } from "../../engine/decision.ts";

/** A change that is not decided for good, with what it was asked for when. */
export interface WaitingChange {
  readonly kind: "pull_request" | "submission" | "studio";
  /** `owner/name`; of a submission the agent of its workspace. */
  readonly name: string;
  /** null = it is no pull request. */
  readonly pullRequest: number | null;
  /** Where a submission is approved; null for a pull request whose workspace is not known yet. */
  readonly workspaceId: string | null;
  readonly title: string | null;
  readonly author: string | null;
  readonly decision: Decision;
  /** When it was decided last. */
  readonly decidedAt: string;
  /** Requirement id -> since when it has been open without a break. */
  readonly since: Readonly<Record<string, string>>;
}

export interface WaitingChanges {
  /** Instant by the database's clock. */
  readonly now: string;
  readonly changes: readonly WaitingChange[];
  /** There are more than were asked for. */
  readonly more: boolean;
}
