import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { GateDeps } from "../../src/gate/deps.ts";
import type { PlanRequest } from "../../src/gate/ports.ts";
import { createPlanPublishing } from "../../src/gate/publish-plan.ts";
import { createPlanReading } from "../../src/gate/read-plan.ts";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { type Hand, type Repository, startHand } from "../support/by-hand.ts";
import { FILE } from "../support/scene.ts";

/** What landings do to the plan that runtimes read: on the simulated GitHub, with the worker run by hand. */
let hand: Hand;
let repo: Repository;
beforeAll(async () => {
  hand = await startHand();
});
beforeEach(() => {
  repo = hand.repository();
  hand.hub.push(repo.name, "staging", {}, { actor: "ana", message: "branch" });
  hand.pass(5);
});
afterAll(() => hand.close());

const changed = (index: number) => ({ [FILE]: CONTRACT.replace("tags: [pii]", `tags: [pii, gdpr]`).replace("1.0.0", `1.0.${index}`) });
const other = (index: number) => ({ [`contracts/other-${index}.odcs.yaml`]: CONTRACT.replaceAll("customers", `other_${index}`) });

/** Opened, approved and merged; recorded only with the next `hand.work()`. */
async function merge(files: Readonly<Record<string, string>>, branch: string, base = "staging", approve = true) {
  const pull = repo.open(files, branch, base);
  await hand.work();
  if (approve) {
    hand.hub.review(repo.name, pull.number, { actor: base === "staging" ? "ana" : "bob", state: "APPROVED" });
    hand.pass(5);
    await hand.work();
  }
  hand.hub.merge(repo.name, pull.number, { actor: "ana", method: "squash", bypass: true });
  hand.pass(5);
  return pull;
}

async function recordOf(number: number) {
  const record = await hand.deps.ledger.approvalOf(repo.id, number);
  if (record === null) throw new Error(`#${number} has no approval`);
  const { workspaceId, id: approvalId } = record.approval;
  const asked = (personId: number, isAdmin: boolean): PlanRequest => ({
    tenantId: record.event.tenantId,
    workspaceId,
    approvalId,
    actor: { personId, isAdmin },
  });
  const history = (await hand.deps.ledger.planHistory({ tenantId: record.event.tenantId, workspaceId }, 20))
    .toReversed()
    .map(({ kind, approvalId: of, byAdmin }) => `${kind}${of === approvalId ? " this" : ""}${byAdmin ? " by admin" : ""}`);
  return { record, asked, history, tenantId: record.event.tenantId };
}

async function plan(tenantId: string, environment = "staging") {
  return createPlanReading(hand.deps.ledger).read({ tenantId, agent: repo.name, environment }, null);
}

test("on staging each landing is published as it is recorded, and the one before is gone", async () => {
  const one = await merge(changed(1), "one");
  await hand.work();
  const first = await recordOf(one.number);
  expect(first.history).toEqual(["promoted this"]);
  expect(await plan(first.tenantId)).toMatchObject({ status: "published", compiledHash: first.record.artifact.compiledHash });
  const two = await merge(other(1), "two");
  await hand.work();
  const second = await recordOf(two.number);
  expect(await plan(first.tenantId)).toMatchObject({ status: "published", compiledHash: second.record.artifact.compiledHash });
  const reading = createPlanReading(hand.deps.ledger);
  const key = { tenantId: first.tenantId, agent: repo.name, environment: "staging" };
  expect(await reading.read(key, first.record.artifact.compiledHash)).toEqual({ status: "gone" });
});

test("a crash between approval and publication is healed by the next run, which publishes once", async () => {
  const { number } = await merge(changed(1), "one");
  const cut: GateDeps = {
    ...hand.deps,
    ledger: { ...hand.deps.ledger, publishPlan: () => Promise.reject(new Error("killed")) },
  };
  expect((await hand.work(cut)).map(({ message }) => message)).toContain("killed");
  const left = await recordOf(number);
  expect([left.history, (await plan(left.tenantId)).status]).toEqual([[], "in_review"]);
  expect(await hand.work()).toEqual([]);
  await hand.deps.ledger.markDirty(repo.key(number));
  expect(await hand.work()).toEqual([]);
  expect((await recordOf(number)).history).toEqual(["promoted this"]);
  expect(await plan(left.tenantId)).toMatchObject({ status: "published", planStatus: "APPROVED" });
});

test("production waits for a person; enforcing and revoking for an admin", async () => {
  const { number } = await merge(changed(1), "one", "main");
  await hand.work();
  const { asked, tenantId, history } = await recordOf(number);
  expect([history, await plan(tenantId, "production")]).toEqual([[], { status: "in_review", planStatus: "READY" }]);
  const plans = createPlanPublishing(hand.deps);
  expect(await plans.enforce(asked(7, true))).toMatchObject({ status: "refused", code: "INVALID_STATE" });
  expect(await plans.promote(asked(7, false))).toMatchObject({ status: "done", created: true, plan: { status: "APPROVED" } });
  expect(await plans.promote(asked(7, false))).toMatchObject({ status: "done", created: false });
  for (const act of ["enforce", "revoke"] as const)
    expect(await plans[act](asked(7, false))).toMatchObject({ status: "refused", code: "FORBIDDEN" });
  expect(await plans.enforce(asked(8, true))).toMatchObject({ status: "done", plan: { status: "ENFORCING" } });
  expect(await plans.revoke(asked(8, true))).toMatchObject({ status: "done", plan: { status: "READY" } });
  expect((await recordOf(number)).history).toEqual(["promoted this", "enforced this by admin", "revoked this by admin"]);
  expect(await plans.promote({ ...asked(8, true), approvalId: crypto.randomUUID() })).toMatchObject({ code: "NOT_FOUND" });
});

test("T100: after a bypass the next landing is withheld, and says so; an admin publishes it, and then all goes on", async () => {
  await merge({ [FILE]: CONTRACT.replaceAll("        tags: [pii]\n", "") }, "strip", "staging", false);
  await hand.work();
  const next = await merge(other(1), "next");
  await hand.work();
  const { history, asked, tenantId } = await recordOf(next.number);
  expect([history, (await plan(tenantId)).status]).toEqual([["withheld this"], "in_review"]);
  const plans = createPlanPublishing(hand.deps);
  expect(await plans.promote(asked(7, false))).toMatchObject({
    code: "FORBIDDEN",
    because: expect.stringContaining("without its approval"),
  });
  expect(await plans.promote(asked(8, true))).toMatchObject({ status: "done", created: true });
  const last = await merge(other(2), "last");
  await hand.work();
  expect((await recordOf(last.number)).history).toEqual(["withheld", "promoted by admin", "promoted this"]);
  expect((await hand.deps.ledger.auditTrail(500)).filter(({ type }) => type === "plan.withheld")).toHaveLength(1);
});

test("landings that are recorded in another order end at the newest", async () => {
  const one = await merge(changed(1), "one");
  const two = await merge(other(1), "two");
  // The second is recorded first.
  await hand.hub.settled();
  await hand.deps.ledger.markDirty(repo.key(two.number));
  const { evaluateSubject } = await import("../../src/gate/evaluate-subject.ts");
  await evaluateSubject(hand.deps, repo.key(two.number));
  await hand.work();
  const [first, second] = [await recordOf(one.number), await recordOf(two.number)];
  expect(await plan(first.tenantId)).toMatchObject({ compiledHash: second.record.artifact.compiledHash });
});

test("T100: a branch that was rewritten publishes nothing over what is there, until an admin has revoked it", async () => {
  const start = hand.hub.push(repo.name, "staging", { "docs/start.md": "start" }, { actor: "ana", message: "start" });
  hand.pass(5);
  const one = await merge(changed(1), "one");
  await hand.work();
  const before = await recordOf(one.number);
  hand.hub.pushCommit(repo.name, "staging", start, { actor: "ana" });
  hand.pass(5);
  const two = await merge(other(1), "two");
  await hand.work();
  const { asked, history } = await recordOf(two.number);
  expect(history).toEqual(["promoted", "withheld this"]);
  const plans = createPlanPublishing(hand.deps);
  expect(await plans.promote(asked(8, true))).toMatchObject({
    code: "INVALID_STATE",
    because: expect.stringContaining("does not descend"),
  });
  expect(await plans.revoke(before.asked(8, true))).toMatchObject({ status: "done" });
  expect(await plans.promote(asked(7, false))).toMatchObject({ code: "FORBIDDEN" });
  expect(await plans.promote(asked(8, true))).toMatchObject({ status: "done" });
});

test("only the environment's one branch is published, on merge and by hand", async () => {
  const release = hand.repository({ [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
  repo = release;
  hand.hub.push(repo.name, "release/1", {}, { actor: "ana", message: "branch" });
  const { number } = await merge(changed(1), "one", "release/1");
  await hand.work();
  const { asked } = await recordOf(number);
  const answer = await createPlanPublishing(hand.deps).promote(asked(8, true));
  expect(answer).toMatchObject({ status: "refused", code: "INVALID_STATE", because: expect.stringContaining("`main`") });
});
