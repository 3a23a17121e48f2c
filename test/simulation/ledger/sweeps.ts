import type { PublishedChecks, SweepRecords } from "../../../src/gate/ports.ts";
import type { OutboxRow, Rows } from "./rows.ts";
import { markSubjects } from "./subjects.ts";

const PASS_EVERY_MS = 3_600_000;
const LOOKED_FOR_MS = 7 * 24 * 3_600_000;

/** How pull requests were listed, and what was written on them. There is one repository, and so one turn. */
export function sweepVerbs(rows: Rows): SweepRecords {
  return {
    async claimSweeps(everyMs) {
      const { watched } = rows;
      const isDue = watched !== null && (watched.sweptAt === null || watched.sweptAt <= rows.clock() - everyMs);
      if (!isDue) return [];
      watched.sweptAt = rows.clock();
      const { repository, seenAt, sweptTo, sweptFrom, pass, passedAt } = watched;
      const isPassDue = passedAt === null || rows.clock() - passedAt >= PASS_EVERY_MS;
      return [{ repository, watchedSince: new Date(seenAt).toISOString(), sweptTo, sweptFrom, pass, isPassDue }];
    },
    async knownPulls(_repositoryId, numbers) {
      const known = [...rows.subjects.values()].filter(({ number }) => number !== null && numbers.includes(number));
      known.sort((a, b) => a.number! - b.number!);
      return known.map(({ key, number, open, wantGen, doneGen, headSha, baseRef }) => {
        const seen = rows.swept.get(key)?.seen ?? null;
        return { number: number!, open, dirty: wantGen > doneGen, headSha, baseRef, seen };
      });
    },
    async markSeen(repository, marked, unchanged) {
      markSubjects(
        rows,
        marked.map(({ number, headSha, baseRef }) => ({ kind: "pull", repository, number, headSha, baseRef })),
      );
      for (const { number, seen } of marked) {
        const key = `${repository.id}#${number}`;
        rows.swept.set(key, { comparedAt: null, ...rows.swept.get(key), seen, seenAt: rows.clock() });
      }
      for (const number of unchanged) {
        const row = rows.swept.get(`${repository.id}#${number}`);
        if (row !== undefined) row.seenAt = rows.clock();
      }
    },
    async markUnlisted(repository, since, limit) {
      const isListed = (key: string) => (rows.swept.get(key)?.seenAt ?? Number.NEGATIVE_INFINITY) >= Date.parse(since);
      const unlisted = [...rows.subjects.values()]
        .filter((row) => row.number !== null && row.open && row.wantGen === row.doneGen && !isListed(row.key))
        .sort(byKey)
        .slice(0, limit);
      markSubjects(
        rows,
        unlisted.map(({ number, headSha, baseRef }) => ({ kind: "pull", repository, number: number!, headSha, baseRef })),
      );
      return unlisted.length;
    },
    passBegins: async () => rows.now(),
    async endSweep(_repositoryId, { sweptTo, pass, passed, dueAfterMs }) {
      const { watched } = rows;
      if (watched === null) return;
      watched.sweptTo = instantOf(sweptTo);
      watched.sweptFrom ??= watched.sweptTo;
      watched.pass = pass;
      if (passed) watched.passedAt = rows.clock();
      if (dueAfterMs !== null) watched.sweptAt = rows.clock() - dueAfterMs;
    },
    claimPublished: async (everyMs, perInstallation, limit) => claimPublished(rows, everyMs, Math.min(perInstallation, limit)),
    async reportAltered({ key, checks }, ids) {
      const subject = rows.subjects.get(key);
      if (subject !== undefined) rows.dirty(subject);
      for (const { id, version } of checks.filter((check) => ids.includes(check.id))) {
        const run = rows.outbox.find((each) => each.id === id);
        if (run === undefined || run.version !== version || run.inFlight !== null) continue;
        run.version += 1;
        run.uncertain = true;
      }
    },
  };
}

interface Due {
  readonly key: string;
  readonly comparedAt: number | null;
  /** Null = the head of an open pull request. */
  readonly leftSha: string | null;
}

function claimPublished(rows: Rows, everyMs: number, limit: number): readonly PublishedChecks[] {
  const isOld = ({ comparedAt }: { comparedAt: number | null }) => comparedAt === null || comparedAt <= rows.clock() - everyMs;
  const open = [...rows.swept].filter(([key, row]) => rows.subjects.get(key)!.open && isOld(row));
  const left = rows.outbox.filter((run) => isLeft(rows, run) && isDue(run, rows.clock(), everyMs));
  const due = [...open.map(([key, { comparedAt }]): Due => ({ key, comparedAt, leftSha: null })), ...byCommit(left)];
  const sinceOf = ({ comparedAt }: Due) => comparedAt ?? 0;
  const isBefore = (a: Due, b: Due) => a.key < b.key || (a.key === b.key && (a.leftSha ?? "") < (b.leftSha ?? ""));
  due.sort((a, b) => sinceOf(a) - sinceOf(b) || (isBefore(a, b) ? -1 : 1));
  return due.slice(0, limit).flatMap(({ key, leftSha }) => {
    const subject = rows.subjects.get(key)!;
    const headSha = leftSha ?? subject.headSha;
    const isIt = (run: OutboxRow) =>
      leftSha === null
        ? run.headSha === headSha && isSettled(run) && run.runId !== null
        : run.headSha === leftSha && run.subjectKey === key;
    const runs = (leftSha === null ? rows.outbox : left).filter(isIt).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const taken of leftSha === null ? [rows.swept.get(key)!] : runs) taken.comparedAt = rows.clock();
    const checks = runs.map(({ id, version, name, conclusion, runId }) => ({ id, version, name, conclusion, runId }));
    const { repository } = subject;
    return headSha === null || checks.length === 0 ? [] : [{ key, repository, headSha, left: leftSha !== null, checks }];
  });
}

/** No open pull request wants it, no success should stand there, and one may still be on its way. */
function isLeft(rows: Rows, { headSha, name, conclusion, doubtedAt, inFlight }: OutboxRow): boolean {
  const isWanted = rows.wishes.some((wish) => wish.headSha === headSha && wish.name === name);
  const isDoubted = doubtedAt !== null && doubtedAt > rows.clock() - LOOKED_FOR_MS;
  return isDoubted && inFlight === null && conclusion !== "success" && !isWanted;
}

/** Each look is as far from the one before as that was from the write with the unknown end. */
function isDue({ comparedAt, doubtedAt }: OutboxRow, now: number, everyMs: number): boolean {
  return comparedAt === null || comparedAt <= now - Math.max(everyMs, comparedAt - doubtedAt!);
}

function byCommit(left: readonly OutboxRow[]): readonly Due[] {
  const due = new Map<string, Due>();
  for (const { subjectKey: key, headSha: leftSha, comparedAt } of left) {
    const same = due.get(`${key} ${leftSha}`)?.comparedAt ?? null;
    const first = same === null || comparedAt === null ? (same ?? comparedAt) : Math.min(same, comparedAt);
    due.set(`${key} ${leftSha}`, { key, leftSha, comparedAt: first });
  }
  return [...due.values()];
}

function isSettled({ publishedVersion, version, inFlight }: OutboxRow): boolean {
  return publishedVersion === version && inFlight === null;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

function instantOf(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
