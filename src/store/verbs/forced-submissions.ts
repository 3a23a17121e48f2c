import { desc, eq, sql } from "drizzle-orm";
import type { ForcedSubmissionRow } from "../../gate/ports/overrides.ts";
import type { Tx } from "../connect.ts";
import { businessDraft, governanceWorkspace, submissionOverride, submissionReview } from "../schema.ts";
import { loginsOf } from "./identities.ts";

/** Submissions that were forced, with the review that each owes: newest first. */
export async function forcedSubmissions(tx: Tx, tenantId: string, limit: number): Promise<readonly ForcedSubmissionRow[]> {
  const rows = await tx
    .select({
      override: submissionOverride,
      review: submissionReview,
      workspace: governanceWorkspace,
      isLate: sql<boolean>`${submissionOverride.reviewDueAt} <= clock_timestamp()`,
    })
    .from(submissionOverride)
    .innerJoin(businessDraft, eq(businessDraft.id, submissionOverride.draftId))
    .innerJoin(governanceWorkspace, eq(governanceWorkspace.id, businessDraft.workspaceId))
    .leftJoin(submissionReview, eq(submissionReview.overrideId, submissionOverride.id))
    .where(eq(submissionOverride.tenantId, tenantId))
    .orderBy(desc(submissionOverride.createdAt), desc(submissionOverride.id))
    .limit(limit);
  const logins = await loginsOf(
    tx,
    rows.flatMap(({ override, review }) => [override.actorId, ...(review === null ? [] : [review.actorId])]).map(String),
  );
  return rows.map(({ override, review, workspace, isLate }) => ({
    submissionId: override.draftId,
    workspaceId: workspace.id,
    agent: workspace.agent,
    environment: workspace.environment,
    actorId: override.actorId,
    actorLogin: logins.get(String(override.actorId)) ?? null,
    reason: override.reason,
    incident: override.incident,
    at: override.createdAt.toISOString(),
    review: {
      dueAt: override.reviewDueAt.toISOString(),
      isOverdue: review === null && isLate,
      done:
        review === null
          ? null
          : {
              by: review.actorId,
              byLogin: logins.get(String(review.actorId)) ?? null,
              finding: review.finding,
              at: review.createdAt.toISOString(),
            },
    },
  }));
}
