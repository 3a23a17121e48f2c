import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** A merge queue asks about commits that no pull request has: what they hold must be what was approved, now. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository({
    [FILE]: CONTRACT,
    [OTHER]: CONTRACT.replace("id: customers", "id: orders"),
    [THIRD]: CONTRACT.replace("id: customers", "id: visits"),
    "README.md": "hello\n",
    ".choochoorc": CONFIG,
    ".choochoo/approval-policies.yaml": POLICIES,
  });
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
  expect(hand.hub.unknownRequests).toEqual([]);
});
afterAll(() => hand.close());

const OTHER = "contracts/orders.odcs.yaml";
const POLICY = ".choochoo/approval-policies.yaml";
const THIRD = "contracts/visits.odcs.yaml";
const METHODS = ["merge", "squash", "rebase"] as const;

async function approved(file: string, branch: string) {
  const text = STRIPPED.replace("id: customers", { [FILE]: "id: customers", [OTHER]: "id: orders", [THIRD]: "id: visits" }[file]!);
  const pull = repo.open({ [file]: text }, branch);
  await hand.work();
  const review = hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(pull.head)).toBe("success");
  return { ...pull, review };
}

function enqueue(number: number, options: { method?: (typeof METHODS)[number]; tamper?: Record<string, string | null> } = {}) {
  hand.pass(5);
  const { groupSha } = hand.hub.enqueue(repo.name, number, { actor: "alice", ...options });
  hand.pass(5);
  return groupSha;
}

function title(sha: string): string {
  return hand.hub.checkRuns(repo.name, sha).find((run) => run.name === CHECK)?.output.title ?? "";
}

const key = (sha: string) => `${repo.id}@${sha}`;

describe.each(METHODS)("T54: three pull requests queued by %s", (method) => {
  test("each approved: success on every group; one dismissed after it was queued: its group and those behind it fail", async () => {
    const pulls = [await approved(FILE, "one"), await approved(OTHER, "two"), await approved(THIRD, "three")];
    const groups = pulls.map(({ number }) => enqueue(number, { method }));
    expect(await hand.work()).toEqual([]);
    expect(groups.map((sha) => repo.shows(sha))).toEqual(["success", "success", "success"]);
    expect(title(groups[2]!)).toContain("each may land, and nothing else is in it");

    hand.hub.dismissReview(repo.name, pulls[1]!.number, pulls[1]!.review.id, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(groups.map((sha) => repo.shows(sha))).toEqual(["success", "failure", "failure"]);
    expect(title(groups[2]!)).toContain("is not approved: Waiting for sec-ops");
    expect(hand.hub.landQueue(repo.name, { actor: "alice" })).toBeDefined();
  });
});

test.each(METHODS)("T54: content that no pull request brought (%s)", async (method) => {
  const pull = await approved(FILE, "one");
  const bare = CONTRACT.replaceAll("        tags: [pii]\n", "");
  const group = enqueue(pull.number, { method, tamper: { [FILE]: bare } });
  await hand.work();
  expect(repo.shows(group)).toBe("failure");
  expect(title(group)).toContain("holds other content than was approved");
});

test.each([
  ["an approved change is dropped", { [FILE]: CONTRACT }, FILE],
  ["another contract changes on the way", { [OTHER]: STRIPPED }, OTHER],
  ["a policy is loosened on the way", { ".choochoorc": "governance: {}\n" }, ".choochoorc"],
  ["a contract goes on the way", { [THIRD]: null }, THIRD],
])("T54: the composition is wrong: %s", async (_what, tamper, path) => {
  const pull = await approved(FILE, "one");
  const group = enqueue(pull.number, { tamper });
  await hand.work();
  expect(repo.shows(group)).toBe("failure");
  expect(title(group)).toContain(path);
});

test("what nothing governs may differ, and a group of it alone is a success", async () => {
  const pull = repo.open({ "README.md": "more\n" }, "docs");
  await hand.work();
  expect(repo.shows(pull.head)).toBe("success");
  const group = enqueue(pull.number, { tamper: { "README.md": "most\n" } });
  await hand.work();
  expect(repo.shows(group)).toBe("success");
});

describe("an override", () => {
  async function overridden(files?: Record<string, string>) {
    const pull = repo.open(files);
    await hand.work();
    hand.hub.label(repo.name, pull.number, "governance-override", { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, '/countersign override reason="pager 1234"', { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(pull.head)).toBe("success");
    return pull;
  }

  test("T54/T59: is carried while head and base are what they were, and ends with the label", async () => {
    const pull = await overridden();
    const group = enqueue(pull.number);
    await hand.work();
    expect([repo.shows(group), title(group)]).toEqual(["success", expect.stringContaining("OVERRIDE in a merge group")]);
    hand.hub.unlabel(repo.name, pull.number, "governance-override", { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(group)).toBe("failure");
  });

  test("T54/T59: ends with its term, without any delivery", async () => {
    hand.pass(-5 * 3600);
    const pull = await overridden();
    const group = enqueue(pull.number);
    await hand.work();
    hand.pass(5 * 3600);
    await hand.work();
    expect(repo.shows(group)).toBe("failure");
  });

  test.each([
    ["a contract that cannot be read", { [FILE]: "{{{" }, POLICIES],
    ["the correction of an invalid policy", { [POLICY]: POLICIES }, "policies: ["],
  ])("T54/T59: carries %s through the queue, and nothing beside it", async (_what, files: Record<string, string>, policy) => {
    repo = hand.repository({ [FILE]: CONTRACT, [OTHER]: CONTRACT, ".choochoorc": CONFIG, [POLICY]: policy });
    const pull = await overridden(files);
    const odd = enqueue(pull.number, { tamper: { [OTHER]: "{{{" } });
    await hand.work();
    expect(repo.shows(odd)).toBe("failure");
    hand.hub.dequeue(repo.name, pull.number, { actor: "alice" });
    const group = enqueue(pull.number);
    expect(await hand.work()).toEqual([]);
    expect([repo.shows(group), title(group)]).toEqual(["success", expect.stringContaining("OVERRIDE in a merge group")]);
  });

  test("T54: of one pull request cures nothing in another", async () => {
    const pull = await overridden();
    const other = await approved(OTHER, "two");
    enqueue(pull.number);
    const group = enqueue(other.number);
    await hand.work();
    expect(repo.shows(group)).toBe("success");
    hand.hub.dismissReview(repo.name, other.number, other.review.id, { actor: "ana" });
    hand.pass(5);
    await hand.work();
    expect(repo.shows(group)).toBe("failure");
  });
});

test("T54: a head that moved on after it was queued does not land under its new approval", async () => {
  const pull = await approved(FILE, "one");
  const group = enqueue(pull.number);
  hand.hub.push(repo.name, "one", { "README.md": "later\n" }, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(group)).toBe("failure");
  expect(title(group)).toContain("has moved on since it was queued");
});

test("T54/T55: a queue that only asks about its last group is asked about all: what lies below must be approved too", async () => {
  const first = await approved(FILE, "one");
  const second = await approved(OTHER, "two");
  enqueue(first.number);
  const group = enqueue(second.number);
  hand.hub.dismissReview(repo.name, first.number, first.review.id, { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(group)).toBe("failure");
  expect(title(group)).toContain(`#​${first.number} is not approved`);
});

test("T54: a group that was taken apart shows no success any more; one that landed keeps it, and its merges are recorded", async () => {
  hand.hub.protect(repo.name, "main", { requiredChecks: [{ context: CHECK, appId: hand.hub.app.id }] });
  const first = await approved(FILE, "one");
  const second = await approved(OTHER, "two");
  const gone = enqueue(first.number);
  enqueue(second.number);
  await hand.work();
  expect(repo.shows(gone)).toBe("success");
  hand.hub.dequeue(repo.name, first.number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(gone)).toBe("action_required");
  const [entry] = hand.hub.queue(repo.name);
  expect(repo.shows(entry!.groupSha)).toBe("success");
  expect(hand.hub.landQueue(repo.name, { actor: "alice" })).toEqual([second.number]);
  hand.pass(5);
  await hand.work();
  expect(repo.shows(entry!.groupSha)).toBe("success");
  expect(await hand.deps.ledger.approvalOf(repo.id, second.number)).not.toBeNull();
  expect(await hand.deps.ledger.pendingSubjects(100)).toEqual([]);
});

test.each([
  ["the pull requests of a commit", /\/commits\/[0-9a-f]+\/pulls/],
  ["a pull request in it", /\/pulls\/\d+$/],
  ["its reviews", /\/reviews/],
  ["the branch of the group", /\/branches\/gh-readonly-queue/],
  ["where it leaves its base", /\/compare\//],
])("T54/T68: nothing is a success while %s cannot be read", async (_what, path) => {
  const pull = await approved(FILE, "one");
  hand.hub.fail({ method: "GET", path }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
  const group = enqueue(pull.number);
  await hand.hub.settled();
  await expect(evaluateSubject(hand.deps, key(group))).rejects.toThrow();
  expect(repo.shows(group)).not.toBe("success");
  expect(await hand.deps.ledger.pendingSubjects(100)).toContain(key(group));
  hand.hub.clearFaults();
  await hand.work();
  expect(repo.shows(group)).toBe("success");
});

test("T54/T64: a group that was green says so no longer when a dismissal cannot be judged", async () => {
  const pull = await approved(FILE, "one");
  const group = enqueue(pull.number);
  await hand.work();
  expect(repo.shows(group)).toBe("success");
  hand.hub.fail({ method: "GET", path: /\/reviews/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
  hand.hub.dismissReview(repo.name, pull.number, pull.review.id, { actor: "ana" });
  hand.pass(5);
  await hand.hub.settled();
  await expect(evaluateSubject(hand.deps, key(group))).rejects.toThrow();
  expect(repo.shows(group)).not.toBe("success");
  hand.hub.clearFaults();
  await hand.work();
  expect(repo.shows(group)).toBe("failure");
});

test("T54: the name of the queue's branch is a hint: a commit that nobody claims holds the group back", async () => {
  const pull = await approved(FILE, "one");
  const stray = hand.hub.commit(repo.name, { [OTHER]: STRIPPED }, { actor: "dave", parents: [hand.hub.tip(repo.name, "main")] });
  const branch = "gh-readonly-queue/main/mine";
  hand.hub.pushCommit(repo.name, branch, stray, { actor: "dave" });
  await hand.deps.ledger.recordDelivery({
    guid: `stray-${stray.slice(0, 8)}`,
    event: "merge_group",
    action: "checks_requested",
    body: "{}",
    bodySha256: stray,
    receipts: [],
    marks: [
      {
        kind: "merge_group",
        repository: (await hand.deps.pulls.read(await pullRef(pull.number))).repository,
        headSha: stray,
        headRef: branch,
        baseRef: "main",
        baseSha: hand.hub.tip(repo.name, "main"),
      },
    ],
  });
  await hand.work();
  expect(repo.shows(stray)).toBe("failure");
  expect(title(stray)).toContain("belongs to no pull request");
});

async function pullRef(number: number) {
  const work = await hand.deps.ledger.startWork(repo.key(number));
  return work!.pull;
}
