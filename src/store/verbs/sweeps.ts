import { and, asc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { KnownPull, SeenPull, SweepEnd, SweepTask } from "../../gate/ports/recovery-records.ts";
import type { RepositoryRef } from "../../gate/ports/refs.ts";
import type { Tx } from "../connect.ts";
import { subject, sweptPull, watchedRepository } from "../schema.ts";
import { storable } from "../text.ts";
import { readClock } from "./append-audit.ts";
import { claimInTurns } from "./claim-in-turns.ts";
import { markSubjects, subjectKey } from "./mark-subjects.ts";
import type { WatchedRow } from "./watched-repositories.ts";

const PASS_EVERY_MS = 3_600_000;
/** A repository without a policy is looked at so much less often. */
const NOT_ENROLLED = 10;

export async function claimSweeps(tx: Tx, everyMs: number, perInstallation: number, limit: number): Promise<readonly SweepTask[]> {
  const isDue = sql`(swept_at is null or swept_at <= clock_timestamp()
    - make_interval(secs => ${everyMs / 1000}::double precision * case when status is null and checked_at is not null then ${NOT_ENROLLED}::int else 1 end))`;
  const taken = await claimInTurns(tx, { since: "swept_at", isDue, perInstallation, limit });
  const now = Date.parse(await readClock(tx));
  return taken.map((row) => toTask(row, now));
}

function toTask(row: WatchedRow, now: number): SweepTask {
  const { repositoryId: id, owner, name, ownerId, installationId, passPage, passSince, passedAt } = row;
  return {
    repository: { id, owner, name, ownerId, installationId },
    watchedSince: row.seenAt.toISOString(),
    sweptTo: row.sweptTo?.toISOString() ?? null,
    sweptFrom: row.sweptFrom?.toISOString() ?? null,
    pass: passPage === null || passSince === null ? null : { page: passPage, since: passSince.toISOString() },
    isPassDue: passedAt === null || now - passedAt.getTime() >= PASS_EVERY_MS,
  };
}

export async function knownPulls(tx: Tx, repositoryId: number, numbers: readonly number[]): Promise<readonly KnownPull[]> {
  if (numbers.length === 0) return [];
  const rows = await tx
    .select({ row: subject, seen: sweptPull.seen })
    .from(subject)
    .leftJoin(sweptPull, eq(sweptPull.subjectKey, subject.key))
    .where(and(eq(subject.repositoryId, repositoryId), inArray(subject.number, [...numbers])))
    .orderBy(asc(subject.number));
  return rows.flatMap(({ row: { number, open, headSha, baseRef, wantGen, doneGen }, seen }) =>
    number === null ? [] : [{ number, open, dirty: wantGen > doneGen, headSha, baseRef, seen }],
  );
}

export async function markSeen(
  tx: Tx,
  host: string,
  repository: RepositoryRef,
  marked: readonly SeenPull[],
  unchanged: readonly number[],
): Promise<void> {
  await markSubjects(
    tx,
    host,
    marked.map(({ number, headSha, baseRef }) => ({ kind: "pull", repository, number, headSha, baseRef })),
  );
  for (const { number, seen } of marked.toSorted((a, b) => a.number - b.number)) {
    const key = subjectKey(repository.id, number);
    const [owner] = await tx.select({ tenantId: subject.tenantId }).from(subject).where(eq(subject.key, key));
    // It moved, and was marked for its owner of before for the first time while this transaction saw the new one only. Nothing of it is kept.
    if (owner === undefined) throw new Error(`${key} was just heard of under another owner: its repository is swept again`);
    const now = { seen: storable(seen), seenAt: sql`clock_timestamp()` };
    await tx
      .insert(sweptPull)
      .values({ subjectKey: key, tenantId: owner.tenantId, repositoryId: repository.id, ...now })
      .onConflictDoUpdate({ target: sweptPull.subjectKey, set: now });
  }
  if (unchanged.length === 0) return;
  const keys = unchanged.map((number) => subjectKey(repository.id, number));
  await tx.update(sweptPull).set({ seenAt: sql`clock_timestamp()` }).where(inArray(sweptPull.subjectKey, keys));
}

/** What is marked already is left alone: whoever asks again goes on behind it. */
export async function markUnlisted(tx: Tx, host: string, repository: RepositoryRef, since: string, limit: number): Promise<number> {
  const rows = await tx
    .select({ number: subject.number, headSha: subject.headSha, baseRef: subject.baseRef })
    .from(subject)
    .leftJoin(sweptPull, eq(sweptPull.subjectKey, subject.key))
    .where(
      and(
        eq(subject.repositoryId, repository.id),
        isNotNull(subject.number),
        subject.open,
        eq(subject.wantGen, subject.doneGen),
        sql`(${isNull(sweptPull.seenAt)} or ${sweptPull.seenAt} < ${since}::timestamptz)`,
      ),
    )
    .orderBy(asc(subject.key))
    .limit(limit);
  await markSubjects(
    tx,
    host,
    rows.map(({ number, headSha, baseRef }) => ({ kind: "pull", repository, number: number!, headSha, baseRef })),
  );
  return rows.length;
}

export async function endSweep(tx: Tx, repositoryId: number, { sweptTo, pass, passed, dueAfterMs }: SweepEnd): Promise<void> {
  await tx
    .update(watchedRepository)
    .set({
      sweptTo: sweptTo === null ? null : new Date(sweptTo),
      sweptFrom: sql`coalesce(${watchedRepository.sweptFrom}, ${sweptTo}::timestamptz)`,
      passPage: pass?.page ?? null,
      passSince: pass === null ? null : new Date(pass.since),
      ...(passed ? { passedAt: sql`clock_timestamp()` } : {}),
      ...(dueAfterMs === null ? {} : { sweptAt: sql`clock_timestamp() - make_interval(secs => ${dueAfterMs / 1000}::double precision)` }),
    })
    .where(eq(watchedRepository.repositoryId, repositoryId));
}
