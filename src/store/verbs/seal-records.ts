import { and, asc, desc, eq, gt, isNull, lte, sql } from "drizzle-orm";
import type { SealedEvent } from "../../engine/audit.ts";
import { type Checkpoint, checkpointOf } from "../../engine/checkpoint.ts";
import type { Decision } from "../../engine/decision.ts";
import type { Envelope } from "../../engine/dsse.ts";
import type { Facts } from "../../engine/facts.ts";
import type { ChainState, OwedAttestation } from "../../gate/ports/notary.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { toAuditEvent } from "../rows.ts";
import {
  attestation,
  auditCheckpoint,
  auditCheckpointDelivery,
  auditEvent,
  compiledGovernanceArtifact,
  evaluation,
  governanceApproval,
} from "../schema.ts";
import { readClock } from "./append-audit.ts";
import { named } from "./identities.ts";

/** Every tenant that has events (null), or one of them, with what its chain and its last checkpoint say. */
export async function chainStates(tx: Tx, only: string | null): Promise<readonly ChainState[]> {
  const now = await readClock(tx);
  const heads = await tx
    .selectDistinctOn([auditEvent.tenantId], { tenantId: auditEvent.tenantId, seq: auditEvent.seq, hash: auditEvent.hash })
    .from(auditEvent)
    .where(only === null ? undefined : eq(auditEvent.tenantId, only))
    .orderBy(auditEvent.tenantId, desc(auditEvent.seq));
  const states: ChainState[] = [];
  for (const { tenantId, ...head } of heads) {
    const [checkpoint] = await tx
      .select({ envelope: auditCheckpoint.envelope })
      .from(auditCheckpoint)
      .where(eq(auditCheckpoint.tenantId, tenantId))
      .orderBy(desc(auditCheckpoint.size))
      .limit(1);
    const last = checkpoint === undefined ? null : checkpointOf(checkpoint.envelope as Envelope);
    const [uncovered] = await tx
      .select({ at: auditEvent.at })
      .from(auditEvent)
      .where(and(eq(auditEvent.tenantId, tenantId), eq(auditEvent.seq, (last?.size ?? 0) + 1)));
    states.push({ tenantId, head, now, uncoveredSince: uncovered?.at.toISOString() ?? null, last });
  }
  return states;
}

export async function chainHashes(tx: Tx, tenantId: string, to: number): Promise<readonly string[]> {
  const rows = await tx
    .select({ hash: auditEvent.hash })
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, tenantId), lte(auditEvent.seq, to)))
    .orderBy(asc(auditEvent.seq));
  return rows.map(({ hash }) => hash);
}

export async function chainEvents(tx: Tx, tenantId: string, after: number, to: number, limit: number): Promise<readonly SealedEvent[]> {
  const rows = await tx
    .select()
    .from(auditEvent)
    .where(and(eq(auditEvent.tenantId, tenantId), gt(auditEvent.seq, after), lte(auditEvent.seq, to)))
    .orderBy(asc(auditEvent.seq))
    .limit(limit);
  return rows.map(toAuditEvent);
}

/** Two replicas may sign the same size: the first stands. */
export async function saveCheckpoint(tx: Tx, checkpoint: Checkpoint, keyId: string, envelope: Envelope): Promise<void> {
  await tx
    .insert(auditCheckpoint)
    .values({ ...checkpoint, at: new Date(checkpoint.at), keyId, envelope })
    .onConflictDoNothing();
}

export async function undeliveredCheckpoints(tx: Tx, sink: string, limit: number): Promise<readonly Envelope[]> {
  const { tenantId, size } = auditCheckpoint;
  const delivered = and(
    eq(auditCheckpointDelivery.tenantId, tenantId),
    eq(auditCheckpointDelivery.size, size),
    eq(auditCheckpointDelivery.sink, sink),
  );
  const rows = await tx
    .select({ envelope: auditCheckpoint.envelope })
    .from(auditCheckpoint)
    .leftJoin(auditCheckpointDelivery, delivered)
    .where(isNull(auditCheckpointDelivery.sink))
    .orderBy(asc(tenantId), asc(size))
    .limit(limit);
  return rows.map((row) => row.envelope as Envelope);
}

export async function recordCheckpointDelivery(tx: Tx, { tenantId, size }: Checkpoint, sink: string): Promise<void> {
  await tx.insert(auditCheckpointDelivery).values({ tenantId, size, sink }).onConflictDoNothing();
}

export async function checkpointsOf(
  tx: Tx,
  tenantId: string,
): Promise<readonly { readonly checkpoint: Checkpoint; readonly keyId: string; readonly sinks: readonly string[] }[]> {
  const rows = await tx
    .select()
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.tenantId, tenantId))
    .orderBy(desc(auditCheckpoint.size))
    .limit(100);
  const sent = await tx.select().from(auditCheckpointDelivery).where(eq(auditCheckpointDelivery.tenantId, tenantId));
  return rows.map(({ envelope, keyId, size }) => ({
    checkpoint: checkpointOf(envelope as Envelope),
    keyId,
    sinks: sent
      .filter((each) => each.size === size)
      .map(({ sink }) => sink)
      .sort(),
  }));
}

/** The approval is its own outbox: one without a statement is owed it, since the very transaction that made it. */
export async function owedAttestations(tx: Tx, tenantId: string, upTo: number, limit: number): Promise<readonly OwedAttestation[]> {
  const rows = await tx
    .select({ approval: governanceApproval, artifact: compiledGovernanceArtifact, event: auditEvent, evaluation })
    .from(governanceApproval)
    .innerJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.approvalId, governanceApproval.id))
    .innerJoin(auditEvent, and(eq(auditEvent.tenantId, governanceApproval.tenantId), eq(auditEvent.seq, governanceApproval.auditSeq)))
    .innerJoin(evaluation, eq(evaluation.id, governanceApproval.evaluationId))
    .leftJoin(attestation, eq(attestation.approvalId, governanceApproval.id))
    .where(and(eq(governanceApproval.tenantId, tenantId), lte(governanceApproval.auditSeq, upTo), isNull(attestation.id)))
    .orderBy(asc(governanceApproval.auditSeq))
    .limit(limit);
  const owed: OwedAttestation[] = [];
  for (const row of rows) {
    const { facts, decision } = await named(tx, { facts: row.evaluation.facts as Facts, decision: row.evaluation.decision as Decision });
    owed.push({
      tenantId,
      approval: toRecord(row.approval),
      artifact: toRecord(row.artifact),
      event: toAuditEvent(row.event),
      evaluation: { id: row.evaluation.id, record: toRecord(row.evaluation), facts, decision },
    });
  }
  return owed;
}

export async function saveAttestation(tx: Tx, tenantId: string, approvalId: string, keyId: string, envelope: Envelope): Promise<void> {
  await tx.insert(attestation).values({ id: newId(), tenantId, approvalId, keyId, envelope }).onConflictDoNothing();
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

export async function evidenceOf(
  tx: Tx,
  approvalId: string,
  tenantId: string | null,
): Promise<{ readonly envelope: Envelope | null } | null> {
  if (!UUID.test(approvalId)) return null;
  const [row] = await tx
    .select({ envelope: attestation.envelope })
    .from(governanceApproval)
    .leftJoin(attestation, eq(attestation.approvalId, governanceApproval.id))
    .where(and(eq(governanceApproval.id, approvalId), tenantId === null ? sql`true` : eq(governanceApproval.tenantId, tenantId)));
  return row === undefined ? null : { envelope: (row.envelope as Envelope | null) ?? null };
}

/** A row as an export and a statement's digest show it. What is null is left out, so that a column of a later version changes no digest. */
export function toRecord(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain = JSON.parse(JSON.stringify(row)) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== null));
}
