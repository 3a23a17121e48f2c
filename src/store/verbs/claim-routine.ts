import { eq, sql } from "drizzle-orm";
import { rowsOf, type Tx } from "../connect.ts";
import { routine } from "../schema.ts";

/** One statement by the database's clock: of any number of replicas that ask at once, one is told yes. */
export async function claimRoutine(tx: Tx, name: string, everyMs: number): Promise<boolean> {
  const claimed = await tx.execute(sql`
    insert into ${routine} (name, claimed_at) values (${name}, clock_timestamp())
    on conflict (name) do update set claimed_at = clock_timestamp()
      where ${routine.claimedAt} <= clock_timestamp() - make_interval(secs => ${everyMs / 1000}::double precision)
    returning name`);
  return rowsOf(claimed).length > 0;
}

export async function releaseRoutine(tx: Tx, name: string): Promise<void> {
  await tx.delete(routine).where(eq(routine.name, name));
}
