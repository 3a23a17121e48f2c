import { and, eq } from "drizzle-orm";
import type { BaseStanding } from "../../engine/base-standing.ts";
import type { Tx } from "../connect.ts";
import { businessDraft, businessDraftSnapshot, governanceWorkspace } from "../schema.ts";
import { asOutcome } from "./approval-refused.ts";
import { newestEvaluation, wholeContracts } from "./compile-draft.ts";

/** As an approval would find it now, whatever else stands against it; null = it is not open, or a merge approves it. */
export async function baseNow(tx: Tx, tenantId: string, draftId: string): Promise<BaseStanding | null> {
  const [row] = await tx
    .select({ draft: businessDraft, workspace: governanceWorkspace, snapshot: businessDraftSnapshot })
    .from(businessDraft)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, businessDraft.workspaceId))
    .innerJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(and(eq(businessDraft.id, draftId), eq(businessDraft.tenantId, tenantId)));
  if (row === undefined || row.draft.status !== "open" || row.draft.kind === "pull_request") return null;
  const newest = await newestEvaluation(tx, draftId);
  if (newest === null) return null;
  const { workspace, snapshot } = row;
  const whole = await asOutcome(wholeContracts(tx, { workspace, snapshot, facts: newest.evaluation.facts }));
  return whole.status === "done" ? whole.value.base : { status: "unknown", because: whole.message };
}
