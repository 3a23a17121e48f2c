import { and, asc, eq, or, sql } from "drizzle-orm";
import type { HeldWork } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { checkOutbox, checkWish, subject } from "../schema.ts";
import { holdSubject } from "./save-evaluation.ts";
import { foldRun } from "./wish-checks.ts";

/**
 * This subject wishes "in progress" for every run that shows success on the commit, whoever earned it there; its next evaluation
 * replaces these wishes, and what others earned shows again. `headSha` null: the commit where it was seen last, and its own runs anywhere.
 */
export async function withholdSuccess(tx: Tx, work: HeldWork, headSha: string | null): Promise<number> {
  const held = await holdSubject(tx, work);
  if (held === null) return 0;
  const places = [eq(checkOutbox.headSha, headSha ?? held.headSha ?? "")];
  if (headSha === null) {
    const own = await tx.select().from(checkWish).where(eq(checkWish.subjectKey, held.key));
    places.push(...own.map((wish) => and(eq(checkOutbox.headSha, wish.headSha), eq(checkOutbox.name, wish.name))!));
  }
  const runs = await tx
    .select()
    .from(checkOutbox)
    .where(and(eq(checkOutbox.repositoryId, held.repositoryId), eq(checkOutbox.conclusion, "success"), or(...places)))
    .orderBy(asc(checkOutbox.headSha), asc(checkOutbox.name))
    .for("no key update");
  for (const run of runs) {
    const { repositoryId, name, policy, evaluationId } = run;
    const wish = { subjectKey: held.key, repositoryId, headSha: run.headSha, name, policy, conclusion: null, evaluationId };
    await tx
      .insert(checkWish)
      .values(wish)
      .onConflictDoUpdate({ target: [checkWish.subjectKey, checkWish.headSha, checkWish.name], set: { conclusion: null } });
    await foldRun(tx, run, false);
  }
  // Whatever woke this work, the next evaluation is owed now: the check must not wait for an event.
  if (runs.length > 0)
    await tx
      .update(subject)
      .set({ wantGen: sql`greatest(${subject.wantGen}, ${subject.doneGen} + 1)` })
      .where(eq(subject.key, held.key));
  return runs.length;
}
