import type { Delivery, Ledger, Mark, RepositoryRef } from "../../../src/gate/ports.ts";
import { inDoubt } from "./publishing.ts";
import type { Rows, SubjectRow, WatchedRow } from "./rows.ts";

type Verbs = Pick<Ledger, "recordDelivery" | "pendingSubjects" | "markDirty" | "startWork" | "startGroup" | "announcedGroups" | "receipts">;

/** As `BEHIND_SECONDS` of the store. */
const BEHIND_MS = 120_000;

/** Inbox, subjects and their generations. */
export function subjectVerbs(rows: Rows): Verbs {
  return {
    recordDelivery: async (delivery) => recordDelivery(rows, delivery),
    pendingSubjects: async (limit) => pending(rows).slice(0, limit),
    async markDirty(key) {
      const row = rows.subjects.get(key);
      if (row !== undefined) rows.dirty(row);
    },
    async startWork(key) {
      const row = rows.subjects.get(key);
      if (row === undefined) return null;
      takeSubject(rows, row);
      if (row.number === null) return null;
      const { wantGen, doneGen, fence, repository, number, headSha, baseRef } = row;
      const pull = { repository, number };
      const isLate = row.told === null || rows.clock() - row.told.at >= BEHIND_MS;
      const told = { headSha, baseRef, updatedAt: isLate ? null : new Date(row.told!.updatedAt).toISOString() };
      return { key, wantGen, doneGen, fence, previous: rows.latest(key), pull, told };
    },
    startGroup: () => Promise.reject(new Error("not simulated: merge groups")),
    announcedGroups: async () => [],
    async receipts(_repositoryId, number) {
      const own = rows.receipts.filter((each) => each.number === number);
      return own.map((each) => ({ ...each, lately: rows.clock() - Date.parse(each.at) < BEHIND_MS }));
    },
  };
}

/** From here on an older worker's writes fail, and what it had begun to publish is uncertain under a new version. */
export function takeSubject(rows: Rows, row: SubjectRow): void {
  row.fence += 1;
  for (const run of rows.outbox)
    if (run.inFlight !== null && run.inFlight.key === row.key && run.inFlight.fence < row.fence) {
      run.version += 1;
      inDoubt(rows, run);
      run.inFlight = null;
    }
}

async function recordDelivery(rows: Rows, delivery: Delivery): ReturnType<Ledger["recordDelivery"]> {
  const known = rows.deliveries.get(delivery.guid);
  if (known !== undefined) return { status: known === delivery.bodySha256 ? "duplicate" : "conflict" };
  rows.deliveries.set(delivery.guid, delivery.bodySha256);
  const subjects = markSubjects(rows, delivery.marks);
  for (const mark of delivery.marks) if (mark.kind !== "owner") rows.watched ??= watch(mark.repository, rows.clock());
  for (const one of delivery.receipts.toSorted((a, b) => (a.subject < b.subject ? -1 : 1))) {
    const same = (each: (typeof rows.receipts)[number]) =>
      each.number === one.number && each.kind === one.kind && each.subject === one.subject;
    if (!rows.receipts.some(same)) rows.receipts.push({ ...one, at: rows.now() });
  }
  return { status: "recorded", subjects };
}

function watch(repository: RepositoryRef, seenAt: number): WatchedRow {
  const never = { walkedAt: null, sweptAt: null, sweptTo: null, sweptFrom: null, pass: null, passedAt: null };
  return { repository, seenAt, ...never };
}

/** Raises `want_gen` of every subject that the marks touch, in key order; their keys. */
export function markSubjects(rows: Rows, marks: readonly Mark[]): readonly string[] {
  for (const mark of marks) {
    if (mark.kind !== "pull") continue;
    const key = `${mark.repository.id}#${mark.number}`;
    const row = rows.subjects.get(key) ?? newSubject(rows, key, mark);
    rows.subjects.set(key, row);
    const { updatedAt = null } = mark;
    if (updatedAt !== null && (row.told === null || row.told.updatedAt < updatedAt)) row.told = { updatedAt, at: rows.clock() };
  }
  const touched = [...rows.subjects.values()].filter((row) => marks.some((mark) => touches(rows, mark, row)));
  touched.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const row of touched) rows.dirty(row);
  return touched.map(({ key }) => key);
}

function newSubject(rows: Rows, key: string, mark: Extract<Mark, { kind: "pull" }>): SubjectRow {
  const { repository, number, headSha, baseRef } = mark;
  const place = { key, repository, number, headSha, baseRef, open: true };
  return { ...place, wantGen: 0, doneGen: 0, fence: 0, dirtyAt: rows.clock(), told: null };
}

function touches(rows: Rows, mark: Mark, row: SubjectRow): boolean {
  switch (mark.kind) {
    case "pull":
      return row.key === `${mark.repository.id}#${mark.number}`;
    case "stack":
      return row.open && [...rows.subjects.values()].some((above) => above.open && above.baseRef === mark.ref);
    case "branch":
      return (row.open && (mark.isDefault || row.baseRef === mark.ref)) || row.key === `${mark.repository.id}!${mark.ref}`;
    case "commit":
      return row.open && row.headSha === mark.sha;
    case "issue":
      return rows.reviews.some((each) => each.issueNumber === mark.number && each.closedAt === null && each.evaluation.key === row.key);
    case "owner":
    case "repository":
      return row.open;
    case "merge_group":
      throw new Error("not simulated: merge groups");
  }
}

/** Keys with work left, the longest waiting first. */
function pending(rows: Rows): readonly string[] {
  const now = rows.clock();
  const due = [...rows.subjects.values()].filter((row) => {
    if (row.wantGen > row.doneGen || rows.outbox.some(({ inFlight }) => inFlight?.key === row.key)) return true;
    const owed = rows.outbox.some((run) => {
      if (run.subjectKey !== row.key || run.publishedVersion === run.version) return false;
      if (rows.wishes.some((wish) => wish.headSha === run.headSha && wish.name === run.name)) return true;
      return run.conclusion !== "success" && (run.publishedConclusion === "success" || run.uncertain);
    });
    return owed || hasRunOut(rows, row.key, now);
  });
  due.sort((a, b) => a.dirtyAt - b.dirtyAt || (a.key < b.key ? -1 : 1));
  return due.map(({ key }) => key);
}

/** An override that a check stands on has ended: only the clock says so. */
function hasRunOut(rows: Rows, key: string, now: number): boolean {
  const ids = new Set(rows.wishes.filter(({ subjectKey }) => subjectKey === key).map(({ evaluationId }) => evaluationId));
  return rows.evaluations.some(({ id, decision }) => {
    const until = ids.has(id) && decision.state === "overridden" ? decision.override?.expiresAt : undefined;
    return until !== undefined && Date.parse(until) <= now;
  });
}
