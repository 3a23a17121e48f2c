import { createHash } from "node:crypto";
import { and, eq, inArray, isNull, lte, sql } from "drizzle-orm";
import type { DueNotification, NotificationContent, NotifyEvent, SendOutcome } from "../../gate/ports/notifications.ts";
import { rowsOf, type Tx } from "../connect.ts";
import { bypassIncident, contentMismatch, notification, postHocReview, subject, tenant } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { evaluationById } from "./read-evaluations.ts";

type Row = typeof notification.$inferSelect;

/** The pause after the first attempt; it doubles up to the longest, each between half and all of it. Ten attempts take from 4 to 8 hours. */
const PAUSE_SECONDS = 60;
const PAUSE_SECONDS_MAX = 14_400;

/** Longer than a request may take, so that no other replica sends what is on its way. */
const pause = sql`make_interval(secs => least(${PAUSE_SECONDS} * power(2, least(${notification.attempts}, 20)), ${PAUSE_SECONDS_MAX}) * (0.5 + random() / 2))`;
const isOpen = and(isNull(notification.sentAt), isNull(notification.gaveUpAt));

/** Of one tenant's messages the gravest go first: anybody can open pull requests by the thousand, and what went past the gate does not wait for them. */
const GRAVEST_FIRST = sql`array_position(array['bypass', 'override', 'overdue', 'pending'], event)`;

/** Takes what is due, one tenant's first before another's second: nobody's flood makes the others wait. */
export async function claimDue(tx: Tx, limit: number, perTenant: number): Promise<readonly Row[]> {
  const ids = rowsOf<{ id: string }>(
    await tx.execute(sql`
      select id from (
        select id, next_at, row_number() over (partition by tenant_id order by ${GRAVEST_FIRST}, next_at, id) as turn
        from notification where sent_at is null and gave_up_at is null and next_at <= clock_timestamp()) due
      where turn <= ${perTenant} order by turn, next_at, id limit ${limit}`),
  ).map(({ id }) => id);
  if (ids.length === 0) return [];
  // Asked again behind the row's lock: of replicas that ask at once, one is given it.
  return tx
    .update(notification)
    .set({ attempts: sql`${notification.attempts} + 1`, nextAt: sql`clock_timestamp() + ${pause}` })
    .where(and(inArray(notification.id, ids), isOpen, lte(notification.nextAt, sql`clock_timestamp()`)))
    .returning();
}

/** What a claimed row is about, as its tenant sees it. */
export async function readDue(tx: Tx, row: Row): Promise<DueNotification["told"]> {
  const [account] = await tx.select({ id: tenant.accountId, login: tenant.login }).from(tenant).where(eq(tenant.id, row.tenantId));
  return { account: account!, content: await contentOf(tx, row) };
}

export function targetOf(row: Row): DueNotification["target"] {
  return { kind: row.targetKind as DueNotification["target"]["kind"], name: row.target };
}

async function contentOf(tx: Tx, row: Row): Promise<NotificationContent | null> {
  // Of a repository that was transferred, nothing more is said to where its old owner is told.
  const [about] = await tx
    .select()
    .from(subject)
    .where(and(eq(subject.key, row.subjectKey), eq(subject.tenantId, row.tenantId)));
  if (about === undefined) return null;
  const evaluated = row.evaluationId === null ? null : await evaluationById(tx, row.tenantId, row.evaluationId);
  const [review] = row.reviewId === null ? [] : await tx.select().from(postHocReview).where(eq(postHocReview.id, row.reviewId));
  return {
    event: row.event as NotifyEvent,
    at: row.createdAt.toISOString(),
    repository: { id: about.repositoryId, name: `${about.owner}/${about.name}` },
    pullRequest: about.number,
    baseRef: about.baseRef,
    title: evaluated?.facts.subject?.title ?? null,
    evaluationId: evaluated?.id ?? null,
    decision: evaluated?.decision ?? null,
    incident: row.incidentId === null ? null : await incidentOf(tx, row.incidentId),
    review: review === undefined ? null : { dueAt: review.dueAt.toISOString(), issue: review.issueNumber },
  };
}

async function incidentOf(tx: Tx, id: string): Promise<NotificationContent["incident"]> {
  for (const table of [bypassIncident, contentMismatch]) {
    const [found] = await tx.select({ because: table.because, mergeSha: table.mergeSha }).from(table).where(eq(table.id, id));
    if (found !== undefined) return found;
  }
  return null;
}

export async function endNotification(
  tx: Tx,
  due: DueNotification,
  outcome: SendOutcome,
  lastAttempt: number,
): Promise<"sent" | "failed" | "gave_up"> {
  const mine = and(eq(notification.id, due.id), isOpen);
  if (outcome.status === "sent") {
    await tx.update(notification).set({ sentAt: sql`clock_timestamp()` }).where(mine);
    return "sent";
  }
  const lastError = storable(outcome.because);
  const isLast = due.attempts >= lastAttempt;
  const changed = await tx
    .update(notification)
    .set({ lastError, ...(isLast ? { gaveUpAt: sql`clock_timestamp()` } : {}) })
    .where(mine)
    .returning();
  const [row] = changed;
  // Another replica has ended it meanwhile.
  if (!isLast || row === undefined) return "failed";
  await appendAudit(tx, row.tenantId, {
    type: "notification.gave_up",
    severity: "warning",
    actor: null,
    subject: `notification ${row.id}`,
    payload: {
      notificationId: row.id,
      event: row.event,
      target: row.target,
      targetKind: row.targetKind,
      evaluationId: row.evaluationId,
      incidentId: row.incidentId,
      attempts: row.attempts,
      because: lastError,
    },
  });
  return "gave_up";
}

/** Deletes what ended so long ago, but what might still be told anew: of an open pull request, that it waits. Gives how many. */
export async function forgetOld(tx: Tx, olderThanMs: number, limit: number): Promise<number> {
  const end = sql`coalesce(${notification.sentAt}, ${notification.gaveUpAt})`;
  const waits = sql`${notification.event} in ('pending', 'overdue') and exists (
    select 1 from ${subject} s where s.key = ${notification.subjectKey} and s.open)`;
  const old = tx
    .select({ id: notification.id })
    .from(notification)
    .where(sql`${end} < clock_timestamp() - make_interval(secs => ${olderThanMs / 1000}) and not (${waits})`)
    .limit(limit);
  return (await tx.delete(notification).where(inArray(notification.id, old)).returning({ id: notification.id })).length;
}

/** One spelling for one thing told at one target; of names only their references go in. */
export function dedupeKey(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
