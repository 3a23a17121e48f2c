import { and, desc, eq, type SQL } from "drizzle-orm";
import type { ApprovalRecord, AuditEvent } from "../../gate/ports/records.ts";
import type { Tx } from "../connect.ts";
import { toApproval, toArtifact, toAuditEvent } from "../rows.ts";
import { auditEvent, compiledGovernanceArtifact, governanceApproval, tenant } from "../schema.ts";
import { named } from "./identities.ts";

export async function approvalOfLanding(
  tx: Tx,
  landing: { readonly repositoryId: number; readonly pullRequest: number; readonly mergeSha: string },
): Promise<ApprovalRecord | null> {
  return readApproval(
    tx,
    and(
      eq(governanceApproval.repositoryId, landing.repositoryId),
      eq(governanceApproval.pullRequest, landing.pullRequest),
      eq(governanceApproval.mergeSha, landing.mergeSha),
    ),
  );
}

/** The newest approval of a pull request. `tenantId` null = whoever it belongs to. */
export async function approvalOf(tx: Tx, tenantId: string | null, repositoryId: number, number: number): Promise<ApprovalRecord | null> {
  const mine = tenantId === null ? undefined : eq(governanceApproval.tenantId, tenantId);
  return readApproval(tx, and(mine, eq(governanceApproval.repositoryId, repositoryId), eq(governanceApproval.pullRequest, number)));
}

export async function approvalOfSnapshot(
  tx: Tx,
  tenantId: string,
  workspaceId: string,
  snapshotId: string,
): Promise<ApprovalRecord | null> {
  return readApproval(
    tx,
    and(
      eq(governanceApproval.tenantId, tenantId),
      eq(governanceApproval.workspaceId, workspaceId),
      eq(governanceApproval.draftSnapshotId, snapshotId),
    ),
  );
}

export async function approvalIn(tx: Tx, tenantId: string, workspaceId: string, id: string): Promise<ApprovalRecord | null> {
  return readApproval(
    tx,
    and(eq(governanceApproval.tenantId, tenantId), eq(governanceApproval.workspaceId, workspaceId), eq(governanceApproval.id, id)),
  );
}

async function readApproval(tx: Tx, where: SQL | undefined): Promise<ApprovalRecord | null> {
  const [row] = await tx
    .select({ approval: governanceApproval, artifact: compiledGovernanceArtifact, event: auditEvent })
    .from(governanceApproval)
    .innerJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.approvalId, governanceApproval.id))
    .innerJoin(auditEvent, and(eq(auditEvent.tenantId, governanceApproval.tenantId), eq(auditEvent.seq, governanceApproval.auditSeq)))
    .where(where)
    .orderBy(desc(governanceApproval.approvedAt))
    .limit(1);
  if (row === undefined) return null;
  return {
    approval: await named(tx, toApproval(row.approval)),
    artifact: toArtifact(row.artifact),
    event: toAuditEvent(row.event),
    created: false,
  };
}

/** Newest first. `tenantId` null = across tenants. */
export async function auditTrail(tx: Tx, tenantId: string | null, limit: number): Promise<readonly AuditEvent[]> {
  const rows = await tx
    .select()
    .from(auditEvent)
    .where(tenantId === null ? undefined : eq(auditEvent.tenantId, tenantId))
    .orderBy(desc(auditEvent.at), desc(auditEvent.seq))
    .limit(limit);
  return named(tx, rows.map(toAuditEvent));
}

/** Every tenant's whole chain in ascending order, for `verifyChain`. */
export async function auditChains(tx: Tx): Promise<readonly (readonly AuditEvent[])[]> {
  const tenants = await tx.select({ id: tenant.id }).from(tenant);
  const chains: AuditEvent[][] = [];
  for (const { id } of tenants) {
    const rows = await tx.select().from(auditEvent).where(eq(auditEvent.tenantId, id)).orderBy(auditEvent.seq);
    if (rows.length > 0) chains.push(rows.map(toAuditEvent));
  }
  return chains;
}
