import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redelivery } from "../../src/gate/redelivery-routine.ts";
import type { Hand, Repository } from "../support/by-hand.ts";
import { type Recovering, startRecovering } from "../support/recovering.ts";

/** What GitHub could not deliver is asked for again, from its own list of attempts. */
let hand: Hand;
let recovery: Recovering;
let repo: Repository;
beforeAll(async () => {
  ({ hand, recovery } = await startRecovering());
  repo = hand.repository();
});
beforeEach(async () => {
  await recovery.round(redelivery);
  recovery.alarms.length = 0;
});
afterEach(() => {
  hand.hub.clearFaults();
  recovery.hear();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

const REPEAT = "POST /app/hook/deliveries/{delivery_id}/attempts";
const LIST = "GET /app/hook/deliveries";

/** Nobody listens where deliveries go. */
function goDown(): void {
  hand.hub.setWebhook({ ...hand.webhook, url: "http://127.0.0.1:9/closed" });
}

async function inbox(): Promise<ReadonlySet<string>> {
  const { rows } = await hand.database.pglite!.query<{ guid: string }>("select guid from webhook_delivery");
  return new Set(rows.map(({ guid }) => guid));
}

function guids(): readonly string[] {
  return [...new Set(hand.hub.hooks.sent.map(({ guid }) => guid))];
}

async function lostPull(): Promise<{ readonly number: number; readonly head: string }> {
  goDown();
  const pull = repo.open(undefined, `work-${guids().length}`);
  await hand.hub.settled();
  recovery.hear();
  return pull;
}

/** As a process that ends in the midst of reading GitHub's list. */
async function killAfterOnePage(): Promise<void> {
  let pages = 0;
  const hooks = {
    ...recovery.deps.hooks,
    page: async (cursor: string | null) => {
      pages += 1;
      if (pages > 1) throw new Error("killed");
      return recovery.deps.hooks.page(cursor);
    },
  };
  await expect(redelivery.run({ ...recovery.deps, hooks })).rejects.toThrow("killed");
  expect((await hand.deps.ledger.hookPosition()).walk).not.toBeNull();
}

describe("T73: deliveries that failed", () => {
  test("all of them come in, each asked for once, and the check is right", async () => {
    const pull = await lostPull();
    expect(await hand.work()).toEqual([]);
    expect(repo.shows(pull.head)).toBeUndefined();
    const lost = guids().length - (await inbox()).size;
    expect(lost).toBeGreaterThan(1);
    recovery.forgetCalls();
    await recovery.round(redelivery);
    expect(recovery.calls().filter((call) => call === REPEAT)).toHaveLength(lost);
    expect(await inbox()).toEqual(new Set(guids()));
    expect(repo.shows(pull.head)).toBe("action_required");
    recovery.forgetCalls();
    await recovery.round(redelivery);
    await recovery.round(redelivery);
    expect(recovery.calls()).toEqual([LIST, LIST]);
  });

  test("a review comes with its receipt: on which head it was given", async () => {
    const pull = repo.open(undefined, "reviewed");
    await hand.work();
    goDown();
    const review = hand.hub.review(repo.name, pull.number, { actor: "bob", state: "APPROVED" });
    await hand.hub.settled();
    recovery.hear();
    await recovery.round(redelivery);
    const receipts = await hand.deps.ledger.receipts(repo.id, pull.number);
    expect(receipts).toMatchObject([{ kind: "review", subject: String(review.id), headSha: pull.head }]);
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("acknowledged, and lost after that with the database: known by its id, which is not in the inbox", async () => {
    const pull = repo.open(undefined, "forgotten");
    await hand.hub.settled();
    const [delivered] = hand.hub.hooks.sent.filter(({ event, action }) => event === "pull_request" && action === "opened").slice(-1);
    expect(delivered!.status).toBe("OK");
    await hand.database.outer.execute(`delete from webhook_delivery where guid = '${delivered!.guid}'`);
    await recovery.round(redelivery);
    expect(await inbox()).toContain(delivered!.guid);
    expect(pull.number).toBeGreaterThan(0);
  });

  test("one that fails again is asked for again, later each time, and not for ever", async () => {
    await lostPull();
    goDown();
    recovery.forgetCalls();
    const asked = () => recovery.calls().filter((call) => call === REPEAT).length;
    await redelivery.run(recovery.deps);
    await hand.hub.settled();
    const once = asked();
    expect(once).toBeGreaterThan(0);
    // Its new attempt is listed and failed; the time for another has not come.
    await redelivery.run(recovery.deps);
    await hand.hub.settled();
    expect(asked()).toBe(once);
    for (let round = 0; round < 12; round += 1) {
      await hand.database.outer.execute("update missing_delivery set asked_at = asked_at - interval '30 hours'");
      await redelivery.run(recovery.deps);
      await hand.hub.settled();
    }
    expect(asked()).toBe(once * 8);
    await hand.database.outer.execute("delete from missing_delivery");
  });

  test("T77: killed after asking and before noting it: asked twice, taken once", async () => {
    const pull = await lostPull();
    const crashed = { ...recovery.deps.ledger, recordAsked: () => Promise.reject(new Error("killed")) };
    await expect(redelivery.run({ ...recovery.deps, ledger: crashed })).rejects.toThrow("killed");
    await recovery.round(redelivery);
    await recovery.round(redelivery);
    expect(await inbox()).toEqual(new Set(guids()));
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("T77: killed while the list is read: nothing of it is skipped", async () => {
    await lostPull();
    const crashed = { ...recovery.deps.ledger, keepMissing: () => Promise.reject(new Error("killed")) };
    await expect(redelivery.run({ ...recovery.deps, ledger: crashed })).rejects.toThrow("killed");
    await recovery.round(redelivery);
    expect(await inbox()).toEqual(new Set(guids()));
  });

  test("more than one page: the walk back goes on where it ended, page by page", async () => {
    goDown();
    for (let count = 0; count < 120; count += 1) hand.hub.push(repo.name, `many-${count}`, { "a.txt": `${count}` }, { actor: "alice" });
    await hand.hub.settled();
    recovery.hear();
    await killAfterOnePage();
    for (let round = 0; round < 3; round += 1) await recovery.round(redelivery);
    expect(await inbox()).toEqual(new Set(guids()));
    expect((await hand.deps.ledger.hookPosition()).walk).toBeNull();
  });

  test("T77: what failed after the walk began that broke off is asked for in the round that ends it, not in the one after", async () => {
    goDown();
    // Two deliveries each: a page of GitHub's list and some, and no more than is asked for in a round.
    for (let count = 0; count < 60; count += 1) hand.hub.push(repo.name, `older-${count}`, { "a.txt": `${count}` }, { actor: "alice" });
    await hand.hub.settled();
    await killAfterOnePage();
    hand.hub.push(repo.name, "newer", { "a.txt": "newer" }, { actor: "alice" });
    await hand.hub.settled();
    recovery.hear();
    await recovery.round(redelivery);
    expect(await inbox()).toEqual(new Set(guids()));
  });
});

describe("T73: what will soon be lost is told", () => {
  test("a delivery that is two days old, once, in the trail of whom it is about", async () => {
    await lostPull();
    goDown();
    await redelivery.run(recovery.deps);
    await hand.hub.settled();
    await hand.database.outer.execute("update missing_delivery set delivered_at = now() - interval '49 hours'");
    await redelivery.run(recovery.deps);
    await redelivery.run(recovery.deps);
    await hand.hub.settled();
    const events = (await hand.deps.ledger.auditTrail(100)).filter(({ type }) => type === "delivery.missing");
    expect(events.length).toBe(recovery.alarms.length);
    expect(events[0]).toMatchObject({ severity: "critical", payload: { repositoryId: repo.id } });
    const watched = await hand.deps.ledger.watchedRepositories(10);
    expect(watched.length).toBeGreaterThan(0);
    recovery.hear();
    await recovery.round(redelivery);
  });

  test("a list that was not read for two days, once", async () => {
    await hand.database.outer.execute("update hook_position set reconciled_to = now() - interval '49 hours'");
    hand.hub.fail({ path: "/app/hook/deliveries" }, { kind: "status", status: 502 }, 2);
    await expect(redelivery.run(recovery.deps)).rejects.toThrow("502");
    await expect(redelivery.run(recovery.deps)).rejects.toThrow("502");
    expect(recovery.alarms).toHaveLength(1);
    await recovery.round(redelivery);
    const told = (await hand.deps.ledger.auditTrail(20)).filter(({ type }) => type === "delivery.gap");
    expect(told).toHaveLength(1);
  });

  test("a server that keeps no list of deliveries is left alone", async () => {
    hand.hub.fail({ path: "/app/hook/deliveries" }, { kind: "status", status: 404, body: { message: "Not Found" } });
    await recovery.round(redelivery);
    expect(recovery.alarms).toEqual([]);
  });

  test("a place in the list that GitHub no longer knows: the walk begins anew", async () => {
    const position = { reconciledTo: new Date(0).toISOString(), walk: { from: new Date().toISOString(), cursor: "gone" } };
    await hand.deps.ledger.keepMissing([], position);
    hand.hub.fail({ path: "/app/hook/deliveries" }, { kind: "status", status: 400, body: { message: "Invalid cursor" } });
    await expect(redelivery.run(recovery.deps)).rejects.toThrow("400");
    expect(await hand.deps.ledger.hookPosition()).toEqual({ reconciledTo: position.reconciledTo, walk: null });
    await recovery.round(redelivery);
  });
});
