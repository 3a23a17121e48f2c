import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** What is recorded when a pull request lands: an approval only for what was approved, for that base, before it landed. */
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

const OVERRIDE = '/countersign override reason="pager 1234" incident=INC-7';

async function record(number: number): Promise<string[]> {
  const approval = (await hand.deps.ledger.approvalOf(repo.id, number))?.approval;
  const mine = (await hand.deps.ledger.auditTrail(500)).filter(
    ({ payload }) =>
      (payload as { repositoryId?: number }).repositoryId === repo.id && (payload as { pullRequest?: number }).pullRequest === number,
  );
  return [...(approval === undefined ? [] : [`approval ${approval.kind}`]), ...mine.map((event) => event.type).sort()];
}

describe("which evaluation a landing is held against", () => {
  test("approved for another base: retargeted and merged before it was looked at is no approval", async () => {
    hand.hub.push(repo.name, "develop", {}, { actor: "ana", message: "branch" });
    const pull = repo.open({ [FILE]: CONTRACT.replace("tags: [pii]", "tags: [pii, gdpr]") }, "work", "develop");
    await hand.work();
    const before = await hand.deps.ledger.latestEvaluation(repo.key(pull.number));
    hand.hub.review(repo.name, pull.number, { actor: "ana", state: "APPROVED" });
    await hand.work();
    expect(repo.shows(pull.head, "countersign: develop")).toBe("success");
    expect(before?.baseRef).toBe("develop");
    hand.hub.retarget(repo.name, pull.number, "main", { actor: "alice" });
    hand.pass(5);
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    await hand.work();
    expect(await record(pull.number)).toEqual(["incident.bypass"]);
  });

  test("approved on main, then retargeted to an ungoverned base and merged there: no approval of main", async () => {
    hand.hub.push(repo.name, "lax", {}, { actor: "ana", message: "branch" });
    const pull = await repo.green();
    hand.hub.retarget(repo.name, pull.number, "lax", { actor: "alice" });
    await hand.work();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await hand.work();
    expect(await record(pull.number)).toEqual([]);
  });

  test("T21: pushed away and back, then merged before it was looked at: the older approval of that head is not taken by faith, and something is recorded", async () => {
    const pull = await repo.green();
    hand.hub.push(repo.name, "work", { [FILE]: CONTRACT.replaceAll("        tags: [pii]\n", "") }, { actor: "alice" });
    hand.pass(5);
    await hand.work();
    hand.hub.pushCommit(repo.name, "work", pull.head, { actor: "alice" });
    hand.pass(5);
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    expect(await hand.work()).toEqual([]);
    expect(await record(pull.number)).toHaveLength(1 + Number((await record(pull.number))[0]?.startsWith("approval")));
  });
});

describe("approved, and then not", () => {
  test("T64: dismissed and merged before that was looked at: an incident, not an approval by faith", async () => {
    const pull = await repo.green();
    const counted = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))?.decision.requirements[0]?.approvals[0]?.reviewId ?? 0;
    hand.hub.dismissReview(repo.name, pull.number, counted, { actor: "ana" });
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    await hand.work();
    expect(await record(pull.number)).toEqual(["incident.bypass"]);
  });

  test("dismissed long after the record: it keeps its approval, however often the delivery comes", async () => {
    const pull = await repo.green();
    const counted = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))?.decision.requirements[0]?.approvals[0]?.reviewId ?? 0;
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash" });
    await hand.work();
    hand.hub.dismissReview(repo.name, pull.number, counted, { actor: "ana" });
    await hand.deps.ledger.markDirty(repo.key(pull.number));
    await hand.work();
    expect(await record(pull.number)).toEqual(["approval regular", "governance.approved"]);
  });
});

describe("merged before any evaluation", () => {
  test.each(["merge", "squash", "rebase"] as const)("approved before the %s: an approval all the same", async (method) => {
    const pull = repo.open();
    hand.hub.push(repo.name, "work", { "docs/words.md": "words" }, { actor: "alice" });
    hand.pass(5);
    hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    hand.pass(5);
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method, bypass: true });
    hand.pass(5);
    expect(await hand.work()).toEqual([]);
    expect(await record(pull.number)).toEqual(["approval regular", "governance.approved"]);
  });

  test.each(["merge", "squash", "rebase"] as const)("never approved, by %s: a bypass", async (method) => {
    const pull = repo.open();
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method, bypass: true });
    hand.pass(5);
    expect(await hand.work()).toEqual([]);
    expect(await record(pull.number)).toEqual(["incident.bypass"]);
  });

  /** Looked at while carol was in no team, and not again before it was merged. */
  async function approvedByCarol(when: "before" | "after"): Promise<string[]> {
    hand.hub.removeMember("acme/sec-ops", "carol");
    const pull = repo.open();
    await hand.work();
    if (when === "before") hand.hub.addMember("acme/sec-ops", "carol");
    hand.hub.review(repo.name, pull.number, { actor: "carol", state: "APPROVED" });
    if (when === "before") await hand.work();
    await mergedUnseen(pull.number);
    hand.hub.addMember("acme/sec-ops", "carol");
    hand.pass(5);
    await hand.work();
    return record(pull.number);
  }

  /** GitHub does not answer until it is merged: what was done since the last look is seen by nobody. */
  async function mergedUnseen(number: number): Promise<void> {
    hand.hub.fail({ path: /\/timeline/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    await hand.deps.ledger.markDirty(repo.key(number));
    await hand.work();
    expect((await hand.deps.ledger.latestEvaluation(repo.key(number)))?.decision.state).toBe("error");
    hand.hub.clearFaults();
    hand.pass(5);
    hand.hub.merge(repo.name, number, { actor: "ana", method: "squash", bypass: true });
  }

  test("by somebody who came into the team after the merge: a bypass", async () => {
    expect(await approvedByCarol("after")).toEqual(["incident.bypass"]);
  });

  test("by somebody who was seen in the team before it: an approval", async () => {
    expect(await approvedByCarol("before")).toEqual(["approval regular", "governance.approved"]);
  });

  test("T51: by one who came into the team and one who left it, where two are asked: nobody knows that both were in it at once", async () => {
    const policies = POLICIES.replace("minApprovals: 1", "minApprovals: 2");
    repo = hand.repository({ [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": policies });
    hand.hub.createUser("eve");
    hand.hub.addMember("acme/sec-ops", "eve");
    hand.hub.removeMember("acme/sec-ops", "carol");
    const pull = repo.open();
    await hand.work();
    for (const actor of ["bob", "carol", "eve"]) hand.hub.review(repo.name, pull.number, { actor, state: "APPROVED" });
    await mergedUnseen(pull.number);
    hand.hub.addMember("acme/sec-ops", "carol");
    hand.hub.removeMember("acme/sec-ops", "eve");
    hand.pass(5);
    await hand.work();
    expect(await record(pull.number)).toEqual(["incident.bypass"]);
  });

  test.each(["team", "organisation"] as const)(
    "T51: objected to by one who left the %s before it was looked at: nobody knows that they were not in it at the merge",
    async (left) => {
      hand.hub.addOrgMember("acme", "carol");
      hand.hub.addMember("acme/sec-ops", "carol");
      const pull = repo.open();
      hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
      hand.hub.review(repo.name, pull.number, { actor: "carol", state: "CHANGES_REQUESTED" });
      hand.pass(5);
      hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
      if (left === "team") hand.hub.removeMember("acme/sec-ops", "carol");
      else hand.hub.removeOrgMember("acme", "carol", { actor: "ana" });
      hand.pass(5);
      expect(await hand.work()).toEqual([]);
      hand.hub.addOrgMember("acme", "carol");
      hand.hub.addMember("acme/sec-ops", "carol");
      expect(await record(pull.number)).toEqual(["incident.bypass"]);
      const { decision } = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!;
      expect([decision.state, decision.problems.map(({ message }) => message)]).toEqual([
        "invalid",
        [expect.stringMatching(/changes had been requested \(review \d+\) by somebody who may have been in a team/)],
      ]);
    },
  );

  test("approved only after the merge: a bypass", async () => {
    const pull = repo.open();
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    hand.pass(60);
    hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    hand.pass(5);
    await hand.work();
    expect(await record(pull.number)).toEqual(["incident.bypass"]);
  });

  test.each(["merge", "squash", "rebase"] as const)("T28: bringing its own lax policy, by %s: judged by the one before", async (method) => {
    hand.hub.createTeam("acme", `friends-${method}`);
    hand.hub.addMember(`acme/friends-${method}`, "dave");
    const pull = repo.open({
      [FILE]: STRIPPED,
      ".choochoo/approval-policies.yaml": POLICIES.replace("sec-ops", `friends-${method}`),
      ".choochoorc": `teams: { designated: [friends-${method}], executive: [friends-${method}] }\n`,
    });
    hand.hub.push(repo.name, "work", { "docs/words.md": "words" }, { actor: "alice" });
    hand.pass(5);
    hand.hub.review(repo.name, pull.number, { actor: "dave", state: "APPROVED" });
    hand.pass(5);
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method, bypass: true });
    hand.pass(5);
    expect(await hand.work()).toEqual([]);
    expect(await record(pull.number)).toEqual(["incident.bypass"]);
  });
});

describe("never nothing", () => {
  test("an override while the policy is broken, merged: a forced record", async () => {
    const pull = repo.open();
    hand.hub.push(repo.name, "main", { ".choochoo/approval-policies.yaml": "policies: 7\n" }, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(pull.head)).toBe("failure");
    hand.hub.label(repo.name, pull.number, "governance-override", { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(pull.head)).toBe("success");
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    expect(await hand.work()).toEqual([]);
    expect(await record(pull.number)).toEqual([
      "approval forced",
      "governance.approval_forced",
      "override.granted",
      "override.merged",
      "override.used",
      "post_hoc_review.opened",
    ]);
  });

  test("a fault just before the merge does not turn an approved landing into an incident", async () => {
    const pull = await repo.green();
    hand.hub.fail({ path: /\/reviews/ }, { kind: "status", status: 502 }, 1);
    await hand.deps.ledger.markDirty(repo.key(pull.number));
    hand.hub.hooks.pause();
    await import("../../src/gate/evaluate-pull-request.ts").then(({ evaluatePullRequest }) =>
      evaluatePullRequest(hand.deps, repo.key(pull.number)).catch(() => {}),
    );
    hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
    hand.hub.hooks.resume();
    hand.pass(5);
    await hand.work();
    expect(await record(pull.number)).toEqual(["approval regular", "governance.approved"]);
  });
});

test("two pull requests land in turn in one workspace: an approval each", async () => {
  const first = await repo.green();
  const second = repo.open({ "contracts/orders.odcs.yaml": CONTRACT.replace("id: customers", "id: orders") }, "other");
  await hand.work();
  hand.hub.review(repo.name, second.number, { actor: "carol", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  for (const [pull, method] of [
    [first, "merge"],
    [second, "squash"],
  ] as const) {
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method });
    hand.pass(5);
  }
  expect(await hand.work()).toEqual([]);
  expect(await record(first.number)).toEqual(["approval regular", "governance.approved"]);
  expect(await record(second.number)).toEqual(["approval regular", "governance.approved"]);
});

test("an update-branch merge with content of its own, merged: what landed is what was approved at that head, or an incident", async () => {
  const pull = await repo.green();
  hand.hub.push(repo.name, "main", { "README.md": "moved" }, { actor: "ana" });
  hand.hub.mergeBaseInto(repo.name, pull.number, { actor: "alice", files: { [FILE]: STRIPPED.replaceAll("        tags: [pii]\n", "") } });
  hand.pass(5);
  await hand.work();
  const head = hand.hub.headSha(repo.name, pull.number);
  expect(repo.shows(head)).toBe("action_required");
  hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "merge", bypass: true });
  await hand.work();
  expect(await record(pull.number)).toEqual(["incident.bypass"]);
});
