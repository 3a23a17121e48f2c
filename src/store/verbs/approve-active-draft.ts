import { and, desc, eq, max, sql } from "drizzle-orm";
import type { ApprovalRecord, LandedApproval } from "../../gate/ports/records.ts";
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
import { pseudonymous } from "./identities.ts";
import { tellForcedMerge } from "./override-events.ts";
import { approvalOfLanding } from "./read-records.ts";
import { holdSubject } from "./save-evaluation.ts";

export class ApprovalRefused extends Error {
  override readonly name = "ApprovalRefused";
  readonly code: "STALE_WORK" | "NO_ACTIVE_DRAFT" | "STALE_LINEAGE" | "NOT_READY" | "BLOCKED" | "NOT_MERGED";
  constructor(code: ApprovalRefused["code"], message: string) {
    super(message);
    this.code = code;
  }
}

type DraftRow = typeof businessDraft.$inferSelect;
type SnapshotRow = typeof businessDraftSnapshot.$inferSelect;

/** Mints the approval of one landing, once. Nothing is inferred: rejects with `ApprovalRefused` unless every condition holds. */
export async function approveActiveDraft(tx: Tx, input: LandedApproval): Promise<ApprovalRecord> {
  const mergeSha = input.pull.mergeCommitSha;
  if (!input.pull.merged || mergeSha === null) throw new ApprovalRefused("NOT_MERGED", `${input.work.key} is not merged`);
  const landing = { repositoryId: input.work.pull.repository.id, pullRequest: input.work.pull.number, mergeSha };
  const recorded = await approvalOfLanding(tx, landing);
  if (recorded !== null) return recorded;
  const held = await holdSubject(tx, input.work);
  // Whoever held the subject before may have recorded this landing meanwhile.
  const meanwhile = await approvalOfLanding(tx, landing);
  if (meanwhile !== null) return meanwhile;
  if (held === null) throw new ApprovalRefused("STALE_WORK", `another worker holds ${input.work.key}`);

  const { draft, snapshot } = await lockLineage(tx, input);
  refuseUnready(input, snapshot);
  return mint(tx, input, { ...landing, draft, snapshot });
}

/** Workspace first, then draft: the order of every writer. */
async function lockLineage(tx: Tx, input: LandedApproval): Promise<{ draft: DraftRow; snapshot: SnapshotRow }> {
  const { repository, number } = input.work.pull;
  const ofPull = and(
    eq(businessDraft.repositoryId, repository.id),
    eq(businessDraft.pullRequest, number),
    eq(businessDraft.status, "open"),
  );
  const [found] = await tx.select().from(businessDraft).where(ofPull).orderBy(desc(businessDraft.createdAt)).limit(1);
  if (found === undefined) throw new ApprovalRefused("NO_ACTIVE_DRAFT", `${input.work.key} has no open draft`);
  await tx
    .select({ id: governanceWorkspace.id })
    .from(governanceWorkspace)
    .where(eq(governanceWorkspace.id, found.workspaceId))
    .for("no key update");
  const [draft] = await tx.select().from(businessDraft).where(eq(businessDraft.id, found.id)).for("no key update");
  if (draft === undefined || draft.status !== "open" || draft.activeSnapshotId === null) {
    throw new ApprovalRefused("NO_ACTIVE_DRAFT", `the draft of ${input.work.key} is no longer open`);
  }
  const [snapshot] = await tx.select().from(businessDraftSnapshot).where(eq(businessDraftSnapshot.id, draft.activeSnapshotId));
  if (snapshot === undefined || snapshot.version !== draft.currentVersion) {
    throw new ApprovalRefused("STALE_LINEAGE", `the draft of ${input.work.key} does not agree with its snapshot`);
  }
  await refuseOtherEvaluation(tx, input, snapshot);
  return { draft, snapshot };
}

/** The evaluation must be the stored one that this snapshot came from (or that left the snapshot unchanged). */
async function refuseOtherEvaluation(tx: Tx, input: LandedApproval, snapshot: SnapshotRow): Promise<void> {
  const [stored] = await tx
    .select({ key: evaluation.subjectKey, headSha: evaluation.headSha, snapshotId: evaluation.draftSnapshotId })
    .from(evaluation)
    .where(eq(evaluation.id, input.evaluation.id));
  if (stored?.key !== input.work.key || stored.snapshotId !== snapshot.id || stored.headSha !== input.pull.headSha) {
    throw new ApprovalRefused(
      "STALE_LINEAGE",
      `evaluation ${input.evaluation.id} is not what the newest snapshot of ${input.work.key} holds`,
    );
  }
}

function refuseUnready(input: LandedApproval, snapshot: SnapshotRow): void {
  if (snapshot.status === "approved" || snapshot.status === "superseded") {
    throw new ApprovalRefused("STALE_LINEAGE", `the newest snapshot of ${input.work.key} is ${snapshot.status}`);
  }
  if (input.kind === "forced") return;
  const blockers = snapshot.blockerIds as readonly string[];
  if (blockers.length > 0) throw new ApprovalRefused("BLOCKED", `${input.work.key} is blocked: ${blockers.join(", ")}`);
  if (snapshot.status !== "ready_for_approval" || !snapshot.readyForApproval) {
    throw new ApprovalRefused("NOT_READY", `the newest snapshot of ${input.work.key} is ${snapshot.status}`);
  }
}

async function mint(
  tx: Tx,
  input: LandedApproval,
  from: { draft: DraftRow; snapshot: SnapshotRow; repositoryId: number; pullRequest: number; mergeSha: string },
): Promise<ApprovalRecord> {
  const { draft, snapshot, ...landing } = from;
  const { tenantId, workspaceId } = draft;
  const id = newId();
  const actorId = input.pull.mergedBy?.id ?? 0;
  const [last] = await tx
    .select({ version: max(governanceApproval.approvalVersion) })
    .from(governanceApproval)
    .where(eq(governanceApproval.workspaceId, workspaceId));
  const approvalVersion = (last?.version ?? 0) + 1;
  await settleDraft(tx, input, draft, snapshot, { approvalId: id, mergeSha: landing.mergeSha, actorId });
  const { decision, id: evaluationId } = input.evaluation;
  const overrideId =
    input.kind === "forced" ? await tellForcedMerge(tx, landing, decision, { by: input.pull.mergedBy?.id ?? null, evaluationId }) : null;
  const event = await appendAudit(tx, tenantId, {
    type: input.kind === "forced" ? "governance.approval_forced" : "governance.approved",
    severity: input.kind === "forced" ? "critical" : "info",
    actor: String(actorId),
    subject: `approval ${id}`,
    payload: {
      ...landing,
      approvalId: id,
      workspaceId,
      draftSnapshotId: snapshot.id,
      approvalVersion,
      kind: input.kind,
      approvedBy: input.approvedBy.map((person) => person.id),
      evaluationId: input.evaluation.id,
      overrideId,
      sourceSnapshotHash: snapshot.sourceSnapshotHash,
      commandHistoryHash: snapshot.commandHistoryHash,
      compiledHash: input.compiled.compiledHash,
    },
  });
  const [approval] = await tx
    .insert(governanceApproval)
    .values({
      id,
      tenantId,
      workspaceId,
      draftId: draft.id,
      draftSnapshotId: snapshot.id,
      approvalVersion,
      kind: input.kind,
      actorId,
      approvedBy: await pseudonymous(tx, tenantId, input.approvedBy),
      mergedBy: input.pull.mergedBy?.id ?? null,
      approvedAt: new Date(await readClock(tx)),
      channel: "github",
      draftVersion: snapshot.version,
      sourceSnapshotHash: snapshot.sourceSnapshotHash,
      commandHistoryHash: snapshot.commandHistoryHash,
      blockerIds: snapshot.blockerIds,
      advisoryIds: snapshot.advisoryIds,
      rationale: storableOrNull(input.rationale),
      overrideId,
      evaluationId: input.evaluation.id,
      ...landing,
      auditSeq: event.seq,
    })
    .returning();
  const [artifact] = await tx
    .insert(compiledGovernanceArtifact)
    .values({
      id: newId(),
      tenantId,
      approvalId: id,
      compiledHash: input.compiled.compiledHash,
      reviewProjection: input.compiled.review,
      runtimeProjection: input.compiled.runtime,
      compilerVersion: storable(input.compiled.compilerVersion),
    })
    .returning();
  return { approval: { ...toApproval(approval!), approvedBy: input.approvedBy }, artifact: toArtifact(artifact!), event, created: true };
}

/** The merged draft becomes the workspace's active one, approved. */
async function settleDraft(
  tx: Tx,
  input: LandedApproval,
  draft: DraftRow,
  snapshot: SnapshotRow,
  landed: { readonly approvalId: string; readonly mergeSha: string; readonly actorId: number },
): Promise<void> {
  const commandHistoryHash = await appendCommand(tx, draft, {
    commandType: "approve",
    expectedDraftVersion: snapshot.version,
    payload: { mergeSha: landed.mergeSha, kind: input.kind },
    origin: "github",
    actorId: landed.actorId,
    idempotencyKey: `merge:${landed.mergeSha}`,
  });
  const updatedAt = sql`clock_timestamp()`;
  await tx.update(businessDraftSnapshot).set({ status: "approved" }).where(eq(businessDraftSnapshot.id, snapshot.id));
  await tx.update(businessDraft).set({ status: "approved", commandHistoryHash, updatedAt }).where(eq(businessDraft.id, draft.id));
  await tx
    .update(governanceWorkspace)
    .set({ activeDraftId: draft.id, activeDraftSnapshotId: snapshot.id, activeApprovalId: landed.approvalId, updatedAt })
    .where(eq(governanceWorkspace.id, draft.workspaceId));
}
