import type { PlanShowing, PlanState, StudioRecords, WorkspaceView } from "./ports.ts";

/** One question of "what to check when approval looks wrong", answered from the rows. */
export interface DoctorAnswer {
  readonly id: "snapshot_ready" | "no_blockers" | "same_snapshot" | "approval_and_artifact" | "plan_current";
  readonly question: string;
  /** `not_yet`: nothing has come that far, and nothing is wrong. `overridden`: no, and an override stands for it on the record. */
  readonly answer: "yes" | "no" | "not_yet" | "overridden";
  readonly detail: string;
  /** What to do about a `no` or a `not_yet`; null = nothing. */
  readonly next: string | null;
}

/** The five questions in the order in which they are to be asked. null = no such workspace. */
export async function examineWorkspace(
  records: Pick<StudioRecords, "workspace">,
  plans: PlanShowing,
  tenantId: string,
  workspaceId: string,
): Promise<readonly DoctorAnswer[] | null> {
  const view = await records.workspace(tenantId, workspaceId);
  if (view === null) return null;
  const { agent, environment } = view.workspace;
  const plan = await plans.planOf({ tenantId, agent, environment });
  return [readiness(view), blockers(view), agreement(view), pair(view), publication(view, plan)];
}

type Active = WorkspaceView["drafts"][number] | null;

function activeOf({ workspace, drafts }: WorkspaceView): Active {
  return drafts.find(({ draft }) => draft.id === workspace.activeDraftId) ?? null;
}

const NO_DRAFT = "the workspace has no active draft";
const ACTIVATE = "activate a draft, or submit one";

function readiness(view: WorkspaceView): DoctorAnswer {
  const question = "Is the Studio snapshot actually ready_for_approval?";
  const snapshot = activeOf(view)?.snapshot ?? null;
  const about = (answer: DoctorAnswer["answer"], detail: string, next: string | null) =>
    ({ id: "snapshot_ready", question, answer, detail, next }) as const;
  if (snapshot === null) return about("not_yet", NO_DRAFT, ACTIVATE);
  const said = `version ${snapshot.version} is ${snapshot.status}, approval_state.ready_for_approval is ${snapshot.approvalState.ready_for_approval}`;
  if (snapshot.status === "approved") return about("yes", said, null);
  const isReady = snapshot.status === "ready_for_approval" && snapshot.approvalState.ready_for_approval === true;
  return isReady ? about("yes", said, null) : about("no", said, "clear its blockers: every vote and edit decides again");
}

function blockers(view: WorkspaceView): DoctorAnswer {
  const question = "Are blocker_ids empty?";
  const snapshot = activeOf(view)?.snapshot ?? null;
  if (snapshot === null) return { id: "no_blockers", question, answer: "not_yet", detail: NO_DRAFT, next: ACTIVATE };
  const { blockerIds } = snapshot;
  if (blockerIds.length === 0) return { id: "no_blockers", question, answer: "yes", detail: "none stands", next: null };
  if (snapshot.status === "approved") {
    const detail = `it landed under an override, and its record keeps what stood against it: ${blockerIds.join(", ")}`;
    return {
      id: "no_blockers",
      question,
      answer: "overridden",
      detail,
      next: "the override owes a review: of a pull request see Overrides, of a submission `countersign governance review`",
    };
  }
  const next = "requirements are filled by votes; problems are fixed in the change";
  return { id: "no_blockers", question, answer: "no", detail: blockerIds.join(", "), next };
}

function agreement(view: WorkspaceView): DoctorAnswer {
  const question = "Do workspace and draft still point at the same active snapshot?";
  const { activeDraftSnapshotId } = view.workspace;
  const active = activeOf(view);
  if (active === null || activeDraftSnapshotId === null)
    return { id: "same_snapshot", question, answer: "not_yet", detail: NO_DRAFT, next: ACTIVATE };
  const same = active.draft.activeSnapshotId === activeDraftSnapshotId;
  const detail = same ? `both at ${activeDraftSnapshotId}` : `workspace ${activeDraftSnapshotId}, draft ${active.draft.activeSnapshotId}`;
  return { id: "same_snapshot", question, answer: same ? "yes" : "no", detail, next: same ? null : "activate the draft again" };
}

function pair({ workspace, approval }: WorkspaceView): DoctorAnswer {
  const question = "Did approval create both a GovernanceApproval and a CompiledGovernanceArtifact?";
  const id = "approval_and_artifact";
  if (workspace.activeApprovalId === null)
    return { id, question, answer: "not_yet", detail: "nothing has been approved in this workspace", next: null };
  if (approval === null) {
    const detail = `approval ${workspace.activeApprovalId} or its artifact is not there`;
    return { id, question, answer: "no", detail, next: "records are only ever added: restore the database, and tell whoever runs it" };
  }
  const detail = `approval ${approval.approval.id} (version ${approval.approval.approvalVersion}), artifact ${approval.artifact.compiledHash}`;
  return { id, question, answer: "yes", detail, next: null };
}

function publication({ approval }: WorkspaceView, plan: PlanState | null): DoctorAnswer {
  const question = "Does the runtime read this approval's artifact, and no separate or older GovernancePlan?";
  const about = (answer: DoctorAnswer["answer"], detail: string, next: string | null) =>
    ({ id: "plan_current", question, answer, detail, next }) as const;
  if (plan === null) return about("not_yet", "there is no plan for this agent and environment", "promote an approval");
  if (plan.compiledHash === null) return about("not_yet", `the plan is ${plan.status}: review first, no artifact`, "promote an approval");
  if (approval !== null && plan.compiledHash === approval.artifact.compiledHash)
    return about("yes", `the plan is ${plan.status} with it`, null);
  const own = approval === null ? "nothing is approved here" : `the active approval's is ${approval.artifact.compiledHash}`;
  return about("no", `the plan is ${plan.status} with ${plan.compiledHash}; ${own}`, "promote the active approval");
}
