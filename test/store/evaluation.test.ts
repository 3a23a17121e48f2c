import { beforeAll, expect, it } from "vitest";
import { globProblem } from "../../src/engine/policy/glob.ts";
import { policySchema } from "../../src/engine/policy/schema.ts";
import type { Ledger } from "../../src/gate/ports/ledger.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { describeOnBoth } from "../support/database.ts";
import { begin, checks, decision, delivery, evaluated, newRepository, pullMark, save, sha, take } from "./sample.ts";

/** Caps of the engine: a check is named by a pattern, and by a policy. A row of an index is 2,704 bytes at most. */
const GLOB_MAX = 256;
const POLICY_NAME_MAX = 200;

describeOnBoth("evaluations and the check outbox", (open) => {
  let ledger: Ledger;
  beforeAll(async () => {
    ledger = createLedger(await open());
  });

  it("reads back what was saved, byte for byte, and finishes the work it started with", async () => {
    const work = await begin(ledger, newRepository());
    const input = evaluated(work);
    const saved = await save(ledger, input);
    expect(saved).toMatchObject({ version: 1, facts: input.facts, decision: input.decision, headSha: sha("head") });
    expect(await ledger.evaluation(saved.id)).toEqual(saved);
    expect(await ledger.latestEvaluation(work.key)).toEqual(saved);
    expect(await ledger.evaluationForHead(work.key, sha("other"))).toBeNull();
    expect(await ledger.evaluation("not-an-id")).toBeNull();
    expect((await take(ledger, work.key)).doneGen).toBe(work.wantGen);
  });

  it("T76: an older fence saves nothing, and of two racing saves of one version one wins", async () => {
    const repository = newRepository();
    const old = await begin(ledger, repository);
    const now = await take(ledger, old.key);
    expect(await ledger.saveEvaluation(evaluated(old))).toEqual({ status: "superseded" });
    expect(await ledger.latestEvaluation(old.key)).toBeNull();
    const race = await Promise.all(Array.from({ length: 8 }, () => ledger.saveEvaluation(evaluated(now))));
    expect(race.filter((outcome) => outcome.status === "saved")).toHaveLength(1);
    expect(await ledger.latestEvaluation(old.key)).toMatchObject({ version: 1 });
  });

  it("a mark that comes while the work is done leaves the subject dirty; so does a fault", async () => {
    const work = await begin(ledger, newRepository());
    await ledger.recordDelivery(delivery([pullMark(work.pull.repository, 1)]));
    const first = await save(ledger, evaluated(work, { checks: [] }));
    expect(await ledger.pendingSubjects(1000)).toContain(work.key);
    const again = { ...(await take(ledger, work.key)), previous: first };
    const faulted = await save(ledger, evaluated(again, { checks: [], done: false }));
    expect(await ledger.pendingSubjects(1000)).toContain(work.key);
    await save(ledger, evaluated({ ...again, previous: faulted }, { checks: [] }));
    expect(await ledger.pendingSubjects(1000)).not.toContain(work.key);
  });

  it("tells which content was evaluated for which commit, and nothing that was seen only through a fault", async () => {
    let work = await begin(ledger, newRepository());
    for (const [head, content, state] of [
      ["a", "one", "approved"],
      ["b", "two", "approved"],
      ["b", "three", "approved"],
      ["c", "x", "error"],
    ] as const) {
      await save(ledger, evaluated(work, { head, decision: decision(state, content) }));
      work = await take(ledger, work.key);
    }
    expect((await ledger.contentHistory(work.key)).map(({ headSha, digest }) => [headSha, digest])).toEqual([
      [sha("a"), sha("one")],
      [sha("b"), sha("two")],
      [sha("b"), sha("three")],
    ]);
  });

  it("owes a check until it is written, one write in flight, and never twice", async () => {
    const work = await begin(ledger, newRepository());
    await save(ledger, evaluated(work));
    const [check] = await ledger.pendingChecks(work.key);
    expect(check).toMatchObject({ name: "countersign: main", conclusion: "success", runId: null, uncertain: false, version: 1 });
    expect(await ledger.pendingSubjects(1000)).toContain(work.key);
    const begun = await Promise.all(Array.from({ length: 8 }, () => ledger.beginPublish(check!, work)));
    expect(begun.filter(Boolean)).toHaveLength(1);
    await ledger.endPublish(check!, { status: "published", runId: 11, conclusion: "success" });
    expect(await ledger.pendingChecks(work.key)).toEqual([]);
    expect(await ledger.pendingSubjects(1000)).not.toContain(work.key);
    expect(await ledger.beginPublish(check!, work)).toBe(false);
  });

  it("stores the longest names that a policy may have, in three bytes a character that no compression makes shorter", async () => {
    const scattered = (length: number) => String.fromCodePoint(...Array.from({ length }, (_, at) => 0x4e00 + ((at * 7919) % 20_000)));
    const aggregate = `countersign: ${scattered(GLOB_MAX)}`;
    const policy = scattered(POLICY_NAME_MAX);
    const names = [aggregate, `${aggregate} / ${policy}`];
    expect(globProblem(scattered(GLOB_MAX))).toBeNull();
    expect(globProblem(scattered(GLOB_MAX + 1))).toContain("is longer than");
    const called = (name: string) => policySchema.shape.name.safeParse(name).success;
    expect([called(policy), called(`${policy}a`)]).toEqual([true, false]);
    const work = await begin(ledger, newRepository());
    const [check] = checks("success");
    await save(ledger, evaluated(work, { checks: names.map((name, at) => ({ ...check!, name, policy: at === 0 ? null : policy })) }));
    expect((await ledger.pendingChecks(work.key)).map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it("keeps owing after a failed write, an unknown outcome, or a run that shows something else", async () => {
    const work = await begin(ledger, newRepository());
    await save(ledger, evaluated(work));
    const owed = async () => (await ledger.pendingChecks(work.key))[0]!;
    for (const outcome of [
      { status: "failed" },
      { status: "uncertain" },
      { status: "published", runId: 9, conclusion: "failure" },
    ] as const) {
      const check = await owed();
      expect(await ledger.beginPublish(check, work)).toBe(true);
      await ledger.endPublish(check, outcome);
      // A success that took over an uncertain run stays so, whatever that run shows now: only a new one ends it.
      expect((await owed()).uncertain).toBe(outcome.status !== "failed");
    }
    expect(await owed()).toMatchObject({ runId: 9, publishedConclusion: "failure" });
  });

  it("T77: a write that a killed worker left in flight is taken over as uncertain, and its late end makes the check owed again", async () => {
    const killed = await begin(ledger, newRepository());
    await save(ledger, evaluated(killed));
    const [theirs] = await ledger.pendingChecks(killed.key);
    expect(await ledger.beginPublish(theirs!, killed)).toBe(true);
    const next = await take(ledger, killed.key);
    const [ours] = await ledger.pendingChecks(killed.key);
    expect(ours).toMatchObject({ uncertain: true, conclusion: "success" });
    expect(await ledger.beginPublish(ours!, next)).toBe(true);
    await ledger.endPublish(theirs!, { status: "published", runId: 1, conclusion: "success" });
    expect(await ledger.beginPublish(theirs!, killed)).toBe(false);
    await ledger.endPublish(ours!, { status: "published", runId: 2, conclusion: "success" });
    expect(await ledger.pendingChecks(killed.key)).toMatchObject([{ uncertain: true, runId: 2, version: ours!.version + 1 }]);
  });

  it("revokes the success of the commit that the head left, and keeps a per-policy check under its aggregate", async () => {
    let work = await begin(ledger, newRepository());
    const policy = { name: "countersign: main / org/pii", policy: "org/pii", conclusion: "success" } as const;
    await save(ledger, evaluated(work, { checks: [...checks("success"), policy] }));
    for (const check of await ledger.pendingChecks(work.key)) {
      await ledger.beginPublish(check, work);
      await ledger.endPublish(check, { status: "published", runId: check.policy === null ? 1 : 2, conclusion: "success" });
    }
    work = await take(ledger, work.key);
    await save(ledger, evaluated(work, { state: "pending_approval" }));
    const names = (owed: Awaited<ReturnType<Ledger["pendingChecks"]>>) =>
      owed.map((check) => [check.name, check.headSha, check.conclusion]);
    expect(names(await ledger.pendingChecks(work.key))).toEqual([
      ["countersign: main", sha("head"), "action_required"],
      ["countersign: main / org/pii", sha("head"), "action_required"],
    ]);
    work = await take(ledger, work.key);
    await save(ledger, evaluated(work));
    work = await take(ledger, work.key);
    await save(ledger, evaluated(work, { head: "next" }));
    expect(names(await ledger.pendingChecks(work.key)).filter(([, head]) => head === sha("head"))).toEqual([
      ["countersign: main", sha("head"), "action_required"],
      ["countersign: main / org/pii", sha("head"), "action_required"],
    ]);
  });

  it("revokes on a retarget, on closing without a merge, and not after a merge", async () => {
    const repository = newRepository();
    const shown = async (key: string) => (await ledger.pendingChecks(key)).map((check) => [check.name, check.conclusion]);
    async function green(number: number) {
      const work = await begin(ledger, repository, number);
      await save(ledger, evaluated(work, { head: `own ${number}` }));
      const [check] = await ledger.pendingChecks(work.key);
      await ledger.beginPublish(check!, work);
      await ledger.endPublish(check!, { status: "published", runId: number, conclusion: "success" });
      return take(ledger, work.key);
    }
    const retargeted = await green(1);
    await save(ledger, evaluated(retargeted, { head: "own 1", baseRef: "dev", checks: checks("success", "dev") }));
    expect(await shown(retargeted.key)).toEqual([
      ["countersign: main", "action_required"],
      ["countersign: dev", "success"],
    ]);
    const closed = await green(2);
    await ledger.finishWork(closed, { open: false, headSha: sha("own 2"), baseRef: "main" });
    expect(await shown(closed.key)).toEqual([["countersign: main", "action_required"]]);
    expect(await ledger.pendingSubjects(1000)).toContain(closed.key);
    const [revoked] = await ledger.pendingChecks(closed.key);
    expect(await ledger.beginPublish(revoked!, closed)).toBe(true);
    await ledger.endPublish(revoked!, { status: "published", runId: 2, conclusion: "action_required" });
    expect(await ledger.pendingSubjects(1000)).not.toContain(closed.key);
    const merged = await green(3);
    await ledger.finishWork(merged, { open: false, headSha: sha("own 3"), baseRef: "main", merged: true });
    expect(await shown(merged.key)).toEqual([]);
  });

  it("shows the worst of all open pull requests on one commit, whatever the order they come in", async () => {
    const repository = newRepository();
    const first = await begin(ledger, repository, 1);
    const second = await begin(ledger, repository, 2);
    await Promise.all([save(ledger, evaluated(first)), save(ledger, evaluated(second, { state: "pending_approval" }))]);
    const owed = async () => [...(await ledger.pendingChecks(first.key)), ...(await ledger.pendingChecks(second.key))];
    expect(await owed()).toMatchObject([{ key: second.key, conclusion: "action_required" }]);
    await save(ledger, evaluated(await take(ledger, first.key)));
    expect(await owed()).toMatchObject([{ key: second.key, conclusion: "action_required" }]);
    await ledger.finishWork(await take(ledger, second.key), { open: false, headSha: sha("head"), baseRef: "main" });
    expect(await owed()).toMatchObject([{ key: first.key, conclusion: "success" }]);
  });
});
