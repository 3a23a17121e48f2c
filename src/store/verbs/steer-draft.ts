import { eq, sql } from "drizzle-orm";
import type { AuditType } from "../../engine/audit-types.ts";
import type { Draft, DraftAsk, Workspace } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { businessDraft, governanceWorkspace } from "../schema.ts";
import { toDraft, toWorkspace } from "../studio-rows.ts";
import { storable } from "../text.ts";
import { snapshotOf, supersede } from "./add-snapshot.ts";
import { appendAudit } from "./append-audit.ts";
import { appendCommand, type Command } from "./append-command.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { type DraftRow, lockDraft, lockWorkspace, type SnapshotRow, type WorkspaceRow } from "./draft-lineage.ts";
import { answerOnce } from "./idempotency.ts";
import { followDrafts } from "./plan-status.ts";

interface Steered {
  readonly workspace: Workspace;
  readonly draft: Draft;
}

/** Ends an open draft of this workspace; its snapshot is superseded and can never be approved. */
export async function rejectDraft(tx: Tx, ask: DraftAsk & { readonly reason: string }): Promise<Steered> {
  return steer(tx, ask, async ({ workspace, draft, snapshot }) => {
    if (draft.kind === "pull_request") {
      const hint = "request changes on the pull request, or close it";
      throw new ApprovalRefused("INVALID_STATE", `#${draft.pullRequest} is rejected by its reviews`, { hint });
    }
    const reason = storable(ask.reason);
    const commandHistoryHash = await appendCommand(tx, draft, command(ask, "reject", snapshot, { reason }));
    await supersede(tx, snapshot.id);
    const updatedAt = sql`clock_timestamp()`;
    await tx.update(businessDraft).set({ status: "rejected", commandHistoryHash, updatedAt }).where(eq(businessDraft.id, draft.id));
    if (workspace.activeDraftId === draft.id)
      await tx
        .update(governanceWorkspace)
        .set({ activeDraftId: null, activeDraftSnapshotId: null, updatedAt })
        .where(eq(governanceWorkspace.id, workspace.id));
    await followDrafts(tx, [workspace.id]);
    await tell(tx, ask, "governance.rejected", { reason });
  });
}

/** Makes an open draft the active one, with the snapshot that the caller has seen. */
export async function activateDraft(tx: Tx, ask: DraftAsk): Promise<Steered> {
  return steer(tx, ask, async ({ workspace, draft, snapshot }) => {
    if (workspace.activeDraftId === draft.id && workspace.activeDraftSnapshotId === snapshot.id) return;
    const commandHistoryHash = await appendCommand(tx, draft, command(ask, "activate", snapshot, { instead: workspace.activeDraftId }));
    const updatedAt = sql`clock_timestamp()`;
    await tx.update(businessDraft).set({ commandHistoryHash, updatedAt }).where(eq(businessDraft.id, draft.id));
    await tx
      .update(governanceWorkspace)
      .set({ activeDraftId: draft.id, activeDraftSnapshotId: snapshot.id, updatedAt })
      .where(eq(governanceWorkspace.id, workspace.id));
    await tell(tx, ask, "workspace.draft_activated", { instead: workspace.activeDraftId });
  });
}

/** Only an open draft of this workspace, and only as the caller has seen it. */
async function steer(
  tx: Tx,
  ask: DraftAsk,
  act: (held: { readonly workspace: WorkspaceRow; readonly draft: DraftRow; readonly snapshot: SnapshotRow }) => Promise<void>,
): Promise<Steered> {
  const workspace = await lockWorkspace(tx, ask.tenantId, ask.workspaceId);
  return answerOnce(tx, ask, async () => {
    const draft = await lockDraft(tx, ask.draftId, "NOT_FOUND");
    if (draft.workspaceId !== workspace.id) throw new ApprovalRefused("NOT_FOUND", "the workspace has no such draft");
    if (draft.status !== "open") throw new ApprovalRefused("INVALID_STATE", `the draft is ${draft.status}`);
    const snapshot = await snapshotOf(tx, draft);
    if (snapshot === null) throw new ApprovalRefused("INVALID_STATE", "nothing has been saved in this draft yet");
    if (snapshot.id !== ask.snapshotId || snapshot.version !== ask.draftVersion || snapshot.version !== draft.currentVersion) {
      const details = { draft_id: draft.id, snapshot_id: snapshot.id, draft_version: snapshot.version };
      throw new ApprovalRefused("STALE_LINEAGE", `the draft is at version ${snapshot.version} now`, { details });
    }
    await act({ workspace, draft, snapshot });
    const [after] = await tx.select().from(governanceWorkspace).where(eq(governanceWorkspace.id, workspace.id));
    const [row] = await tx.select().from(businessDraft).where(eq(businessDraft.id, draft.id));
    return { workspace: toWorkspace(after!), draft: toDraft(row!) };
  });
}

function command(ask: DraftAsk, commandType: Command["commandType"], snapshot: SnapshotRow, payload: Command["payload"]): Command {
  return {
    commandType,
    expectedDraftVersion: snapshot.version,
    payload: { snapshotId: snapshot.id, ...payload },
    origin: ask.channel,
    actorId: ask.actorId,
    idempotencyKey: `${commandType}:${newId()}`,
  };
}

async function tell(tx: Tx, ask: DraftAsk, type: AuditType, more: Readonly<Record<string, unknown>>): Promise<void> {
  await appendAudit(tx, ask.tenantId, {
    type,
    severity: "info",
    actor: String(ask.actorId),
    subject: `draft ${ask.draftId}`,
    payload: {
      workspaceId: ask.workspaceId,
      draftId: ask.draftId,
      draftSnapshotId: ask.snapshotId,
      draftVersion: ask.draftVersion,
      channel: ask.channel,
      ...more,
    },
  });
}
