import { createHash, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { PullRequests, RepositoryRef } from "../../src/gate/ports.ts";
import { startHand } from "../support/by-hand.ts";

/** `npm run storm` has 10,000; a thousand show the same in less time. */
const EVENTS = Number(process.env["STORM_EVENTS"] ?? 1_000);
const MEANWHILE = EVENTS / 50;
const BEFORE = EVENTS - MEANWHILE;

test("T69: a storm of events on one pull request is two evaluations: of what came before, and of what came meanwhile", async () => {
  const hand = await startHand();
  const repo = hand.repository();
  const pull = repo.open();
  await hand.hub.settled();
  const key = repo.key(pull.number);
  const { repository } = (await hand.deps.ledger.startWork(key))!.pull;
  await storm(repository, BEFORE);
  hand.hub.requests.length = 0;
  let reads = 0;
  const pulls: PullRequests = {
    ...hand.deps.pulls,
    async people(...asked) {
      reads += 1;
      if (reads === 1) await storm(repository, MEANWHILE);
      return hand.deps.pulls.people(...asked);
    },
  };
  expect(await hand.work({ ...hand.deps, pulls })).toEqual([]);
  expect((await hand.deps.ledger.latestEvaluation(key))?.version).toBe(2);
  expect(reads).toBe(2);
  expect(hand.hub.requests.length).toBeLessThan(60);
  expect(repo.shows(pull.head)).toBe("action_required");
  await hand.close();

  async function storm(of: RepositoryRef, events: number): Promise<void> {
    for (let n = 0; n < events; n++) {
      const body = `{"nonce":"${randomUUID()}"}`;
      const outcome = await hand.deps.ledger.recordDelivery({
        guid: randomUUID(),
        event: "pull_request",
        action: n % 2 === 0 ? "labeled" : "edited",
        body,
        bodySha256: createHash("sha256").update(body).digest("hex"),
        marks: [{ kind: "pull", repository: of, number: pull.number, headSha: pull.head, baseRef: "main" }],
        receipts: [],
      });
      expect(outcome).toEqual({ status: "recorded", subjects: [key] });
    }
  }
}, 900_000);
