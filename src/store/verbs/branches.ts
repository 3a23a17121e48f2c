import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { BranchMove, BranchTip, BranchWork, PushIncident, WatchedBranches } from "../../gate/ports/branches.ts";
import type { GroupPlace } from "../../gate/ports/merge-groups.ts";
import type { NotifyTargets } from "../../gate/ports/notifications.ts";
import type { RepositoryRef } from "../../gate/ports/refs.ts";
import type { Database, Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { type SubjectRow, toRepository } from "../rows.ts";
import { branchWatermark, bypassIncident, contentMismatch, governanceApproval, subject, watchedRepository } from "../schema.ts";
import { ACROSS, ofPlace, ofRepository, ofSubject } from "../scope.ts";
import { storable } from "../text.ts";
import { appendAudit, lockAudit } from "./append-audit.ts";
import { claimInTurns } from "./claim-in-turns.ts";
import { ensureTenant } from "./ensure-tenant.ts";
import { markSubjects, subjectKey } from "./mark-subjects.ts";
import { branchKey, groupKey } from "./merge-groups.ts";
import { notify } from "./notify.ts";
import { holdSubject } from "./save-evaluation.ts";
import { takeSubject } from "./start-work.ts";

export function watchedBranches(db: Database, host: string, targets: NotifyTargets | null): WatchedBranches {
  return {
    startBranch: (key) => db.transaction(ofSubject(key), (tx) => startBranch(tx, key)),
    moveWatermark: (work, move) =>
      db
        .transaction([...ofSubject(work.key), ...ofPlace(work.repository)], (tx) => moveWatermark(tx, host, work, move, targets))
        .catch((error: unknown) => {
          if (error instanceof LostBranch) return false;
          throw error;
        }),
    claimWalks: (olderThanMs, perInstallation, limit) =>
      db.transaction(ACROSS, (tx) => claimWalks(tx, olderThanMs, perInstallation, limit)),
    seeBranches: (repository, tips, groups) => db.transaction(ofPlace(repository), (tx) => seeBranches(tx, host, repository, tips, groups)),
    isLandingRecorded: (repositoryId, number, mergeSha) =>
      db.read(ofRepository(repositoryId), (tx) => isLandingRecorded(tx, repositoryId, number, mergeSha)),
    isElsewhere: (repository, number) => db.read(ofRepository(repository.id), (tx) => isElsewhere(tx, repository, number)),
  };
}

async function startBranch(tx: Tx, key: string): Promise<BranchWork | null> {
  const taken = await takeSubject(tx, key);
  if (taken === null) return null;
  const [mark] = await tx.select().from(branchWatermark).where(eq(branchWatermark.subjectKey, key));
  if (mark === undefined) return null;
  return { ...taken.held, repository: toRepository(taken.row), ref: taken.row.baseRef ?? "", watermark: mark.sha };
}

async function moveWatermark(tx: Tx, host: string, work: BranchWork, move: BranchMove, targets: NotifyTargets | null): Promise<boolean> {
  // The rows of the pull requests first, and every subject before the audit chain, as everywhere.
  const { repository, ref } = work;
  await markSubjects(
    tx,
    host,
    move.landings.map(({ number, headSha }) => ({ kind: "pull", repository, number, headSha, baseRef: ref })),
  );
  const held = await holdSubject(tx, work);
  if (held === null) throw new LostBranch(work.key);
  for (const incident of move.incidents) {
    const incidentId = await recordPush(tx, held, ref, incident);
    const refs = { tenantId: held.tenantId, subjectKey: held.key };
    if (incidentId !== null)
      await notify(tx, targets, { ...refs, event: "bypass", entries: move.notify ?? [], incidentId, once: [incidentId] });
  }
  await tx.update(branchWatermark).set({ sha: move.to, movedAt: sql`clock_timestamp()` }).where(eq(branchWatermark.subjectKey, work.key));
  if (move.done)
    await tx
      .update(subject)
      .set({ doneGen: sql`greatest(${subject.doneGen}, ${work.wantGen})` })
      .where(eq(subject.key, work.key));
  return true;
}

/** Undoes what this transaction marked. */
class LostBranch extends Error {
  override readonly name = "LostBranch";
  constructor(key: string) {
    super(`another worker holds ${key}`);
  }
}

/** Once for each branch and commit; null = it was recorded before. */
async function recordPush(tx: Tx, held: SubjectRow, branch: string, { sha, because: text }: PushIncident): Promise<string | null> {
  const { tenantId, repositoryId } = held;
  await lockAudit(tx, tenantId);
  const same = and(
    eq(bypassIncident.repositoryId, repositoryId),
    eq(bypassIncident.branch, storable(branch)),
    eq(bypassIncident.mergeSha, sha),
  );
  const [known] = await tx.select({ id: bypassIncident.id }).from(bypassIncident).where(same);
  if (known !== undefined) return null;
  const id = newId();
  const because = storable(text);
  const event = await appendAudit(tx, tenantId, {
    type: "incident.push",
    severity: "critical",
    actor: null,
    subject: `incident ${id}`,
    payload: { incidentId: id, repositoryId, branch: storable(branch), mergeSha: sha, because },
  });
  await tx.insert(bypassIncident).values({
    id,
    tenantId,
    repositoryId,
    pullRequest: null,
    branch: storable(branch),
    mergeSha: sha,
    actorId: null,
    evaluationId: null,
    because,
    auditSeq: event.seq,
  });
  return id;
}

async function claimWalks(tx: Tx, olderThanMs: number, perInstallation: number, limit: number): Promise<readonly RepositoryRef[]> {
  const isDue = sql`(walked_at is null or walked_at <= clock_timestamp() - make_interval(secs => ${olderThanMs / 1000}::double precision))`;
  const taken = await claimInTurns(tx, { since: "walked_at", isDue, perInstallation, limit });
  return taken.map(({ repositoryId: id, owner, name, ownerId, installationId }) => ({ id, owner, name, ownerId, installationId }));
}

async function seeBranches(
  tx: Tx,
  host: string,
  repository: RepositoryRef,
  tips: readonly BranchTip[],
  groups: readonly GroupPlace[],
): Promise<void> {
  const tenantId = await ensureTenant(tx, host, { id: repository.ownerId, login: repository.owner });
  for (const { ref } of tips.toSorted(byRef)) await watchBranch(tx, tenantId, repository, ref);
  const moved: BranchTip[] = [];
  for (const tip of tips) if (await hasMovedUnheard(tx, branchKey(repository.id, storable(tip.ref)), tip.sha)) moved.push(tip);
  const keys = groups.map(({ headSha }) => groupKey(repository.id, headSha));
  const known = keys.length === 0 ? [] : await tx.select({ key: subject.key }).from(subject).where(inArray(subject.key, keys));
  const unheard = groups.filter(({ headSha }) => !known.some(({ key }) => key === groupKey(repository.id, headSha)));
  await markSubjects(tx, host, [
    ...moved.map(({ ref, isDefault }) => ({ kind: "branch", repository, ref, isDefault }) as const),
    ...unheard.map((group) => ({ kind: "merge_group", repository, ...group }) as const),
  ]);
  await tx.update(watchedRepository).set({ walkedAt: sql`clock_timestamp()` }).where(eq(watchedRepository.repositoryId, repository.id));
}

function byRef(a: BranchTip, b: BranchTip): number {
  return a.ref < b.ref ? -1 : 1;
}

async function watchBranch(tx: Tx, tenantId: string, repository: RepositoryRef, ref: string): Promise<void> {
  const key = branchKey(repository.id, storable(ref));
  const { id: _id, ...place } = { ...repository, owner: storable(repository.owner), name: storable(repository.name) };
  await tx
    .insert(subject)
    .values({
      key,
      tenantId,
      repositoryId: repository.id,
      ...place,
      number: null,
      baseRef: storable(ref),
      headSha: null,
      // Never woken by what wakes pull requests.
      open: false,
    })
    .onConflictDoNothing();
  await tx
    .update(subject)
    .set(place)
    .where(and(eq(subject.key, key), eq(subject.ownerId, repository.ownerId)));
  await tx.insert(branchWatermark).values({ subjectKey: key, tenantId, sha: null }).onConflictDoNothing();
}

/** A push that was heard has marked the branch, and its walk moves the watermark. */
async function hasMovedUnheard(tx: Tx, key: string, sha: string): Promise<boolean> {
  const [row] = await tx
    .select({ key: subject.key })
    .from(subject)
    .innerJoin(branchWatermark, eq(branchWatermark.subjectKey, subject.key))
    .where(and(eq(subject.key, key), eq(subject.wantGen, subject.doneGen), sql`${branchWatermark.sha} is distinct from ${sha}`));
  return row !== undefined;
}

async function isLandingRecorded(tx: Tx, repositoryId: number, number: number, mergeSha: string): Promise<boolean> {
  for (const table of [governanceApproval, bypassIncident, contentMismatch]) {
    const [found] = await tx
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.repositoryId, repositoryId), eq(table.pullRequest, number), eq(table.mergeSha, mergeSha)))
      .limit(1);
    if (found !== undefined) return true;
  }
  return false;
}

async function isElsewhere(tx: Tx, { id, ownerId }: Pick<RepositoryRef, "id" | "ownerId">, number: number): Promise<boolean> {
  const where = and(eq(subject.key, subjectKey(id, number)), ne(subject.ownerId, ownerId));
  return (await tx.select({ key: subject.key }).from(subject).where(where)).length > 0;
}
