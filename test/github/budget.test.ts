import { afterAll, beforeAll, expect, test } from "vitest";
import { createBudget } from "../../src/github/budget.ts";
import { openRig, type Rig } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const headers = (remaining: number, reset: number, more: object = {}) => ({
  "x-ratelimit-limit": "5000",
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(reset),
  "x-ratelimit-resource": "core",
  ...more,
});

test("knows what is left after a call, for the installation that made it only", async () => {
  const { app, pulls, pull, repository } = rig;
  expect(app.budget.remaining(repository.installationId)).toBeNull();
  await pulls.read(pull);
  await pulls.read(pull);
  const left = app.budget.remaining(repository.installationId)!;
  expect(left).toMatchObject({ limit: 5000 });
  expect(left.remaining).toBeLessThan(5000);
  expect(Date.parse(left.resetAt)).toBeGreaterThan(Date.now());
  expect(app.budget.remaining(repository.installationId + 1)).toBeNull();
});

test("counts every request, refusals and silence apart", async () => {
  const { app, hub, pulls, pull } = rig;
  const before = app.budget.calls();
  hub.requests.length = 0;
  await pulls.read(pull);
  hub.fail({ path: "/pulls/" }, { kind: "status", status: 502 });
  await expect(pulls.read(pull)).rejects.toThrow("502");
  const after = app.budget.calls();
  expect(after.made - before.made).toBe(hub.requests.length);
  expect(after.failed - before.failed).toBe(1);
});

test("an answer that comes late does not give back what was spent; a new window does", () => {
  const budget = createBudget();
  budget.note(1, headers(10, 1_800_000_000));
  budget.note(1, headers(12, 1_800_000_000));
  expect(budget.remaining(1)).toEqual({ remaining: 10, limit: 5000, resetAt: "2027-01-15T08:00:00.000Z" });
  budget.note(1, headers(4999, 1_800_003_600));
  budget.note(1, headers(9, 1_800_000_000));
  expect(budget.remaining(1)).toMatchObject({ remaining: 4999, resetAt: "2027-01-15T09:00:00.000Z" });
});

test("what is no REST limit, or no number, says nothing", () => {
  const budget = createBudget();
  budget.note(1, headers(3, 1_800_000_000, { "x-ratelimit-resource": "graphql" }));
  budget.note(1, {});
  budget.note(1, headers(3, 1_800_000_000, { "x-ratelimit-reset": "9".repeat(40) }));
  budget.note(1, headers(3, 1_800_000_000, { "x-ratelimit-remaining": "-1" }));
  expect(budget.remaining(1)).toBeNull();
});
