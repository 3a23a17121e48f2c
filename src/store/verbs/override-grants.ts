import { and, asc, eq, sql } from "drizzle-orm";
import type { NewGrant, OverrideGrant } from "../../gate/ports/overrides.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { overrideEvent, overrideGrant, subject } from "../schema.ts";
import { storable, storableOrNull } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";

type GrantRow = typeof overrideGrant.$inferSelect;

export function toGrant(row: GrantRow, used: boolean): OverrideGrant {
  const { tenantId: _tenant, auditSeq: _seq, ...rest } = row;
  return { ...rest, labelledAt: row.labelledAt.toISOString(), observedAt: row.observedAt.toISOString(), used };
}

export async function overrideGrants(tx: Tx, repositoryId: number, number: number): Promise<readonly OverrideGrant[]> {
  const rows = await tx
    .select({ grant: overrideGrant, used: overrideEvent.id })
    .from(overrideGrant)
    .leftJoin(overrideEvent, and(eq(overrideEvent.grantId, overrideGrant.id), eq(overrideEvent.kind, "used")))
    .where(and(eq(overrideGrant.repositoryId, repositoryId), eq(overrideGrant.pullRequest, number)))
    .orderBy(asc(overrideGrant.labelledAt), asc(overrideGrant.id));
  return rows.map((row) => toGrant(row.grant, row.used !== null));
}

/** The lock of the audit chain comes first: of two workers, the second finds the row. */
export async function recordGrant(tx: Tx, key: string, grant: NewGrant): Promise<void> {
  const [owner] = await tx.select({ tenantId: subject.tenantId }).from(subject).where(eq(subject.key, key));
  if (owner === undefined) throw new Error(`no subject ${key}`);
  await lockAudit(tx, owner.tenantId);
  const delivery = storable(grant.delivery);
  const { repositoryId, pullRequest } = grant;
  const [known] = await tx
    .select({ id: overrideGrant.id })
    .from(overrideGrant)
    .where(
      and(
        eq(overrideGrant.repositoryId, repositoryId),
        eq(overrideGrant.pullRequest, pullRequest),
        sql`${overrideGrant.delivery} = ${delivery}`,
      ),
    );
  if (known !== undefined) return;
  const id = newId();
  const because = storable(grant.because);
  const event = await appendAudit(tx, owner.tenantId, {
    type: grant.entitled ? "override.granted" : "override.refused",
    severity: grant.entitled ? "critical" : "warning",
    actor: grant.actorId === null ? null : String(grant.actorId),
    subject: `override ${id}`,
    payload: { overrideId: id, repositoryId, pullRequest, headSha: grant.headSha, entitled: grant.entitled, because },
  });
  await tx.insert(overrideGrant).values({
    ...grant,
    id,
    tenantId: owner.tenantId,
    delivery,
    because,
    label: storable(grant.label),
    baseRef: storableOrNull(grant.baseRef),
    labelledAt: new Date(grant.labelledAt),
    observedAt: new Date(grant.observedAt),
    auditSeq: event.seq,
  });
}
