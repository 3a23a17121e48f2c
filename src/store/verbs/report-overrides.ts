import { and, asc, eq, gte, inArray, isNull, lte, or } from "drizzle-orm";
import type { ComplianceRecords } from "../../engine/compliance.ts";
import type { Decision } from "../../engine/decision.ts";
import type { Tx } from "../connect.ts";
import { toAuditEvent } from "../rows.ts";
import {
  auditEvent,
  businessDraft,
  evaluation,
  overrideEvent,
  overrideGrant,
  postHocReview,
  submissionOverride,
  submissionReview,
} from "../schema.ts";
import { named } from "./identities.ts";
import { type ToldEvent, textIn } from "./report-context.ts";
import type { Telling } from "./report-records.ts";

type Override = ComplianceRecords["overrides"][number];

/** Those of the period, and older ones whose review is open or was done in it. `used`, `closed`: how many of the records tell so. */
export interface ToldOverrides {
  readonly rows: readonly Override[];
  readonly granted: number;
  readonly refused: number;
  readonly used: number;
  readonly closed: number;
}

export async function overrides(tx: Tx, telling: Telling, now: string): Promise<ToldOverrides> {
  const closedIds = [...telling.events.values()].flatMap((event) =>
    event.type === "post_hoc_review.closed" ? (textIn(event, "overrideId") ?? []) : [],
  );
  const labels = await ofLabels(tx, telling, closedIds, now);
  const submissions = await ofSubmissions(tx, telling, closedIds, now);
  const rows = [...labels, ...submissions].toSorted((a, b) => a.event - b.event);
  const own = labels.filter(({ isInPeriod }) => isInPeriod);
  return {
    rows,
    granted: own.filter(({ status }) => status !== "refused").length,
    refused: own.filter(({ status }) => status === "refused").length,
    used: (await usedLabels(tx, telling)) + submissions.filter(({ isInPeriod }) => isInPeriod).length,
    closed: rows.filter(({ id, review }) => closedIds.includes(id) && review !== null && review.closedAt !== null).length,
  };
}

async function usedLabels(tx: Tx, { range, limit }: Telling): Promise<number> {
  const { tenantId, auditSeq, kind } = overrideEvent;
  const rows = await tx
    .select({ id: overrideEvent.id })
    .from(overrideEvent)
    .where(and(eq(tenantId, range.tenantId), eq(kind, "used"), gte(auditSeq, range.first), lte(auditSeq, range.last)))
    .limit(limit);
  return rows.length;
}

async function ofLabels(
  tx: Tx,
  { range, people, names, limit }: Telling,
  closedIds: readonly string[],
  now: string,
): Promise<readonly Override[]> {
  const isOpen = and(isNull(postHocReview.closedAt), lte(overrideGrant.auditSeq, range.last), eq(overrideGrant.id, postHocReview.grantId));
  const rows = await tx
    .select({ grant: overrideGrant, review: postHocReview })
    .from(overrideGrant)
    .leftJoin(postHocReview, eq(postHocReview.grantId, overrideGrant.id))
    .where(
      and(
        eq(overrideGrant.tenantId, range.tenantId),
        or(
          and(gte(overrideGrant.auditSeq, range.first), lte(overrideGrant.auditSeq, range.last)),
          isOpen,
          closedIds.length === 0 ? undefined : inArray(overrideGrant.id, [...closedIds]),
        ),
      ),
    )
    .orderBy(asc(overrideGrant.auditSeq))
    .limit(limit);
  if (rows.length === 0) return [];
  const ids = rows.map(({ grant }) => grant.id);
  const became = await tx.select().from(overrideEvent).where(inArray(overrideEvent.grantId, ids)).orderBy(asc(overrideEvent.at));
  const told = await eventsAt(
    tx,
    range.tenantId,
    rows.map(({ grant }) => grant.auditSeq),
  );
  const reasons = await reasonsIn(
    tx,
    became.flatMap(({ kind, evaluationId }) => (kind === "used" ? (evaluationId ?? []) : [])),
  );
  return rows.map(({ grant, review }): Override => {
    const own = became.filter(({ grantId }) => grantId === grant.id);
    const use = own.find(({ kind }) => kind === "used");
    const said = (use?.evaluationId == null ? undefined : reasons.get(use.evaluationId)) ?? { reason: null, incident: null };
    const closed = review?.closedAt ?? null;
    return {
      ...{ id: grant.id, event: grant.auditSeq, at: told.get(grant.auditSeq)?.at ?? grant.observedAt.toISOString() },
      isInPeriod: grant.auditSeq >= range.first && grant.auditSeq <= range.last,
      repository: names.get(grant.repositoryId) ?? `repository ${grant.repositoryId}`,
      ...{ pullRequest: grant.pullRequest, draftId: null, by: people.somebody(grant.actorId) },
      status: grant.entitled ? (use === undefined ? "not_used" : "used") : "refused",
      because: textIn(told.get(grant.auditSeq), "because") ?? "the trail does not tell",
      ...said,
      became: own.map(({ kind, at }) => ({ kind, at: at.toISOString() })),
      review:
        review === null
          ? null
          : {
              ...due(review.dueAt, closed, now),
              ...{ issue: review.issueNumber, closedBy: people.somebody(review.closedBy), finding: null },
            },
    };
  });
}

async function ofSubmissions(
  tx: Tx,
  { range, people, names, limit }: Telling,
  closedIds: readonly string[],
  now: string,
): Promise<readonly Override[]> {
  const { auditSeq } = submissionOverride;
  const rows = await tx
    .select({ override: submissionOverride, review: submissionReview, repositoryId: businessDraft.repositoryId })
    .from(submissionOverride)
    .innerJoin(businessDraft, eq(businessDraft.id, submissionOverride.draftId))
    .leftJoin(submissionReview, eq(submissionReview.overrideId, submissionOverride.id))
    .where(
      and(
        eq(submissionOverride.tenantId, range.tenantId),
        or(
          and(gte(auditSeq, range.first), lte(auditSeq, range.last)),
          and(isNull(submissionReview.id), lte(auditSeq, range.last)),
          closedIds.length === 0 ? undefined : inArray(submissionOverride.id, [...closedIds]),
        ),
      ),
    )
    .orderBy(asc(auditSeq))
    .limit(limit);
  const told = await eventsAt(
    tx,
    range.tenantId,
    rows.flatMap(({ override, review }) => [override.auditSeq, ...(review === null ? [] : [review.auditSeq])]),
  );
  return rows.map(({ override, review, repositoryId }): Override => {
    const event = told.get(override.auditSeq);
    return {
      ...{ id: override.id, event: override.auditSeq, at: event?.at ?? override.createdAt.toISOString() },
      isInPeriod: override.auditSeq >= range.first && override.auditSeq <= range.last,
      repository: repositoryId === null ? null : (names.get(repositoryId) ?? `repository ${repositoryId}`),
      ...{ pullRequest: null, draftId: override.draftId, by: people.person(override.actorId), status: "used" },
      because: "an admin forced a submission",
      ...{ reason: textIn(event, "reason"), incident: textIn(event, "incident") },
      became: [],
      review: {
        ...due(override.reviewDueAt, review?.createdAt ?? null, now),
        ...{ issue: null, closedBy: people.somebody(review?.actorId ?? null) },
        finding: review === null ? null : textIn(told.get(review.auditSeq), "finding"),
      },
    };
  });
}

function due(dueAt: Date, closedAt: Date | null, now: string) {
  const isLate = (closedAt?.getTime() ?? Date.parse(now)) > dueAt.getTime();
  const state = closedAt === null ? (isLate ? "overdue" : "open") : isLate ? "done_late" : "done";
  return { state, dueAt: dueAt.toISOString(), closedAt: closedAt?.toISOString() ?? null } as const;
}

/** Reasons as they were given, by evaluation; names in them can be erased. */
async function reasonsIn(tx: Tx, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { reason: string | null; incident: string | null }>();
  const rows = await tx
    .select({ id: evaluation.id, decision: evaluation.decision })
    .from(evaluation)
    .where(inArray(evaluation.id, [...ids]));
  const said = rows.map(({ id, decision }) => {
    const { override } = decision as Partial<Decision>;
    return [id, { reason: override?.reason ?? null, incident: override?.incident ?? null }] as const;
  });
  return new Map(await named(tx, said));
}

async function eventsAt(tx: Tx, tenantId: string, seqs: readonly number[]): Promise<ReadonlyMap<number, ToldEvent>> {
  if (seqs.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, tenantId), inArray(auditEvent.seq, [...seqs])));
  const events = await named(tx, rows.map(toAuditEvent));
  return new Map(events.map((event) => [event.seq, { ...event, payload: (event.payload ?? {}) as ToldEvent["payload"] }]));
}
