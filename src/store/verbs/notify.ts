import { eq } from "drizzle-orm";
import type { Decision } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import { readableSet } from "../../engine/policy/parse.ts";
import type { NotifyEntry, NotifyEvent, NotifyTargets } from "../../gate/ports/notifications.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { evaluation, notification, tenant } from "../schema.ts";
import { dedupeKey } from "./notifications.ts";

/** What is to be told. `once`: told before, it is not told again. */
export interface Tell {
  readonly tenantId: string;
  readonly event: NotifyEvent;
  readonly entries: readonly NotifyEntry[];
  readonly subjectKey: string;
  readonly evaluationId?: string | null;
  readonly reviewId?: string;
  readonly incidentId?: string;
  readonly once: readonly unknown[];
}

/** Remembers, in the transaction of what it tells, what is to be said at the targets that the account may use. `targets` null = nothing is. */
export async function notify(tx: Tx, targets: NotifyTargets | null, { event, entries, once, ...refs }: Tell): Promise<void> {
  if (targets === null || entries.length === 0) return;
  const [account] = await tx.select({ id: tenant.accountId, login: tenant.login }).from(tenant).where(eq(tenant.id, refs.tenantId));
  if (account === undefined) return;
  const chosen = targets.chosen(account, entries, event);
  if (chosen.length === 0) return;
  const rows = chosen.map(({ kind, name }) => ({
    id: newId(),
    ...refs,
    event,
    target: name,
    targetKind: kind,
    dedupeKey: dedupeKey([event, kind, name, ...once]),
  }));
  await tx.insert(notification).values(rows).onConflictDoNothing();
}

/** The lines of the policy that decided. What is only observed held nothing back, so nobody is told. */
export function entriesOf(facts: Pick<Facts, "policy">): readonly NotifyEntry[] {
  const { config, enrolment } = readableSet(facts.policy);
  return enrolment === "observe" ? [] : config.notify;
}

export async function entriesOfEvaluation(tx: Tx, targets: NotifyTargets | null, id: string | null): Promise<readonly NotifyEntry[]> {
  if (targets === null || id === null) return [];
  const [row] = await tx.select({ facts: evaluation.facts }).from(evaluation).where(eq(evaluation.id, id));
  return row === undefined ? [] : entriesOf(row.facts as Facts);
}

/**
 * An evaluation that waits for people, once for each head and set of requirements: neither another run of it nor an approval more tells
 * it again. `kept`: the decision as it is stored, with references for names.
 */
export async function notifyPending(
  tx: Tx,
  targets: NotifyTargets | null,
  held: { readonly tenantId: string; readonly key: string; readonly number: number | null },
  saved: { readonly facts: Facts; readonly kept: Decision; readonly headSha: string; readonly evaluationId: string },
): Promise<void> {
  // A merge group waits for nobody.
  if (targets === null || held.number === null || saved.kept.state !== "pending_approval") return;
  const asked = saved.kept.requirements.map(({ id, minApprovals }) => `${minApprovals} ${id}`).sort();
  await notify(tx, targets, {
    tenantId: held.tenantId,
    event: "pending",
    entries: entriesOf(saved.facts),
    subjectKey: held.key,
    evaluationId: saved.evaluationId,
    once: [held.key, saved.headSha, asked],
  });
}
