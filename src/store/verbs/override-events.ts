import { and, eq, notInArray, sql } from "drizzle-orm";
import type { Decision } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import { readableSet } from "../../engine/policy/parse.ts";
import type { NotifyTargets } from "../../gate/ports/notifications.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import type { SubjectRow } from "../rows.ts";
import { overrideEvent, overrideGrant, postHocReview } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";
import { entriesOf, notify } from "./notify.ts";

type GrantRow = typeof overrideGrant.$inferSelect;
type Kind = "used" | "expired" | "revoked" | "merged" | "label_removed";

interface Told {
  readonly kind: Kind;
  readonly because: string;
  readonly actor?: number | null;
  readonly evaluationId?: string | null;
  readonly expiresAt?: Date;
}

/** Once for each override and kind, with its audit event; false = it was told before. */
export async function tellOverride(tx: Tx, grant: GrantRow, told: Told): Promise<boolean> {
  await lockAudit(tx, grant.tenantId);
  const [known] = await tx
    .select({ id: overrideEvent.id })
    .from(overrideEvent)
    .where(and(eq(overrideEvent.grantId, grant.id), eq(overrideEvent.kind, told.kind)));
  if (known !== undefined) return false;
  const because = storable(told.because);
  const { repositoryId, pullRequest, headSha, tenantId } = grant;
  const event = await appendAudit(tx, tenantId, {
    type: `override.${told.kind}`,
    severity: told.kind === "label_removed" ? "warning" : "critical",
    actor: (told.actor ?? null) === null ? null : String(told.actor),
    subject: `override ${grant.id}`,
    payload: { overrideId: grant.id, repositoryId, pullRequest, headSha, because, evaluationId: told.evaluationId ?? null },
  });
  await tx.insert(overrideEvent).values({
    id: newId(),
    tenantId,
    grantId: grant.id,
    kind: told.kind,
    because,
    expiresAt: told.expiresAt ?? null,
    evaluationId: told.evaluationId ?? null,
    auditSeq: event.seq,
  });
  return true;
}

/** What an evaluation says about the overrides of its pull request: the first that stands on one uses it, one that no longer does has ended. */
export async function noteOverride(
  tx: Tx,
  held: SubjectRow,
  saved: { readonly decision: Decision; readonly facts: Facts; readonly evaluationId: string },
  targets: NotifyTargets | null,
): Promise<void> {
  const { decision, evaluationId, facts } = saved;
  // Truth could not be read: nothing is known to have ended.
  if (decision.state === "error" || held.number === null) return;
  const { override } = decision;
  const pull = { repositoryId: held.repositoryId, number: held.number };
  const grant = override?.delivery === undefined ? null : await grantOf(tx, pull, override.delivery);
  await endOverrides(tx, held, grant === null ? [] : [grant.id], (expiresAt) => {
    if (Date.parse(facts.asOf) >= expiresAt.getTime()) return { kind: "expired", because: `it ran out at ${expiresAt.toISOString()}` };
    return { kind: "revoked", because: decision.overrideNotes[0] ?? "its label, its head or its base is no longer there" };
  });
  if (grant === null || override === null) return;
  const isNew = await tellOverride(tx, grant, {
    kind: "used",
    because: override.reason,
    actor: override.byId,
    evaluationId,
    expiresAt: new Date(override.expiresAt),
  });
  if (isNew) {
    const refs = { tenantId: held.tenantId, subjectKey: held.key, evaluationId };
    await notify(tx, targets, { ...refs, event: "override", entries: entriesOf(facts), once: [grant.id] });
  }
  // What is only observed let nothing pass that would owe a review. One that still stands when that ends owes it then.
  if (readableSet(facts.policy).enrolment === "observe") return;
  await tx
    .insert(postHocReview)
    .values({
      id: newId(),
      tenantId: held.tenantId,
      grantId: grant.id,
      repositoryId: held.repositoryId,
      pullRequest: pull.number,
      evaluationId,
      dueAt: new Date(override.postHocReviewDue),
    })
    .onConflictDoNothing({ target: postHocReview.grantId });
}

/** Ends every used override of the pull request that has not ended, but `live`. */
export async function endOverrides(
  tx: Tx,
  held: SubjectRow,
  live: readonly string[],
  how: (expiresAt: Date) => { readonly kind: "expired" | "revoked"; readonly because: string },
): Promise<void> {
  // A merge group has no override of its own.
  if (held.number === null) return;
  const ended = sql`exists (select 1 from ${overrideEvent} e where e.grant_id = ${overrideGrant.id} and e.kind in ('expired', 'revoked', 'merged'))`;
  const rows = await tx
    .select({ grant: overrideGrant, expiresAt: overrideEvent.expiresAt })
    .from(overrideGrant)
    .innerJoin(overrideEvent, and(eq(overrideEvent.grantId, overrideGrant.id), eq(overrideEvent.kind, "used")))
    .where(
      and(
        eq(overrideGrant.repositoryId, held.repositoryId),
        eq(overrideGrant.pullRequest, held.number),
        live.length === 0 ? undefined : notInArray(overrideGrant.id, [...live]),
        sql`not ${ended}`,
      ),
    );
  for (const { grant, expiresAt } of rows) await tellOverride(tx, grant, how(expiresAt ?? new Date(0)));
}

/** A landing under an override: its id, for the record. null = the decision stood on none that is remembered. */
export async function tellForcedMerge(
  tx: Tx,
  landing: { readonly repositoryId: number; readonly pullRequest: number; readonly mergeSha: string },
  decision: Decision,
  merged: { readonly by: number | null; readonly evaluationId: string },
): Promise<string | null> {
  const delivery = decision.override?.delivery;
  if (delivery === undefined) return null;
  const grant = await grantOf(tx, { repositoryId: landing.repositoryId, number: landing.pullRequest }, delivery);
  if (grant === null) return null;
  const because = `merged as ${landing.mergeSha}`;
  await tellOverride(tx, grant, { kind: "merged", because, actor: merged.by, evaluationId: merged.evaluationId });
  return grant.id;
}

/** No audit event: nothing was done. */
export async function tellLabelGone(tx: Tx, grant: GrantRow): Promise<void> {
  const { id: grantId, tenantId } = grant;
  await tx
    .insert(overrideEvent)
    .values({ id: newId(), tenantId, grantId, kind: "label_gone", because: "somebody else took it off" })
    .onConflictDoNothing();
}

export async function grantById(tx: Tx, id: string): Promise<GrantRow> {
  const [row] = await tx.select().from(overrideGrant).where(eq(overrideGrant.id, id));
  if (row === undefined) throw new Error(`no override ${id}`);
  return row;
}

async function grantOf(
  tx: Tx,
  pull: { readonly repositoryId: number; readonly number: number },
  delivery: string,
): Promise<GrantRow | null> {
  const [row] = await tx
    .select()
    .from(overrideGrant)
    .where(
      and(
        eq(overrideGrant.repositoryId, pull.repositoryId),
        eq(overrideGrant.pullRequest, pull.number),
        eq(overrideGrant.delivery, storable(delivery)),
      ),
    );
  return row ?? null;
}
