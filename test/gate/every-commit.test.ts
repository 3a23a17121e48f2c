import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONFIG, CONTRACT, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { CHECK, FILE } from "../support/scene.ts";

/** A rebase or a merge commit brings every commit of a pull request to the base, not only what its last one looks like. */
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
  expect(hand.hub.unknownRequests).toEqual([]);
});
afterAll(() => hand.close());

const WIDER = `${CONTRACT}      - name: city
        logicalType: string
`;

/** One commit after the other, then the pull request; its head. */
async function commits(...steps: Readonly<Record<string, string | null>>[]): Promise<{ number: number; head: string }> {
  for (const [index, files] of steps.entries()) {
    hand.hub.push(repo.name, "work", files, { actor: "alice", message: `step ${index + 1}` });
    hand.pass(2);
  }
  const { number, headSha } = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "steps" });
  hand.pass(5);
  await hand.work();
  return { number, head: headSha };
}

function run(sha: string) {
  return hand.hub.checkRuns(repo.name, sha).find((each) => each.name === CHECK);
}

test("T44: a commit strips a tag and the next one puts it back: the whole changes nothing, and it is governed", async () => {
  const pull = await commits({ [FILE]: STRIPPED }, { [FILE]: CONTRACT });
  expect(repo.shows(pull.head)).toBe("action_required");
  expect(run(pull.head)?.output.summary).toMatch(/in commit [0-9a-f]{7}, changed again later/);
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(pull.head)).toBe("success");
  hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "rebase" });
  hand.pass(5);
  expect(await hand.work()).toEqual([]);
  expect(await hand.deps.ledger.approvalOf(repo.id, pull.number)).not.toBeNull();
});

test("T44: where only squashing is allowed no commit on the way lands, and none is looked at", async () => {
  hand.hub.setMergeMethods(repo.name, { merge: false, squash: true, rebase: false });
  const pull = await commits({ [FILE]: STRIPPED }, { [FILE]: CONTRACT });
  expect(repo.shows(pull.head)).toBe("success");
});

test("T44: a contract is deleted and comes back, a policy is emptied and comes back, a contract cannot be read on the way", async () => {
  const gone = await commits({ [FILE]: null }, { [FILE]: CONTRACT });
  expect(repo.shows(gone.head)).toBe("action_required");
  repo = hand.repository();
  const lax = await commits({ ".choochoorc": "governance: {}\n" }, { ".choochoorc": CONFIG });
  expect(repo.shows(lax.head)).toBe("action_required");
  expect(run(lax.head)?.output.title).toContain("Waiting for");
  repo = hand.repository();
  const broken = await commits({ [FILE]: "schema: [\n" }, { [FILE]: CONTRACT });
  expect(repo.shows(broken.head)).toBe("action_required");
  expect(run(broken.head)?.output.summary).toContain("cannot be read");
});

test("T44: what stands at the head is not told again, and harmless steps ask nobody", async () => {
  const twice = await commits({ [FILE]: STRIPPED }, { "notes.md": "more\n" });
  expect(run(twice.head)?.output.summary).not.toContain("changed again later");
  repo = hand.repository();
  const harmless = await commits({ "a.md": "1\n" }, { "a.md": "2\n" }, { "a.md": "3\n" });
  expect(repo.shows(harmless.head)).toBe("success");
  repo = hand.repository();
  const wider = await commits({ [FILE]: WIDER }, { [FILE]: CONTRACT });
  expect(run(wider.head)?.output.title).toContain("Auto-approved");
});

test("T44: a vote is about the commits it saw: a bad one below the same content voids it", async () => {
  const pull = await commits({ [FILE]: STRIPPED });
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(pull.head)).toBe("success");
  const bare = CONTRACT.replaceAll("        tags: [pii]\n", "");
  hand.hub.push(repo.name, "work", { [FILE]: bare }, { actor: "alice" });
  const head = hand.hub.push(repo.name, "work", { [FILE]: STRIPPED }, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
  expect(run(head)?.output.summary).toContain("changed again later");
});

test("T44: the base merged in on the way brings nothing of its own", async () => {
  hand.hub.push(repo.name, "work", { [FILE]: STRIPPED }, { actor: "alice" });
  hand.pass(2);
  const { number } = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "update" });
  hand.pass(2);
  hand.hub.push(repo.name, "main", { "other.md": "base\n" }, { actor: "ana" });
  hand.pass(2);
  const head = hand.hub.mergeBaseInto(repo.name, number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(run(head)?.output.summary).not.toContain("changed again later");
  expect(repo.shows(head)).toBe("action_required");
});

/** A branch of more commits than GitHub lists, the last of which brings these files; its head. */
async function longBranch(files: Readonly<Record<string, string>> = {}): Promise<string> {
  let tip = hand.hub.tip(repo.name, "main");
  for (let step = 0; step < 251; step++) tip = hand.hub.commit(repo.name, { "count.md": `${step}\n` }, { actor: "alice", parents: [tip] });
  tip = hand.hub.commit(repo.name, { "count.md": "all\n", ...files }, { actor: "alice", parents: [tip] });
  hand.hub.pushCommit(repo.name, "work", tip, { actor: "alice" });
  hand.pass(5);
  hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "long" });
  hand.pass(5);
  await hand.work();
  return tip;
}

test("T44/T38: more commits than GitHub lists cannot be looked at one by one: not decided", async () => {
  const tip = await longBranch();
  expect(repo.shows(tip)).toBe("failure");
  expect(run(tip)?.output.title).toContain("more than 250 commits");
});

test("T44/T38: where they are only squashed, and all that is governed is as the base has it, it does not matter what they stand on", async () => {
  hand.hub.setMergeMethods(repo.name, { merge: false, squash: true, rebase: false });
  const tip = await longBranch();
  expect(repo.shows(tip)).toBe("success");
  hand.hub.push(repo.name, "main", { [FILE]: `${CONTRACT}# words\n` }, { actor: "ana", message: "words" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(tip)).toBe("failure");
});

test("T44/T38: nor are they decided where they are only squashed and touch a contract", async () => {
  hand.hub.setMergeMethods(repo.name, { merge: false, squash: true, rebase: false });
  expect(repo.shows(await longBranch({ [FILE]: `${CONTRACT}# words\n` }))).toBe("failure");
});

test("T44/T68: nothing is a success while the commits cannot be listed", async () => {
  hand.hub.fail({ method: "GET", path: /\/pulls\/\d+\/commits/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
  const pull = await commits({ "a.md": "1\n" }, { "a.md": "2\n" });
  expect(repo.shows(pull.head)).not.toBe("success");
  hand.hub.clearFaults();
  await hand.work();
  expect(repo.shows(pull.head)).toBe("success");
});
