import { desc, eq, sql } from "drizzle-orm";
import { type AuditEntry, GENESIS, type SealedEvent, sealEvent } from "../../engine/audit.ts";
import type { AuditType } from "../../engine/audit-types.ts";
import { rowsOf, type Tx } from "../connect.ts";
import { auditEvent } from "../schema.ts";
import { storable } from "../text.ts";
import { pseudonymous } from "./identities.ts";

/** Appends behind the tenant's last event, under an advisory lock that ends with the transaction. Take it after every row lock. */
export async function appendAudit(
  tx: Tx,
  tenantId: string,
  entry: Omit<AuditEntry, "at" | "type"> & { readonly type: AuditType },
): Promise<SealedEvent> {
  await lockAudit(tx, tenantId);
  const last = await tx
    .select({ seq: auditEvent.seq, hash: auditEvent.hash })
    .from(auditEvent)
    .where(eq(auditEvent.tenantId, tenantId))
    .orderBy(desc(auditEvent.seq))
    .limit(1);
  const at = await readClock(tx);
  // What is sealed stands for ever: it names nobody.
  const payload = await pseudonymous(tx, tenantId, entry.payload);
  const event = sealEvent(tenantId, last[0] ?? GENESIS, { ...entry, payload, subject: storable(entry.subject), at });
  await tx.insert(auditEvent).values({ ...event, at: new Date(event.at) });
  return event;
}

/** Re-entrant within a transaction. */
export async function lockAudit(tx: Tx, tenantId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`countersign/audit/${tenantId}`}, 0))`);
}

/** The database's clock in whole milliseconds, ISO 8601 UTC. */
export async function readClock(tx: Tx): Promise<string> {
  const [row] = rowsOf<{ now: string }>(
    await tx.execute(sql`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now`),
  );
  return row!.now;
}
