import { and, desc, eq, gte, ne, sql } from "drizzle-orm";
import type { Decision } from "../../engine/decision.ts";
import type { DecisionHistory, DecisionTrace } from "../../gate/ports/traces.ts";
import type { Tx } from "../connect.ts";
import { isUuid } from "../id.ts";
import { decisionTrace, evaluation } from "../schema.ts";
import { storable } from "../text.ts";
import { pullKeys } from "./mark-subjects.ts";
import { toDraft } from "./record-traces.ts";

/** `tenantId` null = of every tenant. */
export async function decisionTraces(
  tx: Tx,
  query: Parameters<DecisionHistory["decisionTraces"]>[0],
  tenantId: string | null = null,
): Promise<readonly DecisionTrace[]> {
  const rows = await tx
    .select()
    .from(decisionTrace)
    .where(
      and(
        tenantId === null ? undefined : eq(decisionTrace.tenantId, tenantId),
        query.outcome === undefined ? undefined : eq(decisionTrace.outcome, query.outcome),
        query.agent === undefined ? undefined : eq(sql`lower(${decisionTrace.agentId})`, storable(query.agent.toLowerCase())),
        query.subject === undefined ? undefined : eq(decisionTrace.subjectKey, storable(query.subject)),
      ),
    )
    .orderBy(desc(decisionTrace.at), desc(decisionTrace.seq))
    .limit(query.limit);
  return rows.map(toTrace);
}

export async function decisionTraceById(tx: Tx, id: string, tenantId: string | null = null): Promise<DecisionTrace | null> {
  if (!isUuid(id)) return null;
  const mine = tenantId === null ? undefined : eq(decisionTrace.tenantId, tenantId);
  const [row] = await tx
    .select()
    .from(decisionTrace)
    .where(and(mine, eq(decisionTrace.id, id)));
  return row ? toTrace(row) : null;
}

function toTrace(row: typeof decisionTrace.$inferSelect): DecisionTrace {
  const { id, tenantId, subjectKey, evaluationId, headSha, at } = row;
  return { ...toDraft(row), id, tenantId, subject: subjectKey, evaluationId, headSha, at: at.toISOString() };
}

/** Asked with each evaluation: an index of overrides alone answers it, whatever the repository's history. */
export async function recentOverrides(tx: Tx, query: Parameters<DecisionHistory["recentOverrides"]>[0]): Promise<number> {
  const [first, end] = pullKeys(query.repositoryId);
  const rows = await tx
    .select({ key: evaluation.subjectKey, decision: evaluation.decision })
    .from(evaluation)
    .where(
      and(
        sql`${evaluation.subjectKey} collate "C" >= ${first} and ${evaluation.subjectKey} collate "C" < ${end}`,
        // Said as the index says it: for a parameter Postgres could not know that the index holds all that are asked for.
        sql`${evaluation.state} = 'overridden'`,
        gte(evaluation.createdAt, new Date(query.since)),
        ne(evaluation.subjectKey, query.besides),
      ),
    );
  const contracts = new Set(query.contracts);
  const touching = rows.filter(({ decision }) =>
    (decision as Decision).findings.some((each) => contracts.has(each.contract) || contracts.has(each.file)),
  );
  return new Set(touching.map(({ key }) => key)).size;
}
