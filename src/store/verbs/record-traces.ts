import { and, desc, eq } from "drizzle-orm";
import { endTrace, type TraceDraft, traceDigest, traceDrafts } from "../../engine/agents/decision-trace.ts";
import { canonicalJson } from "../../engine/canonical.ts";
import type { Decision } from "../../engine/decision.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import type { SubjectRow } from "../rows.ts";
import { decisionTrace } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";

type TraceRow = typeof decisionTrace.$inferSelect;

/** One row for each agent whose action stands otherwise than before. A crossed boundary is an audit event too. Last in its transaction: it locks the audit chain. */
export async function recordTraces(
  tx: Tx,
  held: SubjectRow,
  { decision, headSha, evaluationId }: { readonly decision: Decision; readonly headSha: string; readonly evaluationId: string },
): Promise<void> {
  for (const draft of traceDrafts(decision))
    await append(tx, held, await lastOf(tx, held.key, draft.agentId), draft, headSha, evaluationId);
}

/** The pull request is closed: every action of an agent in it has its last word, once. */
export async function finishTraces(tx: Tx, held: SubjectRow, merged: boolean): Promise<void> {
  const agents = await tx.selectDistinct({ id: decisionTrace.agentId }).from(decisionTrace).where(eq(decisionTrace.subjectKey, held.key));
  for (const { id } of agents) {
    const last = await lastOf(tx, held.key, id);
    if (last === null) continue;
    await append(tx, held, last, endTrace(toDraft(last), merged), last.headSha, last.evaluationId);
  }
}

async function append(
  tx: Tx,
  held: SubjectRow,
  last: TraceRow | null,
  draft: TraceDraft,
  headSha: string,
  evaluationId: string,
): Promise<void> {
  const digest = traceDigest(headSha, draft);
  if (last?.digest === digest) return;
  const id = newId();
  await tx.insert(decisionTrace).values({
    id,
    tenantId: held.tenantId,
    subjectKey: held.key,
    evaluationId,
    agentId: storable(draft.agentId),
    seq: (last?.seq ?? 0) + 1,
    state: draft.state,
    outcome: draft.outcome,
    ending: draft.ending,
    severity: draft.severity,
    headSha,
    action: draft.action,
    approvals: draft.approvals,
    digest,
  });
  if (draft.ending !== "blocked" || (last !== null && toldBefore(last, draft, headSha))) return;
  await appendAudit(tx, held.tenantId, {
    type: "agent.boundary_violation",
    severity: "critical",
    actor: null,
    subject: `trace ${id}`,
    payload: {
      repositoryId: held.repositoryId,
      pullRequest: held.number,
      evaluationId,
      headSha,
      agent: storable(draft.agentId),
      violations: draft.action.violations,
    },
  });
}

/** The same boundaries by the same head: one event in the chain, however often it is decided again. */
function toldBefore(last: TraceRow, draft: TraceDraft, headSha: string): boolean {
  const crossed = (action: unknown) => canonicalJson((action as TraceDraft["action"]).violations);
  return last.ending === "blocked" && last.headSha === headSha && crossed(last.action) === crossed(draft.action);
}

async function lastOf(tx: Tx, subjectKey: string, agentId: string): Promise<TraceRow | null> {
  const [row] = await tx
    .select()
    .from(decisionTrace)
    .where(and(eq(decisionTrace.subjectKey, subjectKey), eq(decisionTrace.agentId, storable(agentId))))
    .orderBy(desc(decisionTrace.seq))
    .limit(1);
  return row ?? null;
}

export function toDraft(row: TraceRow): TraceDraft {
  const { agentId, state, outcome, ending, severity, action, approvals } = row;
  return { agentId, state, outcome, ending, severity, action, approvals } as TraceDraft;
}
