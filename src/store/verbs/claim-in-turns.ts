import { and, inArray, type SQL, sql } from "drizzle-orm";
import { rowsOf, type Tx } from "../connect.ts";
import { watchedRepository } from "../schema.ts";
import type { WatchedRow } from "./watched-repositories.ts";

/**
 * Takes guarded repositories that are due, the first of every installation before the second of any, the longest waiting first. Taken is
 * not done: one that then fails, or may not be asked now, has its next turn after the others.
 *
 * @param turn `since`: the column of the last turn, which is set.
 */
export async function claimInTurns(
  tx: Tx,
  turn: {
    readonly since: "swept_at" | "walked_at";
    readonly isDue: SQL;
    readonly perInstallation: number;
    readonly limit: number;
  },
): Promise<readonly WatchedRow[]> {
  const since = sql.raw(turn.since);
  const ids = rowsOf<{ id: string }>(
    await tx.execute(sql`
      select repository_id::text as id from (
        select repository_id, ${since}, row_number() over (partition by installation_id order by ${since} asc nulls first, repository_id) as turn
        from watched_repository where unguarded is null and ${turn.isDue}) due
      where turn <= ${turn.perInstallation} order by turn, ${since} asc nulls first, repository_id limit ${turn.limit}`),
  ).map(({ id }) => Number(id));
  if (ids.length === 0) return [];
  // Asked again behind the row's lock: of replicas that ask at once, one is given it.
  const taken = await tx
    .update(watchedRepository)
    .set(turn.since === "swept_at" ? { sweptAt: sql`clock_timestamp()` } : { walkedAt: sql`clock_timestamp()` })
    .where(and(inArray(watchedRepository.repositoryId, ids), turn.isDue))
    .returning();
  return taken.toSorted((a, b) => ids.indexOf(a.repositoryId) - ids.indexOf(b.repositoryId));
}
