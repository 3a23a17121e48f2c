import { afterEach, expect, test } from "vitest";
import { appClient, smallWorld } from "./world.ts";

type World = Awaited<ReturnType<typeof smallWorld>>;
let world: World;
afterEach(async () => {
  expect(world.hub.violations).toEqual([]);
  await world.hub.close();
});

async function tokenOf(octokit: World["octokit"]): Promise<string> {
  return ((await octokit.auth({ type: "installation" })) as { token: string }).token;
}

function get(path: string, token: string, headers: Record<string, string> = {}) {
  return fetch(world.hub.url + path, { headers: { authorization: `token ${token}`, ...headers } });
}

test("a read that has not changed is 304 without a body, and 200 with another tag once it has", async () => {
  world = await smallWorld();
  const token = await tokenOf(world.octokit);
  const path = `/repos/acme/data/pulls/${world.pull.number}/reviews`;
  const first = await get(path, token);
  const tag = first.headers.get("etag")!;
  const second = await get(path, token, { "if-none-match": tag });
  expect([first.status, second.status, await second.text()]).toEqual([200, 304, ""]);
  expect(second.headers.get("etag")).toBe(tag);
  expect((await get(path, token, { "if-none-match": `"other", ${tag.replace("W/", "")}` })).status).toBe(304);
  world.hub.review("acme/data", world.pull.number, { actor: "bob", state: "APPROVED" });
  const third = await get(path, token, { "if-none-match": tag });
  expect(third.status).toBe(200);
  expect(await third.json()).toHaveLength(1);
  expect(third.headers.get("etag")).not.toBe(tag);
  expect(world.hub.requests.slice(-4).map(({ status }) => status)).toEqual([200, 304, 304, 200]);
});

test("another token has other tags, and neither a refusal nor a write has one", async () => {
  world = await smallWorld();
  const [one, other] = [await tokenOf(world.octokit), await tokenOf(await appClient(world.hub, "acme"))];
  const path = "/repos/acme/data/branches/main";
  const tag = (await get(path, one)).headers.get("etag")!;
  expect((await get(path, other, { "if-none-match": tag })).status).toBe(200);
  const missing = await get("/repos/acme/data/branches/nope", one, { "if-none-match": tag });
  expect([missing.status, missing.headers.get("etag")]).toEqual([404, null]);
});

test("a 304 is free of the hourly limit; past it everything is refused until the hour is over", async () => {
  world = await smallWorld({ rateLimit: 3 });
  let now = Date.now();
  world.hub.clock = () => new Date(now);
  const token = await tokenOf(world.octokit);
  const path = "/repos/acme/data/branches/main";
  const first = await get(path, token);
  const asked = { "if-none-match": first.headers.get("etag")! };
  const left = (answer: Response) => [answer.status, Number(answer.headers.get("x-ratelimit-remaining"))];
  expect(left(first)).toEqual([200, 2]);
  expect(left(await get(path, token, asked))).toEqual([304, 2]);
  expect(left(await get(path, token))).toEqual([200, 1]);
  expect(left(await get(path, token))).toEqual([200, 0]);
  const refused = await get(path, token);
  expect(left(refused)).toEqual([403, 0]);
  expect(await refused.json()).toMatchObject({ message: expect.stringContaining("rate limit exceeded") });
  now = Number(refused.headers.get("x-ratelimit-reset")) * 1000;
  expect(left(await get(path, token))).toEqual([200, 2]);
});
