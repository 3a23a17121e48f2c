import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { receiver, smallWorld, statusOf } from "./world.ts";

let world: Awaited<ReturnType<typeof smallWorld>>;
beforeAll(async () => {
  world = await smallWorld();
});
afterAll(async () => {
  expect(world.hub.violations).toEqual([]);
  await world.hub.close();
});

const output = { title: "Waiting", summary: "One approval is missing." };
const line = (n: number) => ({ path: "c.yaml", start_line: n, end_line: n, annotation_level: "warning", message: "pii removed" });

describe("a check run is refused with 422 when", () => {
  const action = { label: "Re-run", description: "Evaluate again", identifier: "rerun" };
  test.each([
    ["the summary passes 65,535 characters", { output: { ...output, summary: "x".repeat(65_536) } }],
    ["the text passes 65,535 characters", { output: { ...output, text: "x".repeat(65_536) } }],
    ["the title passes 65,535 characters", { output: { ...output, title: "x".repeat(65_536) } }],
    ["output has no summary", { output: { title: "x" } }],
    ["there are 51 annotations", { output: { ...output, annotations: Array.from({ length: 51 }, (_, i) => line(i + 1)) } }],
    ["an annotation has no message", { output: { ...output, annotations: [{ ...line(1), message: undefined }] } }],
    ["an annotation ends before it starts", { output: { ...output, annotations: [{ ...line(3), end_line: 2 }] } }],
    ["columns are given over several lines", { output: { ...output, annotations: [{ ...line(3), end_line: 4, start_column: 1 }] } }],
    ["an annotation's level is unknown", { output: { ...output, annotations: [{ ...line(1), annotation_level: "error" }] } }],
    ["an annotation's title passes 255 characters", { output: { ...output, annotations: [{ ...line(1), title: "x".repeat(256) }] } }],
    ["an annotation's message passes 64 KB", { output: { ...output, annotations: [{ ...line(1), message: "é".repeat(32_769) }] } }],
    ["there are 4 actions", { actions: [action, action, action, action] }],
    ["a label passes 20 characters", { actions: [{ ...action, label: "x".repeat(21) }] }],
    ["a description passes 40 characters", { actions: [{ ...action, description: "x".repeat(41) }] }],
    ["an identifier passes 20 characters", { actions: [{ ...action, identifier: "x".repeat(21) }] }],
    ["the conclusion is unknown", { conclusion: "approved" }],
    ["the conclusion is stale", { conclusion: "stale" }],
    ["it is completed without a conclusion", { status: "completed" }],
    ["the commit does not exist", { head_sha: "0".repeat(40) }],
    ["the name is missing", { name: undefined }],
  ])("%s", async (_, broken) => {
    const { octokit, repo, pull } = world;
    const body = { ...repo, name: "refused", head_sha: pull.headSha, ...broken };
    expect(await statusOf(octokit.request("POST /repos/{owner}/{repo}/check-runs", body as never))).toBe(422);
    expect(world.hub.checkRuns("acme/data", pull.headSha).filter((run) => run.name === "refused")).toEqual([]);
  });
});

test("at the limits it is taken, and annotations add up over updates", async () => {
  const { octokit, repo, pull } = world;
  const annotations = Array.from({ length: 50 }, (_, i) => line(i + 1)) as never[];
  const full = { title: "x".repeat(65_535), summary: "é".repeat(65_535), annotations };
  const { data: run } = await octokit.checks.create({ ...repo, name: "full", head_sha: pull.headSha, external_id: "e1", output: full });
  expect([run.status, run.conclusion, run.output.annotations_count]).toEqual(["queued", null, 50]);
  const { data: updated } = await octokit.checks.update({
    ...repo,
    check_run_id: run.id,
    conclusion: "success",
    output: { ...output, annotations },
  });
  expect([updated.status, updated.conclusion, updated.output.annotations_count, updated.external_id]).toEqual([
    "completed",
    "success",
    100,
    "e1",
  ]);
  expect(updated.completed_at).not.toBeNull();
  const listed = await octokit.paginate(octokit.checks.listAnnotations, { ...repo, check_run_id: run.id, per_page: 100 });
  expect(listed.map((one) => one.start_line)).toEqual([...annotations, ...annotations].map((_, i) => (i % 50) + 1));
});

test("runs are listed newest first, the latest of each name, or all; by app and name", async () => {
  const { hub, octokit, repo, pull } = world;
  hub.createApp("other");
  const foreign = hub.createForeignRun("acme/data", { app: "other", name: "listed", sha: pull.headSha, conclusion: "success" });
  const first = (await octokit.checks.create({ ...repo, name: "listed", head_sha: pull.headSha })).data.id;
  const second = (await octokit.checks.create({ ...repo, name: "listed", head_sha: pull.headSha })).data.id;
  const ask = async (query: object) =>
    (await octokit.checks.listForRef({ ...repo, ref: pull.headSha, check_name: "listed", ...query })).data.check_runs.map((run) => run.id);
  expect(await ask({})).toEqual([second, foreign.id]);
  expect(await ask({ filter: "all" })).toEqual([second, first, foreign.id]);
  expect(await ask({ app_id: hub.app.id })).toEqual([second]);
  expect(await statusOf(octokit.checks.update({ ...repo, check_run_id: foreign.id, conclusion: "failure" }))).toBe(403);
  expect(await statusOf(octokit.checks.get({ ...repo, check_run_id: 1 }))).toBe(404);
});

test("re-requests and buttons reach the app and change no run", async () => {
  const { hub, octokit, repo, pull } = world;
  const hook = await receiver();
  const actions = [{ label: "Re-run", description: "Evaluate again", identifier: "rerun" }];
  const { data: run } = await octokit.checks.create({ ...repo, name: "button", head_sha: pull.headSha, conclusion: "failure", actions });
  hub.setWebhook({ url: hook.url, secret: "a-webhook-secret-that-is-long-enough" });
  hub.rerequestRun("acme/data", run.id, { actor: "bob" });
  hub.requestAction("acme/data", run.id, "rerun", { actor: "bob" });
  hub.rerequestSuite("acme/data", pull.headSha, { actor: "bob" });
  expect(() => hub.requestAction("acme/data", run.id, "approve", { actor: "bob" })).toThrow();
  await hub.settled();
  const seen = hook.received.map(
    ({ body }) => JSON.parse(body) as { action: string; requested_action?: object; check_run?: { id: number } },
  );
  expect(seen.map((one) => [one.action, one.check_run?.id, one.requested_action])).toEqual([
    ["rerequested", run.id, undefined],
    ["requested_action", run.id, { identifier: "rerun" }],
    ["rerequested", undefined, undefined],
  ]);
  expect((await octokit.checks.get({ ...repo, check_run_id: run.id })).data.conclusion).toBe("failure");
  const { data } = await octokit.checks.listSuitesForRef({ ...repo, ref: pull.headSha, app_id: hub.app.id });
  expect(data.check_suites[0]).toMatchObject({ status: "queued", conclusion: null });
  await hook.close();
});

test("a person's token cannot write check runs", async () => {
  const { hub, pull } = world;
  const body = JSON.stringify({ name: "forged", head_sha: pull.headSha, conclusion: "success" });
  const headers = { authorization: `token ${hub.userToken("ana")}` };
  expect((await fetch(`${hub.url}/repos/acme/data/check-runs`, { method: "POST", headers, body })).status).toBe(403);
});
