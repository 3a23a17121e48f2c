import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { evaluatePullRequest } from "../../src/gate/evaluate-pull-request.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** Ways to a success that nobody earned, or to one that stays. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

const BARE = CONTRACT.replaceAll("        tags: [pii]\n", "");
const OVERRIDE = '/countersign override reason="pager 1234" incident=INC-7';

async function approve(number: number, actor = "bob"): Promise<{ id: number }> {
  const review = hand.hub.review(repo.name, number, { actor, state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  return review;
}

async function green(branch = "work") {
  const pull = repo.open({ [FILE]: STRIPPED }, branch);
  await hand.work();
  const review = await approve(pull.number);
  expect(repo.shows(pull.head)).toBe("success");
  return { ...pull, review };
}

describe("what a vote is bound to", () => {
  test("T27: the base is pushed back, so that the same head brings more than was seen: the vote is void, however often it is decided", async () => {
    const before = hand.hub.tip(repo.name, "main");
    const half = hand.hub.push(repo.name, "work", { [FILE]: STRIPPED }, { actor: "alice" });
    hand.hub.pushCommit(repo.name, "main", half, { actor: "ana" });
    const head = hand.hub.push(repo.name, "work", { [FILE]: BARE }, { actor: "alice" });
    hand.pass(5);
    const { number } = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "The other half" });
    hand.pass(5);
    await hand.work();
    await approve(number);
    expect(repo.shows(head)).toBe("success");
    hand.hub.pushCommit(repo.name, "main", before, { actor: "ana" });
    hand.pass(5);
    for (let again = 0; again < 3; again++) {
      await hand.work();
      expect(repo.shows(head)).toBe("action_required");
      await hand.deps.ledger.markDirty(repo.key(number));
    }
    await approve(number);
    expect(repo.shows(head)).toBe("success");
  });

  test("T26: opened to another governed base, retargeted, approved there: it counts, and an approval of before does not", async () => {
    hand.hub.push(repo.name, "develop", {}, { actor: "ana", message: "branch" });
    const pull = repo.open({ [FILE]: STRIPPED }, "work", "develop");
    await hand.work();
    await approve(pull.number);
    hand.hub.retarget(repo.name, pull.number, "main", { actor: "alice" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(pull.head)).toBe("action_required");
    await approve(pull.number, "carol");
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("T21: forced away and back: the vote on that head counts again only for what it was about", async () => {
    const { number, head } = await green();
    const away = hand.hub.push(repo.name, "work", { [FILE]: BARE }, { actor: "alice" });
    hand.pass(5);
    await hand.work();
    expect([repo.shows(head), repo.shows(away)]).toEqual(["action_required", "action_required"]);
    hand.hub.pushCommit(repo.name, "work", head, { actor: "alice" });
    hand.pass(5);
    await hand.work();
    expect(hand.hub.headSha(repo.name, number)).toBe(head);
    expect(repo.shows(away)).toBe("action_required");
  });
});

describe("what the clock alone ends", () => {
  test("T59: an override that has run out is found by the sweep, without any delivery", async () => {
    const pull = repo.open();
    await hand.work();
    hand.hub.label(repo.name, pull.number, "governance-override", { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(pull.head)).toBe("success");
    expect(await hand.deps.ledger.pendingSubjects(1000)).not.toContain(repo.key(pull.number));
    hand.pass(-5 * 3600);
    const past = repo.open({ [FILE]: BARE }, "past");
    hand.hub.label(repo.name, past.number, "governance-override", { actor: "ana" });
    hand.hub.comment(repo.name, past.number, OVERRIDE, { actor: "ana" });
    hand.pass(5);
    await hand.hub.settled();
    await evaluatePullRequest(hand.deps, repo.key(past.number));
    expect(repo.shows(past.head)).toBe("success");
    // By the database's clock it ran out an hour ago.
    expect(await hand.deps.ledger.pendingSubjects(1000)).toContain(repo.key(past.number));
    hand.pass(5 * 3600);
    expect(await hand.work()).toEqual([]);
    expect(repo.shows(past.head)).toBe("action_required");
  });
});

describe("a success does not outlive what earned it", () => {
  test.each([
    ["the pull request", /\/pulls\/\d+$/],
    ["its base", /\/branches\//],
    ["its reviews", /\/reviews/],
  ])("T68: while %s cannot be read, after a dismissal", async (_what, path) => {
    const { number, head, review } = await green();
    hand.hub.fail({ method: "GET", path }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    hand.hub.dismissReview(repo.name, number, review.id, { actor: "ana" });
    await hand.work();
    expect(repo.shows(head)).not.toBe("success");
    expect(await hand.deps.ledger.pendingSubjects(1000)).toContain(repo.key(number));
    hand.hub.clearFaults();
    await hand.work();
    expect(repo.shows(head)).toBe("action_required");
  });

  test("T26: retargeted while GitHub cannot be read", async () => {
    hand.hub.push(repo.name, "lax", {}, { actor: "ana", message: "branch" });
    const { number, head } = await green();
    hand.hub.fail({ method: "GET", path: /\/branches\// }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    hand.hub.retarget(repo.name, number, "lax", { actor: "alice" });
    await hand.work();
    expect(repo.shows(head)).not.toBe("success");
    hand.hub.clearFaults();
    await hand.work();
    expect(repo.shows(head)).toBe("action_required");
  });

  test("T52: taken to a base that nothing governs, and merged there before anybody looked", async () => {
    hand.hub.push(repo.name, "lax", {}, { actor: "ana", message: "branch" });
    const { number, head } = await green();
    hand.hub.retarget(repo.name, number, "lax", { actor: "alice" });
    hand.hub.merge(repo.name, number, { actor: "alice", method: "squash" });
    await hand.work();
    expect(repo.shows(head)).toBe("action_required");
  });

  test("T45: a second pull request from a merged head does not live on the success that stands there", async () => {
    const { number, head } = await green();
    hand.hub.merge(repo.name, number, { actor: "alice", method: "squash" });
    await hand.work();
    hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "revert" });
    hand.pass(5);
    hand.hub.fail({ method: "GET", path: /\/branches\// }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    const again = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "Again" });
    expect(again.headSha).toBe(head);
    await hand.work();
    expect(repo.shows(head)).not.toBe("success");
    hand.hub.clearFaults();
    await hand.work();
    expect(repo.shows(head)).toBe("action_required");
  });

  test("T45: nor while it is being looked at for the first time", async () => {
    const { number, head } = await green();
    hand.hub.merge(repo.name, number, { actor: "alice", method: "squash" });
    await hand.work();
    hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "revert" });
    hand.pass(5);
    const { number: again } = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "Again" });
    await hand.hub.settled();
    let shown: unknown = "nothing was gathered";
    const content = (...of: Parameters<typeof hand.deps.pulls.content>) => {
      shown = repo.shows(head);
      return hand.deps.pulls.content(...of);
    };
    await evaluatePullRequest({ ...hand.deps, pulls: { ...hand.deps.pulls, content } }, repo.key(again));
    expect(shown).toBeNull();
  });

  test.each([
    ["refused", { kind: "status", status: 502 }],
    ["lost", { kind: "hang" }],
    ["done but unanswered", { kind: "effect-then-hang" }],
    ["garbled", { kind: "truncated" }],
  ] as const)("T65: taken back although the write is %s at first, with a new life of the worker in between", async (_how, fault) => {
    const { number, head } = await green();
    hand.hub.fail({ method: "PATCH", path: /check-runs/ }, fault, 1);
    const away = hand.hub.push(repo.name, "work", { [FILE]: BARE }, { actor: "alice" });
    hand.pass(5);
    await hand.hub.settled();
    await evaluatePullRequest(hand.deps, repo.key(number)).catch(() => {});
    // The job that failed is gone with the worker: only the sweep can know.
    await hand.work();
    expect([repo.shows(head), repo.shows(away)]).toEqual(["action_required", "action_required"]);
  });

  test("T77: killed between saving and publishing: what is owed on a closed pull request is not forgotten", async () => {
    const { number, head } = await green();
    hand.hub.closePull(repo.name, number, { actor: "alice" });
    await hand.hub.settled();
    const killed = { ...hand.deps, ledger: { ...hand.deps.ledger, pendingChecks: () => Promise.reject(new Error("killed")) } };
    await expect(evaluatePullRequest(killed, repo.key(number))).rejects.toThrow("killed");
    expect(repo.shows(head)).toBe("success");
    await hand.work();
    expect(repo.shows(head)).toBe("action_required");
  });

  test("T52/T77: killed while writing for one pull request: another one with the same head is not locked out", async () => {
    hand.hub.push(repo.name, "release/1", {}, { actor: "ana", message: "branch" });
    hand.hub.push(repo.name, "release/2", {}, { actor: "ana", message: "branch" });
    const name = "countersign: release/**";
    const first = repo.open({ [FILE]: STRIPPED }, "work", "release/1");
    await hand.hub.settled();
    const second = hand.hub.openPull(repo.name, { actor: "alice", head: "work", base: "release/2", title: "Twin" });
    hand.pass(5);
    await hand.hub.settled();
    hand.hub.review(repo.name, second.number, { actor: "bob", state: "APPROVED" });
    hand.pass(5);
    await hand.hub.settled();
    const killed = { ...hand.deps, ledger: { ...hand.deps.ledger, endPublish: () => Promise.reject(new Error("killed")) } };
    await expect(evaluatePullRequest(killed, repo.key(second.number))).rejects.toThrow("killed");
    expect(repo.shows(first.head, name)).toBe("success");
    await evaluatePullRequest(hand.deps, repo.key(first.number)).catch(() => {});
    await hand.work();
    expect(repo.shows(first.head, name)).toBe("action_required");
    await approve(first.number);
    expect(repo.shows(first.head, name)).toBe("success");
  });
});

test("people who leave, teams that go: no success stays; a policy that is pushed away stays in force", async () => {
  const { number, head } = await green();
  hand.hub.removeMember("acme/sec-ops", "bob");
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
  hand.hub.addMember("acme/sec-ops", "bob");
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
  hand.hub.push(repo.name, "main", { ".choochoo/approval-policies.yaml": null, ".choochoorc": null }, { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
  expect(await hand.deps.ledger.policyVersion(repo)).toMatchObject({ seq: 1 });
  expect((await hand.deps.ledger.latestEvaluation(repo.key(number)))?.decision.requirements).toMatchObject([{ team: "sec-ops", have: 1 }]);
  hand.hub.push(repo.name, "main", { ".choochoo/approval-policies.yaml": POLICIES, ".choochoorc": CONFIG }, { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
  hand.hub.closePull(repo.name, number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  hand.hub.reopenPull(repo.name, number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
});
