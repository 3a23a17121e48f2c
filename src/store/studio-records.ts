import { eq } from "drizzle-orm";
import type { StudioApproval, StudioRecords, WorkspaceApproval } from "../gate/ports/studio.ts";
import type { Database, Tx } from "./connect.ts";
import { governanceWorkspace } from "./schema.ts";
import { ofTenant } from "./scope.ts";
import { toWorkspace } from "./studio-rows.ts";
import { asOutcome } from "./verbs/approval-refused.ts";
import { approveActiveDraft } from "./verbs/approve-active-draft.ts";
import { recordVote, saveDraftSnapshot } from "./verbs/decide-draft.ts";
import { answerBefore, answerOnce } from "./verbs/idempotency.ts";
import { openDraft } from "./verbs/open-draft.ts";
import { approvalIn } from "./verbs/read-records.ts";
import * as verbs from "./verbs/read-workspaces.ts";
import { activateDraft, rejectDraft } from "./verbs/steer-draft.ts";

/** The part of the database that Studio reads and writes. */
export function createStudioRecords(db: Database): StudioRecords {
  const read = <T>(tenantId: string, act: (tx: Tx) => Promise<T>) => db.read(ofTenant(tenantId), act);
  const acted = <T>({ tenantId }: { readonly tenantId: string }, act: (tx: Tx) => Promise<T>) =>
    asOutcome(db.transaction(ofTenant(tenantId), act));
  return {
    workspaces: (tenantId, limit) => read(tenantId, (tx) => verbs.workspaces(tx, tenantId, limit)),
    workspace: (tenantId, id) => read(tenantId, (tx) => verbs.workspace(tx, tenantId, id)),
    draftContext: (tenantId, draftId) => db.transaction(ofTenant(tenantId), (tx) => verbs.draftContext(tx, tenantId, draftId)),
    snapshotContent: (tenantId, draftId, snapshotId) => read(tenantId, (tx) => verbs.snapshotContent(tx, tenantId, draftId, snapshotId)),
    answered: (ask) => asOutcome(read(ask.tenantId, (tx) => answerBefore(tx, ask))),
    openDraft: (input) => db.transaction(ofTenant(input.tenantId), (tx) => openDraft(tx, input)),
    saveDraftSnapshot: (input) => acted(input, (tx) => saveDraftSnapshot(tx, input)),
    recordVote: (input) => acted(input, (tx) => recordVote(tx, input)),
    approveWorkspaceDraft: (input) => acted(input, (tx) => answerOnce(tx, input, () => approve(tx, input))),
    rejectDraft: (input) => acted(input, (tx) => rejectDraft(tx, input)),
    activateDraft: (input) => acted(input, (tx) => activateDraft(tx, input)),
    previewApproval: (tenantId, id, actorId) =>
      db.transaction(ofTenant(tenantId), (tx) => verbs.previewApproval(tx, tenantId, id, actorId)),
    approvalIn: (tenantId, workspaceId, id) => read(tenantId, (tx) => approvalIn(tx, tenantId, workspaceId, id)),
  };
}

async function approve(tx: Tx, input: StudioApproval): Promise<WorkspaceApproval> {
  const { approval, artifact, created } = await approveActiveDraft(tx, input);
  const [row] = await tx.select().from(governanceWorkspace).where(eq(governanceWorkspace.id, input.workspaceId));
  return { approval, artifact, workspace: toWorkspace(row!), created };
}
