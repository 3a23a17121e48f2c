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

const UNTAGGED = CONTRACT.replaceAll("        tags: [pii]\n", "");

beforeEach(() => {
  repo = hand.repository({
    [FILE]: UNTAGGED,
    ".choochoorc": "governance:\n  requireApproval: [pii, gdpr]\n",
    ".choochoo/approval-policies.yaml":
      'policies:\n  - name: pii\n    trigger: { tags: ["pii"] }\n    approvers: [{ team: sec-ops, minApprovals: 1 }]\n',
  });
});

async function landed(number: number, method: "merge" | "rebase" = "merge") {
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
  hand.hub.pushCommit(repo.name, "work", crossed, { actor: "alice" });
  hand.pass(5);
  const pull = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "harmless" });
  hand.pass(5);
  await hand.work();
  await landed(pull.number);
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(UNTAGGED);
  expect(repo.shows(crossed)).not.toBe("success");
});

test("T44: an older commit of the base, merged in, hides what a later commit does on the way", async () => {
  const old = hand.hub.tip(repo.name, "main");
  hand.hub.push(repo.name, "main", { [FILE]: CONTRACT }, { actor: "ana", message: "tag it" });
  const main = hand.hub.tip(repo.name, "main");
  hand.pass(5);
  const said = `${CONTRACT}# words\n`;
  const c1 = hand.hub.commit(repo.name, { [FILE]: said }, { actor: "alice", parents: [main] });
  const m = hand.hub.commit(repo.name, { [FILE]: said }, { actor: "alice", parents: [c1, old] });
  const c2 = hand.hub.commit(repo.name, { [FILE]: UNTAGGED }, { actor: "alice", parents: [m] });
  const head = hand.hub.commit(repo.name, { [FILE]: said }, { actor: "alice", parents: [c2, c1] });
  hand.hub.pushCommit(repo.name, "work", head, { actor: "alice" });
  hand.pass(5);
  const pull = hand.hub.openPull(repo.name, { actor: "alice", head: "work", title: "words" });
  hand.pass(5);
  await hand.work();
  await landed(pull.number, "rebase");
  expect(hand.hub.read(repo.name, "refs/heads/main", FILE)).toBe(UNTAGGED);
  expect(repo.shows(head)).not.toBe("success");
});
