import type { ApprovalRecord, LandedApproval } from "../../gate/ports/records.ts";
import type { StudioApproval } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { compileDraft } from "./compile-draft.ts";
import { type Lineage, landedLineage, refuseUnready, workspaceLineage } from "./draft-lineage.ts";
import { mintApproval } from "./mint-approval.ts";
import { tellForcedMerge } from "./override-events.ts";
import { isIncident } from "./record-incident.ts";

/**
 * The one way to an approval, of a merge and of the Studio route. Approved before: that record. Else nothing is inferred: workspace, draft
 * and snapshot must agree, the snapshot must be ready and nothing may block. Rejects with `ApprovalRefused`, and has then written nothing
 * that survives its transaction.
 */
export async function approveActiveDraft(tx: Tx, input: LandedApproval | StudioApproval): Promise<ApprovalRecord> {
  const lineage = "work" in input ? await landedLineage(tx, input) : await workspaceLineage(tx, input);
  if (lineage.status === "approved") return lineage.record;
  refuseUnready(lineage.draft, lineage.snapshot, "work" in input ? input.kind : "studio");
  return "work" in input ? mintLanded(tx, input, lineage) : mintInStudio(tx, input, lineage);
}

type Open = Extract<Lineage, { status: "open" }>;

async function mintLanded(tx: Tx, input: LandedApproval, { workspace, draft, snapshot }: Open): Promise<ApprovalRecord> {
  const mergedBy = input.pull.mergedBy?.id ?? null;
  const landing = {
    repositoryId: input.work.pull.repository.id,
    pullRequest: input.work.pull.number,
    mergeSha: input.pull.mergeCommitSha!,
  };
  const { decision, id: evaluationId } = input.evaluation;
  const overrideId = input.kind === "forced" ? await tellForcedMerge(tx, landing, decision, { by: mergedBy, evaluationId }) : null;
  const record = await mintApproval(tx, {
    ...{ workspace, draft, snapshot, evaluationId, overrideId },
    kind: input.kind,
    channel: "github",
    actorId: mergedBy ?? 0,
    approvedBy: input.approvedBy,
    rationale: input.rationale,
    compiled: input.compiled,
    landing: { ...landing, mergedBy },
  });
  // Its event holds the lock of the trail, so whoever had been overtaken and recorded an incident meanwhile is seen here.
  if (await isIncident(tx, landing)) throw new ApprovalRefused("STALE_WORK", `an incident of ${input.work.key} is on record`);
  return record;
}

async function mintInStudio(tx: Tx, input: StudioApproval, { workspace, draft, snapshot }: Open): Promise<ApprovalRecord> {
  const { compiled, evaluation } = await compileDraft(tx, { workspace, draft, snapshot });
  const people = new Map(
    evaluation.decision.requirements
      .flatMap((requirement) => requirement.approvals)
      .map(({ userId, user }) => [userId, { id: userId, login: user }]),
  );
  return mintApproval(tx, {
    ...{ workspace, draft, snapshot, compiled },
    evaluationId: evaluation.id,
    overrideId: null,
    kind: "regular",
    channel: input.channel,
    actorId: input.actorId,
    approvedBy: [...people.values()],
    rationale: input.rationale,
    landing: null,
  });
}
