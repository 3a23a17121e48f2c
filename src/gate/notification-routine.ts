import type { DueNotification, NotificationRecords, Notifier, NotifyTargets, SendOutcome } from "./ports.ts";
import type { Routine } from "./routines.ts";

export interface NotificationDeps {
  readonly notifications: NotificationRecords;
  readonly targets: NotifyTargets;
  readonly notifier: Notifier;
  /** Told what an attempt came to. */
  readonly onEnded: (outcome: "sent" | "failed" | "gave_up") => void;
}

/** Sent at once in one round, of all tenants and of one: what hangs costs the round its timeout, and one tenant takes a quarter at most. */
const AT_ONCE = 40;
const OF_TENANT = 10;
const ATTEMPTS_MAX = 10;
const MINUTE_MS = 60_000;
/** How long it can be looked up what was told. */
const KEPT_MS = 90 * 24 * 60 * MINUTE_MS;
const FORGOTTEN_AT_ONCE = 10_000;

/** At least once: an attempt is counted before it is made, and one whose end was not written comes round again under the same id. */
const sending: Routine<NotificationDeps> = {
  name: "notifications",
  everyMs: MINUTE_MS / 4,
  async run(deps) {
    const due = await deps.notifications.claimNotifications(AT_ONCE, OF_TENANT);
    const ended = await Promise.allSettled(due.map((each) => sendOne(deps, each)));
    const failures = ended.flatMap((each) => (each.status === "rejected" ? [each.reason as Error] : []));
    if (failures.length > 0) throw new AggregateError(failures, `what became of ${failures.length} notifications could not be written`);
  },
};

const lateness: Routine<NotificationDeps> = {
  name: "late approvals",
  everyMs: 5 * MINUTE_MS,
  async run({ notifications }) {
    await notifications.noteLateApprovals();
  },
};

const forgetting: Routine<NotificationDeps> = {
  name: "old notifications",
  everyMs: 60 * MINUTE_MS,
  async run({ notifications }) {
    await notifications.forgetNotifications(KEPT_MS, FORGOTTEN_AT_ONCE);
  },
};

export const NOTIFICATIONS: readonly Routine<NotificationDeps>[] = [sending, lateness, forgetting];

async function sendOne(deps: NotificationDeps, due: DueNotification): Promise<void> {
  deps.onEnded(await deps.notifications.endNotification(due, await attempt(deps, due), ATTEMPTS_MAX));
}

/** Who may use a target is asked again: the operator's file may say something else by now. */
async function attempt({ targets, notifier }: NotificationDeps, due: DueNotification): Promise<SendOutcome> {
  if (due.told === null) return { status: "failed", because: "what it tells could not be read" };
  const { account, content } = due.told;
  const target = targets.find(account, due.target);
  if (target === null) return { status: "failed", because: "the operator has no such target for this account any more" };
  if (content === null) return { status: "failed", because: "the repository belongs to another account now" };
  return notifier.send(target, { id: due.id, content });
}
