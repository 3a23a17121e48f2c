import { and, desc, eq, inArray, type SQL } from "drizzle-orm";
import type { Submission, SubmissionEnd, SubmissionRow, SubmissionState } from "../../gate/ports/submissions.ts";
import type { Tx } from "../connect.ts";
import { businessCommand, businessDraft, businessDraftSnapshot, governanceWorkspace } from "../schema.ts";
import { baseNow } from "./base-now.ts";
import { overrideOf } from "./override-submission.ts";
import { approvalOfSnapshot } from "./read-records.ts";
import { draftContext } from "./read-workspaces.ts";

/** What a draft's status is called for whoever submitted it. */
const STATES = {
  open: "pending_approval",
  approved: "approved",
  rejected: "rejected",
  expired: "expired",
  abandoned: "expired",
} as const satisfies Record<string, SubmissionState>;

function stateOf(status: string): SubmissionState {
  return STATES[status as keyof typeof STATES];
}

function submissionsOf(tenantId: string): SQL | undefined {
  return and(eq(businessDraft.tenantId, tenantId), eq(businessDraft.kind, "submission"));
}

export async function submission(tx: Tx, tenantId: string, id: string): Promise<Submission | null> {
  const context = await draftContext(tx, tenantId, id);
  if (context === null || context.draft.kind !== "submission") return null;
  const { draft, workspace, snapshot } = context;
  const record = snapshot === null ? null : await approvalOfSnapshot(tx, tenantId, workspace.id, snapshot.id);
  const approval = record === null ? null : { approval: record.approval, artifact: record.artifact };
  const base = await baseNow(tx, tenantId, id);
  return { state: stateOf(draft.status), context, approval, end: await endOf(tx, id), override: await overrideOf(tx, id), base };
}

async function endOf(tx: Tx, draftId: string): Promise<SubmissionEnd | null> {
  const [row] = await tx
    .select()
    .from(businessCommand)
    .where(and(eq(businessCommand.draftId, draftId), inArray(businessCommand.commandType, ["reject", "expire"])))
    .orderBy(desc(businessCommand.seq))
    .limit(1);
  if (row === undefined) return null;
  const { reason = null } = row.payload as { readonly reason?: string };
  return { kind: row.commandType as SubmissionEnd["kind"], actorId: row.actorId, reason, at: row.appliedAt.toISOString() };
}

export async function submissions(
  tx: Tx,
  tenantId: string,
  { state, limit }: { readonly state: SubmissionState | null; readonly limit: number },
): Promise<readonly SubmissionRow[]> {
  const statuses = Object.keys(STATES).filter((status) => state === null || stateOf(status) === state);
  const rows = await tx
    .select({ draft: businessDraft, workspace: governanceWorkspace, snapshot: businessDraftSnapshot })
    .from(businessDraft)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, businessDraft.workspaceId))
    .leftJoin(businessDraftSnapshot, eq(businessDraftSnapshot.id, businessDraft.activeSnapshotId))
    .where(and(submissionsOf(tenantId), inArray(businessDraft.status, statuses)))
    .orderBy(desc(businessDraft.createdAt), desc(businessDraft.id))
    .limit(limit);
  return rows.map(({ draft, workspace, snapshot }) => ({
    id: draft.id,
    state: stateOf(draft.status),
    agent: workspace.agent,
    environment: workspace.environment,
    title: draft.title,
    version: draft.currentVersion,
    isReady: snapshot?.status === "ready_for_approval",
    blockerIds: (snapshot?.blockerIds ?? []) as readonly string[],
    createdAt: draft.createdAt.toISOString(),
    updatedAt: draft.updatedAt.toISOString(),
  }));
}
