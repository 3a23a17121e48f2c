import { and, asc, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { PublishedChecks } from "../../gate/ports/recovery-records.ts";
import type { Tx } from "../connect.ts";
import type { SubjectRow } from "../rows.ts";
import { checkOutbox, checkWish } from "../schema.ts";

/** What comes later than this is seen by nobody. */
const LOOKED_FOR = "7 days";

/** Of a check, what a comparison with GitHub needs. */
export const SHOWN = {
  id: checkOutbox.id,
  version: checkOutbox.version,
  name: checkOutbox.name,
  conclusion: checkOutbox.conclusion,
  runId: checkOutbox.runId,
};

/**
 * A run that no open pull request wants (closed, gone to another base, its head moved on), on which no success should stand, and to which one
 * may still be on its way. Nobody else looks at it again. Not while a write of it is in flight, which reads back itself what GitHub shows.
 */
const isLeft = sql`${checkOutbox.doubtedAt} > (select clock_timestamp() - ${LOOKED_FOR}::interval) and ${checkOutbox.inFlightVersion} is null
  and ${checkOutbox.conclusion} is distinct from 'success'
  and not exists (select 1 from ${checkWish} wish where wish.repository_id = ${checkOutbox.repositoryId}
    and wish.head_sha = ${checkOutbox.headSha} and wish.name = ${checkOutbox.name})`;

/**
 * Each look is as far from the one before as that was from the write with the unknown end: ten or so in the week, and what comes late is
 * found after at most as long again.
 */
export function isLeftAndDue(everyMs: number): SQL {
  const distance = sql`greatest(make_interval(secs => ${everyMs / 1000}::double precision), ${checkOutbox.comparedAt} - ${checkOutbox.doubtedAt})`;
  return sql`${isLeft} and (${checkOutbox.comparedAt} is null or ${checkOutbox.comparedAt} <= clock_timestamp() - ${distance})`;
}

/** Those of one commit. What another transaction holds is left to it: locks are taken in one order, and none is waited for here. */
export async function takeLeft(tx: Tx, owner: SubjectRow, headSha: string, isDue: SQL): Promise<PublishedChecks["checks"]> {
  const held = await tx
    .select(SHOWN)
    .from(checkOutbox)
    .where(
      and(eq(checkOutbox.repositoryId, owner.repositoryId), eq(checkOutbox.headSha, headSha), eq(checkOutbox.subjectKey, owner.key), isDue),
    )
    .orderBy(asc(checkOutbox.name))
    .for("no key update", { skipLocked: true });
  if (held.length === 0) return [];
  const ids = held.map(({ id }) => id);
  await tx.update(checkOutbox).set({ comparedAt: sql`clock_timestamp()` }).where(inArray(checkOutbox.id, ids));
  return held;
}
