import type { BranchMove, BranchWork, WatchedBranches } from "../../../src/gate/ports.ts";
import type { Rows } from "./rows.ts";
import { markSubjects, takeSubject } from "./subjects.ts";

/** How far governed branches are accounted for. */
export function branchVerbs(rows: Rows): Omit<WatchedBranches, "isLandingRecorded"> {
  return {
    // No repository is transferred here.
    isElsewhere: async () => false,
    async startBranch(key) {
      const row = rows.subjects.get(key);
      const watermark = rows.watermarks.get(key);
      if (row === undefined || watermark === undefined) return null;
      takeSubject(rows, row);
      const { wantGen, doneGen, fence, repository, baseRef } = row;
      return { key, wantGen, doneGen, fence, previous: rows.latest(key), repository, ref: baseRef ?? "", watermark };
    },
    moveWatermark: async (work, move) => moveWatermark(rows, work, move),
    async claimWalks(olderThanMs) {
      const { watched } = rows;
      const isDue = watched !== null && (watched.walkedAt === null || watched.walkedAt <= rows.clock() - olderThanMs);
      if (!isDue) return [];
      watched.walkedAt = rows.clock();
      return [watched.repository];
    },
    async seeBranches(repository, tips) {
      for (const { ref } of tips.toSorted((a, b) => (a.ref < b.ref ? -1 : 1))) {
        const key = `${repository.id}!${ref}`;
        if (!rows.subjects.has(key)) {
          const place = { key, repository, number: null, headSha: null, baseRef: ref, open: false };
          rows.subjects.set(key, { ...place, wantGen: 0, doneGen: 0, fence: 0, dirtyAt: rows.clock(), told: null });
        }
        if (!rows.watermarks.has(key)) rows.watermarks.set(key, null);
      }
      const moved = tips.filter(({ ref, sha }) => {
        const key = `${repository.id}!${ref}`;
        const { wantGen, doneGen } = rows.subjects.get(key)!;
        return wantGen === doneGen && rows.watermarks.get(key) !== sha;
      });
      markSubjects(
        rows,
        moved.map(({ ref, isDefault }) => ({ kind: "branch", repository, ref, isDefault })),
      );
      if (rows.watched !== null) rows.watched.walkedAt = rows.clock();
    },
  };
}

function moveWatermark(rows: Rows, work: BranchWork, move: BranchMove): boolean {
  const held = rows.held(work);
  if (held === null) return false;
  const { repository, ref } = work;
  markSubjects(
    rows,
    move.landings.map(({ number, headSha }) => ({ kind: "pull", repository, number, headSha, baseRef: ref })),
  );
  for (const { sha } of move.incidents) {
    const known = rows.incidents.some(({ branch, mergeSha }) => branch === ref && mergeSha === sha);
    if (!known) rows.incidents.push({ kind: "push", pullRequest: null, branch: ref, mergeSha: sha, seq: rows.incidents.length + 1 });
  }
  rows.watermarks.set(work.key, move.to);
  if (move.done) held.doneGen = Math.max(held.doneGen, work.wantGen);
  return true;
}
