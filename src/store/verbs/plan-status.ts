import { and, eq, inArray, or, sql } from "drizzle-orm";
import { type PlanStatus, planAfter } from "../../engine/plan.ts";
import { newId } from "../id.ts";
import { businessDraft, businessDraftSnapshot, governancePlan, governanceWorkspace } from "../schema.ts";
import { type Tx, together } from "../tx.ts";

export type PlanRow = typeof governancePlan.$inferSelect;

/**
 * Brings the plans of these workspaces up to their drafts. The rows are locked, in one order, before the drafts are looked at: whoever
 * comes last has seen all. Take it before the audit lock.
 */
export async function followDrafts(tx: Tx, workspaceIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(workspaceIds)].sort();
  if (wanted.length === 0) return;
  for (const workspaceId of wanted) {
    // What is ready is looked for under the lock.
    const [known, isReady] = await together(
      () => lockPlan(tx, workspaceId),
      () => hasReady(tx, workspaceId),
    );
    const plan = known ?? (await bearPlan(tx, workspaceId));
    if (plan === null) continue;
    const current = plan.status as PlanStatus;
    // Born by somebody else meanwhile: it was not locked when it was asked.
    const next = planAfter(current, (known === null ? await hasReady(tx, workspaceId) : isReady) ? "ready" : "draft");
    if (next === null || next === current) continue;
    await tx.update(governancePlan).set({ status: next, updatedAt: sql`clock_timestamp()` }).where(eq(governancePlan.id, plan.id));
  }
}

export async function lockPlan(tx: Tx, workspaceId: string): Promise<PlanRow | null> {
  const [row] = await tx.select().from(governancePlan).where(eq(governancePlan.workspaceId, workspaceId)).for("update");
  return row ?? null;
}

async function bearPlan(tx: Tx, workspaceId: string): Promise<PlanRow | null> {
  const [workspace] = await tx.select().from(governanceWorkspace).where(eq(governanceWorkspace.id, workspaceId));
  if (workspace === undefined) return null;
  const { tenantId, agent, environment } = workspace;
  await tx.insert(governancePlan).values({ id: newId(), tenantId, workspaceId, agent, environment }).onConflictDoNothing();
  return lockPlan(tx, workspaceId);
}

/** A draft stands ready, or was approved once and waits to be published. */
async function hasReady(tx: Tx, workspaceId: string): Promise<boolean> {
  const rows = await tx
    .select({ id: businessDraftSnapshot.id })
    .from(businessDraftSnapshot)
    .innerJoin(businessDraft, eq(businessDraft.id, businessDraftSnapshot.draftId))
    .where(
      and(
        eq(businessDraft.workspaceId, workspaceId),
        inArray(businessDraftSnapshot.status, ["ready_for_approval", "approved"]),
        or(
          eq(businessDraftSnapshot.status, "approved"),
          and(eq(businessDraft.status, "open"), eq(businessDraft.activeSnapshotId, businessDraftSnapshot.id)),
        ),
      ),
    )
    .limit(1);
  return rows.length > 0;
}
