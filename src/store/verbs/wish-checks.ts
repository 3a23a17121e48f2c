import { and, asc, eq, or, sql } from "drizzle-orm";
import type { CheckConclusion, WantedCheck } from "../../gate/ports/checks.ts";
import { newId } from "../id.ts";
import type { SubjectRow } from "../rows.ts";
import { checkOutbox, checkWish } from "../schema.ts";
import { type Tx, together } from "../tx.ts";

type Wish = typeof checkWish.$inferSelect;
type OutboxRow = typeof checkOutbox.$inferSelect;

/** Worst first: one commit under one name shows the worst that any open pull request with that head deserves. */
const WORST: readonly CheckConclusion[] = ["failure", "action_required", null, "success"];

/** Nobody else changes them while the subject's row is locked. */
export function wishesOf(tx: Tx, key: string): Promise<readonly Wish[]> {
  return tx.select().from(checkWish).where(eq(checkWish.subjectKey, key)).execute();
}

/**
 * Replaces what this subject wants on GitHub, and folds every run that this touches.
 * - A per-policy check whose policy no longer matches keeps following the aggregate check it hangs under.
 * - A name that nobody wants any more (the head moved on, the base went to another pattern) loses its success.
 *
 * @param before what it wanted until now.
 */
export async function replaceWishes(
  tx: Tx,
  held: SubjectRow,
  before: readonly Wish[],
  wanted: {
    readonly headSha: string;
    readonly evaluationId: string;
    readonly checks: readonly WantedCheck[];
    readonly runsOutAt: Date | null;
  },
): Promise<void> {
  const checks = [...wanted.checks, ...orphans(before, wanted.headSha, wanted.checks)];
  const wishes = checks.map((check) => ({
    subjectKey: held.key,
    repositoryId: held.repositoryId,
    headSha: wanted.headSha,
    name: check.name,
    policy: check.policy,
    conclusion: check.conclusion,
    evaluationId: wanted.evaluationId,
    runsOutAt: wanted.runsOutAt,
  }));
  const [, runs] = await together(
    () => addRuns(tx, wishes.toSorted(byRun)),
    () => lockRuns(tx, held.repositoryId, [...before, ...wishes]),
    () => tx.delete(checkWish).where(eq(checkWish.subjectKey, held.key)),
    async () => wishes.length > 0 && (await tx.insert(checkWish).values(wishes)),
  );
  await together(...runs.map((run) => () => foldRun(tx, run, true)));
}

/** This subject wants nothing any more. After a merge its success stays: the record is elsewhere. */
export async function dropWishes(tx: Tx, held: SubjectRow, revoke: boolean): Promise<void> {
  const before = await wishesOf(tx, held.key);
  if (before.length === 0) return;
  const runs = await lockRuns(tx, held.repositoryId, before);
  await tx.delete(checkWish).where(eq(checkWish.subjectKey, held.key));
  for (const run of runs) await foldRun(tx, run, revoke);
}

function orphans(before: readonly Wish[], headSha: string, checks: readonly WantedCheck[]): WantedCheck[] {
  const aggregate = checks.find((check) => check.policy === null);
  if (aggregate === undefined) return [];
  const names = new Set(checks.map((check) => check.name));
  return before
    .filter((wish) => wish.headSha === headSha && !names.has(wish.name) && wish.name.startsWith(`${aggregate.name} / `))
    .map((wish) => ({ name: wish.name, policy: wish.policy, conclusion: aggregate.conclusion }));
}

/** Born with nothing to say: the fold gives each its first version. */
async function addRuns(tx: Tx, wishes: readonly Wish[]): Promise<void> {
  if (wishes.length === 0) return;
  const runs = wishes.map(({ subjectKey, repositoryId, headSha, name, evaluationId, policy }) => ({
    ...{ id: newId(), subjectKey, repositoryId, headSha, name, evaluationId, policy },
    ...{ version: 0, conclusion: null, publishedVersion: 0 },
  }));
  await tx.insert(checkOutbox).values(runs).onConflictDoNothing();
}

/** In one order for everybody; after the lock, the wishes of every committed transaction are seen. */
function lockRuns(tx: Tx, repositoryId: number, wishes: readonly Pick<Wish, "headSha" | "name">[]): Promise<OutboxRow[]> {
  if (wishes.length === 0) return Promise.resolve([]);
  const touched = wishes.map((wish) => and(eq(checkOutbox.headSha, wish.headSha), eq(checkOutbox.name, wish.name)));
  return tx
    .select()
    .from(checkOutbox)
    .where(and(eq(checkOutbox.repositoryId, repositoryId), or(...touched)))
    .orderBy(asc(checkOutbox.headSha), asc(checkOutbox.name))
    .for("no key update");
}

export async function foldRun(tx: Tx, run: OutboxRow, revoke: boolean): Promise<void> {
  const wishes = await tx
    .select()
    .from(checkWish)
    .where(and(eq(checkWish.repositoryId, run.repositoryId), eq(checkWish.headSha, run.headSha), eq(checkWish.name, run.name)))
    .orderBy(asc(checkWish.subjectKey));
  const worst = wishes.toSorted((a, b) => rank(a.conclusion) - rank(b.conclusion))[0];
  if (worst === undefined) return revoke ? revokeRun(tx, run) : undefined;
  if (run.version > 0 && run.evaluationId === worst.evaluationId && run.conclusion === worst.conclusion) return;
  await tx
    .update(checkOutbox)
    .set({
      subjectKey: worst.subjectKey,
      evaluationId: worst.evaluationId,
      policy: worst.policy,
      conclusion: worst.conclusion,
      version: run.version + 1,
      updatedAt: sql`clock_timestamp()`,
    })
    .where(eq(checkOutbox.id, run.id));
}

async function revokeRun(tx: Tx, run: OutboxRow): Promise<void> {
  // "In progress" would stay so for ever: nobody looks at it any more.
  if (run.conclusion !== "success" && run.conclusion !== null) return;
  const version = run.version + 1;
  const neverWritten = run.runId === null && run.inFlightVersion === null && !run.uncertain;
  await tx
    .update(checkOutbox)
    .set({
      conclusion: "action_required",
      version,
      ...(neverWritten ? { publishedVersion: version } : {}),
      updatedAt: sql`clock_timestamp()`,
    })
    .where(eq(checkOutbox.id, run.id));
}

function rank(conclusion: string | null): number {
  const place = WORST.indexOf(conclusion as CheckConclusion);
  return place === -1 ? 0 : place;
}

function byRun(a: Wish, b: Wish): number {
  if (a.headSha !== b.headSha) return a.headSha < b.headSha ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
