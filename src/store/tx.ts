import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** A connection or a transaction; every verb takes one and uses no other. */
export type Tx = PgDatabase<PgQueryResultHKT>;

/** Turns of the event loop's own queue that pass until an act has said its first statement. */
const TURNS = 4;

/**
 * Statements that need not know each other's answers, on the wire together: nobody waits for one before the next is said, and the database
 * hears the first of each act in the order given here. What an act says after its first answer comes when it comes.
 */
export async function together<const Acts extends readonly (() => PromiseLike<unknown>)[]>(
  ...acts: Acts
): Promise<{ -readonly [Act in keyof Acts]: Awaited<ReturnType<Acts[Act]>> }> {
  const said: Promise<unknown>[] = [];
  for (const act of acts) {
    const answer = (async () => act())();
    // Its failure is told below.
    answer.catch(() => {});
    said.push(answer);
    for (let turn = 0; turn < TURNS; turn += 1) await null;
  }
  return (await Promise.all(said)) as { -readonly [Act in keyof Acts]: Awaited<ReturnType<Acts[Act]>> };
}
