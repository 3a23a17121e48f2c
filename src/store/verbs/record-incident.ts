import { and, eq, type SQL } from "drizzle-orm";
import type { NotifyTargets } from "../../gate/ports/notifications.ts";
import type { AuditEvent, Incident } from "../../gate/ports/records.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { toAuditEvent } from "../rows.ts";
import { auditEvent, bypassIncident, contentMismatch, subject } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";
import { entriesOfEvaluation, notify } from "./notify.ts";
import { approvalOfLanding } from "./read-records.ts";
import { markDirty } from "./read-subjects.ts";
import { holdSubject } from "./save-evaluation.ts";

interface Landing {
  readonly repositoryId: number;
  readonly pullRequest: number;
  readonly mergeSha: string;
}

/** For a caller that holds the lock of the trail: then nobody records one meanwhile. */
export async function isIncident(tx: Tx, landing: Landing): Promise<boolean> {
  for (const table of [bypassIncident, contentMismatch]) {
    const [found] = await tx.select({ id: table.id }).from(table).where(isOf(table, landing)).limit(1);
    if (found !== undefined) return true;
  }
  return false;
}

/**
 * One incident per kind and landing; recorded before: its event. A landing that has its approval keeps that: it gives the approval's event.
 * Whoever was overtaken may hold the landing against a decision that another one followed: null, and the subject is owed again, so that
 * nothing is lost to the fence.
 */
export async function recordIncident(tx: Tx, input: Incident, targets: NotifyTargets | null = null): Promise<AuditEvent | null> {
  const { repository, number } = input.work.pull;
  const table = input.kind === "bypass" ? bypassIncident : contentMismatch;
  const [owner] = await tx.select({ tenantId: subject.tenantId }).from(subject).where(eq(subject.key, input.work.key));
  if (owner === undefined) throw new Error(`no subject ${input.work.key}`);
  const held = await holdSubject(tx, input.work);
  await lockAudit(tx, owner.tenantId);
  const landing = { repositoryId: repository.id, pullRequest: number, mergeSha: input.mergeSha };
  const approved = await approvalOfLanding(tx, landing);
  if (approved !== null) return approved.event;
  const [known] = await tx
    .select({ event: auditEvent })
    .from(table)
    .innerJoin(auditEvent, and(eq(auditEvent.tenantId, table.tenantId), eq(auditEvent.seq, table.auditSeq)))
    .where(isOf(table, landing));
  if (known !== undefined) return toAuditEvent(known.event);
  if (held === null) {
    await markDirty(tx, input.work.key);
    return null;
  }
  const id = newId();
  const because = storable(input.because);
  const event = await appendAudit(tx, owner.tenantId, {
    type: input.kind === "bypass" ? "incident.bypass" : "incident.content_mismatch",
    severity: "critical",
    actor: input.actorId === null ? null : String(input.actorId),
    subject: `incident ${id}`,
    payload: { ...landing, incidentId: id, evaluationId: input.evaluationId, because },
  });
  await tx.insert(table).values({
    ...landing,
    id,
    tenantId: owner.tenantId,
    actorId: input.actorId,
    evaluationId: input.evaluationId,
    because,
    auditSeq: event.seq,
  });
  const entries = await entriesOfEvaluation(tx, targets, input.evaluationId);
  const refs = { tenantId: owner.tenantId, subjectKey: input.work.key, evaluationId: input.evaluationId, incidentId: id };
  await notify(tx, targets, { ...refs, event: "bypass", entries, once: [id] });
  return event;
}

function isOf(table: typeof bypassIncident | typeof contentMismatch, { repositoryId, pullRequest, mergeSha }: Landing): SQL | undefined {
  return and(eq(table.repositoryId, repositoryId), eq(table.pullRequest, pullRequest), eq(table.mergeSha, mergeSha));
}
