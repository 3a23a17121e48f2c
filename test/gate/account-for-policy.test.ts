import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { POLICIES } from "../demo/sample.ts";
import { type Hand, startHand } from "../support/by-hand.ts";
import { ahead } from "../support/overriding.ts";

let hand: Hand;
beforeAll(async () => {
  hand = await startHand();
  // The app's tokens are made by the real clock, which goes on while the database is made.
  hand.pass(60);
});
afterEach(() => expect(hand.hub.violations).toEqual([]));
afterAll(() => hand.close());

test("T30/T73: policy merged past the gate while every delivery of it was lost: awaited for an hour, then an incident that the check tells", async () => {
  const repo = hand.repository();
  const waiting = repo.open();
  await hand.work();

  hand.hub.setWebhook(null);
  const lax = repo.open({ ".choochoo/approval-policies.yaml": POLICIES.replace("slaHours: 24", "mode: shadow") }, "lax");
  hand.hub.merge(repo.name, lax.number, { actor: "ana", method: "squash", bypass: true });
  hand.hub.setWebhook(hand.webhook);
  const looked = async (deps = hand.deps) => {
    await hand.deps.ledger.markDirty(repo.key(waiting.number));
    expect(await hand.work(deps)).toEqual([]);
    const { decision } = (await hand.deps.ledger.latestEvaluation(repo.key(waiting.number)))!;
    const incidents = (await hand.deps.ledger.auditTrail(50)).filter(({ type }) => type === "incident.policy").length;
    return { state: decision.state, told: decision.problems.map(({ message }) => message).join(), incidents };
  };
  expect(await looked()).toMatchObject({ state: "pending_approval", told: "", incidents: 0 });
  expect(await looked(ahead(hand, 3_700_000))).toMatchObject({
    state: "pending_approval",
    told: expect.stringContaining(`#${lax.number} landed it, and no approval of it is on record; version 1 decides`),
    incidents: 1,
  });
});
