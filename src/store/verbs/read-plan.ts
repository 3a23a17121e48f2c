import { and, desc, eq, gt, inArray, isNotNull, isNull, max, or, sql } from "drizzle-orm";
import type { PlanStatus } from "../../engine/plan.ts";
import type {
  PlanCandidate,
  PlanContent,
  PlanEvent,
  PlanHead,
  PlanKey,
  PlanState,
  PlanWrite,
  PublishedApproval,
} from "../../gate/ports/plan.ts";
import type { Tx } from "../connect.ts";
import { toEvaluation, toRepository } from "../rows.ts";
import {
  bypassIncident,
  compiledGovernanceArtifact,
  contentMismatch,
  evaluation,
  governanceApproval,
  governancePlan,
  governanceWorkspace,
  planEvent,
  subject,
} from "../schema.ts";
import { storable } from "../text.ts";
import { named } from "./identities.ts";

type Place = Pick<PlanWrite, "tenantId" | "workspaceId">;

/** Landings that are named one by one; more are as good as these. */
const UNSETTLED_MAX = 10;

const head = {
  id: governancePlan.id,
  status: governancePlan.status,
  compiledHash: governancePlan.compiledHash,
  // Which version of which row: an UPDATE or a new row changes it, and nothing that writes rows can keep it.
  revision: sql<string>`concat_ws(' ', ${governancePlan}.xmin::text, ${governancePlan}.ctid::text, ${compiledGovernanceArtifact}.xmin::text, ${compiledGovernanceArtifact}.ctid::text)`,
};

export async function planHead(tx: Tx, key: PlanKey): Promise<PlanHead | null> {
  const [row] = await tx
    .select(head)
    .from(governancePlan)
    .leftJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.id, governancePlan.artifactId))
    .where(ofKey(key));
  return row === undefined ? null : { ...row, status: row.status as PlanStatus };
}

/** The approval is that of the artifact which the row itself points at. */
export async function planOf(tx: Tx, key: PlanKey): Promise<PlanState | null> {
  const { status, compiledHash } = governancePlan;
  const [row] = await tx
    .select({ status, compiledHash, approvalId: compiledGovernanceArtifact.approvalId })
    .from(governancePlan)
    .leftJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.id, governancePlan.artifactId))
    .where(ofKey(key));
  return row === undefined ? null : { ...row, status: row.status as PlanStatus };
}

function ofKey({ tenantId, agent, environment }: PlanKey) {
  return and(
    eq(governancePlan.tenantId, tenantId),
    eq(governancePlan.agent, storable(agent)),
    eq(governancePlan.environment, storable(environment)),
  );
}

/** One statement, so that the revision is that of what was read. */
export async function planContent(tx: Tx, id: string): Promise<PlanContent | null> {
  const [row] = await tx
    .select({
      ...head,
      session: governancePlan.compiledSession,
      artifact: {
        compiledHash: compiledGovernanceArtifact.compiledHash,
        review: compiledGovernanceArtifact.reviewProjection,
        runtime: compiledGovernanceArtifact.runtimeProjection,
        compilerVersion: compiledGovernanceArtifact.compilerVersion,
      },
    })
    .from(governancePlan)
    .leftJoin(
      compiledGovernanceArtifact,
      and(eq(compiledGovernanceArtifact.id, governancePlan.artifactId), eq(compiledGovernanceArtifact.tenantId, governancePlan.tenantId)),
    )
    .where(eq(governancePlan.id, id));
  return row === undefined ? null : { ...row, status: row.status as PlanStatus };
}

export async function wasPublished(tx: Tx, planId: string, compiledHash: string): Promise<boolean> {
  const rows = await tx
    .select({ id: planEvent.id })
    .from(planEvent)
    .where(and(eq(planEvent.planId, planId), eq(planEvent.compiledHash, compiledHash), eq(planEvent.kind, "promoted")))
    .limit(1);
  return rows.length > 0;
}

export async function planHistory(tx: Tx, { tenantId, workspaceId }: Place, limit: number): Promise<readonly PlanEvent[]> {
  const rows = await tx
    .select({ event: planEvent, mergeSha: governanceApproval.mergeSha })
    .from(planEvent)
    .innerJoin(governancePlan, eq(governancePlan.id, planEvent.planId))
    .innerJoin(governanceApproval, eq(governanceApproval.id, planEvent.approvalId))
    .where(and(eq(governancePlan.workspaceId, workspaceId), eq(governancePlan.tenantId, tenantId)))
    .orderBy(desc(planEvent.seq))
    .limit(limit);
  return rows.map(({ event: { kind, how, at, ...event }, mergeSha }) => ({
    seq: event.seq,
    kind: kind as PlanEvent["kind"],
    compiledHash: event.compiledHash,
    approvalId: event.approvalId,
    mergeSha,
    how: how as PlanEvent["how"],
    actorId: event.actorId,
    byAdmin: event.byAdmin,
    because: event.because,
    at: at.toISOString(),
  }));
}

/** What stands published and where the history ends. */
export async function planPlace(tx: Tx, plan: { readonly id: string; readonly status: string }) {
  const [last] = await tx
    .select({ seq: max(planEvent.seq) })
    .from(planEvent)
    .where(eq(planEvent.planId, plan.id));
  const isPublished = plan.status === "APPROVED" || plan.status === "ENFORCING";
  return { seq: last?.seq ?? 0, published: isPublished ? await publishedApproval(tx, plan.id) : null };
}

async function publishedApproval(tx: Tx, planId: string): Promise<PublishedApproval | null> {
  const [revoked] = await tx
    .select({ seq: max(planEvent.seq) })
    .from(planEvent)
    .where(and(eq(planEvent.planId, planId), eq(planEvent.kind, "revoked")));
  const { mergeSha, approvalVersion } = governanceApproval;
  const promoted = () =>
    tx
      .select({ approvalId: planEvent.approvalId, approvalVersion, mergeSha })
      .from(planEvent)
      .innerJoin(governanceApproval, eq(governanceApproval.id, planEvent.approvalId))
      .$dynamic();
  const since = and(eq(planEvent.planId, planId), eq(planEvent.kind, "promoted"), gt(planEvent.seq, revoked?.seq ?? 0));
  const [newest] = await promoted().where(since).orderBy(desc(planEvent.seq)).limit(1);
  if (newest === undefined) return null;
  const [landing] =
    newest.mergeSha === null
      ? await promoted()
          .where(and(since, isNotNull(mergeSha)))
          .orderBy(desc(planEvent.seq))
          .limit(1)
      : [newest];
  return { ...newest, landed: newest.mergeSha !== null, mergeSha: landing?.mergeSha ?? null };
}

export async function planCandidate(tx: Tx, at: Place & { readonly approvalId: string }): Promise<PlanCandidate | null> {
  const [row] = await tx
    .select({
      approval: governanceApproval,
      plan: governancePlan,
      evaluation,
      subject,
      compiledHash: compiledGovernanceArtifact.compiledHash,
    })
    .from(governanceApproval)
    .innerJoin(governancePlan, eq(governancePlan.workspaceId, governanceApproval.workspaceId))
    .innerJoin(compiledGovernanceArtifact, eq(compiledGovernanceArtifact.approvalId, governanceApproval.id))
    .innerJoin(evaluation, eq(evaluation.id, governanceApproval.evaluationId))
    .leftJoin(subject, eq(subject.key, evaluation.subjectKey))
    .where(
      and(
        eq(governanceApproval.id, at.approvalId),
        eq(governanceApproval.workspaceId, at.workspaceId),
        eq(governanceApproval.tenantId, at.tenantId),
      ),
    );
  if (row === undefined) return null;
  const { plan } = row;
  const { mergeSha, approvalVersion } = row.approval;
  // What was merged is always held to the history of its repository.
  if (mergeSha !== null && row.subject === null) return null;
  return {
    ...at,
    environment: plan.environment,
    approvalVersion,
    landing: mergeSha === null || row.subject === null ? null : { mergeSha, repository: toRepository(row.subject) },
    compiledHash: row.compiledHash,
    evaluation: await named(tx, toEvaluation(row.evaluation)),
    status: plan.status as PlanStatus,
    ...(await planPlace(tx, plan)),
    settledOnMerge: await settledOnMerge(tx, plan.id, at.approvalId),
  };
}

/** How the merge of this approval came to its end, if it did. */
export async function settledOnMerge(tx: Tx, planId: string, approvalId: string): Promise<PlanCandidate["settledOnMerge"]> {
  const [row] = await tx
    .select({ kind: planEvent.kind })
    .from(planEvent)
    .where(and(eq(planEvent.planId, planId), eq(planEvent.approvalId, approvalId), eq(planEvent.how, "on_merge")));
  return (row?.kind ?? null) as PlanCandidate["settledOnMerge"];
}

/**
 * What landed since the newest landing that an admin published, and that no regular approval answers for. The next artifact is compiled from
 * a tree that holds it.
 */
export async function unsettledLandings(tx: Tx, { tenantId, workspaceId }: Place): Promise<readonly string[]> {
  const [plan] = await tx
    .select({ id: governancePlan.id, repositoryId: governanceWorkspace.repositoryId })
    .from(governancePlan)
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, governancePlan.workspaceId))
    .where(and(eq(governancePlan.workspaceId, workspaceId), eq(governancePlan.tenantId, tenantId)));
  if (plan === undefined) return [];
  const events = await tx
    .select({
      kind: planEvent.kind,
      byAdmin: planEvent.byAdmin,
      approved: governanceApproval.auditSeq,
      merged: governanceApproval.mergeSha,
    })
    .from(planEvent)
    .innerJoin(governanceApproval, eq(governanceApproval.id, planEvent.approvalId))
    .where(and(eq(planEvent.planId, plan.id), inArray(planEvent.kind, ["promoted", "revoked"])))
    .orderBy(planEvent.seq);
  const answered = events.filter(({ kind, byAdmin }) => kind === "promoted" && byAdmin);
  const upTo = (some: typeof answered) => Math.max(0, ...some.map(({ approved }) => approved));
  // What was approved in Studio is compiled from no tree, and so answers for nothing that landed; for a submission everything does.
  const settled = upTo(answered.filter(({ merged }) => merged !== null));
  const { auditSeq, mergeSha, pullRequest, approvalVersion } = governanceApproval;
  const forced = await tx
    .select({ pullRequest, approvalVersion })
    .from(governanceApproval)
    .where(
      and(
        eq(governanceApproval.workspaceId, workspaceId),
        // As the index of those says it.
        sql`${governanceApproval.kind} = 'forced'`,
        or(and(isNotNull(mergeSha), gt(auditSeq, settled)), and(isNull(mergeSha), gt(auditSeq, upTo(answered)))),
      ),
    )
    .limit(UNSETTLED_MAX);
  // Of this environment's own branches; an incident that names no evaluation may have been on any.
  const branches = tx
    .selectDistinct({ baseRef: evaluation.baseRef })
    .from(governanceApproval)
    .innerJoin(evaluation, eq(evaluation.id, governanceApproval.evaluationId))
    .where(eq(governanceApproval.workspaceId, workspaceId));
  const incidents = async (table: typeof bypassIncident | typeof contentMismatch) => {
    // A push names its branch, a pull request that of its evaluation.
    const pushed = table === bypassIncident ? bypassIncident.branch : sql`null`;
    const branch = sql<string | null>`coalesce(${pushed}, ${evaluation.baseRef})`;
    return tx
      .select({ pullRequest: table.pullRequest, mergeSha: table.mergeSha, branch })
      .from(table)
      .leftJoin(evaluation, eq(evaluation.id, table.evaluationId))
      .where(
        and(
          eq(table.tenantId, tenantId),
          plan.repositoryId === null ? sql`false` : eq(table.repositoryId, plan.repositoryId),
          gt(table.auditSeq, settled),
          or(isNull(branch), inArray(branch, branches)),
        ),
      )
      .limit(UNSETTLED_MAX);
  };
  return [
    ...forced.map((each) =>
      each.pullRequest === null ? `approval ${each.approvalVersion} forced a submission` : `#${each.pullRequest} landed under an override`,
    ),
    ...(await incidents(bypassIncident)).map(({ pullRequest, mergeSha, branch }) =>
      pullRequest === null ? `${mergeSha.slice(0, 7)} came to \`${branch}\` past the gate` : `#${pullRequest} landed without its approval`,
    ),
    ...(await incidents(contentMismatch)).map(({ pullRequest }) => `#${pullRequest} landed other content than was approved`),
    ...(events.at(-1)?.kind === "revoked" ? ["the plan was revoked"] : []),
  ];
}
