import { and, asc, eq, isNull, ne, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import type { HeldWork, OutboxCheck } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { toOutboxCheck } from "../rows.ts";
import { checkOutbox, subject } from "../schema.ts";

/** What was sent may have reached GitHub, or may yet, whoever writes there meanwhile. */
export const IN_DOUBT = { uncertain: true, doubtedAt: sql`clock_timestamp()` } as const;

/** Only the subject whose verdict a row shows may publish it: the second look before a success is about that pull request. */
export async function pendingChecks(tx: Tx, key: string): Promise<readonly OutboxCheck[]> {
  const rows = await tx
    .select({ check: checkOutbox, owner: subject })
    .from(checkOutbox)
    .innerJoin(subject, eq(subject.key, checkOutbox.subjectKey))
    .where(and(eq(checkOutbox.subjectKey, key), sql`${checkOutbox.publishedVersion} is distinct from ${checkOutbox.version}`))
    // What takes a success away goes first.
    .orderBy(sql`(${checkOutbox.conclusion} is not distinct from 'success')`, asc(checkOutbox.headSha), asc(checkOutbox.name));
  return rows.map((row) => toOutboxCheck(row.check, row.owner));
}

/** True: the caller's fence is current, the row is as it was read, and no other write is in flight. */
export async function beginPublish(tx: Tx, check: OutboxCheck, work: HeldWork): Promise<boolean> {
  const begun = await tx
    .update(checkOutbox)
    .set({ inFlightVersion: check.version, inFlightKey: work.key, inFlightFence: work.fence, updatedAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(checkOutbox.id, check.id),
        eq(checkOutbox.version, check.version),
        sql`${checkOutbox.publishedVersion} is distinct from ${checkOutbox.version}`,
        isNull(checkOutbox.inFlightVersion),
        sql`exists (select 1 from ${subject} s where s.key = ${work.key} and s.fence = ${work.fence})`,
      ),
    )
    .returning({ id: checkOutbox.id });
  return begun.length > 0;
}

export type PublishOutcome =
  | { readonly status: "published"; readonly runId: number; readonly conclusion: string | null }
  | { readonly status: "uncertain" }
  | { readonly status: "failed" };

/**
 * Ends the write that this check's version began. A run that shows something else than what was written stays owed. A write that was taken
 * over in the meantime may have landed on what its successor wrote: the check is owed again, and by whoever decides it now.
 */
export async function endPublish(tx: Tx, check: OutboxCheck, outcome: PublishOutcome): Promise<void> {
  const ended = { inFlightVersion: null, inFlightKey: null, inFlightFence: null, updatedAt: sql`clock_timestamp()` };
  const own = await tx
    .update(checkOutbox)
    .set({ ...ended, ...learned(check, outcome) })
    .where(and(eq(checkOutbox.id, check.id), eq(checkOutbox.inFlightVersion, check.version)))
    .returning({ id: checkOutbox.id });
  if (own.length > 0 || outcome.status === "failed") return;
  await tx
    .update(checkOutbox)
    .set({ version: sql`${checkOutbox.version} + 1`, ...IN_DOUBT, updatedAt: sql`clock_timestamp()` })
    .where(and(eq(checkOutbox.id, check.id), ne(checkOutbox.version, check.version)));
}

function learned(check: OutboxCheck, outcome: PublishOutcome): PgUpdateSetSource<typeof checkOutbox> {
  if (outcome.status === "failed") return {};
  if (outcome.status === "uncertain") return IN_DOUBT;
  // A success that took over an earlier run is written over again by what may still be on its way to that run: only a new run ends that.
  const uncertain = check.uncertain && check.conclusion === "success";
  const shown = { runId: outcome.runId, publishedConclusion: outcome.conclusion, uncertain };
  return outcome.conclusion === check.conclusion ? { ...shown, publishedVersion: check.version } : shown;
}
