import { and, eq, lt, sql } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { businessDraft, businessDraftSnapshot, governanceWorkspace } from "../schema.ts";
import { snapshotOf, supersede } from "./add-snapshot.ts";
import { appendAudit } from "./append-audit.ts";
import { appendCommand } from "./append-command.ts";
import { lockDraft, lockWorkspace } from "./draft-lineage.ts";
import { followDrafts } from "./plan-status.ts";

export interface Overdue {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly draftId: string;
}

function isOverdue(olderThanMs: number) {
  const limit = sql`clock_timestamp() - make_interval(secs => ${olderThanMs / 1000})`;
  return and(eq(businessDraft.kind, "submission"), eq(businessDraft.status, "open"), lt(businessDraftSnapshot.createdAt, limit));
}

/** Of every tenant: open submissions whose newest version is older. */
export async function overdueSubmissions(tx: Tx, olderThanMs: number, limit: number): Promise<readonly Overdue[]> {
  return tx
    .select({ tenantId: businessDraft.tenantId, workspaceId: businessDraft.workspaceId, draftId: businessDraft.id })
    .from(businessDraft)
    .innerJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(isOverdue(olderThanMs))
    .limit(limit);
}

/** Ends it, unless something has happened to it meanwhile. */
export async function expireSubmission(tx: Tx, { tenantId, workspaceId, draftId }: Overdue, olderThanMs: number): Promise<boolean> {
  const workspace = await lockWorkspace(tx, tenantId, workspaceId);
  const draft = await lockDraft(tx, draftId);
  const [still] = await tx
    .select({ id: businessDraft.id })
    .from(businessDraft)
    .innerJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(and(eq(businessDraft.id, draftId), isOverdue(olderThanMs)));
  const snapshot = await snapshotOf(tx, draft);
  if (still === undefined || snapshot === null) return false;
  const payload = { snapshotId: snapshot.id, olderThanMs };
  const commandHistoryHash = await appendCommand(tx, draft, {
    commandType: "expire",
    expectedDraftVersion: snapshot.version,
    payload,
    origin: "clock",
    actorId: null,
    idempotencyKey: `expire:${snapshot.id}`,
  });
  await supersede(tx, snapshot.id);
  const updatedAt = sql`clock_timestamp()`;
  await tx.update(businessDraft).set({ status: "expired", commandHistoryHash, updatedAt }).where(eq(businessDraft.id, draft.id));
  if (workspace.activeDraftId === draft.id)
    await tx
      .update(governanceWorkspace)
      .set({ activeDraftId: null, activeDraftSnapshotId: null, updatedAt })
      .where(eq(governanceWorkspace.id, workspace.id));
  await followDrafts(tx, [workspace.id]);
  await appendAudit(tx, tenantId, {
    type: "governance.expired",
    severity: "warning",
    actor: null,
    subject: `draft ${draft.id}`,
    payload: { workspaceId, draftId, draftSnapshotId: snapshot.id, draftVersion: snapshot.version, olderThanMs },
  });
  return true;
}
