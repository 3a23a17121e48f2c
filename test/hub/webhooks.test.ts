import { verify } from "@octokit/webhooks-methods";
import { afterEach, expect, test } from "vitest";
import type { Hub, HubOptions } from "./hub.ts";
import { jwtClient, receiver, smallWorld } from "./world.ts";

const secret = "a-webhook-secret-that-is-long-enough";
let hub: Hub;
let hook: Awaited<ReturnType<typeof receiver>>;
afterEach(async () => {
  await hub.close();
  await hook.close();
});

async function listening(options: HubOptions = {}) {
  const world = await smallWorld(options);
  hub = world.hub;
  hook = await receiver();
  hub.setWebhook({ url: hook.url, secret });
  return world;
}

const names = () =>
  hook.received.map((one) =>
    [one.headers["x-github-event"], (JSON.parse(one.body) as { action?: string }).action].filter(Boolean).join("."),
  );

test("deliveries are signed over the raw bytes, in order, with a GUID each", async () => {
  const { pull } = await listening();
  hub.push("acme/data", "strip", { "x.md": "é\n" }, { actor: "alice" });
  const { id } = hub.review("acme/data", pull.number, { actor: "bob", state: "APPROVED" });
  hub.dismissReview("acme/data", pull.number, id, { actor: "ana" });
  hub.label("acme/data", pull.number, "override", { actor: "ana" });
  hub.comment("acme/data", pull.number, "reason: pager", { actor: "ana" });
  await hub.settled();
  expect(names()).toEqual([
    "push",
    "check_suite.requested",
    "pull_request.synchronize",
    "pull_request_review.submitted",
    "pull_request_review.dismissed",
    "pull_request.labeled",
    "issue_comment.created",
  ]);
  for (const { headers, body } of hook.received) expect(await verify(secret, body, String(headers["x-hub-signature-256"]))).toBe(true);
  expect(new Set(hook.received.map((one) => one.headers["x-github-delivery"])).size).toBe(hook.received.length);
});

test("payloads carry installation, repository, organisation, sender and what changed", async () => {
  const { pull } = await listening();
  const before = hub.headSha("acme/data", pull.number);
  const after = hub.push("acme/data", "strip", { "x.md": "x\n" }, { actor: "bob" });
  hub.review("acme/data", pull.number, { actor: "bob", state: "CHANGES_REQUESTED" });
  hub.push("acme/data", "release", {}, { actor: "alice" });
  hub.retarget("acme/data", pull.number, "release", { actor: "alice" });
  await hub.settled();
  const payload = (name: string) => JSON.parse(hook.received[names().indexOf(name)]!.body) as Record<string, never>;
  const common = { installation: { id: expect.any(Number) }, repository: { full_name: "acme/data" }, organization: { login: "acme" } };
  expect(payload("pull_request.synchronize")).toMatchObject({ ...common, before, after, number: pull.number, sender: { login: "bob" } });
  expect(payload("pull_request_review.submitted")).toMatchObject({ ...common, review: { state: "changes_requested", commit_id: after } });
  expect(payload("pull_request.edited")).toMatchObject({
    ...common,
    changes: { base: { ref: { from: "main" } } },
    pull_request: { base: { ref: "release" } },
  });
});

test("a failed delivery is listed and can be sent again under the same GUID", async () => {
  const { pull } = await listening();
  hook.answer.status = 503;
  hub.comment("acme/data", pull.number, "hello", { actor: "bob" });
  await hub.settled();
  hook.answer.status = 202;
  const app = jwtClient(hub);
  const { data: failed } = await app.apps.listWebhookDeliveries({ status: "failure" });
  expect(failed).toMatchObject([{ event: "issue_comment", action: "created", status_code: 503, redelivery: false }]);
  await app.apps.redeliverWebhookDelivery({ delivery_id: failed[0]!.id });
  await hub.settled();
  const { data: all } = await app.apps.listWebhookDeliveries();
  expect(all.map((one) => [one.guid, one.redelivery, one.status_code])).toEqual([
    [failed[0]!.guid, true, 202],
    [failed[0]!.guid, false, 503],
  ]);
  expect(new Set(all.map((one) => one.id)).size).toBe(2);
  expect(hub.violations).toEqual([]);
});

test("the list of deliveries is paged by a cursor, newest first, and an attempt that is not there cannot be repeated", async () => {
  const { pull } = await listening();
  for (const body of ["one", "two", "three"]) hub.comment("acme/data", pull.number, body, { actor: "bob" });
  await hub.settled();
  const app = jwtClient(hub);
  const ids: number[] = [];
  for (let cursor: string | undefined; ; ) {
    const { data, headers } = await app.apps.listWebhookDeliveries({ per_page: 2, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...data.map(({ id }) => id));
    cursor = /[?&]cursor=([^&>]+)/.exec(headers.link ?? "")?.[1];
    if (cursor === undefined) break;
  }
  expect(ids).toEqual(hub.hooks.sent.map(({ id }) => id).toSorted((a, b) => b - a));
  await expect(app.apps.redeliverWebhookDelivery({ delivery_id: 1 })).rejects.toMatchObject({ status: 404 });
  expect(hub.violations).toEqual([]);
});

test("paused deliveries can be dropped, repeated and reordered by hand", async () => {
  const { pull } = await listening();
  hub.hooks.pause();
  for (const body of ["one", "two", "three"]) hub.comment("acme/data", pull.number, body, { actor: "bob" });
  expect(hub.hooks.pending).toHaveLength(3);
  hub.hooks.reorder([2, 0, 1]);
  hub.hooks.drop(1);
  await hub.hooks.deliverAll();
  await hub.hooks.duplicate(hub.hooks.sent[0]!.guid);
  const bodies = hook.received.map((one) => (JSON.parse(one.body) as { comment: { body: string } }).comment.body);
  expect(bodies).toEqual(["three", "two", "three"]);
  expect(hook.received[0]!.headers["x-github-delivery"]).toBe(hook.received[2]!.headers["x-github-delivery"]);
  hub.comment("acme/data", pull.number, "four", { actor: "bob" });
  hub.hooks.resume();
  await hub.settled();
  expect(hook.received).toHaveLength(4);
});

test("a delivery that nobody takes is recorded as failed and the next one still goes out", async () => {
  const { pull } = await listening();
  hub.setWebhook({ url: "http://127.0.0.1:9/closed", secret });
  hub.comment("acme/data", pull.number, "lost", { actor: "bob" });
  await hub.settled();
  hub.setWebhook({ url: hook.url, secret });
  hub.comment("acme/data", pull.number, "heard", { actor: "bob" });
  await hub.settled();
  expect(hub.hooks.sent.map((one) => one.status)).toEqual(["failed to connect to host", "OK"]);
});

test("a receiver that stays silent is cut off at the time limit", async () => {
  const { pull } = await listening({ hookTimeoutMs: 50 });
  hook.answer.status = 0;
  hub.comment("acme/data", pull.number, "unheard", { actor: "bob" });
  await hub.settled();
  expect(hub.hooks.sent.map((one) => one.status)).toEqual(["timed out"]);
});

test("nothing is sent where the app is not installed, or while it is suspended", async () => {
  const { pull } = await listening();
  hub.suspendInstallation("acme");
  hub.comment("acme/data", pull.number, "quiet", { actor: "bob" });
  hub.unsuspendInstallation("acme");
  hub.createOrg("rival", { install: false });
  hub.createRepo("rival/repo");
  await hub.settled();
  expect(names()).toEqual(["installation.suspend", "installation.unsuspend"]);
});

test("people: membership, team and organisation events", async () => {
  await listening();
  hub.createUser("carol");
  hub.addMember("acme/sec-ops", "carol");
  hub.removeOrgMember("acme", "carol", { actor: "ana" });
  hub.renameTeam("acme/sec-ops", "Security");
  hub.deleteTeam("acme/security");
  await hub.settled();
  expect(names()).toEqual([
    "organization.member_added",
    "membership.added",
    "membership.removed",
    "organization.member_removed",
    "team.edited",
    "team.deleted",
  ]);
});
