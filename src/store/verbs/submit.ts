import { eq, sql } from "drizzle-orm";
import type { NewSubmission } from "../../gate/ports/submissions.ts";
import type { Tx } from "../connect.ts";
import { businessDraft, governanceWorkspace } from "../schema.ts";
import { storable } from "../text.ts";
import { snapshotOf } from "./add-snapshot.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { compileDraft } from "./compile-draft.ts";
import { saveDraftSnapshot } from "./decide-draft.ts";
import { lockDraft, lockWorkspace, refuseUnready } from "./draft-lineage.ts";
import { answerOnce } from "./idempotency.ts";
import { mintApproval } from "./mint-approval.ts";
import { openDraft } from "./open-draft.ts";

/** Opens a submission, or takes its next version; what asks nobody is approved with it. A key that is used twice opens one. */
export async function submit(tx: Tx, input: NewSubmission): Promise<{ readonly draftId: string }> {
  const { opens, snapshot, idempotency } = input;
  const { tenantId } = snapshot;
  // Two that come at the same time under one key: the second waits, and then finds the answer of the first.
  if (idempotency !== null)
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`countersign/submit/${tenantId}/${storable(idempotency.key)}`}, 0))`,
    );
  return answerOnce(tx, { tenantId, idempotency }, async () => {
    const draftId = opens === null ? snapshot.draftId : (await openDraft(tx, opens)).draftId;
    await saveDraftSnapshot(tx, { ...snapshot, draftId });
    if (input.isUnasked) await approveUnasked(tx, tenantId, draftId, snapshot.actorId);
    return { draftId };
  });
}

/** null: it begins from something else than what was approved. It is kept and waits, for whoever looks at it to see why. */
async function unlessMoved<T>(made: Promise<T>): Promise<T | null> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof ApprovalRefused && error.code === "BASE_MOVED") return null;
    throw error;
  }
}

/** As a landing that nobody had to approve: the draft becomes the active one, and has its approval, by nobody. */
async function approveUnasked(tx: Tx, tenantId: string, draftId: string, actorId: number | null): Promise<void> {
  const [place] = await tx.select().from(businessDraft).where(eq(businessDraft.id, draftId));
  const workspace = await lockWorkspace(tx, tenantId, place!.workspaceId);
  const draft = await lockDraft(tx, draftId);
  const snapshot = (await snapshotOf(tx, draft))!;
  refuseUnready(draft, snapshot, "studio");
  const made = await unlessMoved(compileDraft(tx, { workspace, draft, snapshot }));
  if (made === null) return;
  const { compiled, evaluation } = made;
  const pointers = { activeDraftId: draft.id, activeDraftSnapshotId: snapshot.id };
  await tx.update(governanceWorkspace).set(pointers).where(eq(governanceWorkspace.id, workspace.id));
  await mintApproval(tx, {
    ...{ workspace: { ...workspace, ...pointers }, draft, snapshot, compiled },
    evaluationId: evaluation.id,
    overrideId: null,
    kind: "regular",
    channel: "api",
    // 0 = a key: no person acted.
    actorId: actorId ?? 0,
    approvedBy: [],
    rationale: "auto_approved",
    landing: null,
  });
}
