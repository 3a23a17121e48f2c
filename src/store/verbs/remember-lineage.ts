import { and, eq, ne, sql } from "drizzle-orm";
import { canonicalJson } from "../../engine/canonical.ts";
import type { LineageSummary } from "../../engine/contract/lineage/model.ts";
import type { Tx } from "../connect.ts";
import { lineageSnapshot, subject } from "../schema.ts";
import { wakeOpen } from "./wake-open.ts";

export async function lineageOf(tx: Tx, repositoryId: number): Promise<readonly LineageSummary[] | null> {
  const [row] = await tx
    .select({ summaries: lineageSnapshot.summaries })
    .from(lineageSnapshot)
    .where(eq(lineageSnapshot.repositoryId, repositoryId))
    .limit(1);
  return row === undefined ? null : (row.summaries as readonly LineageSummary[]);
}

/**
 * Replaces what was remembered, and wakes what was decided without knowing it: everything open but `besides`, the subject that landed it.
 * A repository that nobody works on (no subject) is not remembered.
 */
export async function saveLineage(
  tx: Tx,
  repositoryId: number,
  commitSha: string,
  summaries: readonly LineageSummary[],
  besides: string,
): Promise<void> {
  const [owner] = await tx.select({ tenantId: subject.tenantId }).from(subject).where(eq(subject.repositoryId, repositoryId)).limit(1);
  if (owner === undefined) return;
  const before = (await lineageOf(tx, repositoryId)) ?? [];
  if (canonicalJson(before) !== canonicalJson(summaries))
    await wakeOpen(tx, and(eq(subject.repositoryId, repositoryId), ne(subject.key, besides)));
  const values = { commitSha, summaries, recordedAt: sql`clock_timestamp()` };
  await tx
    .insert(lineageSnapshot)
    .values({ repositoryId, tenantId: owner.tenantId, ...values })
    .onConflictDoUpdate({ target: lineageSnapshot.repositoryId, set: values });
}
