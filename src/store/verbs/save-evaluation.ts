import { and, eq, max, sql } from "drizzle-orm";
import type { People } from "../../engine/pseudonyms.ts";
import type { NotifyTargets } from "../../gate/ports/notifications.ts";
import type { HeldWork, SaveEvaluation, SaveOutcome } from "../../gate/ports/work.ts";
import { newId } from "../id.ts";
import { type SubjectRow, toEvaluation } from "../rows.ts";
import { evaluation, subject } from "../schema.ts";
import { storable } from "../text.ts";
import { type Tx, together } from "../tx.ts";
import { evidenceOf } from "./evidence-of.ts";
import { referToNames } from "./identities.ts";
import { keepMemberships } from "./memberships.ts";
import { notifyPending } from "./notify.ts";
import { noteOverride } from "./override-events.ts";
import { recordTraces } from "./record-traces.ts";
import { saveDraft } from "./save-draft.ts";
import { lockBeside, wakeBeside } from "./wake-beside.ts";
import { replaceWishes, wishesOf } from "./wish-checks.ts";

/** Makes the identities that an evaluation will refer to, in a transaction of its own: the one that saves it holds locks on more than them. */
export async function meetPeople(tx: Tx, key: string, people: People): Promise<void> {
  const [owner] = await tx.select({ tenantId: subject.tenantId }).from(subject).where(eq(subject.key, key));
  if (owner !== undefined) await referToNames(tx, owner.tenantId, people);
}

/** `people`: of the input's facts and decision. */
export async function saveEvaluation(
  tx: Tx,
  input: SaveEvaluation,
  people: People,
  targets: NotifyTargets | null = null,
): Promise<SaveOutcome> {
  const { work, decision } = input;
  const beside = await lockBeside(tx, work, decision);
  const newestVersion = tx
    .select({ version: max(evaluation.version) })
    .from(evaluation)
    .where(eq(evaluation.subjectKey, work.key));
  const [held, [newest], wished] = await together(
    () => holdSubject(tx, work),
    () => newestVersion,
    () => wishesOf(tx, work.key),
  );
  if (held === null) return { status: "superseded" };
  const previous = newest?.version ?? 0;
  if (previous !== (work.previous?.version ?? 0)) return { status: "superseded" };

  const id = newId();
  const { number } = held;
  const { headSha } = input;
  const evidence = await evidenceOf(tx, held.tenantId, { facts: input.facts, decision }, people);
  // From here on nobody else gets past the workspace, so all that is left is said in as few turns as can be.
  const draft =
    input.draft === null || number === null
      ? { snapshotId: null, acts: [] }
      : await saveDraft(tx, { ...held, number }, { ...input, draft: input.draft, evaluationId: id });
  const until = decision.state === "overridden" ? decision.override?.expiresAt : undefined;
  const runsOutAt = until === undefined ? null : new Date(until);
  const insert = tx.insert(evaluation).values({
    id,
    tenantId: held.tenantId,
    subjectKey: work.key,
    version: previous + 1,
    headSha,
    baseRef: storable(input.baseRef),
    baseSha: input.baseSha,
    ...evidence,
    draftSnapshotId: draft.snapshotId,
  });
  const [[row]] = await together(
    () => insert.returning(),
    ...draft.acts,
    () => replaceWishes(tx, held, wished, { headSha, evaluationId: id, checks: input.checks, runsOutAt }),
    () => keepMemberships(tx, held, input.facts),
    () => moveSubject(tx, work, { open: true, headSha, baseRef: input.baseRef }, input.done),
  );
  await noteOverride(tx, held, { decision, facts: input.facts, evaluationId: id }, targets);
  if (input.asks !== false) {
    const { facts } = input;
    await notifyPending(tx, targets, held, { facts, kept: evidence.decision, headSha, evaluationId: id });
  }
  await wakeBeside(tx, beside);
  await recordTraces(tx, held, { decision, headSha, evaluationId: id });
  return { status: "saved", evaluation: { ...toEvaluation(row!), facts: input.facts, decision } };
}

/** The subject's row, locked, when this worker still holds its fence. */
export async function holdSubject(tx: Tx, work: HeldWork): Promise<SubjectRow | null> {
  const [row] = await tx
    .select()
    .from(subject)
    .where(and(eq(subject.key, work.key), eq(subject.fence, work.fence)))
    .for("no key update");
  return row ?? null;
}

/**
 * Marks that arrived since the work started stay to be done. A fault leaves this work's own marks too, and makes one where no mark woke it
 * (a check that was owed, an override that ran out): what could not be decided comes round again.
 */
export async function moveSubject(
  tx: Tx,
  work: HeldWork,
  place: { readonly open: boolean; readonly headSha: string; readonly baseRef: string },
  done: boolean,
): Promise<void> {
  await tx
    .update(subject)
    .set({
      open: place.open,
      headSha: place.headSha,
      baseRef: storable(place.baseRef),
      ...(done
        ? { doneGen: sql`greatest(${subject.doneGen}, ${work.wantGen})` }
        : { wantGen: sql`greatest(${subject.wantGen}, ${subject.doneGen} + 1)` }),
    })
    .where(eq(subject.key, work.key));
}
