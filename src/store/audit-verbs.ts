import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type { AuditQuery, AuditRecords, NamedEvent } from "../gate/ports/notary.ts";
import type { Database, Tx } from "./connect.ts";
import { toAuditEvent } from "./rows.ts";
import { auditEvent, identity, tenant } from "./schema.ts";
import { ACROSS, ofRow, ofTenant } from "./scope.ts";
import { storableOrNull } from "./text.ts";
import { appendAudit } from "./verbs/append-audit.ts";
import { exportLines } from "./verbs/export-audit.ts";
import { eraseIdentity, loginsOf, named } from "./verbs/identities.ts";
import * as seal from "./verbs/seal-records.ts";

/** The audit trail and its evidence. */
export function auditVerbs(db: Database): AuditRecords {
  return {
    chainStates: () => db.read(ACROSS, (tx) => seal.chainStates(tx, null)),
    chainHashes: (tenantId, to) => db.read(ofTenant(tenantId), (tx) => seal.chainHashes(tx, tenantId, to)),
    chainEvents: (tenantId, after, to, limit) => db.read(ofTenant(tenantId), (tx) => seal.chainEvents(tx, tenantId, after, to, limit)),
    saveCheckpoint: (checkpoint, keyId, envelope) =>
      db.transaction(ofTenant(checkpoint.tenantId), (tx) => seal.saveCheckpoint(tx, checkpoint, keyId, envelope)),
    undeliveredCheckpoints: (sink, limit) => db.read(ACROSS, (tx) => seal.undeliveredCheckpoints(tx, sink, limit)),
    recordCheckpointDelivery: (checkpoint, sink) =>
      db.transaction(ofTenant(checkpoint.tenantId), (tx) => seal.recordCheckpointDelivery(tx, checkpoint, sink)),
    owedAttestations: (tenantId, upTo, limit) => db.read(ofTenant(tenantId), (tx) => seal.owedAttestations(tx, tenantId, upTo, limit)),
    saveAttestation: (tenantId, approvalId, keyId, envelope) =>
      db.transaction(ofTenant(tenantId), (tx) => seal.saveAttestation(tx, tenantId, approvalId, keyId, envelope)),
    evidenceOf: (approvalId, tenantId) =>
      db.read(tenantId === null ? ofRow("approval", approvalId) : ofTenant(tenantId), (tx) => seal.evidenceOf(tx, approvalId, tenantId)),
    checkpointsOf: (tenantId) => db.read(ofTenant(tenantId), (tx) => seal.checkpointsOf(tx, tenantId)),
    auditEvents: (tenantId, query) => db.read(tenantId === null ? ACROSS : ofTenant(tenantId), (tx) => auditEvents(tx, tenantId, query)),
    exportLines: (tenantId, since) => exportLines(db, tenantId, since),
    tenants: () =>
      db.read(ACROSS, async (tx) =>
        tx.select({ id: tenant.id, host: tenant.host, login: tenant.login }).from(tenant).orderBy(tenant.host, tenant.login),
      ),
    eraseIdentity: (who) => db.transaction(ACROSS, (tx) => erase(tx, who)),
  };
}

/** That somebody was forgotten is itself an event; it holds the references, which lead nowhere now. */
async function erase(tx: Tx, who: string): Promise<number> {
  const erased = await eraseIdentity(tx, who);
  for (const [tenantId, references] of erased)
    await appendAudit(tx, tenantId, {
      type: "identity.erased",
      severity: "warning",
      actor: null,
      subject: `identity ${references[0]!}`,
      payload: { references },
    });
  return [...erased.values()].reduce((total, references) => total + references.length, 0);
}

/** By account id, or by a login that is known for one. */
function byActor(who: string): SQL {
  if (/^\d+$/.test(who)) return eq(auditEvent.actor, who);
  return sql`${auditEvent.actor} in (select i.account_id::text from ${identity} i where i.tenant_id = ${auditEvent.tenantId} and lower(i.login) = lower(${who}))`;
}

/** `tenantId` null = across tenants. */
export async function auditEvents(tx: Tx, tenantId: string | null, asked: AuditQuery): Promise<readonly NamedEvent[]> {
  const [type, actor, subject] = [storableOrNull(asked.type), storableOrNull(asked.actor), storableOrNull(asked.subject)];
  const query = { ...asked, type, actor, subject };
  const wanted: (SQL | undefined)[] = [
    tenantId === null ? undefined : eq(auditEvent.tenantId, tenantId),
    query.before === null ? undefined : lt(auditEvent.seq, query.before),
    query.type === null ? undefined : sql`(${auditEvent.type} = ${query.type} or starts_with(${auditEvent.type}, ${`${query.type}.`}))`,
    query.actor === null ? undefined : byActor(query.actor),
    query.subject === null ? undefined : sql`strpos(lower(${auditEvent.subject}), lower(${query.subject})) > 0`,
  ];
  const rows = await tx
    .select()
    .from(auditEvent)
    .where(and(...wanted))
    .orderBy(...(tenantId === null ? [desc(auditEvent.at)] : []), desc(auditEvent.seq))
    .limit(query.limit);
  const events = await named(tx, rows.map(toAuditEvent));
  const logins = await loginsOf(
    tx,
    events.flatMap(({ actor }) => actor ?? []),
  );
  return events.map((event) => ({ ...event, actorLogin: event.actor === null ? null : (logins.get(event.actor) ?? null) }));
}
