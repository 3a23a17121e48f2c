import { createSign, generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { Hub } from "./hub.ts";
import { appClient, jwtClient, smallWorld, statusOf } from "./world.ts";

let hub: Hub;
afterEach(async () => hub.close());

function jwt(privateKey: string, claims: object, alg = "RS256"): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg, typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}

test("the app's JWT is checked: key, algorithm, issuer and times", async () => {
  ({ hub } = await smallWorld());
  const now = Math.floor(Date.now() / 1000);
  const good = { iat: now - 60, exp: now + 300, iss: hub.app.id };
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const ask = async (token: string) => (await fetch(`${hub.url}/app`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await ask(jwt(hub.app.privateKey, good))).toBe(200);
  expect(await ask(jwt(hub.app.privateKey, { ...good, iss: hub.app.clientId }))).toBe(200);
  expect(await ask(jwt(other, good))).toBe(401);
  expect(await ask(jwt(hub.app.privateKey, good, "none"))).toBe(401);
  expect(await ask(jwt(hub.app.privateKey, { ...good, exp: now - 1 }))).toBe(401);
  expect(await ask(jwt(hub.app.privateKey, { ...good, iat: now + 300, exp: now + 500 }))).toBe(401);
  expect(await ask(jwt(hub.app.privateKey, { ...good, exp: now + 3600 }))).toBe(401);
  expect(await ask(jwt(hub.app.privateKey, { ...good, iss: 1 }))).toBe(404);
  expect(await ask("a.b.c")).toBe(401);
});

describe("installation tokens", () => {
  test("end after an hour and with the installation", async () => {
    const world = await smallWorld();
    hub = world.hub;
    const app = jwtClient(hub);
    const { data } = await app.apps.getOrgInstallation({ org: "acme" });
    const { data: minted } = await app.apps.createInstallationAccessToken({ installation_id: data.id });
    const ask = async () => (await fetch(`${hub.url}/repos/acme/data`, { headers: { authorization: `token ${minted.token}` } })).status;
    expect(minted.token.length).toBeGreaterThan(40);
    expect(await ask()).toBe(200);
    hub.clock = () => new Date(Date.now() + 3_601_000);
    expect(await ask()).toBe(401);
    hub.clock = () => new Date();
    hub.suspendInstallation("acme");
    expect(await ask()).toBe(403);
    hub.unsuspendInstallation("acme");
    hub.uninstall("acme");
    expect(await ask()).toBe(401);
  });

  test("can be narrowed to repositories and permissions, never widened", async () => {
    const world = await smallWorld();
    hub = world.hub;
    const other = hub.createRepo("acme/other");
    const app = jwtClient(hub);
    const { data } = await app.apps.getOrgInstallation({ org: "acme" });
    const mint = (body: object) => app.apps.createInstallationAccessToken({ installation_id: data.id, ...body });
    const { data: narrow } = await mint({ repository_ids: [other.id], permissions: { checks: "read", contents: "read" } });
    const ask = async (path: string, init: RequestInit = {}) =>
      (await fetch(`${hub.url}${path}`, { ...init, headers: { authorization: `token ${narrow.token}` } })).status;
    expect(await ask("/repos/acme/other/commits")).toBe(200);
    expect(await ask("/repos/acme/data/commits")).toBe(404);
    expect(await ask("/repos/acme/other/pulls")).toBe(403);
    expect(await ask("/repos/acme/other/check-runs", { method: "POST", body: "{}" })).toBe(403);
    expect(await statusOf(mint({ permissions: { administration: "write" } }))).toBe(422);
    expect(await statusOf(mint({ repository_ids: [1] }))).toBe(422);
  });
});

test("a permission that is taken away is gone for tokens in use", async () => {
  const { octokit, repo, ...world } = await smallWorld();
  hub = world.hub;
  expect(await statusOf(octokit.teams.listMembersInOrg({ org: "acme", team_slug: "sec-ops" }))).toBe(200);
  hub.setPermissions({ metadata: "read", contents: "read" });
  expect(await statusOf(octokit.teams.listMembersInOrg({ org: "acme", team_slug: "sec-ops" }))).toBe(403);
  expect(await statusOf(octokit.repos.listCommits(repo))).toBe(200);
});

test("another organisation's private repository does not exist for the installation", async () => {
  const { octokit, ...world } = await smallWorld();
  hub = world.hub;
  hub.createOrg("rival");
  hub.createRepo("rival/secret");
  expect(await statusOf(octokit.repos.get({ owner: "rival", repo: "secret" }))).toBe(404);
  const rival = await appClient(hub, "rival");
  expect(await statusOf(rival.repos.get({ owner: "rival", repo: "secret" }))).toBe(200);
});

test("a personal token acts as that person, with that person's role", async () => {
  const { repo, pull, ...world } = await smallWorld();
  hub = world.hub;
  const as = (login: string) => ({ authorization: `token ${hub.userToken(login)}` });
  const review = async (login: string) => {
    const body = JSON.stringify({ event: "APPROVE" });
    const response = await fetch(`${hub.url}/repos/acme/data/pulls/${pull.number}/reviews`, { method: "POST", headers: as(login), body });
    return [response.status, ((await response.json()) as { user?: { login: string } }).user?.login];
  };
  hub.createUser("mallory");
  expect(await review("bob")).toEqual([200, "bob"]);
  expect(await review("alice")).toEqual([422, undefined]);
  expect(await review("mallory")).toEqual([404, undefined]);
  expect((await (await fetch(`${hub.url}/user`, { headers: as("bob") })).json()) as object).toMatchObject({ login: "bob" });
  expect(repo.owner).toBe("acme");
});
