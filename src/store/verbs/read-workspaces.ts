import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";
import type { ApprovalPreview, DraftContext, WorkspaceRow, WorkspaceView } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { approvalVote, businessCommand, businessDraft, businessDraftSnapshot, evaluation, governanceWorkspace } from "../schema.ts";
import { toDraft, toSnapshot, toVote, toWorkspace } from "../studio-rows.ts";
import { readClock } from "./append-audit.ts";
import { asOutcome } from "./approval-refused.ts";
import { baseNow } from "./base-now.ts";
import { compileDraft, newestEvaluation } from "./compile-draft.ts";
import { activeLineage, type DraftRow, nextApprovalVersion, refuseOwnChange, refuseUnready, type SnapshotRow } from "./draft-lineage.ts";
import { approvalIn } from "./read-records.ts";

const DRAFTS_SHOWN = 100;

function ofTenant(tenantId: string, id: string) {
  return and(eq(governanceWorkspace.tenantId, tenantId), eq(governanceWorkspace.id, id));
}

export async function workspaces(tx: Tx, tenantId: string, limit: number): Promise<readonly WorkspaceRow[]> {
  const open = sql<number>`(select count(*)::int from ${businessDraft} d where d.workspace_id = governance_workspace.id and d.status = 'open')`;
  const ready = sql<number>`(select count(*)::int from ${businessDraft} d join ${businessDraftSnapshot} s on s.id = d.active_snapshot_id
    where d.workspace_id = governance_workspace.id and d.status = 'open' and s.status = 'ready_for_approval')`;
  const rows = await tx
    .select({ workspace: governanceWorkspace, open, ready })
    .from(governanceWorkspace)
    .where(eq(governanceWorkspace.tenantId, tenantId))
    .orderBy(desc(governanceWorkspace.updatedAt), asc(governanceWorkspace.id))
    .limit(limit);
  return rows.map((row) => ({ workspace: toWorkspace(row.workspace), openDrafts: row.open, readyDrafts: row.ready }));
}

export async function workspace(tx: Tx, tenantId: string, id: string): Promise<WorkspaceView | null> {
  const [row] = await tx.select().from(governanceWorkspace).where(ofTenant(tenantId, id));
  if (row === undefined) return null;
  const drafts = await tx
    .select({ draft: businessDraft, snapshot: businessDraftSnapshot })
    .from(businessDraft)
    .leftJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(eq(businessDraft.workspaceId, id))
    .orderBy(sql`${businessDraft.status} <> 'open'`, desc(businessDraft.updatedAt), asc(businessDraft.id))
    .limit(DRAFTS_SHOWN);
  const approval = row.activeApprovalId === null ? null : await approvalIn(tx, tenantId, id, row.activeApprovalId);
  return {
    workspace: toWorkspace(row),
    drafts: drafts.map((each) => ({
      draft: toDraft(each.draft),
      snapshot: each.snapshot === null ? null : toSnapshot(each.snapshot),
    })),
    approval: approval === null ? null : { approval: approval.approval, artifact: approval.artifact },
  };
}

export async function draftContext(tx: Tx, tenantId: string, draftId: string): Promise<DraftContext | null> {
  const [row] = await tx
    .select({ draft: businessDraft, workspace: governanceWorkspace, snapshot: businessDraftSnapshot })
    .from(businessDraft)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, businessDraft.workspaceId))
    .leftJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(and(eq(businessDraft.id, draftId), eq(businessDraft.tenantId, tenantId)));
  if (row === undefined) return null;
  const votes = await tx.select().from(approvalVote).where(eq(approvalVote.draftId, draftId)).orderBy(asc(approvalVote.seq));
  const commands = await tx
    .select()
    .from(businessCommand)
    .where(and(eq(businessCommand.draftId, draftId), inArray(businessCommand.commandType, ["open", "snapshot"])))
    .orderBy(asc(businessCommand.seq));
  return {
    now: await readClock(tx),
    workspace: toWorkspace(row.workspace),
    draft: toDraft(row.draft),
    snapshot: row.snapshot === null ? null : toSnapshot(row.snapshot),
    evaluation: (await newestEvaluation(tx, draftId))?.evaluation ?? null,
    votes: votes.map(toVote),
    contributions: commands.map(({ actorId, payload, appliedAt }) => ({
      personId: actorId,
      headSha: (payload as { headSha?: string }).headSha ?? null,
      at: appliedAt.toISOString(),
    })),
  };
}

export async function snapshotContent(
  tx: Tx,
  tenantId: string,
  draftId: string,
  snapshotId: string,
): Promise<{ readonly version: number; readonly contentDigest: string; readonly headSha: string } | null> {
  const [row] = await tx
    .select({
      version: businessDraftSnapshot.version,
      contentDigest: evaluation.contentDigest,
      headSha: businessDraftSnapshot.headSha,
    })
    .from(businessDraftSnapshot)
    .innerJoin(evaluation, eq(evaluation.id, businessDraftSnapshot.evaluationId))
    .where(
      and(
        eq(businessDraftSnapshot.id, snapshotId),
        eq(businessDraftSnapshot.draftId, draftId),
        eq(businessDraftSnapshot.tenantId, tenantId),
      ),
    );
  return row ?? null;
}

/** The same conditions as the approval, in the same order, and nothing written. */
export async function previewApproval(tx: Tx, tenantId: string, id: string, actorId: number | null): Promise<ApprovalPreview | null> {
  const [row] = await tx.select().from(governanceWorkspace).where(ofTenant(tenantId, id));
  if (row === undefined) return null;
  const at = { workspace: toWorkspace(row), approvalVersion: await nextApprovalVersion(tx, id) };
  const [seen] = await tx
    .select({ draft: businessDraft, snapshot: businessDraftSnapshot })
    .from(businessDraft)
    .leftJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(and(eq(businessDraft.id, row.activeDraftId ?? id), eq(businessDraft.workspaceId, id)));
  const shown = {
    ...at,
    draft: seen === undefined ? null : toDraft(seen.draft),
    snapshot: seen?.snapshot ? toSnapshot(seen.snapshot) : null,
    decision: seen === undefined ? null : ((await newestEvaluation(tx, seen.draft.id))?.evaluation.decision ?? null),
    base: seen === undefined ? null : await baseNow(tx, tenantId, seen.draft.id),
  };
  const lineage = await asOutcome(activeLineage(tx, row));
  if (lineage.status === "refused") return { ...shown, refusal: lineage, compiled: null };
  const { draft, snapshot } = lineage.value;
  const ready = await asOutcome(refuseAny(tx, draft, snapshot, actorId));
  const made = await asOutcome(compileDraft(tx, { workspace: row, draft, snapshot }));
  return {
    ...shown,
    refusal: ready.status === "refused" ? ready : made.status === "refused" ? made : null,
    compiled: made.status === "refused" ? null : { compiledHash: made.value.compiled.compiledHash, contracts: made.value.contracts },
  };
}

async function refuseAny(tx: Tx, draft: DraftRow, snapshot: SnapshotRow, actorId: number | null): Promise<void> {
  if (actorId !== null) await refuseOwnChange(tx, draft, actorId);
  refuseUnready(draft, snapshot, "studio");
}
