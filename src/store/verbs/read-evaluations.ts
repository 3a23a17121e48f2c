import { and, asc, desc, eq, ne } from "drizzle-orm";
import type { EvaluatedContent, StoredEvaluation } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { isUuid } from "../id.ts";
import { toEvaluation } from "../rows.ts";
import { evaluation } from "../schema.ts";
import { named } from "./identities.ts";

function mine(tenantId: string | null) {
  return tenantId === null ? undefined : eq(evaluation.tenantId, tenantId);
}

/** `tenantId` null = whoever it belongs to. */
export async function evaluationById(tx: Tx, tenantId: string | null, id: string): Promise<StoredEvaluation | null> {
  if (!isUuid(id)) return null;
  const [row] = await tx
    .select()
    .from(evaluation)
    .where(and(mine(tenantId), eq(evaluation.id, id)));
  return row ? named(tx, toEvaluation(row)) : null;
}

export async function latestEvaluation(tx: Tx, key: string, tenantId: string | null = null): Promise<StoredEvaluation | null> {
  const [row] = await tx
    .select()
    .from(evaluation)
    .where(and(mine(tenantId), eq(evaluation.subjectKey, key)))
    .orderBy(desc(evaluation.version))
    .limit(1);
  return row ? named(tx, toEvaluation(row)) : null;
}

export async function evaluationForHead(tx: Tx, key: string, headSha: string): Promise<StoredEvaluation | null> {
  const [row] = await tx
    .select()
    .from(evaluation)
    .where(and(eq(evaluation.subjectKey, key), eq(evaluation.headSha, headSha), ne(evaluation.state, "error")))
    .orderBy(desc(evaluation.version))
    .limit(1);
  return row ? named(tx, toEvaluation(row)) : null;
}

/** What was evaluated for which commit, and when, oldest first. Evaluations that could not read the truth do not count. */
export async function contentHistory(tx: Tx, key: string): Promise<readonly EvaluatedContent[]> {
  const rows = await tx
    .select({ headSha: evaluation.headSha, digest: evaluation.contentDigest, at: evaluation.createdAt })
    .from(evaluation)
    .where(and(eq(evaluation.subjectKey, key), ne(evaluation.state, "error")))
    .orderBy(asc(evaluation.version));
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
