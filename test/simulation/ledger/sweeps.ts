import type { PublishedChecks, SweepRecords } from "../../../src/gate/ports.ts";
import type { OutboxRow, Rows, SweptRow } from "./rows.ts";
import { markSubjects } from "./subjects.ts";

const PASS_EVERY_MS = 3_600_000;

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
        if (run === undefined || run.version !== version || !isSettled(run)) continue;
        run.version += 1;
        run.uncertain = true;
      }
    },
  };
}

function claimPublished(rows: Rows, everyMs: number, limit: number): readonly PublishedChecks[] {
  const due = [...rows.swept]
    .filter(([key, { comparedAt }]) => rows.subjects.get(key)!.open && (comparedAt === null || comparedAt <= rows.clock() - everyMs))
    .sort(([key, a], [other, b]) => sinceOf(a) - sinceOf(b) || (key < other ? -1 : 1))
    .slice(0, limit);
  return due.flatMap(([key, row]) => {
    row.comparedAt = rows.clock();
    const { headSha, repository } = rows.subjects.get(key)!;
    const written = rows.outbox.filter((run) => run.headSha === headSha && isSettled(run) && run.runId !== null);
    written.sort((a, b) => (a.name < b.name ? -1 : 1));
    const checks = written.map(({ id, version, name, conclusion, runId }) => ({ id, version, name, conclusion, runId }));
    return headSha === null || checks.length === 0 ? [] : [{ key, repository, headSha, checks }];
  });
}

function sinceOf({ comparedAt }: SweptRow): number {
  return comparedAt ?? 0;
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
