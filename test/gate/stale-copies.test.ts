import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import type { PullRequests } from "../../src/gate/ports.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";

let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

async function green() {
  repo = hand.repository();
  return repo.green();
}

/** Deps whose GitHub answers about the pull request itself, its reviews and its people as they are now, whatever happens later. */
async function frozen(number: number): Promise<GateDeps> {
  const work = (await hand.deps.ledger.startWork(repo.key(number)))!;
  const pull = await hand.deps.pulls.read(work.pull);
  const again = await hand.deps.pulls.lookAgain(work.pull, true);
  const pulls: PullRequests = { ...hand.deps.pulls, read: async () => pull, lookAgain: async () => again };
  const people = new Map<string, ReturnType<PullRequests["people"]>>();
  pulls.people = (...given) => {
    const key = JSON.stringify(given.slice(1, 2));
    const kept = people.get(key) ?? hand.deps.pulls.people(...given);
    people.set(key, kept);
    return kept;
  };
  const deps = { ...hand.deps, pulls };
  await hand.deps.ledger.markDirty(repo.key(number));
  await evaluateSubject(deps, repo.key(number));
  return deps;
}

test("T75: a copy of GitHub's that is behind the delivery decides nothing: the success is taken back, and the next reading is asked", async () => {
  const pull = await green();
  const behind = await frozen(pull.number);
  expect(repo.shows(pull.head)).toBe("success");
  hand.pass(5);
  hand.hub.dismissReview(repo.name, pull.number, pull.review.id, { actor: "ana", message: "no" });
  await hand.hub.settled();
  await expect(evaluateSubject(behind, repo.key(pull.number))).rejects.toThrow(
    /^pull request #\d+: GitHub answers as of \S+, and has told of \S+: it is asked again$/,
  );
  expect(repo.shows(pull.head)).not.toBe("success");
  expect(await hand.deps.ledger.pendingSubjects(100)).toContain(repo.key(pull.number));
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(pull.head)).toBe("action_required");
});

test("T75: what was told minutes ago holds up nothing: a copy is behind for seconds", async () => {
  const pull = await green();
  const behind = await frozen(pull.number);
  hand.pass(5);
  hand.hub.review(repo.name, pull.number, { actor: "carol", state: "COMMENTED" });
  await hand.hub.settled();
  await hand.database.outer.execute("update subject set told_at = told_at - interval '3 minutes'");
  await expect(evaluateSubject(behind, repo.key(pull.number))).resolves.toMatchObject({ status: "evaluated" });
});

test("T75: a second look from a copy that is behind the first is no second look", async () => {
  const pull = await green();
  const behind = await frozen(pull.number);
  hand.pass(5);
  // Nothing but the time tells the two apart.
  hand.hub.label(repo.name, pull.number, "of-no-meaning", { actor: "ana" });
  await hand.hub.settled();
  const torn = { ...hand.deps, pulls: { ...hand.deps.pulls, lookAgain: behind.pulls.lookAgain } };
  await expect(evaluateSubject(torn, repo.key(pull.number))).resolves.toEqual({ status: "moved" });
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(pull.head)).toBe("success");
});

test("T75: a list without a vote that a delivery told decides nothing; what is missing minutes later was taken away", async () => {
  const pull = await green();
  const behind = await frozen(pull.number);
  hand.pass(5);
  hand.hub.review(repo.name, pull.number, { actor: "carol", state: "CHANGES_REQUESTED" });
  await hand.hub.settled();
  const torn = { ...hand.deps, pulls: { ...hand.deps.pulls, people: behind.pulls.people } };
  await expect(evaluateSubject(torn, repo.key(pull.number))).rejects.toThrow(
    /^reviews of #\d+: GitHub has told of a vote \(review \d+\) that it does not list: it is asked again$/,
  );
  expect(repo.shows(pull.head)).not.toBe("success");
  expect(await hand.deps.ledger.pendingSubjects(100)).toContain(repo.key(pull.number));
  const receipts = async (repositoryId: number, number: number) =>
    (await hand.deps.ledger.receipts(repositoryId, number)).map((receipt) => ({ ...receipt, lately: false }));
  const later = { ...torn, ledger: { ...torn.ledger, receipts } };
  await expect(evaluateSubject(later, repo.key(pull.number))).resolves.toEqual({ status: "moved" });
  expect(await hand.work()).toEqual([]);
  expect(repo.shows(pull.head)).toBe("failure");
});
