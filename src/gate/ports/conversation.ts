import type { Decision } from "../../engine/decision.ts";
import type { PullRef, RepositoryRef } from "./refs.ts";

/** `team:<slug>` or `user:<login>` */
export type ReviewTarget = `team:${string}` | `user:${string}`;

export interface ReviewRequest {
  readonly target: string;
  /** `wanted`: asked for, and GitHub's answer is not known. */
  readonly status: "wanted" | "requested" | "refused";
  readonly reason: string | null;
  readonly at: string;
}

/** A button that was pressed on a check of ours. */
export interface CheckAction {
  readonly repositoryId: number;
  readonly headSha: string;
  readonly identifier: string;
  readonly actorId: number;
  readonly actorLogin: string;
}

export interface ForeignCheck {
  readonly name: string;
  readonly kind: "run" | "status";
  /** App slug or login, as GitHub says it. */
  readonly source: string;
  readonly conclusion: string | null;
}

/** What a comment says; how it reads is the renderer's. */
export type Page =
  | { readonly kind: "help"; readonly unknown: boolean }
  | { readonly kind: "status" | "explain"; readonly decision: Decision }
  | { readonly kind: "summary"; readonly decision: Decision; readonly evaluationId: string }
  | { readonly kind: "refusal"; readonly command: string; readonly because: readonly string[] };

export type Reaction = "+1" | "-1" | "eyes" | "confused";

/** What is said to people beside the check. Nothing here decides anything: a failure is told, and never changes a verdict. */
export interface Conversation {
  /** @throws TruthError; of kind auth or bug when GitHub will not ask them. */
  requestReview(pull: PullRef, target: ReviewTarget): Promise<void>;
  /** Role on the repository of the account that has this id and login now; null = none, or another account. */
  roleOf(repository: RepositoryRef, person: { readonly id: number; readonly login: string }): Promise<string | null>;
  react(repository: RepositoryRef, commentId: number, reaction: Reaction): Promise<void>;
  /** One comment with these pages and an invisible marker to find it by; its id. */
  comment(pull: PullRef, pages: readonly Page[], marker: string): Promise<number>;
  /** False = that comment is gone. */
  editComment(repository: RepositoryRef, id: number, pages: readonly Page[], marker: string): Promise<boolean>;
  /** The first comment by this app that starts with the marker; null = there is none. */
  findComment(pull: PullRef, marker: string): Promise<number | null>;
}

/** What the ledger remembers of it. */
export interface Correspondence {
  reviewRequests(key: string): Promise<readonly ReviewRequest[]>;
  setReviewRequest(key: string, target: ReviewTarget, status: ReviewRequest["status"], reason: string | null): Promise<void>;
  /** Newest last. */
  checkActions(repositoryId: number, headSha: string): Promise<readonly (CheckAction & { readonly at: string })[]>;
  /** `new`: this caller is the first to take the command up. `claimed`: somebody was, and whether it was answered is not known. */
  claimCommand(key: string, commentId: number): Promise<"new" | "claimed" | "answered">;
  endCommand(key: string, commentId: number): Promise<void>;
  pullComment(key: string): Promise<{ readonly commentId: number; readonly digest: string } | null>;
  setPullComment(key: string, commentId: number, digest: string): Promise<void>;
  /** True = not known before: an audit event was written. */
  recordForeignCheck(key: string, headSha: string, check: ForeignCheck): Promise<boolean>;
  foreignChecks(repositoryId: number, headSha: string): Promise<readonly Omit<ForeignCheck, "conclusion">[]>;
}
