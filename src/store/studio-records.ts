import { eq } from "drizzle-orm";
import type { StudioApproval, StudioRecords, WorkspaceApproval } from "../gate/ports/studio.ts";
import type { Database, Tx } from "./connect.ts";
import { governanceWorkspace } from "./schema.ts";
import { toWorkspace } from "./studio-rows.ts";
import { asOutcome } from "./verbs/approval-refused.ts";
import { approveActiveDraft } from "./verbs/approve-active-draft.ts";
import { recordVote, saveDraftSnapshot } from "./verbs/decide-draft.ts";
import { answerBefore, answerOnce } from "./verbs/idempotency.ts";
import { openDraft } from "./verbs/open-draft.ts";
import { approvalIn } from "./verbs/read-records.ts";
import * as read from "./verbs/read-workspaces.ts";
import { activateDraft, rejectDraft } from "./verbs/steer-draft.ts";

/** The part of the database that Studio reads and writes. */
export function createStudioRecords(db: Database): StudioRecords {
  const { outer } = db;
  const acted = <T>(act: (tx: Tx) => Promise<T>) => asOutcome(db.transaction(act));
  return {
    workspaces: (tenantId, limit) => read.workspaces(outer, tenantId, limit),
    workspace: (tenantId, id) => read.workspace(outer, tenantId, id),
    draftContext: (tenantId, draftId) => db.transaction((tx) => read.draftContext(tx, tenantId, draftId)),
    snapshotContent: (tenantId, draftId, snapshotId) => read.snapshotContent(outer, tenantId, draftId, snapshotId),
    answered: (ask) => asOutcome(answerBefore(outer, ask)),
    openDraft: (input) => db.transaction((tx) => openDraft(tx, input)),
    saveDraftSnapshot: (input) => acted((tx) => saveDraftSnapshot(tx, input)),
    recordVote: (input) => acted((tx) => recordVote(tx, input)),
    approveWorkspaceDraft: (input) => acted((tx) => answerOnce(tx, input, () => approve(tx, input))),
    rejectDraft: (input) => acted((tx) => rejectDraft(tx, input)),
    activateDraft: (input) => acted((tx) => activateDraft(tx, input)),
    previewApproval: (tenantId, id, actorId) => db.transaction((tx) => read.previewApproval(tx, tenantId, id, actorId)),
    approvalIn: (tenantId, workspaceId, id) => approvalIn(outer, tenantId, workspaceId, id),
  };
}

async function approve(tx: Tx, input: StudioApproval): Promise<WorkspaceApproval> {
  const { approval, artifact, created } = await approveActiveDraft(tx, input);
  const [row] = await tx.select().from(governanceWorkspace).where(eq(governanceWorkspace.id, input.workspaceId));
  return { approval, artifact, workspace: toWorkspace(row!), created };
}
