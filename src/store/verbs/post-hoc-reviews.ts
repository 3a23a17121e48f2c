import { and, asc, desc, eq, isNull, lte, notInArray, or, sql } from "drizzle-orm";
import type { OverdueReview } from "../../engine/override-facts.ts";
import type { NotifyTargets } from "../../gate/ports/notifications.ts";
import type { OverrideGrant, OverrideRow, PostHocReview } from "../../gate/ports/overrides.ts";
import type { PullRef } from "../../gate/ports/pulls.ts";
import type { Tx } from "../connect.ts";
import { toEvaluation, toRepository } from "../rows.ts";
import { evaluation, overrideEvent, overrideGrant, postHocReview, subject } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { loginsOf, named } from "./identities.ts";
import { entriesOfEvaluation, notify } from "./notify.ts";
import { toGrant } from "./override-grants.ts";

const ofSubject = and(eq(subject.repositoryId, overrideGrant.repositoryId), eq(subject.number, overrideGrant.pullRequest));
const isOpen = isNull(postHocReview.closedAt);

export async function overdueReviews(tx: Tx, repositoryId: number, asOf: string): Promise<readonly OverdueReview[]> {
  const rows = await tx
    .select()
    .from(postHocReview)
    .where(and(eq(postHocReview.repositoryId, repositoryId), isOpen, lte(postHocReview.dueAt, new Date(asOf))))
    .orderBy(asc(postHocReview.dueAt), asc(postHocReview.id));
  return rows.map(({ pullRequest, issueNumber, dueAt }) => ({ pullRequest, issue: issueNumber, due: dueAt.toISOString() }));
}

export async function labelsToRemove(
  tx: Tx,
  key: string | null,
  limit: number,
): Promise<readonly { readonly grant: OverrideGrant; readonly pull: PullRef }[]> {
  const dealtWith = sql`exists (select 1 from ${overrideEvent} e where e.grant_id = ${overrideGrant.id} and e.kind in ('label_removed', 'label_gone'))`;
  const rows = await tx
    .select({ grant: overrideGrant, subject })
    .from(overrideGrant)
    .innerJoin(subject, ofSubject)
    .where(and(eq(overrideGrant.entitled, false), subject.open, sql`not ${dealtWith}`, key === null ? undefined : eq(subject.key, key)))
    .orderBy(asc(overrideGrant.observedAt), asc(overrideGrant.id))
    .limit(limit);
  return rows.map((row) => ({
    grant: toGrant(row.grant, false),
    pull: { repository: toRepository(row.subject), number: row.grant.pullRequest },
  }));
}

export async function openReviews(tx: Tx, key: string | null, limit: number): Promise<readonly PostHocReview[]> {
  const rows = await tx
    .select({ review: postHocReview, grant: overrideGrant, subject, evaluation })
    .from(postHocReview)
    .innerJoin(overrideGrant, eq(overrideGrant.id, postHocReview.grantId))
    .innerJoin(evaluation, eq(evaluation.id, postHocReview.evaluationId))
    .innerJoin(subject, ofSubject)
    .where(and(isOpen, key === null ? undefined : eq(subject.key, key)))
    .orderBy(sql`${postHocReview.issueNumber} is not null`, asc(postHocReview.dueAt), asc(postHocReview.id))
    .limit(limit);
  const reviews = rows.map((row) => ({
    id: row.review.id,
    grant: toGrant(row.grant, true),
    pull: { repository: toRepository(row.subject), number: row.grant.pullRequest },
    dueAt: row.review.dueAt.toISOString(),
    createdAt: row.review.createdAt.toISOString(),
    issueNumber: row.review.issueNumber,
    closedAt: null,
    closedBy: null,
    evaluation: toEvaluation(row.evaluation),
  }));
  return named(tx, reviews);
}

type ReviewRow = typeof postHocReview.$inferSelect;

/** A change of one open review with its audit event; null = it was so already. */
async function change(
  tx: Tx,
  id: string,
  to: Partial<Pick<ReviewRow, "issueNumber" | "refusedClosing" | "closedAt" | "closedBy" | "overdueNotedAt">>,
  only: ReturnType<typeof and>,
  told: {
    readonly type: "opened" | "closed" | "closing_refused" | "overdue";
    readonly severity: "info" | "critical";
    readonly actor?: number;
    readonly more?: object;
  },
): Promise<boolean> {
  const [row] = await tx
    .update(postHocReview)
    .set(to)
    .where(and(eq(postHocReview.id, id), isOpen, only))
    .returning();
  if (row === undefined) return false;
  await appendAudit(tx, row.tenantId, {
    type: `post_hoc_review.${told.type}`,
    severity: told.severity,
    actor: told.actor === undefined ? null : String(told.actor),
    subject: `override ${row.grantId}`,
    payload: {
      overrideId: row.grantId,
      repositoryId: row.repositoryId,
      pullRequest: row.pullRequest,
      issue: row.issueNumber,
      due: row.dueAt.toISOString(),
      ...told.more,
    },
  });
  return true;
}

export function recordIssueOpened(tx: Tx, id: string, issueNumber: number): Promise<boolean> {
  return change(tx, id, { issueNumber }, isNull(postHocReview.issueNumber), { type: "opened", severity: "critical" });
}

export function claimRefusedClosing(tx: Tx, id: string, closing: number, because: string): Promise<boolean> {
  const fresh = or(isNull(postHocReview.refusedClosing), notInArray(postHocReview.refusedClosing, [closing]));
  const more = { because: storable(because) };
  return change(tx, id, { refusedClosing: closing }, fresh, { type: "closing_refused", severity: "critical", more });
}

export function recordReviewClosed(tx: Tx, id: string, by: number): Promise<boolean> {
  const at = sql`clock_timestamp()` as unknown as Date;
  return change(tx, id, { closedAt: at, closedBy: by }, undefined, { type: "closed", severity: "info", actor: by });
}

export async function noteOverdueReviews(tx: Tx, asOf: string, targets: NotifyTargets | null): Promise<number> {
  const late = and(isOpen, isNull(postHocReview.overdueNotedAt), lte(postHocReview.dueAt, new Date(asOf)));
  const rows = await tx.select().from(postHocReview).where(late).orderBy(asc(postHocReview.id)).for("no key update");
  for (const { id, tenantId, evaluationId, repositoryId, pullRequest } of rows) {
    const noted = await change(tx, id, { overdueNotedAt: new Date(asOf) }, isNull(postHocReview.overdueNotedAt), {
      type: "overdue",
      severity: "critical",
    });
    if (!noted) continue;
    const entries = await entriesOfEvaluation(tx, targets, evaluationId);
    const refs = { tenantId, subjectKey: `${repositoryId}#${pullRequest}`, evaluationId, reviewId: id };
    await notify(tx, targets, { ...refs, event: "overdue", entries, once: ["review", id] });
  }
  return rows.length;
}

/** Newest first. */
export async function overrideRows(tx: Tx, tenantId: string, limit: number): Promise<readonly OverrideRow[]> {
  const rows = await tx
    .select({ grant: overrideGrant, subject, review: postHocReview, isOverdue: sql<boolean>`${postHocReview.dueAt} <= clock_timestamp()` })
    .from(overrideGrant)
    .innerJoin(subject, ofSubject)
    .leftJoin(postHocReview, eq(postHocReview.grantId, overrideGrant.id))
    .where(eq(overrideGrant.tenantId, tenantId))
    .orderBy(desc(overrideGrant.labelledAt), desc(overrideGrant.id))
    .limit(limit);
  const logins = await loginsOf(
    tx,
    rows.flatMap(({ grant, review }) => [grant.actorId, review?.closedBy ?? null].flatMap((id) => (id === null ? [] : [String(id)]))),
  );
  const loginOf = (id: number | null) => (id === null ? null : (logins.get(String(id)) ?? null));
  const listed: OverrideRow[] = [];
  for (const { grant, subject: owner, review, isOverdue } of rows) {
    const events = await tx.select().from(overrideEvent).where(eq(overrideEvent.grantId, grant.id)).orderBy(asc(overrideEvent.at));
    listed.push({
      grant: toGrant(
        grant,
        events.some(({ kind }) => kind === "used"),
      ),
      repository: `${owner.owner}/${owner.name}`,
      actorLogin: loginOf(grant.actorId),
      events: events.map(({ kind, because, at }) => ({ kind, because, at: at.toISOString() })),
      review:
        review === null
          ? null
          : {
              dueAt: review.dueAt.toISOString(),
              issueNumber: review.issueNumber,
              closedAt: review.closedAt?.toISOString() ?? null,
              closedBy: review.closedBy,
              closedByLogin: loginOf(review.closedBy),
              isOverdue: review.closedAt === null && isOverdue,
            },
    });
  }
  return listed;
}
