import { and, desc, eq } from "drizzle-orm";
import type { PolicySource } from "../../engine/policy/model.ts";
import type { PolicyPush, PushedPolicy } from "../../gate/ports/submissions.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { policyVersion, pushedPolicy } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";
import { ApprovalRefused } from "./approval-refused.ts";

export async function newestPushed(tx: Tx, tenantId: string): Promise<PushedPolicy | null> {
  const [row] = await tx.select().from(pushedPolicy).where(eq(pushedPolicy.tenantId, tenantId)).orderBy(desc(pushedPolicy.seq)).limit(1);
  return row === undefined ? null : toPushed(row);
}

/** A further version, behind the one that the caller has seen. The same files again are no further version. */
export async function pushPolicy(tx: Tx, { tenantId, after, sources, digest, actorId }: PolicyPush): Promise<PushedPolicy> {
  // Whoever appends to this tenant's chain waits here, so the newest version cannot change below.
  await lockAudit(tx, tenantId);
  const newest = await newestPushed(tx, tenantId);
  if ((newest?.seq ?? 0) !== after)
    throw new ApprovalRefused("VERSION_CONFLICT", `E010: the pushed policy is at version ${newest?.seq ?? 0}`, {
      details: { code: "E010", expected_version: after, current_version: newest?.seq ?? 0 },
    });
  if (newest !== null && newest.digest === digest) return newest;
  const seq = after + 1;
  const event = await appendAudit(tx, tenantId, {
    type: "policy.pushed",
    severity: "warning",
    actor: String(actorId),
    subject: `pushed policy version ${seq}`,
    payload: { seq, digest, files: sources.map(({ path, blob }) => ({ path: storable(path), blob })) },
  });
  const [row] = await tx
    .insert(pushedPolicy)
    .values({ id: newId(), tenantId, seq, sources, digest, actorId, auditSeq: event.seq })
    .returning();
  return toPushed(row!);
}

/** The version in force of one of the tenant's own repositories. */
export async function repositoryPolicy(
  tx: Tx,
  tenantId: string,
  repositoryId: number,
): Promise<{ readonly sources: readonly PolicySource[]; readonly commit: string } | null> {
  const [row] = await tx
    .select()
    .from(policyVersion)
    .where(and(eq(policyVersion.tenantId, tenantId), eq(policyVersion.repositoryId, repositoryId)))
    .orderBy(desc(policyVersion.seq))
    .limit(1);
  return row === undefined ? null : { sources: row.sources as readonly PolicySource[], commit: row.commitSha };
}

function toPushed(row: typeof pushedPolicy.$inferSelect): PushedPolicy {
  const { seq, digest, actorId } = row;
  return { seq, digest, actorId, sources: row.sources as readonly PolicySource[], at: row.createdAt.toISOString() };
}
