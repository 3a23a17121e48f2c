import { and, eq, sql } from "drizzle-orm";
import { digest } from "../../engine/canonical.ts";
import type { ApprovalRecord } from "../../gate/ports/records.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { toApproval, toArtifact } from "../rows.ts";
import {
  businessDraft,
  businessDraftSnapshot,
  compiledGovernanceArtifact,
  evaluation,
  governanceApproval,
  governanceWorkspace,
} from "../schema.ts";
import { storable, storableOrNull } from "../text.ts";
import { appendAudit, readClock } from "./append-audit.ts";
import { appendCommand } from "./append-command.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { type DraftRow, nextApprovalVersion, type SnapshotRow, type WorkspaceRow } from "./draft-lineage.ts";
import { pseudonymous } from "./identities.ts";
import { followDrafts } from "./plan-status.ts";

export interface Minting {
  readonly workspace: WorkspaceRow;
  readonly draft: DraftRow;
  readonly snapshot: SnapshotRow;
  readonly kind: "regular" | "forced";
  readonly channel: "studio_ui" | "api" | "github";
  readonly actorId: number;
  readonly approvedBy: readonly { readonly id: number; readonly login: string }[];
  readonly rationale: string | null;
  readonly evaluationId: string;
  readonly overrideId: string | null;
  readonly compiled: {
    readonly compiledHash: string;
    readonly review: unknown;
    readonly runtime: unknown;
    readonly compilerVersion: string;
  };
  /** What the workspace must still point at, or (null) the landing that becomes its active draft. */
  readonly landing: {
    readonly repositoryId: number;
    readonly pullRequest: number;
    readonly mergeSha: string;
    readonly mergedBy: number | null;
  } | null;
}

/** One approval, one artifact, the pointers and the audit event. The caller holds the lineage locked and found it ready. */
export async function mintApproval(tx: Tx, from: Minting): Promise<ApprovalRecord> {
  const { workspace, draft, snapshot, landing, kind, actorId } = from;
  const { tenantId } = workspace;
  const id = newId();
  const approvalVersion = await nextApprovalVersion(tx, workspace.id);
  await movePointers(tx, from, id);
  await settleDraft(tx, from);
  const place = landing === null ? { repositoryId: draft.repositoryId, pullRequest: null, mergeSha: null } : landedAt(landing);
  const event = await appendAudit(tx, tenantId, {
    type: kind === "forced" ? "governance.approval_forced" : "governance.approved",
    severity: kind === "forced" ? "critical" : "info",
    actor: String(actorId),
    subject: `approval ${id}`,
    payload: {
      ...place,
      approvalId: id,
      workspaceId: workspace.id,
      draftSnapshotId: snapshot.id,
      approvalVersion,
      kind,
      ...(landing === null ? { channel: from.channel, draftId: draft.id, draftVersion: snapshot.version } : {}),
      approvedBy: from.approvedBy.map((person) => person.id),
      evaluationId: from.evaluationId,
      evaluationDigest: await evaluationDigest(tx, from.evaluationId),
      overrideId: from.overrideId,
      sourceSnapshotHash: snapshot.sourceSnapshotHash,
      commandHistoryHash: snapshot.commandHistoryHash,
      compiledHash: from.compiled.compiledHash,
    },
  });
  const [approval] = await tx
    .insert(governanceApproval)
    .values({
      id,
      tenantId,
      workspaceId: workspace.id,
      draftId: draft.id,
      draftSnapshotId: snapshot.id,
      approvalVersion,
      kind,
      actorId,
      approvedBy: await pseudonymous(tx, tenantId, from.approvedBy),
      mergedBy: landing?.mergedBy ?? null,
      approvedAt: new Date(await readClock(tx)),
      channel: from.channel,
      draftVersion: snapshot.version,
      sourceSnapshotHash: snapshot.sourceSnapshotHash,
      commandHistoryHash: snapshot.commandHistoryHash,
      blockerIds: snapshot.blockerIds,
      advisoryIds: snapshot.advisoryIds,
      rationale: storableOrNull(from.rationale),
      overrideId: from.overrideId,
      evaluationId: from.evaluationId,
      ...place,
      auditSeq: event.seq,
    })
    .returning();
  const [artifact] = await tx
    .insert(compiledGovernanceArtifact)
    .values({
      id: newId(),
      tenantId,
      approvalId: id,
      compiledHash: from.compiled.compiledHash,
      reviewProjection: from.compiled.review,
      runtimeProjection: from.compiled.runtime,
      compilerVersion: storable(from.compiled.compilerVersion),
    })
    .returning();
  return { approval: { ...toApproval(approval!), approvedBy: from.approvedBy }, artifact: toArtifact(artifact!), event, created: true };
}

/** Of facts and decision as they are stored: from now on the chain tells what the approval stood on, also where nothing is signed yet. */
async function evaluationDigest(tx: Tx, id: string): Promise<string> {
  const [row] = await tx.select({ facts: evaluation.facts, decision: evaluation.decision }).from(evaluation).where(eq(evaluation.id, id));
  return digest("countersign/stored-evaluation/v1", row!);
}

function landedAt({ repositoryId, pullRequest, mergeSha }: NonNullable<Minting["landing"]>) {
  return { repositoryId, pullRequest, mergeSha };
}

/** A merge makes its draft the active one. In Studio it must still be active, with this very snapshot: compare and set. */
async function movePointers(tx: Tx, { workspace, draft, snapshot, landing }: Minting, approvalId: string): Promise<void> {
  const same = and(
    eq(governanceWorkspace.id, workspace.id),
    ...(landing === null
      ? [eq(governanceWorkspace.activeDraftId, draft.id), eq(governanceWorkspace.activeDraftSnapshotId, snapshot.id)]
      : []),
  );
  const moved = await tx
    .update(governanceWorkspace)
    .set({
      activeDraftId: draft.id,
      activeDraftSnapshotId: snapshot.id,
      activeApprovalId: approvalId,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(same)
    .returning({ id: governanceWorkspace.id });
  if (moved.length === 0) throw new ApprovalRefused("STALE_LINEAGE", "the workspace has moved to another draft or snapshot");
}

async function settleDraft(tx: Tx, { draft, snapshot, landing, kind, actorId, channel }: Minting): Promise<void> {
  const commandHistoryHash = await appendCommand(tx, draft, {
    commandType: "approve",
    expectedDraftVersion: snapshot.version,
    payload: landing === null ? { snapshotId: snapshot.id, kind } : { mergeSha: landing.mergeSha, kind },
    origin: channel,
    actorId,
    idempotencyKey: landing === null ? `approve:${snapshot.id}` : `merge:${landing.mergeSha}`,
  });
  await tx.update(businessDraftSnapshot).set({ status: "approved" }).where(eq(businessDraftSnapshot.id, snapshot.id));
  await tx
    .update(businessDraft)
    .set({ status: "approved", commandHistoryHash, updatedAt: sql`clock_timestamp()` })
    .where(eq(businessDraft.id, draft.id));
  await followDrafts(tx, [draft.workspaceId]);
}
