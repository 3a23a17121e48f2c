import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Tx } from "../connect.ts";
import { subject } from "../schema.ts";

/** Everything open of these subjects is decided anew. To be called before any other lock: rows first, in key order, as everywhere. */
export async function wakeOpen(tx: Tx, of: SQL | undefined): Promise<void> {
  const rows = await tx.select({ key: subject.key }).from(subject).where(and(of, subject.open)).orderBy(subject.key).for("no key update");
  for (const { key } of rows)
    await tx
      .update(subject)
      .set({ wantGen: sql`${subject.wantGen} + 1`, dirtyAt: sql`clock_timestamp()` })
      .where(eq(subject.key, key));
}
