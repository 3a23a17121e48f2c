import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONTRACT } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** Where a branch forks is whatever its commits were made to say: what lands is not always the difference to one merge base. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
  expect(hand.hub.unknownRequests).toEqual([]);
});
afterAll(() => hand.close());

const MOVED = "contracts/people.odcs.yaml";
const UNTAGGED = CONTRACT.replaceAll("        tags: [pii]\n", "");

beforeEach(() => {
  repo = hand.repository({
    [FILE]: UNTAGGED,
    ".choochoorc": "governance:\n  requireApproval: [pii, gdpr]\n",
    ".choochoo/approval-policies.yaml":
      'policies:\n  - name: pii\n    trigger: { tags: ["pii"] }\n    approvers: [{ team: sec-ops, minApprovals: 1 }]\n',
  });
});

async function opened(head: string) {
  hand.hub.pushCommit(repo.name, "work", head, { actor: "alice" });
  hand.pass(5);
  const pull = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "harmless" });
  hand.pass(5);
  await hand.work();
  return pull;
}

async function landed(number: number, method: "merge" | "rebase" | "squash" = "merge") {
  hand.hub.merge(repo.name, number, { actor: "alice", method });
  hand.pass(5);
  await hand.work();
}

test("T27: of two merge bases the newer one hides what the merge brings", async () => {
  const start = hand.hub.tip(repo.name, "main");
  // Harmless, from before the tags, and dated so that git takes it for the best merge base.
  const aside = hand.hub.commit(repo.name, { "notes.md": "1\n" }, { actor: "alice", parents: [start], date: new Date("2099-01-01") });
  hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "tag it" });
  const tagged = hand.hub.tip(repo.name, "main");
  hand.hub.pushCommit(repo.name, "aside", aside, { actor: "alice" });
  hand.pass(5);
  const first = hand.hub.openPull(repo.name, { actor: "alice", head: "aside", title: "notes" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(aside)).toBe("success");
  await landed(first.number);
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(CONTRACT);

  const crossed = hand.hub.commit(repo.name, { [FILE]: UNTAGGED }, { actor: "alice", parents: [aside, tagged] });
  const pull = await opened(crossed);
  await landed(pull.number);
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(UNTAGGED);
  expect(repo.shows(crossed)).not.toBe("success");
});

test("T27: nor does it help that both came to the base after the commits were listed", async () => {
  const start = hand.hub.tip(repo.name, "main");
  const aside = hand.hub.commit(repo.name, { "notes.md": "1\n" }, { actor: "alice", parents: [start], date: new Date("2099-01-01") });
  const beside = hand.hub.commit(repo.name, { [FILE]: CONTRACT }, { actor: "alice", parents: [start] });
  const above = hand.hub.commit(repo.name, { "more.md": "1\n" }, { actor: "alice", parents: [beside] });
  const crossed = hand.hub.commit(repo.name, { [FILE]: UNTAGGED }, { actor: "alice", parents: [aside, above] });
  const pull = await opened(crossed);
  for (const [branch, commit] of [
    ["aside", aside],
    ["beside", beside],
  ] as const) {
    hand.hub.pushCommit(repo.name, branch, commit, { actor: "alice" });
    hand.pass(5);
    const { number } = hand.hub.openPull(repo.name, { actor: "alice", head: branch, title: branch });
    hand.pass(5);
    await hand.work();
    hand.hub.review(repo.name, number, { actor: "bob", state: "APPROVED" });
    hand.pass(5);
    await hand.work();
    await landed(number);
  }
  hand.hub.setMergeMethods(repo.name, { merge: false, squash: true, rebase: false });
  hand.hub.push(repo.name, "main", { "notes.md": "2\n" }, { actor: "ana", message: "notes" });
  hand.pass(5);
  await hand.work();
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(CONTRACT);
  expect(repo.shows(crossed)).toBe("failure");
  await landed(pull.number, "squash");
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(UNTAGGED);
});

test("T27/T68: nor that GitHub does not find one of the commits for a while", async () => {
  const start = hand.hub.tip(repo.name, "main");
  const aside = hand.hub.commit(repo.name, { "notes.md": "1\n" }, { actor: "alice", parents: [start], date: new Date("2099-01-01") });
  const beside = hand.hub.commit(repo.name, { [FILE]: CONTRACT }, { actor: "alice", parents: [start] });
  const crossed = hand.hub.commit(repo.name, { [FILE]: UNTAGGED }, { actor: "alice", parents: [aside, beside] });
  hand.hub.setMergeMethods(repo.name, { merge: false, squash: true, rebase: false });
  await opened(crossed);
  const both = hand.hub.commit(repo.name, { [FILE]: CONTRACT, "notes.md": "1\n" }, { actor: "ana", parents: [aside, beside] });
  for (const commit of [start, aside, beside])
    hand.hub.fail(
      { method: "GET", path: new RegExp(`/compare/${both}\\.\\.\\.${commit}`) },
      { kind: "status", status: 404, body: { message: "Not Found" } },
      100,
    );
  hand.hub.pushCommit(repo.name, "main", both, { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(crossed)).not.toBe("success");
});

/** A branch that merges `old` and then goes back to what stood there, hidden again by the next merge; its head. */
function hideBehind(old: string): string {
  const said = `${CONTRACT}# words\n`;
  const main = hand.hub.tip(repo.name, "main");
  const first = hand.hub.commit(repo.name, { [FILE]: said }, { actor: "alice", parents: [main] });
  const merged = hand.hub.commit(repo.name, { [FILE]: said }, { actor: "alice", parents: [first, old] });
  const back = hand.hub.commit(repo.name, { [FILE]: UNTAGGED }, { actor: "alice", parents: [merged] });
  return hand.hub.commit(repo.name, { [FILE]: said }, { actor: "alice", parents: [back, first] });
}

test("T44: an older commit of the base, merged in, hides what a later commit does on the way, and a rebase lands that", async () => {
  const old = hand.hub.tip(repo.name, "main");
  hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "tag it" });
  hand.pass(5);
  const head = hideBehind(old);
  const pull = await opened(head);
  expect(repo.shows(head)).toBe("action_required");
  await landed(pull.number, "rebase");
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(UNTAGGED);
});

test("T44: and where nothing is rebased it still stands on the way", async () => {
  hand.hub.setMergeMethods(repo.name, { merge: true, squash: true, rebase: false });
  const old = hand.hub.tip(repo.name, "main");
  hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "tag it" });
  hand.pass(5);
  const head = hideBehind(old);
  await opened(head);
  expect(repo.shows(head)).toBe("action_required");
  expect(
    hand.hub
      .checkRuns(repo.name, head)
      .map(({ output }) => output.summary)
      .join(),
  ).toContain("changed again later");
});

test("T44: what only a merge commit brings is left out by a rebase", async () => {
  hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "tag it" });
  hand.pass(5);
  const gone = hand.hub.commit(repo.name, { [FILE]: null }, { actor: "alice", parents: [hand.hub.tip(repo.name, "main")] });
  hand.hub.push(repo.name, "main", { "notes.md": "1\n" }, { actor: "ana", message: "notes" });
  hand.pass(5);
  const parents = [gone, hand.hub.tip(repo.name, "main")];
  const head = hand.hub.commit(repo.name, { [MOVED]: CONTRACT }, { actor: "alice", parents });
  const pull = await opened(head);
  expect(repo.shows(head)).toBe("action_required");
  const shown = hand.hub.checkRuns(repo.name, head).map(({ output }) => output.summary);
  expect(shown.join()).toMatch(/contract \*\*deleted\*\* \(when rebased, which leaves out the merge [0-9a-f]{7}\)/);
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
  await landed(pull.number, "rebase");
  expect([FILE, MOVED].map((path) => hand.hub.read(repo.name, "refs/heads/main", path))).toEqual([null, null]);
  expect((await hand.deps.ledger.approvalOf(repo.id, pull.number))?.approval.kind).toBe("regular");
});

test("T44: where nothing is rebased, a merge commit may bring what it likes: the whole is judged", async () => {
  hand.hub.setMergeMethods(repo.name, { merge: true, squash: true, rebase: false });
  const main = hand.hub.tip(repo.name, "main");
  const gone = hand.hub.commit(repo.name, { [FILE]: null }, { actor: "alice", parents: [main] });
  hand.hub.push(repo.name, "main", { "notes.md": "1\n" }, { actor: "ana", message: "notes" });
  hand.pass(5);
  const parents = [gone, hand.hub.tip(repo.name, "main")];
  const head = hand.hub.commit(repo.name, { [MOVED]: UNTAGGED }, { actor: "alice", parents });
  await opened(head);
  expect(repo.shows(head)).toBe("success");
});

test("T38: a branch that took in the base many times is decided, each time at the cost of a question", async () => {
  const branch = hand.hub.push(repo.name, "work", { "work.md": "0\n" }, { actor: "alice" });
  let head = branch;
  for (let step = 1; step <= 40; step++) {
    const base = hand.hub.push(repo.name, "main", { "notes.md": `${step}\n` }, { actor: "ana" });
    head = hand.hub.commit(repo.name, {}, { actor: "alice", parents: [head, base] });
  }
  hand.pass(5);
  hand.hub.pushCommit(repo.name, "work", head, { actor: "alice" });
  hand.pass(5);
  const asked = () => hand.hub.requests.filter(({ path }) => path.includes("/compare/")).length;
  const before = asked();
  hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "long" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
  expect(asked() - before).toBeLessThanOrEqual(41);
});

test("T38: and as often as the base moves on, it costs no question for each merge", async () => {
  let head = hand.hub.push(repo.name, "work", { "work.md": "0\n" }, { actor: "alice" });
  for (let step = 1; step <= 50; step++) {
    const base = hand.hub.push(repo.name, "main", { "notes.md": `${step}\n` }, { actor: "ana" });
    head = hand.hub.commit(repo.name, {}, { actor: "alice", parents: [head, base] });
  }
  await opened(head);
  const asked = () => hand.hub.requests.filter(({ path }) => path.includes("/compare/")).length;
  const before = asked();
  hand.hub.push(repo.name, "main", { [FILE]: `${UNTAGGED}# words\n` }, { actor: "ana" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("success");
  expect(asked() - before).toBeLessThanOrEqual(5);
});
