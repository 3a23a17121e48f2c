import { afterEach, beforeEach, expect, test } from "vitest";
import { smallWorld, statusOf } from "./world.ts";

let world: Awaited<ReturnType<typeof smallWorld>>;
beforeEach(async () => {
  world = await smallWorld();
});
afterEach(async () => world.hub.close());

const pulls = () => world.octokit.pulls.get({ ...world.repo, pull_number: world.pull.number });

async function raw(path: string, init: RequestInit = {}) {
  const { token } = (await world.octokit.auth({ type: "installation" })) as { token: string };
  return fetch(world.hub.url + path, { ...init, headers: { authorization: `token ${token}` } });
}

test("a planned status is answered as often as asked, on matching calls only", async () => {
  world.hub.fail({ method: "GET", path: "/repos/{owner}/{repo}/pulls/{pull_number}" }, { kind: "status", status: 502 }, 2);
  expect(await statusOf(world.octokit.pulls.list(world.repo))).toBe(200);
  expect([await statusOf(pulls()), await statusOf(pulls()), await statusOf(pulls())]).toEqual([502, 502, 200]);
});

test("HTML, half an answer, and silence", async () => {
  const path = `/repos/acme/data/pulls/${world.pull.number}`;
  world.hub.fail({ path: /pulls/ }, { kind: "html" });
  expect(await (await raw(path)).text()).toContain("<!DOCTYPE html>");
  world.hub.fail({ path: /pulls/ }, { kind: "truncated" });
  await expect((await raw(path)).json()).rejects.toThrow(SyntaxError);
  world.hub.fail({ path: /pulls/ }, { kind: "hang" });
  await expect(raw(path, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  expect((await raw(path)).status).toBe(200);
});

test("a write whose answer never comes has its effect, or not, as planned", async () => {
  const create = (name: string) => {
    const body = JSON.stringify({ name, head_sha: world.pull.headSha });
    return raw("/repos/acme/data/check-runs", { method: "POST", body, signal: AbortSignal.timeout(300) });
  };
  world.hub.fail({ method: "POST", path: "check-runs" }, { kind: "effect-then-hang" });
  await expect(create("done")).rejects.toThrow();
  world.hub.fail({ method: "POST", path: "check-runs" }, { kind: "hang" });
  await expect(create("lost")).rejects.toThrow();
  expect(world.hub.checkRuns("acme/data", world.pull.headSha).map((run) => run.name)).toEqual(["done"]);
});

test("every call is counted by its template", async () => {
  await world.octokit.auth({ type: "installation" });
  world.hub.requests.length = 0;
  await pulls();
  await statusOf(world.octokit.repos.getBranch({ ...world.repo, branch: "nope" }));
  expect(world.hub.requests.map(({ method, template, status }) => `${method} ${template} ${status}`)).toEqual([
    "GET /repos/{owner}/{repo}/pulls/{pull_number} 200",
    "GET /repos/{owner}/{repo}/branches/{branch} 404",
  ]);
});

test("a malformed body is 400, a wrong one 422", async () => {
  const send = async (body: string) => (await raw("/repos/acme/data/check-runs", { method: "POST", body })).status;
  expect([await send("{"), await send("{}"), await send("[]")]).toEqual([400, 422, 422]);
});

test("under /api/v3 nothing answers at the root", async () => {
  const { hub, octokit, repo } = await smallWorld({ basePath: "/api/v3" });
  expect(await statusOf(octokit.repos.get(repo))).toBe(200);
  const { data } = await octokit.repos.get(repo);
  expect(data.url).toBe(`${hub.url}/repos/acme/data`);
  expect((await fetch(hub.url.replace("/api/v3", "/meta"))).status).toBe(404);
  expect(hub.violations).toEqual([]);
  await hub.close();
});
