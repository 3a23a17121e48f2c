import { and, asc, count, desc, eq, getTableColumns, inArray, isNull, or, sql } from "drizzle-orm";
import type { AuditType } from "../../engine/audit-types.ts";
import type { ProtectionVerdict } from "../../engine/protection/judge.ts";
import type { LookPace, WatchedRepository } from "../../gate/ports/protection.ts";
import type { RepositoryRef } from "../../gate/ports/pulls.ts";
import type { Tx } from "../connect.ts";
import { watchedRepository } from "../schema.ts";
import { storable } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { ensureTenant, followLogin } from "./ensure-tenant.ts";

export type WatchedRow = typeof watchedRepository.$inferSelect;

function toRef({ repositoryId, owner, name, ownerId, installationId }: WatchedRow): RepositoryRef {
  return { id: repositoryId, owner, name, ownerId, installationId };
}

/**
 * Notes a repository that a delivery is about. Names and installation follow under the same owner; under another owner it is
 * unguarded: neither records nor approvals follow a transfer.
 */
export async function watchRepository(tx: Tx, host: string, ref: RepositoryRef): Promise<void> {
  const [known] = await tx.select().from(watchedRepository).where(eq(watchedRepository.repositoryId, ref.id));
  const names = { owner: storable(ref.owner), name: storable(ref.name), installationId: ref.installationId };
  if (known === undefined) {
    const tenantId = await ensureTenant(tx, host, { id: ref.ownerId, login: ref.owner });
    await tx
      .insert(watchedRepository)
      .values({ repositoryId: ref.id, tenantId, ownerId: ref.ownerId, ...names })
      .onConflictDoNothing();
    return;
  }
  if (known.ownerId !== ref.ownerId)
    return unguard(tx, known, `it was transferred to ${ref.owner}: what was decided for ${known.owner} does not follow it`, null);
  if (known.owner === names.owner && known.name === names.name && known.installationId === names.installationId) return;
  await tx.update(watchedRepository).set(names).where(eq(watchedRepository.repositoryId, ref.id));
  if (known.owner !== names.owner) await followLogin(tx, known.tenantId, ref.owner);
}

/** Told once, until it is guarded again. */
export async function unguard(tx: Tx, row: WatchedRow, because: string, actorId: number | null): Promise<void> {
  const changed = await tx
    .update(watchedRepository)
    .set({ unguarded: storable(because) })
    .where(and(eq(watchedRepository.repositoryId, row.repositoryId), isNull(watchedRepository.unguarded)))
    .returning({ id: watchedRepository.repositoryId });
  if (changed.length > 0) await tellRepository(tx, row, "repository.unguarded", "critical", actorId, { because: storable(because) });
}

export function tellRepository(
  tx: Tx,
  row: Pick<WatchedRow, "tenantId" | "repositoryId">,
  type: AuditType,
  severity: "info" | "warning" | "critical",
  actorId: number | null,
  payload: object,
): Promise<unknown> {
  const { tenantId, repositoryId } = row;
  return appendAudit(tx, tenantId, {
    type,
    severity,
    actor: actorId === null ? null : String(actorId),
    subject: `repository ${repositoryId}`,
    payload: { repositoryId, ...payload },
  });
}

export async function repositoriesToCheck(tx: Tx, pace: LookPace, limit: number): Promise<readonly RepositoryRef[]> {
  const { everyMs, eachMs, atLeastEveryMs, restMs } = pace;
  const isGuarded = isNull(watchedRepository.unguarded);
  const beside = tx
    .select({ installationId: watchedRepository.installationId, repositories: count().as("repositories") })
    .from(watchedRepository)
    .where(isGuarded)
    .groupBy(watchedRepository.installationId)
    .as("beside");
  const periodMs = sql`least(greatest(${everyMs}::double precision, ${eachMs}::double precision * ${beside.repositories}), ${atLeastEveryMs}::double precision)`;
  const isOld = sql`${watchedRepository.checkedAt} <= clock_timestamp() - make_interval(secs => ${periodMs} / 1000)`;
  const isRested = sql`coalesce(${watchedRepository.missedAt} <= clock_timestamp() - make_interval(secs => ${restMs}::double precision / 1000), true)`;
  const rows = await tx
    .select(getTableColumns(watchedRepository))
    .from(watchedRepository)
    .innerJoin(beside, eq(beside.installationId, watchedRepository.installationId))
    .where(and(isGuarded, isRested, or(watchedRepository.checkWanted, isNull(watchedRepository.checkedAt), isOld)))
    // Whatever gave no answer goes behind what was not tried for as long.
    .orderBy(
      sql`greatest(${watchedRepository.checkedAt}, ${watchedRepository.missedAt}) asc nulls first`,
      asc(watchedRepository.repositoryId),
    )
    .limit(limit);
  return rows.map(toRef);
}

const WORDS = { enforced: "info", unknown: "warning", not_enforced: "critical" } as const;

export async function recordProtection(tx: Tx, ref: RepositoryRef, verdict: ProtectionVerdict | null): Promise<void> {
  const [row] = await tx.select().from(watchedRepository).where(eq(watchedRepository.repositoryId, ref.id)).for("no key update");
  if (row === undefined) return;
  const told = verdict === null ? null : fingerprint(verdict);
  await tx
    .update(watchedRepository)
    .set({ status: verdict?.status ?? null, verdict, told, checkWanted: false, checkedAt: sql`clock_timestamp()`, missedAt: null })
    .where(eq(watchedRepository.repositoryId, ref.id));
  if (verdict === null || told === row.told) return;
  const open = findingsOf(verdict)
    .filter(({ severity }) => severity !== "advice")
    .map(({ says }) => says.toWellFormed());
  await tellRepository(tx, row, `protection.${verdict.status}`, WORDS[verdict.status], null, {
    before: row.status,
    because: open.slice(0, 20),
  });
}

export async function recordMissedLook(tx: Tx, ref: RepositoryRef): Promise<void> {
  await tx.update(watchedRepository).set({ missedAt: sql`clock_timestamp()` }).where(eq(watchedRepository.repositoryId, ref.id));
}

function findingsOf({
  findings,
  branches,
}: ProtectionVerdict): readonly { severity: string; setting: string; says: string; branch: string }[] {
  return [
    ...findings.map((each) => ({ ...each, branch: "" })),
    ...branches.flatMap(({ name, findings: own }) => own.map((each) => ({ ...each, branch: name }))),
  ];
}

/** What has to change for the trail to be told again: the status and what it stands on, not how it is worded. */
function fingerprint(verdict: ProtectionVerdict): string {
  const rows = findingsOf(verdict).filter(({ severity }) => severity !== "advice");
  return [verdict.status, ...rows.map(({ branch, setting, severity }) => `${storable(branch)} ${setting} ${severity}`).sort()].join("\n");
}

export async function recordUnguarded(tx: Tx, ref: RepositoryRef, because: string): Promise<void> {
  const [row] = await tx.select().from(watchedRepository).where(eq(watchedRepository.repositoryId, ref.id));
  if (row !== undefined) await unguard(tx, row, because, null);
}

/** What is worst first. `tenantId` null = of every tenant. */
export async function watchedRepositories(tx: Tx, tenantId: string | null, limit: number): Promise<readonly WatchedRepository[]> {
  const rows = await tx
    .select()
    .from(watchedRepository)
    .where(tenantId === null ? undefined : eq(watchedRepository.tenantId, tenantId))
    .orderBy(
      desc(sql`${watchedRepository.unguarded} is not null`),
      desc(sql`coalesce(${watchedRepository.status}, '') = 'not_enforced'`),
      desc(sql`coalesce(${watchedRepository.status}, '') = 'unknown'`),
      asc(watchedRepository.owner),
      asc(watchedRepository.name),
    )
    .limit(limit);
  return rows.map(toWatched);
}

function toWatched(row: WatchedRow): WatchedRepository {
  const verdict = row.verdict as ProtectionVerdict | null;
  return { repository: toRef(row), unguarded: row.unguarded, verdict, checkedAt: row.checkedAt?.toISOString() ?? null };
}

export async function repositoriesOf(tx: Tx, installationId: number): Promise<readonly WatchedRepository[]> {
  return (await rowsOfInstallation(tx, installationId, null)).map(toWatched);
}

export async function guardedInstallations(tx: Tx): Promise<readonly number[]> {
  const rows = await tx
    .selectDistinct({ id: watchedRepository.installationId })
    .from(watchedRepository)
    .where(isNull(watchedRepository.unguarded))
    .orderBy(asc(watchedRepository.installationId));
  return rows.map(({ id }) => id);
}

export async function rowsOfInstallation(tx: Tx, installationId: number, ids: readonly number[] | null): Promise<readonly WatchedRow[]> {
  return tx
    .select()
    .from(watchedRepository)
    .where(
      and(
        eq(watchedRepository.installationId, installationId),
        ids === null ? undefined : inArray(watchedRepository.repositoryId, [...ids, -1]),
      ),
    )
    .orderBy(asc(watchedRepository.repositoryId));
}
