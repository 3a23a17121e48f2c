import { and, eq, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Mark } from "../../gate/ports/inbox.ts";
import type { RepositoryRef } from "../../gate/ports/pulls.ts";
import type { Tx } from "../connect.ts";
import { postHocReview, subject } from "../schema.ts";
import { storable } from "../text.ts";
import { ensureTenant } from "./ensure-tenant.ts";
import { addGroup, branchKey, groupKey } from "./merge-groups.ts";

type PullMark = Extract<Mark, { kind: "pull" }>;

export function subjectKey(repositoryId: number, number: number): string {
  return `${repositoryId}#${number}`;
}

/** From the first of these on and before the second are the keys of the repository's pull requests, by their bytes. */
export function pullKeys(repositoryId: number): readonly [first: string, end: string] {
  return [`${repositoryId}#`, `${repositoryId}$`];
}

/**
 * Raises `want_gen` of every subject that the marks touch, by as many times as they were told; their keys. Rows are locked in
 * key order, so deliveries never deadlock.
 */
export async function markSubjects(tx: Tx, host: string, marks: readonly Mark[], times = 1): Promise<readonly string[]> {
  if (marks.length === 0) return [];
  const pulls = marks.filter((mark) => mark.kind === "pull").sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
  await addSubjects(tx, host, pulls);
  for (const mark of marks) if (mark.kind === "merge_group") await addGroup(tx, host, mark);
  const condition = touchedBy(await withoutBareStacks(tx, marks));
  if (condition === undefined) return [];
  const rows = await tx.select({ key: subject.key }).from(subject).where(condition).orderBy(subject.key).for("no key update");
  const keys = rows.map((row) => row.key);
  if (keys.length === 0) return [];
  await tx
    .update(subject)
    .set({ wantGen: sql`${subject.wantGen} + ${times}`, dirtyAt: sql`clock_timestamp()`, ...whatWasTold(pulls) })
    .where(inArray(subject.key, keys));
  for (const repository of namesOf(marks)) await followRename(tx, keys, repository);
  return keys;
}

/** Where a subject stands is only a hint until it is evaluated; a known subject keeps what was read from truth. */
async function addSubjects(tx: Tx, host: string, marks: readonly PullMark[]): Promise<void> {
  const tenants = new Map<number, string>();
  const rows = new Map<string, typeof subject.$inferInsert>();
  for (const mark of marks) {
    const { repository, number, headSha, baseRef } = mark;
    const { ownerId, owner } = repository;
    const tenantId = tenants.get(ownerId) ?? (await ensureTenant(tx, host, { id: ownerId, login: owner }));
    tenants.set(ownerId, tenantId);
    const key = keyOf(mark);
    if (rows.has(key)) continue;
    rows.set(key, {
      ...{ key, tenantId, ownerId, number, headSha },
      ...{ repositoryId: repository.id, installationId: repository.installationId },
      ...{ owner: storable(owner), name: storable(repository.name) },
      baseRef: baseRef === null ? null : storable(baseRef),
    });
  }
  if (rows.size > 0)
    await tx
      .insert(subject)
      .values([...rows.values()])
      .onConflictDoNothing();
}

/** Deliveries come in any order: the newest state that one of them told of stands. */
function whatWasTold(pulls: readonly PullMark[]) {
  const newest = new Map<string, string>();
  for (const mark of pulls) {
    const before = newest.get(keyOf(mark));
    if (mark.updatedAt != null && (before === undefined || Date.parse(mark.updatedAt) > Date.parse(before)))
      newest.set(keyOf(mark), mark.updatedAt);
  }
  if (newest.size === 0) return {};
  const cases = [...newest].map(([key, updatedAt]) => sql`when ${key} then ${updatedAt}::timestamptz`);
  const told = sql`case ${subject.key} ${sql.join(cases, sql` `)} end`;
  return {
    toldUpdatedAt: sql`greatest(${subject.toldUpdatedAt}, ${told})`,
    toldAt: sql`case when ${told} > coalesce(${subject.toldUpdatedAt}, '-infinity') then clock_timestamp() else ${subject.toldAt} end`,
  };
}

/** How the marks name their repositories, each form once, the last to come at the end. */
function namesOf(marks: readonly Mark[]): readonly RepositoryRef[] {
  const named = new Map<string, RepositoryRef>();
  for (const mark of marks) {
    if (mark.kind === "owner") continue;
    const form = JSON.stringify(mark.repository);
    named.delete(form);
    named.set(form, mark.repository);
  }
  return [...named.values()];
}

function keyOf(mark: PullMark): string {
  return subjectKey(mark.repository.id, mark.number);
}

function touchedBy(marks: readonly Mark[]): SQL | undefined {
  const pulls = marks.filter((mark) => mark.kind === "pull");
  const others = new Map(marks.flatMap((mark) => (mark.kind === "pull" ? [] : [[JSON.stringify(mark), mark] as const])));
  const repositories = new Map(pulls.map(({ repository }) => [repository.id, repository]));
  return or(
    pulls.length === 0 ? undefined : inArray(subject.key, [...new Set(pulls.map(keyOf))]),
    ...[...repositories.values()].map(openGroups),
    ...[...others.values()].map(touched),
  );
}

function touched(mark: Exclude<Mark, PullMark>): SQL | undefined {
  if (mark.kind === "merge_group") return eq(subject.key, groupKey(mark.repository.id, mark.headSha));
  if (mark.kind === "owner") return and(eq(subject.ownerId, mark.ownerId), subject.open);
  if (mark.kind === "issue") {
    const ofReview = sql`exists (select 1 from ${postHocReview} r where r.repository_id = ${subject.repositoryId} and r.pull_request = ${subject.number} and r.issue_number = ${mark.number} and r.closed_at is null)`;
    return and(eq(subject.repositoryId, mark.repository.id), ofReview);
  }
  if (mark.kind === "branch") return or(onBranch(mark), eq(subject.key, branchKey(mark.repository.id, storable(mark.ref))));
  const ofRepository = and(eq(subject.repositoryId, mark.repository.id), subject.open);
  // When anything stands on the branch, everything open: how far a stack reaches up is known only to who reads it.
  return mark.kind === "repository" || mark.kind === "stack" ? ofRepository : and(ofRepository, eq(subject.headSha, mark.sha));
}

/** Nothing stands on most branches, and that is asked first: an index tells it, where the whole condition would be held against all that is open. */
async function withoutBareStacks(tx: Tx, marks: readonly Mark[]): Promise<readonly Mark[]> {
  const stacks = marks.filter((mark) => mark.kind === "stack");
  if (stacks.length === 0) return marks;
  const { repositoryId, baseRef, open } = subject;
  const places = stacks.map(({ repository, ref }) => and(eq(repositoryId, repository.id), eq(baseRef, storable(ref))));
  const above = await tx
    .selectDistinct({ repositoryId, baseRef })
    .from(subject)
    .where(and(open, or(...places)));
  const isUnder = (mark: (typeof stacks)[number]) =>
    above.some((each) => each.repositoryId === mark.repository.id && each.baseRef === storable(mark.ref));
  return marks.filter((mark) => mark.kind !== "stack" || isUnder(mark));
}

function onBranch({ repository, ref, isDefault }: Extract<Mark, { kind: "branch" }>): SQL | undefined {
  const ofRepository = and(eq(subject.repositoryId, repository.id), subject.open);
  return isDefault ? ofRepository : and(ofRepository, eq(subject.baseRef, ref));
}

/** What changes about one pull request may change whether the groups that it is queued in may land. */
function openGroups(repository: RepositoryRef): SQL | undefined {
  return and(eq(subject.repositoryId, repository.id), isNull(subject.number), subject.open);
}

/** Names and installation follow a signed delivery, but only under the same owner: a transfer never rebinds by itself. */
async function followRename(tx: Tx, keys: readonly string[], repository: RepositoryRef): Promise<void> {
  await tx
    .update(subject)
    .set({ owner: storable(repository.owner), name: storable(repository.name), installationId: repository.installationId })
    .where(
      and(
        inArray(subject.key, [...keys]),
        eq(subject.repositoryId, repository.id),
        eq(subject.ownerId, repository.ownerId),
        sql`(${subject.owner}, ${subject.name}, ${subject.installationId}) is distinct from (${storable(repository.owner)}::text, ${storable(repository.name)}::text, ${repository.installationId}::bigint)`,
      ),
    );
}
