import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { CHECK } from "../support/scene.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
}, 300_000);
afterEach(() => hand.hub.clearFaults());
afterAll(() => hand.close());

const DOWN = { kind: "status", status: 502 } as const;
const run = (name: string, sha: string) => hand.hub.checkRuns(name, sha).find((each) => each.name === CHECK);

test("T68: a first evaluation that cannot read people says so on the check, and a third one fails it", async () => {
  const repo = hand.repository();
  const pull = repo.open();
  hand.hub.fail({ path: /\/timeline/ }, DOWN, Number.POSITIVE_INFINITY);
  await hand.work();
  const shown = run(repo.name, pull.head);
  expect(shown?.conclusion).toBe("failure");
  expect(shown?.output?.title).toContain("Cannot decide yet");
  expect(shown?.output?.title).toContain("502");
  hand.hub.clearFaults();
  await hand.deps.ledger.markDirty(repo.key(pull.number));
  expect(await hand.work()).toEqual([]);
  expect(run(repo.name, pull.head)?.conclusion).toBe("action_required");
}, 120_000);

test("T68: where not even the pull request can be read, the head of the signed delivery shows why, and never a success", async () => {
  const repo = hand.repository();
  repo.open({ "README.md": "one\n" }, "one");
  expect(await hand.work()).toEqual([]);
  const pull = repo.open({ "README.md": "two\n" }, "two");
  hand.hub.fail({ path: new RegExp(`/pulls/${pull.number}$`) }, DOWN, Number.POSITIVE_INFINITY);
  await hand.hub.settled();

  for (const expected of [null, null, "failure"]) {
    await expect(evaluateSubject(hand.deps, repo.key(pull.number))).rejects.toThrow();
    const shown = run(repo.name, pull.head);
    expect(shown?.conclusion ?? null).toBe(expected);
    expect(shown?.output?.title).toContain("Cannot decide yet");
  }
  hand.hub.clearFaults();
  expect(await hand.work()).toEqual([]);
  expect(run(repo.name, pull.head)?.conclusion).toBe("success");
}, 120_000);

test("a repository without a policy gets nothing, fault or not", async () => {
  const repo = hand.repository({ "README.md": "plain\n" });
  const pull = repo.open({ "README.md": "two\n" });
  hand.hub.fail({ path: new RegExp(`/pulls/${pull.number}$`) }, DOWN, 1);
  await hand.work();
  hand.hub.fail({ path: /\/(compare|git\/trees)\// }, DOWN, 1);
  await hand.deps.ledger.markDirty(repo.key(pull.number));
  await hand.work();
  expect(hand.hub.checkRuns(repo.name, pull.head)).toEqual([]);
}, 120_000);
