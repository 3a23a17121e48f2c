import { and, eq, getTableColumns, lt, sql } from "drizzle-orm";
import type { HeldWork, SubjectWork } from "../../gate/ports/work.ts";
import { BEHIND_SECONDS } from "../behind.ts";
import { type SubjectRow, toRepository } from "../rows.ts";
import { checkOutbox, subject } from "../schema.ts";
import { type Tx, together } from "../tx.ts";
import { IN_DOUBT } from "./publish-check.ts";
import { latestEvaluation } from "./read-evaluations.ts";

export async function startWork(tx: Tx, key: string): Promise<SubjectWork | null> {
  const taken = await takeSubject(tx, key);
  if (taken === null || taken.row.number === null) return null;
  const { number, headSha, baseRef, toldLately } = taken.row;
  const told = { headSha, baseRef, updatedAt: toldLately?.toISOString() ?? null };
  return { ...taken.held, pull: { repository: toRepository(taken.row), number }, told };
}

const TOLD_LATELY = sql<Date | null>`case when ${subject.toldAt} > clock_timestamp() - make_interval(secs => ${BEHIND_SECONDS})
  then ${subject.toldUpdatedAt} end`.mapWith(subject.toldUpdatedAt);

/** By the database's clock alone. */
const WAITED = sql<number | null>`case when ${subject.dirtySince} is null then null
  else greatest(extract(epoch from clock_timestamp() - ${subject.dirtySince}), 0)::float8 end`;

/** Takes the subject: from here on, an older worker's writes fail. */
export async function takeSubject(
  tx: Tx,
  key: string,
): Promise<{ row: SubjectRow & { readonly toldLately: Date | null }; held: HeldWork } | null> {
  const [[row], , previous] = await together(
    () =>
      tx
        .update(subject)
        .set({ fence: sql`${subject.fence} + 1` })
        .where(eq(subject.key, key))
        .returning({ ...getTableColumns(subject), waitedSeconds: WAITED, toldLately: TOLD_LATELY }),
    () => releaseInFlight(tx, key),
    () => latestEvaluation(tx, key),
  );
  if (row === undefined) return null;
  const { wantGen, doneGen, fence, waitedSeconds } = row;
  return { row, held: { key, wantGen, doneGen, fence, waitedSeconds, previous } };
}

/**
 * A write that an older worker began may have reached GitHub, or may yet: its row becomes uncertain under a new version,
 * which that worker's `endPublish` no longer matches.
 */
async function releaseInFlight(tx: Tx, key: string): Promise<void> {
  const fence = tx.select({ fence: subject.fence }).from(subject).where(eq(subject.key, key));
  await tx
    .update(checkOutbox)
    .set({
      version: sql`${checkOutbox.version} + 1`,
      ...IN_DOUBT,
      inFlightVersion: null,
      inFlightKey: null,
      inFlightFence: null,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(and(eq(checkOutbox.inFlightKey, key), lt(checkOutbox.inFlightFence, sql`(${fence})`)));
}
