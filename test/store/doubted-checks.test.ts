import { beforeAll, expect, it } from "vitest";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import type { RepositoryRef } from "../../src/gate/ports/refs.ts";
import type { HeldWork, SubjectWork } from "../../src/gate/ports/work.ts";
import type { Database } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, checks, evaluated, newRepository, save, sha, take } from "./sample.ts";

const TEN_MINUTES = 600_000;

describeOnBoth("T65: checks that were left while a write of unknown end was on its way to them", (open) => {
  let db: Database;
  let ledger: Ledger;
  let repository: RepositoryRef;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
  });

  const claim = async () => (await ledger.claimPublished(TEN_MINUTES, 1000, 1000)).filter((each) => each.repository.id === repository.id);
  /** Every instant of it was so much earlier. */
  const pass = (interval: string) =>
    db.outer.execute(`update check_outbox set doubted_at = doubted_at - interval '${interval}', compared_at = compared_at - interval '${interval}'
      where repository_id = ${repository.id}`);

  async function writeOwed(work: HeldWork, runId: number): Promise<void> {
    for (const check of await ledger.pendingChecks(work.key)) {
      expect(await ledger.beginPublish(check, work)).toBe(true);
      await ledger.endPublish(check, { status: "published", runId, conclusion: check.conclusion });
    }
  }

  /** A success is on its way, and its worker is overtaken. */
  async function overtaken(): Promise<SubjectWork> {
    repository = newRepository();
    const work = await begin(ledger, repository);
    await save(ledger, evaluated(work));
    const [check] = await ledger.pendingChecks(work.key);
    expect(await ledger.beginPublish(check!, work)).toBe(true);
    return take(ledger, work.key);
  }

  async function closed(): Promise<SubjectWork> {
    const work = await overtaken();
    await ledger.finishWork(work, { open: false, headSha: sha("head"), baseRef: "main" });
    await writeOwed(work, 2);
    return work;
  }

  it("looks at what was closed, one of many replicas at a time, and has a success there taken back", async () => {
    const work = await closed();
    expect(await ledger.pendingSubjects(1000)).not.toContain(work.key);
    const taken = (await Promise.all(Array.from({ length: 6 }, () => claim()))).flat();
    expect(taken).toMatchObject([
      { key: work.key, headSha: sha("head"), left: true, checks: [{ conclusion: "action_required", runId: 2 }] },
    ]);
    expect(await claim()).toEqual([]);
    await ledger.reportAltered(taken[0]!, [taken[0]!.checks[0]!.id], "shows success");
    expect(await ledger.pendingSubjects(1000)).toContain(work.key);
    expect(await ledger.pendingChecks(work.key)).toMatchObject([{ conclusion: "action_required", uncertain: true }]);
    await writeOwed(await take(ledger, work.key), 3);
    await pass("10 minutes");
    expect(await claim()).toMatchObject([{ left: true, checks: [{ runId: 3 }] }]);
  });

  it("takes back what was not written either, since nobody who wants it would write it", async () => {
    const work = await overtaken();
    await ledger.withholdSuccess(work, sha("head"));
    await writeOwed(work, 2);
    await ledger.finishWork(await take(ledger, work.key), { open: false, headSha: sha("head"), baseRef: "main" });
    expect(await ledger.pendingSubjects(1000)).not.toContain(work.key);
    const [published] = await claim();
    await ledger.reportAltered(published!, [published!.checks[0]!.id], "shows success");
    expect(await ledger.pendingChecks(work.key)).toMatchObject([{ conclusion: "action_required", uncertain: true }]);
    expect(await ledger.pendingSubjects(1000)).toContain(work.key);
  });

  it("looks at the commit that the head left, and at the check of a base that it was taken from", async () => {
    const moved = await overtaken();
    await save(ledger, evaluated(moved, { head: "next" }));
    await writeOwed(moved, 2);
    expect(await claim()).toMatchObject([{ headSha: sha("head"), left: true, checks: [{ name: "countersign: main" }] }]);
    const retargeted = await overtaken();
    await save(ledger, evaluated(retargeted, { baseRef: "dev", checks: checks("success", "dev") }));
    await writeOwed(retargeted, 2);
    expect(await claim()).toMatchObject([{ headSha: sha("head"), left: true, checks: [{ name: "countersign: main" }] }]);
  });

  it("also after a write that came to no answer, and after an overtaken worker's that did", async () => {
    repository = newRepository();
    const work = await begin(ledger, repository);
    await save(ledger, evaluated(work));
    const [check] = await ledger.pendingChecks(work.key);
    await ledger.beginPublish(check!, work);
    await ledger.endPublish(check!, { status: "uncertain" });
    await ledger.finishWork(work, { open: false, headSha: sha("head"), baseRef: "main" });
    await writeOwed(work, 2);
    expect(await claim()).toMatchObject([{ left: true }]);
    await pass("8 days");
    expect(await claim()).toEqual([]);
    // It was another write of this check, by somebody who had been overtaken.
    await ledger.endPublish(check!, { status: "uncertain" });
    await writeOwed(await take(ledger, work.key), 3);
    expect(await claim()).toMatchObject([{ left: true }]);
  });

  it("looks at distances that double, for a week; a write of unknown end begins it anew", async () => {
    const work = await overtaken();
    const [check] = await ledger.pendingChecks(work.key);
    await ledger.finishWork(work, { open: false, headSha: sha("head"), baseRef: "main" });
    await writeOwed(work, 2);
    for (const [minutes, looks] of [
      ...[
        [0, 1],
        [9, 0],
        [2, 1],
        [9, 0],
        [3, 1],
        [22, 0],
        [2, 1],
        [46, 0],
        [2, 1],
        [94, 0],
        [2, 1],
      ],
      ...[
        [0, 0],
        [2 * 1440, 1],
        [2 * 1440, 0],
        [1440, 1],
        [6 * 1440, 0],
      ],
    ] as const) {
      await pass(`${minutes} minutes`);
      expect(await claim()).toHaveLength(looks);
    }
    await ledger.endPublish(check!, { status: "uncertain" });
    await writeOwed(await take(ledger, work.key), 3);
    expect(await claim()).toHaveLength(1);
    await pass("11 minutes");
    expect(await claim()).toHaveLength(1);
    expect(await claim()).toEqual([]);
  });

  it("is no business of a check that an open pull request wants, of one in flight, of one that was never in doubt, and of a success that a merge leaves", async () => {
    const wanted = await overtaken();
    await writeOwed(wanted, 2);
    expect(await claim()).toEqual([]);
    const left = await overtaken();
    await ledger.finishWork(left, { open: false, headSha: sha("head"), baseRef: "main" });
    const [check] = await ledger.pendingChecks(left.key);
    expect(await claim()).toHaveLength(1);
    await pass("11 minutes");
    expect(await ledger.beginPublish(check!, left)).toBe(true);
    expect(await claim()).toEqual([]);
    await ledger.endPublish(check!, { status: "failed" });
    expect(await claim()).toHaveLength(1);
    repository = newRepository();
    const calm = await begin(ledger, repository);
    await save(ledger, evaluated(calm));
    await writeOwed(calm, 1);
    await ledger.finishWork(calm, { open: false, headSha: sha("head"), baseRef: "main" });
    await writeOwed(calm, 1);
    expect(await claim()).toEqual([]);
    const merged = await overtaken();
    await writeOwed(merged, 2);
    await ledger.finishWork(merged, { open: false, headSha: sha("head"), baseRef: "main", merged: true });
    expect(await claim()).toEqual([]);
  });
});
