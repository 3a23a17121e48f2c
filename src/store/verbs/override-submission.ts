import { eq } from "drizzle-orm";
import { compileArtifact } from "../../engine/artifact.ts";
import type { BaseStanding } from "../../engine/base-standing.ts";
import { isPassing } from "../../engine/decision.ts";
import { defaultConfig } from "../../engine/policy/defaults.ts";
import type { OverrideAsk, ReviewAsk, SubmissionOverride } from "../../gate/ports/submissions.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { approvalVote, governanceWorkspace, submissionOverride, submissionReview } from "../schema.ts";
import { storable } from "../text.ts";
import { snapshotOf } from "./add-snapshot.ts";
import { appendAudit, readClock } from "./append-audit.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { refuseMovedBase } from "./approved-base.ts";
import { newestEvaluation, wholeContracts } from "./compile-draft.ts";
import { lockDraft, lockWorkspace, refuseOwnChange } from "./draft-lineage.ts";
import { mintApproval } from "./mint-approval.ts";
import { draftContext } from "./read-workspaces.ts";

/** What an override cures; a crossed boundary and a truth that could not be read it does not. */
const CURABLE: readonly string[] = ["pending_approval", "rejected", "invalid"];
const HOUR_MS = 3_600_000;

export async function overrideSubmission(tx: Tx, ask: OverrideAsk): Promise<SubmissionOverride> {
  const { workspace, draft } = await lockSubmission(tx, ask);
  const snapshot = await snapshotOf(tx, draft);
  const newest = await newestEvaluation(tx, draft.id);
  if (draft.status !== "open" || snapshot === null || newest === null)
    throw new ApprovalRefused("INVALID_STATE", `the submission is ${draft.status}`);
  if (snapshot.id !== ask.snapshotId || snapshot.version !== ask.version)
    throw new ApprovalRefused("STALE_LINEAGE", `the submission is at version ${snapshot.version} now`);
  await refuseOwnChange(tx, draft, ask.actorId);
  const { decision, facts, id: evaluationId } = newest.evaluation;
  const { contracts, base } = await wholeContracts(tx, { workspace, snapshot, facts });
  // What could be approved needs no force, unless it begins from something else than what was approved.
  const isCurable = CURABLE.includes(decision.state) || (base.status !== "stands" && isPassing(decision.state));
  if (!isCurable) throw new ApprovalRefused("INVALID_STATE", `an override does not cure ${decision.state}`);
  if (!ask.despiteBase) refuseMovedBase(base);
  const { agent, environment } = workspace;
  const compiled = compileArtifact({
    ...{ agent, environment, decision, contracts },
    policyDigest: decision.digests.policy,
    people: facts.people?.actors ?? [],
  });
  const { postHocReviewHours } = facts.policy.status === "ok" ? facts.policy.set.config.override : defaultConfig.override;
  const reviewDueAt = new Date(Date.parse(await readClock(tx)) + postHocReviewHours * HOUR_MS);
  const id = newId();
  const pointers = { activeDraftId: draft.id, activeDraftSnapshotId: snapshot.id };
  await tx.update(governanceWorkspace).set(pointers).where(eq(governanceWorkspace.id, workspace.id));
  const overridden = { ...snapshot, blockerIds: [...(snapshot.blockerIds as readonly string[]), ...baseBlockers(base)] };
  await mintApproval(tx, {
    ...{ workspace: { ...workspace, ...pointers }, draft, snapshot: overridden, compiled, evaluationId },
    ...{ overrideId: id, kind: "forced", channel: "api", actorId: ask.actorId, approvedBy: [], rationale: ask.reason, landing: null },
  });
  const event = await appendAudit(tx, workspace.tenantId, {
    type: "override.used",
    severity: "critical",
    actor: String(ask.actorId),
    subject: `draft ${draft.id}`,
    payload: {
      overrideId: id,
      draftId: draft.id,
      draftSnapshotId: snapshot.id,
      state: decision.state,
      blockerIds: overridden.blockerIds,
      ...(base.status === "stands" ? {} : { base }),
      reason: storable(ask.reason),
      incident: storable(ask.incident),
      reviewDueAt: reviewDueAt.toISOString(),
    },
  });
  await tx.insert(submissionOverride).values({
    ...{
      id,
      tenantId: workspace.tenantId,
      draftId: draft.id,
      draftSnapshotId: snapshot.id,
      evaluationId,
      actorId: ask.actorId,
      reviewDueAt,
    },
    ...{ reason: storable(ask.reason), incident: storable(ask.incident), auditSeq: event.seq },
  });
  return (await overrideOf(tx, draft.id))!;
}

/** In the forced record, beside what blocked: files whose approved content it takes back, or that nobody could hold it against. */
function baseBlockers(base: BaseStanding): readonly string[] {
  if (base.status === "stands") return [];
  return base.status === "unknown" ? ["base:unknown"] : [...new Set(base.differences.map(({ file }) => `base:${file}`))];
}

export async function reviewOverride(tx: Tx, ask: ReviewAsk): Promise<SubmissionOverride> {
  const { draft } = await lockSubmission(tx, ask);
  const override = await overrideOf(tx, draft.id);
  if (override === null) throw new ApprovalRefused("INVALID_STATE", "it was not overridden: no review is owed");
  if (override.review !== null) throw new ApprovalRefused("INVALID_STATE", "it is reviewed already");
  await refuseOwnChange(tx, draft, ask.actorId);
  const votes = await tx.select({ personId: approvalVote.personId }).from(approvalVote).where(eq(approvalVote.draftId, draft.id));
  if (override.actorId === ask.actorId || votes.some(({ personId }) => personId === ask.actorId))
    throw new ApprovalRefused("OWN_CHANGE", "whoever overrode it, or voted on it, does not review it");
  const event = await appendAudit(tx, draft.tenantId, {
    type: "post_hoc_review.closed",
    severity: "info",
    actor: String(ask.actorId),
    subject: `draft ${draft.id}`,
    payload: { overrideId: override.id, draftId: draft.id, finding: storable(ask.finding) },
  });
  const { tenantId } = draft;
  const row = { id: newId(), tenantId, overrideId: override.id, actorId: ask.actorId, finding: storable(ask.finding), auditSeq: event.seq };
  await tx.insert(submissionReview).values(row);
  return (await overrideOf(tx, draft.id))!;
}

async function lockSubmission(tx: Tx, { tenantId, id }: { readonly tenantId: string; readonly id: string }) {
  const found = await draftContext(tx, tenantId, id);
  if (found === null || found.draft.kind !== "submission") throw new ApprovalRefused("NOT_FOUND", "there is no such submission");
  const workspace = await lockWorkspace(tx, tenantId, found.workspace.id);
  return { workspace, draft: await lockDraft(tx, id) };
}

export async function overrideOf(tx: Tx, draftId: string): Promise<SubmissionOverride | null> {
  const [row] = await tx
    .select({ override: submissionOverride, review: submissionReview })
    .from(submissionOverride)
    .leftJoin(submissionReview, eq(submissionReview.overrideId, submissionOverride.id))
    .where(eq(submissionOverride.draftId, draftId));
  if (row === undefined) return null;
  const { id, actorId, reason, incident, createdAt, reviewDueAt } = row.override;
  const { review } = row;
  return {
    ...{ id, actorId, reason, incident, at: createdAt.toISOString(), reviewDueAt: reviewDueAt.toISOString() },
    review: review === null ? null : { actorId: review.actorId, finding: review.finding, at: review.createdAt.toISOString() },
  };
}
