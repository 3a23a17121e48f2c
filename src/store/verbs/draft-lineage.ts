import { and, desc, eq, inArray } from "drizzle-orm";
import type { ApprovalRecord, LandedApproval } from "../../gate/ports/records.ts";
import type { DraftAsk, StudioApproval } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { businessCommand, businessDraft, businessDraftSnapshot, evaluation, governanceApproval, governanceWorkspace } from "../schema.ts";
import { isReady } from "./add-snapshot.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { approvalOfLanding, approvalOfSnapshot } from "./read-records.ts";
import { holdSubject } from "./save-evaluation.ts";

export type WorkspaceRow = typeof governanceWorkspace.$inferSelect;
export type DraftRow = typeof businessDraft.$inferSelect;
export type SnapshotRow = typeof businessDraftSnapshot.$inferSelect;

/** Workspace, draft and snapshot that agree with one another, locked; or the record that exists. */
export type Lineage =
  | { readonly status: "approved"; readonly record: ApprovalRecord }
  | { readonly status: "open"; readonly workspace: WorkspaceRow; readonly draft: DraftRow; readonly snapshot: SnapshotRow };

/** A merge: its pull request's draft, behind the subject's fence. */
export async function landedLineage(tx: Tx, input: LandedApproval): Promise<Lineage> {
  const mergeSha = input.pull.mergeCommitSha;
  if (!input.pull.merged || mergeSha === null) throw new ApprovalRefused("NOT_MERGED", `${input.work.key} is not merged`);
  const landing = { repositoryId: input.work.pull.repository.id, pullRequest: input.work.pull.number, mergeSha };
  const recorded = await approvalOfLanding(tx, landing);
  if (recorded !== null) return { status: "approved", record: recorded };
  const held = await holdSubject(tx, input.work);
  // Whoever held the subject before may have recorded this landing meanwhile.
  const meanwhile = await approvalOfLanding(tx, landing);
  if (meanwhile !== null) return { status: "approved", record: meanwhile };
  if (held === null) throw new ApprovalRefused("STALE_WORK", `another worker holds ${input.work.key}`);
  const ofPull = and(
    eq(businessDraft.repositoryId, landing.repositoryId),
    eq(businessDraft.pullRequest, landing.pullRequest),
    eq(businessDraft.status, "open"),
  );
  const [found] = await tx.select().from(businessDraft).where(ofPull).orderBy(desc(businessDraft.createdAt)).limit(1);
  if (found === undefined) throw new ApprovalRefused("NO_ACTIVE_DRAFT", `${input.work.key} has no open draft`);
  const workspace = await lockWorkspace(tx, found.tenantId, found.workspaceId);
  const draft = await lockDraft(tx, found.id);
  if (draft.status !== "open" || draft.activeSnapshotId === null) {
    throw new ApprovalRefused("NO_ACTIVE_DRAFT", `the draft of ${input.work.key} is no longer open`);
  }
  const snapshot = await snapshotIn(tx, draft, draft.activeSnapshotId);
  await refuseOtherEvaluation(tx, input, snapshot);
  return { status: "open", workspace, draft, snapshot };
}

/** The evaluation must be the stored one that this snapshot came from (or that left the snapshot unchanged). */
async function refuseOtherEvaluation(tx: Tx, input: LandedApproval, snapshot: SnapshotRow): Promise<void> {
  const [stored] = await tx
    .select({ key: evaluation.subjectKey, headSha: evaluation.headSha, snapshotId: evaluation.draftSnapshotId })
    .from(evaluation)
    .where(eq(evaluation.id, input.evaluation.id));
  if (stored?.key !== input.work.key || stored.snapshotId !== snapshot.id || stored.headSha !== input.pull.headSha) {
    const message = `evaluation ${input.evaluation.id} is not what the newest snapshot of ${input.work.key} holds`;
    throw new ApprovalRefused("STALE_LINEAGE", message);
  }
}

/** The Studio route: what the workspace points at, and only if that is what the caller has seen. */
export async function workspaceLineage(tx: Tx, ask: StudioApproval): Promise<Lineage> {
  const recorded = await recordedFor(tx, ask);
  if (recorded !== null) return recorded;
  const workspace = await lockWorkspace(tx, ask.tenantId, ask.workspaceId);
  const meanwhile = await recordedFor(tx, ask);
  if (meanwhile !== null) return meanwhile;
  const { draft, snapshot } = await activeLineage(tx, workspace);
  await refuseOwnChange(tx, draft, ask.actorId);
  if (draft.id !== ask.draftId) {
    const hint = "activate the draft first, or approve the one that is active";
    throw new ApprovalRefused("STALE_LINEAGE", `draft ${ask.draftId} is not the active one`, { hint });
  }
  if (snapshot.id !== ask.snapshotId || snapshot.version !== ask.draftVersion) throw moved(draft, snapshot);
  return { status: "open", workspace, draft, snapshot };
}

/** The active draft and snapshot, when workspace and draft agree on them. */
export async function activeLineage(tx: Tx, workspace: WorkspaceRow): Promise<{ draft: DraftRow; snapshot: SnapshotRow }> {
  const { activeDraftId, activeDraftSnapshotId } = workspace;
  if (activeDraftId === null || activeDraftSnapshotId === null)
    throw new ApprovalRefused("NO_ACTIVE_DRAFT", "the workspace has no active draft");
  const draft = await lockDraft(tx, activeDraftId);
  if (draft.workspaceId !== workspace.id || !["open", "approved"].includes(draft.status))
    throw new ApprovalRefused("NO_ACTIVE_DRAFT", `the draft that was active is ${draft.status}`);
  if (draft.activeSnapshotId !== activeDraftSnapshotId)
    throw new ApprovalRefused("STALE_LINEAGE", "workspace and draft do not agree on the active snapshot");
  return { draft, snapshot: await snapshotIn(tx, draft, activeDraftSnapshotId) };
}

function moved(draft: DraftRow, snapshot: SnapshotRow): ApprovalRefused {
  const details = { draft_id: draft.id, snapshot_id: snapshot.id, draft_version: snapshot.version };
  return new ApprovalRefused("STALE_LINEAGE", `the draft is at version ${snapshot.version} now`, { details });
}

async function snapshotIn(tx: Tx, draft: DraftRow, snapshotId: string): Promise<SnapshotRow> {
  const [snapshot] = await tx.select().from(businessDraftSnapshot).where(eq(businessDraftSnapshot.id, snapshotId));
  if (snapshot === undefined || snapshot.draftId !== draft.id || snapshot.version !== draft.currentVersion)
    throw new ApprovalRefused("STALE_LINEAGE", "the active snapshot is not the draft's current version");
  return snapshot;
}

/** Every condition in the order of the specification; a forced landing keeps its blockers, and lineage holds for it all the same. */
export function refuseUnready(draft: DraftRow, snapshot: SnapshotRow, how: "studio" | "regular" | "forced"): void {
  if (how !== "studio" && (snapshot.status === "approved" || snapshot.status === "superseded"))
    throw new ApprovalRefused("STALE_LINEAGE", `the newest snapshot is ${snapshot.status}`);
  if (how === "forced") return;
  if (how === "studio" && draft.kind === "pull_request") {
    const message = `pull request #${draft.pullRequest} is approved by its reviews`;
    throw new ApprovalRefused("NOT_READY", message, { hint: "approves when it merges" });
  }
  const blockers = snapshot.blockerIds as readonly string[];
  const details = { status: snapshot.status, blocker_ids: blockers };
  if (snapshot.status !== "ready_for_approval")
    throw new ApprovalRefused("NOT_READY", `the newest snapshot is ${snapshot.status}`, { details });
  if (!isReady(snapshot)) throw new ApprovalRefused("NOT_READY", "the snapshot was not ready when it was taken", { details });
  if (blockers.length > 0) throw new ApprovalRefused("BLOCKED", `blocked: ${blockers.join(", ")}`, { details: { blocker_ids: blockers } });
}

/** Author and contributors never approve, whatever their role. */
export async function refuseOwnChange(tx: Tx, draft: DraftRow, actorId: number): Promise<void> {
  const [part] = await tx
    .select({ seq: businessCommand.seq })
    .from(businessCommand)
    .where(
      and(
        eq(businessCommand.draftId, draft.id),
        eq(businessCommand.actorId, actorId),
        inArray(businessCommand.commandType, ["open", "snapshot"]),
      ),
    )
    .limit(1);
  if (draft.authorId !== actorId && part === undefined) return;
  throw new ApprovalRefused("OWN_CHANGE", "you had a hand in this draft, and nobody approves their own change");
}

/** This snapshot's approval, whoever asks: a retry must succeed. A caller who names another draft or version has seen something else. */
async function recordedFor(tx: Tx, ask: DraftAsk): Promise<Lineage | null> {
  const record = await approvalOfSnapshot(tx, ask.tenantId, ask.workspaceId, ask.snapshotId);
  if (record === null) return null;
  const { draftId, draftVersion } = record.approval;
  if (draftId === ask.draftId && draftVersion === ask.draftVersion) return { status: "approved", record };
  throw new ApprovalRefused("STALE_LINEAGE", `this snapshot is version ${draftVersion} of draft ${draftId}`);
}

/** Workspace first, then draft: the order of every writer. */
export async function lockWorkspace(tx: Tx, tenantId: string, id: string): Promise<WorkspaceRow> {
  const [row] = await tx
    .select()
    .from(governanceWorkspace)
    .where(and(eq(governanceWorkspace.id, id), eq(governanceWorkspace.tenantId, tenantId)))
    .for("no key update");
  if (row === undefined) throw new ApprovalRefused("WORKSPACE_NOT_FOUND", "there is no such workspace");
  return row;
}

/** The caller holds its workspace. */
export async function lockDraft(tx: Tx, id: string, otherwise: "NO_ACTIVE_DRAFT" | "NOT_FOUND" = "NO_ACTIVE_DRAFT"): Promise<DraftRow> {
  const [row] = await tx.select().from(businessDraft).where(eq(businessDraft.id, id)).for("no key update");
  if (row === undefined) throw new ApprovalRefused(otherwise, "there is no such draft");
  return row;
}

/** The number of the workspace's next approval. */
export async function nextApprovalVersion(tx: Tx, workspaceId: string): Promise<number> {
  const [last] = await tx
    .select({ version: governanceApproval.approvalVersion })
    .from(governanceApproval)
    .where(eq(governanceApproval.workspaceId, workspaceId))
    .orderBy(desc(governanceApproval.approvalVersion))
    .limit(1);
  return (last?.version ?? 0) + 1;
}
