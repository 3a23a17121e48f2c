import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";

/** A verdict that can be told but never stored, or facts that nothing can be decided from: what was green before may no longer be so. */
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

function withLedger(verbs: Partial<GateDeps["ledger"]>): GateDeps {
  return { ...hand.deps, ledger: { ...hand.deps.ledger, ...verbs } };
}

const saveEvaluation = () => Promise.reject(new Error("index row size 3000 exceeds btree maximum 2704"));

test.each<[string, Partial<GateDeps["ledger"]>, string]>([
  ["the evaluation is not stored", { saveEvaluation }, "index row size"],
  ["nothing can be decided", { overdueReviews: async () => [null, null] as never }, "null"],
  ["nothing can be decided, and that is not stored", { saveEvaluation, overdueReviews: async () => [null, null] as never }, "null"],
])("T64: dismissed, and then %s: the success does not stay", async (_what, verbs, because) => {
  const { number, head, review } = await repo.green();
  hand.hub.dismissReview(repo.name, number, review.id, { actor: "ana" });
  hand.pass(5);
  await hand.hub.settled();
  await expect(evaluateSubject(withLedger(verbs), repo.key(number))).rejects.toThrow(because);
  expect(repo.shows(head)).toBe(null);
  expect(await hand.deps.ledger.pendingSubjects(100)).toContain(repo.key(number));
  await hand.work();
  expect(repo.shows(head)).toBe("action_required");
});

test("T54: the same for a merge group", async () => {
  const { number, review } = await repo.green();
  const { groupSha } = hand.hub.enqueue(repo.name, number, { actor: "alice" });
  hand.pass(5);
  await hand.work();
  expect(repo.shows(groupSha)).toBe("success");
  hand.hub.dismissReview(repo.name, number, review.id, { actor: "ana" });
  hand.pass(5);
  await hand.hub.settled();
  await expect(evaluateSubject(withLedger({ saveEvaluation }), `${repo.id}@${groupSha}`)).rejects.toThrow("index row size");
  expect(repo.shows(groupSha)).toBe(null);
  await hand.work();
  expect(repo.shows(groupSha)).toBe("failure");
});
