import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { overrideDebts } from "../../src/gate/override-routines.ts";
import { CONTRACT } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { ahead, LABEL, OVERRIDE, overriding } from "../support/overriding.ts";
import { FILE } from "../support/scene.ts";

/** An override from its label to its end. */
let hand: Hand;
let repo: Repository;
let on: ReturnType<typeof overriding>;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
  on = overriding(hand, repo);
});
afterEach(() => {
  hand.hub.clearFaults();
  expect(hand.hub.violations).toEqual([]);
});
afterAll(() => hand.close());

const HOUR_MS = 3_600_000;
const BARE = CONTRACT.replaceAll("        tags: [pii]\n", "");

test("T81: an overridden contract with a NUL in it stops no sweep: Postgres looks into no JSON that holds one", async () => {
  const pull = repo.open({ [FILE]: BARE.replace("Where receipts are sent", '"a\\0b"') });
  await hand.work();
  hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
  hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
  await on.later();
  expect(repo.shows(pull.head)).toBe("success");
  const { decision } = (await hand.deps.ledger.latestEvaluation(repo.key(pull.number)))!;
  expect(JSON.stringify(decision)).toContain("\\u0000");
  expect(await hand.deps.ledger.pendingSubjects(100)).toEqual([]);
});

describe("authority at that moment", () => {
  test("T59: whoever becomes an owner after setting the label has no authority for it; setting it again has", async () => {
    const pull = await on.overridden("dave");
    expect(repo.shows(pull.head)).toBe("action_required");
    hand.hub.addOrgMember("acme", "dave", { role: "admin" });
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "dave" });
    await on.later();
    expect(repo.shows(pull.head)).toBe("success");
    hand.hub.addOrgMember("acme", "dave", { role: "member" });
    await on.later();
    expect(repo.shows(pull.head)).toBe("action_required");
  });

  test("T59: the label that was refused stays without authority although nobody took it off and dave is an owner now", async () => {
    hand.hub.fail({ method: "DELETE", path: /labels/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    const pull = await on.overridden("dave");
    hand.hub.addOrgMember("acme", "dave", { role: "admin" });
    await on.later();
    expect(on.labels(pull.number)).toEqual([LABEL]);
    expect(repo.shows(pull.head)).toBe("action_required");
    expect(await on.why(pull.number)).toEqual(["dave was not entitled when the override label was set: not an owner"]);
    hand.hub.addOrgMember("acme", "dave", { role: "member" });
  });

  test("T59: a label whose signed delivery never came gives no authority", async () => {
    const pull = repo.open();
    await hand.work();
    const hook = hand.hub.hooks;
    hook.pause();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hook.pending.length = 0;
    hook.resume();
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await on.later();
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await on.why(pull.number))[0]).toContain("is not known: set it again");
  });

  test("T59: a label that is first worked on long after it was set gives no authority", async () => {
    const pull = repo.open();
    await hand.work();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await on.later(5, ahead(hand, HOUR_MS));
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await on.why(pull.number))[0]).toContain("was seen too late");
  });

  test("T59: used once: the reason deleted and given again with a new label is no second use", async () => {
    const pull = await on.overridden();
    expect(repo.shows(pull.head)).toBe("success");
    hand.hub.deleteComments(repo.name, pull.number, { actor: "ana" });
    hand.hub.unlabel(repo.name, pull.number, LABEL, { actor: "ana" });
    await on.later();
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await on.later();
    expect(repo.shows(pull.head)).toBe("action_required");
    expect((await on.why(pull.number))[0]).toContain("it can be used once");
  });

  test("T59: a replayed delivery of the label changes nothing", async () => {
    const pull = await on.overridden();
    const before = await on.types(pull.number);
    const sent = hand.hub.hooks.sent.find((each) => each.event === "pull_request" && each.action === "labeled")!;
    await hand.hub.hooks.duplicate(sent.guid);
    await on.later();
    expect(await on.types(pull.number)).toEqual(before);
  });
});

describe("the label of nobody entitled", () => {
  test("T59: is taken off once, and recorded with who and why", async () => {
    const pull = await on.overridden("dave");
    await on.later();
    expect(on.labels(pull.number)).toEqual([]);
    const events = await on.told(pull.number);
    const dave = String((await hand.deps.ledger.overrideGrants(repo.id, pull.number))[0]?.actorId);
    expect(events.map(({ type, severity, payload }) => [type, severity, payload.because])).toEqual([
      ["override.refused", "warning", "not an owner"],
      ["override.label_removed", "warning", "not an owner"],
    ]);
    expect(events[0]?.actor).toBe(dave);
    await overrideDebts.run(hand.deps);
    const removals = hand.hub.requests.filter(({ method, path }) => method === "DELETE" && path.includes(`/${pull.number}/labels/`));
    expect(removals.filter(({ path }) => path.startsWith(`/repos/${repo.name}/`))).toHaveLength(1);
  });

  test("T59: an authorised label is never taken off", async () => {
    const pull = await on.overridden("ana");
    await overrideDebts.run(hand.deps);
    expect(on.labels(pull.number)).toEqual([LABEL]);
  });

  test("T59: when somebody entitled has set it again meanwhile, that one stays", async () => {
    hand.hub.fail({ method: "DELETE", path: /labels/ }, { kind: "status", status: 502 }, 1);
    const pull = await on.overridden("dave");
    hand.hub.unlabel(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.pass(5);
    hand.hub.label(repo.name, pull.number, LABEL, { actor: "ana" });
    hand.hub.comment(repo.name, pull.number, OVERRIDE, { actor: "ana" });
    await on.later();
    await overrideDebts.run(hand.deps);
    expect(on.labels(pull.number)).toEqual([LABEL]);
    expect(repo.shows(pull.head)).toBe("success");
  });

  test("a removal that fails changes no verdict, and is made good by the routine", async () => {
    hand.hub.fail({ method: "DELETE", path: /labels/ }, { kind: "status", status: 502 }, 1);
    const pull = await on.overridden("dave");
    expect(repo.shows(pull.head)).toBe("action_required");
    expect(on.labels(pull.number)).toEqual([LABEL]);
    await overrideDebts.run(hand.deps);
    expect(on.labels(pull.number)).toEqual([]);
  });
});

describe("the trail", () => {
  test("granted, used, merged: each critical and once; the forced record names the override and keeps its blockers", async () => {
    const pull = await on.overridden();
    await on.later();
    hand.hub.merge(repo.name, pull.number, { actor: "alice", method: "squash" });
    await on.later();
    const events = (await on.told(pull.number)).filter(({ type }) => type.startsWith("override."));
    expect(events.map(({ type, severity }) => [type, severity])).toEqual([
      ["override.granted", "critical"],
      ["override.used", "critical"],
      ["override.merged", "critical"],
    ]);
    const record = await hand.deps.ledger.approvalOf(repo.id, pull.number);
    expect(record?.approval).toMatchObject({ kind: "forced", approvedBy: [], overrideId: events[0]?.payload.overrideId });
    expect(record?.approval.blockerIds).toHaveLength(1);
  });

  test("T60: revoked by a push, by taking the label off, by closing; expired by the clock", async () => {
    const pushed = await on.overridden("ana", "pushed");
    const head = hand.hub.push(repo.name, "pushed", { [FILE]: BARE }, { actor: "alice" });
    await on.later();
    expect([repo.shows(pushed.head), repo.shows(head)]).toEqual(["action_required", "action_required"]);
    const taken = await on.overridden("ana", "taken");
    hand.hub.unlabel(repo.name, taken.number, LABEL, { actor: "ana" });
    const closed = await on.overridden("ana", "closed");
    hand.hub.closePull(repo.name, closed.number, { actor: "alice" });
    const expired = await on.overridden("ana", "expired");
    await on.later();
    await hand.deps.ledger.markDirty(repo.key(expired.number));
    await on.later(5, ahead(hand, 4 * HOUR_MS));
    const ends = async ({ number }: { number: number }) => (await on.types(number)).filter((type) => /expired|revoked|merged/.test(type));
    expect(await Promise.all([pushed, taken, closed, expired].map(ends))).toEqual([
      ["override.revoked"],
      ["override.revoked"],
      ["override.revoked"],
      ["override.expired"],
    ]);
    expect(repo.shows(expired.head)).toBe("action_required");
  });
});
