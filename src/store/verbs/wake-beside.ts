import { and, eq, inArray, isNotNull, max, ne, sql } from "drizzle-orm";
import type { Decision } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import type { HeldWork } from "../../gate/ports/work.ts";
import type { Tx } from "../connect.ts";
import { evaluation, subject } from "../schema.ts";

/**
 * An override weighs on every other change of its contracts (decision.md section 4, H). Where it begins or ends with `decision`, the open pull
 * requests of the repository that were last decided on one of them, or are being decided, are locked and given; nothing else changes them.
 * To be called before any other lock: the rows go in key order together with the subject's own, as everywhere.
 *
 * @param decision what is about to be saved; null = the subject closes.
 */
export async function lockBeside(tx: Tx, work: HeldWork, decision: Decision | null): Promise<readonly string[]> {
  const before = work.previous?.decision ?? null;
  const touched = new Set([before, decision].filter((each) => each !== null).flatMap(overriddenContracts));
  if (touched.size === 0 || liveOverride(before) === liveOverride(decision)) return [];
  const keys = [work.key, ...(await concerned(tx, work.key, touched))];
  await tx.select({ key: subject.key }).from(subject).where(inArray(subject.key, keys)).orderBy(subject.key).for("no key update");
  return keys.slice(1);
}

/** Decided anew: what was locked. */
export async function wakeBeside(tx: Tx, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await tx
    .update(subject)
    .set({ wantGen: sql`${subject.wantGen} + 1`, dirtyAt: sql`clock_timestamp()` })
    .where(inArray(subject.key, [...keys]));
}

function overriddenContracts({ state, findings }: Decision): readonly string[] {
  return state === "overridden" ? findings.flatMap(({ contract, file }) => [contract, file]) : [];
}

/** Which override it stands on; null = on none. */
function liveOverride(decision: Decision | null): string | null {
  return decision?.state === "overridden" ? (decision.override?.delivery ?? "unnamed") : null;
}

/** Evidence is read here and not in the database: a NUL that a hostile contract carries ends every statement that looks into it. */
async function concerned(tx: Tx, key: string, touched: ReadonlySet<string>): Promise<readonly string[]> {
  const newest = tx
    .select({ version: max(evaluation.version) })
    .from(evaluation)
    .where(eq(evaluation.subjectKey, subject.key));
  const rows = await tx
    .select({
      key: subject.key,
      // A worker may hold facts that it gathered before: the mark that comes now makes it come again.
      isUnsettled: sql<boolean>`${subject.wantGen} > ${subject.doneGen}`,
      facts: evaluation.facts,
      decision: evaluation.decision,
    })
    .from(subject)
    .leftJoin(evaluation, and(eq(evaluation.subjectKey, subject.key), eq(evaluation.version, sql`(${newest})`)))
    .where(
      and(
        sql`${subject.repositoryId} = (select own.repository_id from subject own where own.key = ${key})`,
        subject.open,
        isNotNull(subject.number),
        ne(subject.key, key),
      ),
    );
  return rows
    .filter(({ isUnsettled, facts, decision }) => isUnsettled || touches(facts as Facts | null, decision as Decision | null, touched))
    .map((row) => row.key);
}

/** The contracts for which `recentOverrides` is asked. */
function touches(facts: Facts | null, decision: Decision | null, contracts: ReadonlySet<string>): boolean {
  const paths = facts?.diff?.files.map(({ path }) => path) ?? [];
  return [...paths, ...(decision?.findings ?? []).map(({ contract }) => contract)].some((each) => contracts.has(each));
}
