import { decide } from "../engine/decide.ts";
import { isPassing } from "../engine/decision.ts";
import { withPeople } from "./draft-people.ts";
import { type OutdatedDeps, outdatedPolicy } from "./outdated-policy.ts";
import type { Outcome, Refused, StudioApproval, WorkspaceApproval } from "./ports.ts";
import { refused, type StudioDeps } from "./save-draft-snapshot.ts";

export type ApproveDeps = StudioDeps & OutdatedDeps;

/**
 * Approves the workspace's active draft, in Studio. The records decide whether it may be; before they are asked, the votes are counted once
 * more by today's teams and by today's policy, since somebody may have left a team after the last vote, and the policy may ask for more than
 * when the change was submitted. Rejects with `TruthError` when people cannot be read.
 */
export async function approveDraft(deps: ApproveDeps, ask: StudioApproval): Promise<Outcome<WorkspaceApproval>> {
  return (await lapsed(deps, ask)) ?? deps.records.approveWorkspaceDraft(ask);
}

/** Why votes that made the snapshot ready no longer do; null = they do, or it is none of this question's business. */
async function lapsed(deps: ApproveDeps, ask: StudioApproval): Promise<Refused | null> {
  const { records, electorate } = deps;
  const context = await records.draftContext(ask.tenantId, ask.draftId);
  if (context === null || context.draft.kind === "pull_request" || context.draft.status !== "open") return null;
  const { evaluation, snapshot } = context;
  const asked = snapshot?.status === "ready_for_approval" && snapshot.id === ask.snapshotId && context.workspace.id === ask.workspaceId;
  if (evaluation === null || !asked) return null;
  const decision = decide(await withPeople(electorate, { tenantId: ask.tenantId, facts: evaluation.facts, context }));
  if (isPassing(decision.state))
    return context.draft.kind === "submission" ? outdatedPolicy(deps, ask.tenantId, context, evaluation.facts) : null;
  const hint = "the people whose votes made it ready may no longer give them: others vote, then approve";
  return refused("NOT_READY", `decided again just now, it is ${decision.state}: ${decision.verdict}`, { hint });
}
