import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sweeper } from "../../src/gate/sweep-routine.ts";
import { STRIPPED } from "../demo/sample.ts";
import type { Hand, Repository } from "../support/by-hand.ts";
import { LABEL, OVERRIDE } from "../support/overriding.ts";
import { makePassDue, type Recovering, startRecovering } from "../support/recovering.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** No delivery comes at all: what GitHub shows alone must lead to the right check. */
let hand: Hand;
let recovery: Recovering;
let repo: Repository;
beforeAll(async () => {
  ({ hand, recovery } = await startRecovering());
});
beforeEach(async () => {
  // The only delivery that ever comes makes the repository known; the first look sets the mark.
  repo = hand.repository();
  hand.hub.push(repo.name, "main", { "README.md": "x" }, { actor: "ana", message: "before" });
  await hand.hub.settled();
  recovery.deafen();
  hand.pass(5);
  await sweep();
});
afterEach(async () => {
  hand.hub.clearFaults();
  recovery.hear();
  expect(hand.hub.violations).toEqual([]);
  // Each test has its own repository: what is open in the others is none of its business.
  await hand.database.outer.execute("update watched_repository set unguarded = 'of another test'");
  // GitHub's clock must not run away from the real one, by which the app signs.
  hand.pass(-(hand.deps.clock.now().getTime() - Date.now()) / 1000 + 60);
});
afterAll(() => hand.close());

async function sweep(): Promise<void> {
  hand.pass(45);
  await recovery.round(sweeper);
}

async function state(number: number): Promise<string | undefined> {
  return (await hand.deps.ledger.latestEvaluation(repo.key(number)))?.decision.state;
}

/** Opened and swept, as if it had been heard. */
async function opened(files?: Readonly<Record<string, string | null>>, branch?: string) {
  const pull = repo.open(files, branch);
  await sweep();
  return pull;
}

async function green(branch?: string) {
  const pull = await opened(undefined, branch);
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  await sweep();
  expect(repo.shows(pull.head)).toBe("success");
  return pull;
}

async function trail(): Promise<readonly string[]> {
  const events = await hand.deps.ledger.auditTrail(1000);
  return events.filter(({ payload }) => (payload as { repositoryId?: number }).repositoryId === repo.id).map(({ type }) => type);
}

describe("T73: every delivery about a pull request is lost", () => {
  test("opened: found, decided, and found no second time", async () => {
    const pull = await opened();
    expect(repo.shows(pull.head)).toBe("action_required");
    await sweep();
    const evaluations = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version;
    await sweep();
    await makePassDue(hand);
    await sweep();
    expect((await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version).toBe(evaluations);
  });

  test("a review: given, asked for changes, and dismissed", async () => {
    const pull = await green();
    const review = hand.hub.review(repo.name, pull.number, { actor: "carol", state: "CHANGES_REQUESTED" });
    await sweep();
    expect(repo.shows(pull.head)).not.toBe("success");
    hand.hub.dismissReview(repo.name, pull.number, review.id, { actor: "ana" });
    await sweep();
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("synchronized: the new head needs its own approval, and the old head keeps no success", async () => {
    const pull = await green();
    const head = hand.hub.push(repo.name, "work", { [FILE]: `${STRIPPED}\n# more\n`, "b.txt": "b" }, { actor: "alice" });
    await sweep();
    expect(repo.shows(head)).toBe("action_required");
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("retargeted: decided for its new base", async () => {
    hand.hub.push(repo.name, "elsewhere", { "c.txt": "c" }, { actor: "ana" });
    const pull = await green();
    hand.hub.retarget(repo.name, pull.number, "elsewhere", { actor: "alice" });
    await sweep();
    expect(repo.shows(pull.head)).not.toBe("success");
  });

  test("closed, and reopened", async () => {
    const pull = await green();
    hand.hub.closePull(repo.name, pull.number, { actor: "alice" });
    await sweep();
    expect(repo.shows(pull.head)).toBe("action_required");
    hand.hub.reopenPull(repo.name, pull.number, { actor: "alice" });
    await sweep();
    expect(await state(pull.number)).not.toBeUndefined();
    expect((await hand.deps.ledger.startWork(repo.key(pull.number)))!.wantGen).toBeGreaterThan(2);
  });

  test("T54: labelled by an owner, and found too late to know whether she was entitled then: nothing passes, and the check says what to do", async () => {
    const pull = await opened();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    hand.pass(600);
    await sweep();
    expect(repo.shows(pull.head)).toBe("action_required");
    const { decision } = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!;
    expect(decision.overrideNotes.join()).toContain("set it again");
  });

  test("unlabelled: the override that was heard ends", async () => {
    recovery.hear();
    const pull = repo.open();
    await hand.work();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await hand.work();
    expect(await state(pull.number)).toBe("overridden");
    recovery.deafen();
    hand.hub.unlabel(repo.name, pull.number, LABEL, { actor: "ana" });
    await sweep();
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("its label renamed, which moves no pull request: the hourly pass finds it", async () => {
    const pull = await opened();
    hand.hub.label(repo.name, pull.number, "harmless", { actor: "ana" });
    await sweep();
    await sweep();
    const before = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version;
    hand.hub.renameLabel(repo.name, "harmless", LABEL, { actor: "ana" });
    await makePassDue(hand);
    await sweep();
    expect((await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!.version).toBeGreaterThan(before);
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("approved and merged: the approval is recorded", async () => {
    const pull = await green();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await sweep();
    expect((await hand.deps.ledger.approvalOf(repo.id, pull.number))?.approval.kind).toBe("regular");
  });

  test("opened and merged before anybody looked: an incident, and none for what was merged before the app came", async () => {
    const pull = repo.open();
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "merge" });
    await sweep();
    expect(await trail()).toContain("incident.bypass");
    const other = hand.repository();
    const old = other.open();
    hand.hub.merge(other.name, old.number, { actor: "ana", method: "merge" });
    hand.pass(300);
    await hand.database.outer.execute("update watched_repository set unguarded = 'of another test'");
    repo = other;
    recovery.hear();
    hand.hub.push(repo.name, "main", { "README.md": "y" }, { actor: "ana", message: "seen" });
    await hand.hub.settled();
    recovery.deafen();
    await sweep();
    hand.hub.comment(repo.name, old.number, "still here", { actor: "bob" });
    await sweep();
    expect(await trail()).not.toContain("incident.bypass");
  });

  test("a pull request that vanished from every list is looked at: it is closed here too", async () => {
    const pull = await green();
    hand.hub.closePull(repo.name, pull.number, { actor: "alice" });
    // The list by time does not show it: its page was read from a copy that was behind.
    await hand.database.outer.execute(`update watched_repository set swept_to = '2100-01-01' where repository_id = ${repo.id}`);
    await makePassDue(hand);
    await sweep();
    expect(repo.shows(pull.head)).toBe("action_required");
  });
});

describe("T73: our own check is not what was written, and nobody tells", () => {
  test("deleted: written anew", async () => {
    const pull = await green();
    const [run] = hand.hub.checkRuns(repo.name, pull.head).filter(({ name }) => name === CHECK);
    hand.hub.deleteRun(repo.name, run!.id);
    expect(repo.shows(pull.head)).toBeUndefined();
    await recovery.compareChecks();
    expect(repo.shows(pull.head)).toBe("success");
    expect(recovery.alarms.at(-1)!.about).toMatchObject({ because: expect.stringContaining("is not there") });
  });

  test("turned into a success: a newer run takes it back, and the trail tells it", async () => {
    const pull = await opened();
    await sweep();
    const [run] = hand.hub.checkRuns(repo.name, pull.head).filter(({ name }) => name === CHECK);
    hand.hub.alterRun(repo.name, run!.id, "success");
    expect(repo.shows(pull.head)).toBe("success");
    await recovery.compareChecks();
    expect(repo.shows(pull.head)).toBe("action_required");
    const events = await hand.deps.ledger.auditTrail(20);
    expect(events.find(({ type }) => type === "check.altered")).toMatchObject({
      severity: "critical",
      subject: `pull request ${repo.key(pull.number)}`,
    });
  });

  test("T65: written over by what had been on its way, after a success whose outcome was unknown: written anew", async () => {
    const pull = await opened();
    hand.hub.fail({ method: "PATCH", path: /check-runs/ }, { kind: "effect-then-hang" }, 1);
    hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    await sweep();
    await hand.work();
    expect(repo.shows(pull.head)).toBe("success");
    const [run] = hand.hub.checkRuns(repo.name, pull.head).filter(({ name }) => name === CHECK);
    hand.hub.alterRun(repo.name, run!.id, "action_required");
    await recovery.compareChecks();
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("as it was written: nothing is marked", async () => {
    await green();
    await sweep();
    recovery.forgetCalls();
    await recovery.compareChecks();
    expect(recovery.calls()).toEqual(["GET /repos/{owner}/{repo}/commits/{ref}/check-runs"]);
  });
});

describe("T77: doing it twice, or half", () => {
  test("two rounds at once mark the same and decide the same", async () => {
    const pull = repo.open();
    hand.pass(45);
    await hand.database.outer.execute("update watched_repository set swept_at = null");
    await Promise.all([sweeper.run(recovery.deps), sweeper.run(recovery.deps)]);
    expect(await hand.work()).toEqual([]);
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test.each(["knownPulls", "markSeen", "endSweep"] as const)("a crash before %s loses nothing", async (verb) => {
    const pull = repo.open();
    hand.pass(45);
    const crashed = { ...recovery.deps.ledger, [verb]: () => Promise.reject(new Error("killed")) };
    await hand.database.outer.execute("update watched_repository set swept_at = null");
    await expect(sweeper.run({ ...recovery.deps, ledger: crashed })).rejects.toThrow("killed");
    await sweep();
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("what changes again in the second in which it was looked at is looked at again", async () => {
    const pull = await opened();
    await sweep();
    hand.hub.comment(repo.name, pull.number, "first", { actor: "bob" });
    await recovery.round(sweeper);
    // The same second: `updated_at` does not tell it from the comment.
    hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    expect(repo.shows(pull.head)).toBe("action_required");
    await sweep();
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("T75: a list from a copy that is behind marks too much and never too little", async () => {
    const pull = await green();
    const behind = { ...recovery.deps.lists, page: async () => ({ pulls: [], last: true }) };
    await makePassDue(hand);
    await recovery.round(sweeper, { ...recovery.deps, lists: behind });
    expect(repo.shows(pull.head)).toBe("success");
    hand.hub.closePull(repo.name, pull.number, { actor: "alice" });
    await sweep();
    expect(repo.shows(pull.head)).toBe("action_required");
  });
});
