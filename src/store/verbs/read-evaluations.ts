import { and, desc, eq, ne } from "drizzle-orm";
import type { StoredEvaluation } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { toEvaluation } from "../rows.ts";
import { evaluation } from "../schema.ts";

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export async function evaluationById(tx: Tx, id: string): Promise<StoredEvaluation | null> {
  if (!UUID.test(id)) return null;
  const [row] = await tx.select().from(evaluation).where(eq(evaluation.id, id));
  return row ? toEvaluation(row) : null;
}

export async function latestEvaluation(tx: Tx, key: string): Promise<StoredEvaluation | null> {
  const [row] = await tx.select().from(evaluation).where(eq(evaluation.subjectKey, key)).orderBy(desc(evaluation.version)).limit(1);
  return row ? toEvaluation(row) : null;
}

export async function evaluationForHead(tx: Tx, key: string, headSha: string): Promise<StoredEvaluation | null> {
  const [row] = await tx
    .select()
    .from(evaluation)
    .where(and(eq(evaluation.subjectKey, key), eq(evaluation.headSha, headSha)))
    .orderBy(desc(evaluation.version))
    .limit(1);
  return row ? toEvaluation(row) : null;
}

/**
 * Commit -> the content digest that was evaluated for it. A commit that was seen with two contents (its base changed) is left out:
 * nobody can say which of them a vote on it meant. Evaluations that could not read the truth do not count.
 */
export async function contentDigests(tx: Tx, key: string): Promise<Readonly<Record<string, string>>> {
  const rows = await tx
    .selectDistinct({ headSha: evaluation.headSha, digest: evaluation.contentDigest })
    .from(evaluation)
    .where(and(eq(evaluation.subjectKey, key), ne(evaluation.state, "error")));
  const seen = new Map<string, string | null>();
  for (const row of rows) seen.set(row.headSha, seen.has(row.headSha) ? null : row.digest);
  return Object.fromEntries([...seen].filter((entry): entry is [string, string] => entry[1] !== null));
}
