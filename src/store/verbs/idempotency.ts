import { and, eq, lt, sql } from "drizzle-orm";
import type { DraftAsk } from "../../gate/ports/studio.ts";
import type { Tx } from "../connect.ts";
import { idempotentAnswer } from "../schema.ts";
import { storable } from "../text.ts";
import { ApprovalRefused } from "./approval-refused.ts";
import { named, pseudonymous } from "./identities.ts";

/**
 * What was answered under this key, or what `act` answers, stored in the same transaction. Rejects with IDEMPOTENCY_MISMATCH when the key
 * stands for another request. A refusal is not stored: it wrote nothing, and the same request may succeed later.
 */
export async function answerOnce<T>(tx: Tx, ask: Pick<DraftAsk, "tenantId" | "idempotency">, act: () => Promise<T>): Promise<T> {
  if (ask.idempotency === null) return act();
  const { requestHash } = ask.idempotency;
  const key = storable(ask.idempotency.key);
  const known = await answered<T>(tx, ask.tenantId, key, requestHash);
  if (known !== null) return known.response;
  const response = await act();
  const stored = await tx
    .insert(idempotentAnswer)
    .values({ tenantId: ask.tenantId, key, requestHash, response: await pseudonymous(tx, ask.tenantId, response) })
    .onConflictDoNothing()
    .returning({ key: idempotentAnswer.key });
  if (stored.length > 0) return response;
  // The same key was used at the same time: what that one answered counts, if it asked the same.
  const meanwhile = await answered<T>(tx, ask.tenantId, key, requestHash);
  return meanwhile!.response;
}

/** null = the key is new, or none was given. */
export async function answerBefore<T>(tx: Tx, ask: Pick<DraftAsk, "tenantId" | "idempotency">): Promise<T | null> {
  if (ask.idempotency === null) return null;
  const { key, requestHash } = ask.idempotency;
  return (await answered<T>(tx, ask.tenantId, storable(key), requestHash))?.response ?? null;
}

async function answered<T>(tx: Tx, tenantId: string, key: string, requestHash: string): Promise<{ readonly response: T } | null> {
  const [row] = await tx
    .select()
    .from(idempotentAnswer)
    .where(and(eq(idempotentAnswer.tenantId, tenantId), eq(idempotentAnswer.key, key)));
  if (row === undefined) return null;
  if (row.requestHash !== requestHash)
    throw new ApprovalRefused("IDEMPOTENCY_MISMATCH", "this idempotency key was used with another request");
  return { response: (await named(tx, row.response)) as T };
}

/** A request that comes again after this is a new one. Gives how many answers were forgotten. */
export async function forgetAnswers(tx: Tx, olderThanMs: number): Promise<number> {
  const age = sql`clock_timestamp() - make_interval(secs => ${olderThanMs / 1000}::double precision)`;
  const gone = await tx.delete(idempotentAnswer).where(lt(idempotentAnswer.createdAt, age)).returning({ key: idempotentAnswer.key });
  return gone.length;
}
