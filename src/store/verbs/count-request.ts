import { sql } from "drizzle-orm";
import { rowsOf, type Tx } from "../connect.ts";
import { rateLimit } from "../schema.ts";

/** One statement by the database's clock, so that neither two replicas nor two clocks can count the same request apart. */
export async function countRequest(
  tx: Tx,
  key: string,
  limit: number,
  windowSeconds: number,
): Promise<{ readonly waitSeconds: number | null }> {
  const ends = sql`clock_timestamp() + make_interval(secs => ${windowSeconds}::double precision)`;
  const isOver = sql`${rateLimit.endsAt} <= clock_timestamp()`;
  const counted = await tx.execute(sql`
    insert into ${rateLimit} (key, count, ends_at) values (${key}, 1, ${ends})
    on conflict (key) do update set
      count = case when ${isOver} then 1 else least(${rateLimit.count} + 1, 1000000) end,
      ends_at = case when ${isOver} then ${ends} else ${rateLimit.endsAt} end
    returning count, ceil(extract(epoch from ends_at - clock_timestamp()))::int as wait`);
  const [row] = rowsOf<{ count: number; wait: number }>(counted);
  return { waitSeconds: row === undefined || row.count > limit ? Math.max(1, row?.wait ?? windowSeconds) : null };
}
