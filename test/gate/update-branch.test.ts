import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** "Update branch": who merges the base into a pull request has a hand in it only where the merge brings something of its own. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

async function updated(files: Readonly<Record<string, string>> = {}) {
  const pull = repo.open({ [FILE]: STRIPPED }, "work");
  hand.pass(5);
  await hand.work();
  hand.hub.push(repo.name, "main", { "docs/notes.md": "newer\n" }, { actor: "ana", message: "notes" });
  hand.pass(5);
  const head = hand.hub.mergeBaseInto(repo.name, pull.number, { actor: "bob", files });
  hand.pass(5);
  await hand.work();
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  const decision = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))?.decision;
  return { head, refused: decision?.refused.map(({ user, reason }) => `${user} ${reason}`), state: decision?.state };
}

test("a reviewer who only updated the branch may approve it", async () => {
  const { head, refused, state } = await updated();
  expect([state, refused]).toEqual(["approved", []]);
  expect(repo.shows(head)).toBe("success");
});

test.each([
  ["a governed file", { [FILE]: `${STRIPPED}# theirs\n` }],
  ["a file of the gate's own", { ".gitattributes": "contracts/** -diff\n" }],
])("one whose merge changes %s may not", async (_, files) => {
  const { head, refused, state } = await updated(files);
  expect(state).toBe("pending_approval");
  expect(refused?.[0]).toMatch(/^bob (committer|pusher)$/);
  expect(repo.shows(head)).toBe("action_required");
});

test("a merge of something that is no part of the base is somebody's work", async () => {
  const pull = repo.open({ [FILE]: STRIPPED }, "work");
  hand.pass(5);
  await hand.work();
  const aside = hand.hub.commit(repo.name, { "docs/aside.md": "aside\n" }, { actor: "bob", parents: [hand.hub.tip(repo.name, "main")] });
  const merged = hand.hub.commit(repo.name, { "docs/aside.md": "aside\n" }, { actor: "bob", parents: [pull.head, aside] });
  hand.hub.pushCommit(repo.name, "work", merged, { actor: "bob" });
  hand.pass(5);
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(merged)).toBe("action_required");
});

const BARE = CONTRACT.replaceAll("        tags: [pii]\n", "");

test("T02: one whose merge brings an older state of the base back may not, although it has every file from a parent", async () => {
  repo = hand.repository({ [FILE]: BARE, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
  const old = hand.hub.tip(repo.name, "main");
  hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "tag it" });
  hand.pass(5);
  const pull = repo.open({ "docs/notes.md": "notes\n" }, "work");
  hand.pass(5);
  await hand.work();
  const head = hand.hub.commit(repo.name, { [FILE]: BARE }, { actor: "bob", parents: [pull.head, old], verified: true });
  hand.hub.pushCommit(repo.name, "work", head, { actor: "bob" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
  hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
  hand.pass(5);
  await hand.work();
  const decision = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))?.decision;
  expect(decision?.refused.map(({ user, reason }) => `${user} ${reason}`)).toEqual(["bob committer"]);
  expect(repo.shows(head)).toBe("action_required");
});
