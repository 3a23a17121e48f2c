import type { Decision } from "../../engine/decision.ts";
import type { ForeignCheck } from "./conversation.ts";
import type { RepositoryRef } from "./refs.ts";

/** `neutral` and `skipped` satisfy a required check on GitHub, so they do not exist here. null = in progress. */
export type CheckConclusion = "success" | "failure" | "action_required" | null;

/** One check run that an evaluation wants on a commit. What it says is rendered from the decision (report/). */
export interface WantedCheck {
  readonly name: string;
  /** null = the aggregate check; else the one policy that this run is about. */
  readonly policy: string | null;
  readonly conclusion: CheckConclusion;
}

export interface PublishCheck extends WantedCheck {
  readonly headSha: string;
  /** Evaluation id. */
  readonly externalId: string;
  readonly decision: Decision;
  /** Requirement id -> since when it has been asked for; absent = nobody is waited for. */
  readonly asked?: Readonly<Record<string, string>>;
}

export interface CheckRunState {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  readonly externalId: string;
  readonly status: string;
  readonly conclusion: string | null;
}

export interface Checks {
  /** Creates a run; annotations beyond 50 follow in batches, and a failing annotation batch never flips the verdict. */
  create(repository: RepositoryRef, check: PublishCheck): Promise<CheckRunState>;
  update(repository: RepositoryRef, id: number, check: PublishCheck): Promise<CheckRunState>;
  /** Runs of this name on this commit that our own app made, newest first. */
  find(repository: RepositoryRef, headSha: string, name: string): Promise<readonly CheckRunState[]>;
  /** Check runs and commit statuses of this name on this commit that another app or a person made. */
  others(repository: RepositoryRef, headSha: string, name: string): Promise<readonly ForeignCheck[]>;
}
