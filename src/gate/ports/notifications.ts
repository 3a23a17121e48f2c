import type { Decision } from "../../engine/decision.ts";

export type NotifyKind = "slack" | "webhook";
export type NotifyEvent = "pending" | "overdue" | "override" | "bypass";

/** A line of `notify` in `.choochoorc`: names of targets, never addresses. */
export interface NotifyEntry {
  readonly slack?: string;
  readonly webhook?: string;
  readonly on: readonly string[];
}

export interface TargetName {
  readonly kind: NotifyKind;
  readonly name: string;
}

/** A place that the operator has set up. */
export interface NotifyTarget extends TargetName {
  readonly url: string;
  /** What a webhook is signed with; null = a Slack target, whose address is the secret. */
  readonly secret: string | null;
  /** Who may use it: ids of GitHub accounts, or their logins in lower case. */
  readonly accounts: readonly (number | string)[];
}

export interface NotifyAccount {
  readonly id: number;
  readonly login: string;
}

/** The operator's targets, as seen by one account: what belongs to others is not there. */
export interface NotifyTargets {
  /** Those that these lines name for this event, each once. What is unknown or another's is told to the operator, and is not among them. */
  chosen(account: NotifyAccount, entries: readonly NotifyEntry[], event: NotifyEvent): readonly TargetName[];
  /** null = there is none of this name and kind for this account. */
  find(account: NotifyAccount, wanted: TargetName): NotifyTarget | null;
}

/** What a message tells; read when it is sent, so that nothing is kept which erasure would not reach. */
export interface NotificationContent {
  readonly event: NotifyEvent;
  /** When it came about: for `pending`, since when it waits. */
  readonly at: string;
  readonly repository: { readonly id: number; readonly name: string };
  /** null = a push to a branch. */
  readonly pullRequest: number | null;
  readonly baseRef: string | null;
  readonly title: string | null;
  readonly evaluationId: string | null;
  readonly decision: Decision | null;
  readonly incident: { readonly because: string; readonly mergeSha: string } | null;
  /** A post-hoc review that is overdue. */
  readonly review: { readonly dueAt: string; readonly issue: number | null } | null;
}

/** One row that is due, claimed by who got it: whatever comes of it, it is due again only after its pause. */
export interface DueNotification {
  readonly id: string;
  readonly tenantId: string;
  readonly target: TargetName;
  /** This one included. */
  readonly attempts: number;
  /** null = it could not be read now. */
  readonly told: {
    readonly account: NotifyAccount;
    /** null = its subject belongs to another account now. */
    readonly content: NotificationContent | null;
  } | null;
}

/** `because` holds neither an address nor a secret. */
export type SendOutcome = { readonly status: "sent" } | { readonly status: "failed"; readonly because: string };

/** Says something outside. Never rejects. */
export interface Notifier {
  send(target: NotifyTarget, message: { readonly id: string; readonly content: NotificationContent }): Promise<SendOutcome>;
}

/** What is to be said outside, until it is. Written with what it tells. */
export interface NotificationRecords {
  /** The first of every tenant before the second of any, and of one the gravest first. Counts the attempt and sets the pause before the next one. */
  claimNotifications(limit: number, perTenant: number): Promise<readonly DueNotification[]>;
  /** @param lastAttempt after so many it is given up, with an audit event. */
  endNotification(due: DueNotification, outcome: SendOutcome, lastAttempt: number): Promise<"sent" | "failed" | "gave_up">;
  /** Deletes what was sent or given up so long ago, as many as `limit`; never what would be told again without it. Gives how many. */
  forgetNotifications(olderThanMs: number, limit: number): Promise<number>;
  /** Writes `overdue` for open pull requests that wait longer than their policies' `sla_hours`, once for each wait. Gives how many are late. */
  noteLateApprovals(): Promise<number>;
}
