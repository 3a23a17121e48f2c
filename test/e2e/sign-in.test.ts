import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../../src/config.ts";
import { type RunningServer, startServer } from "../../src/serve.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { layEither } from "../support/database.ts";
import { CALLBACK, cookieOf, peopleOf } from "../support/station.ts";

let hub: Hub;
let server: RunningServer;
let url: string;
let removeStorage: () => Promise<void>;

beforeAll(async () => {
  hub = await startHub();
  peopleOf(hub);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const { clientId, clientSecret } = hub.registerCallback(`${url}${CALLBACK}`);
  const reading = readConfig({
    PORT: String(port),
    PUBLIC_URL: url,
    APP_ID: String(hub.app.id),
    PRIVATE_KEY: hub.app.privateKey,
    WEBHOOK_SECRET: randomBytes(32).toString("hex"),
    GITHUB_BASE_URL: hub.url,
    GITHUB_CLIENT_ID: clientId,
    GITHUB_CLIENT_SECRET: clientSecret,
    SESSION_SECRET: randomBytes(32).toString("hex"),
    STATION_ROLES: "acme/sec-ops=approver",
    LOG_LEVEL: "silent",
  });
  if (reading.status === "invalid") throw new Error(reading.problems.join("; "));
  const { remove, ...storage } = await layEither();
  removeStorage = remove;
  server = await startServer({ ...reading.config, ...storage });
});
afterAll(async () => {
  await server.close();
  await hub.close();
  await removeStorage();
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test("the server that its environment configures: a browser signs in over HTTP, reads its page and the API, and signs out", async () => {
  const closed = await fetch(`${url}/`);
  expect([closed.status, await closed.text()]).toEqual([401, expect.stringContaining("Sign in with GitHub")]);
  const begun = await fetch(`${url}/login/github?next=/account`, { redirect: "manual" });
  const consent = await fetch(begun.headers.get("location")!, { redirect: "manual", headers: { cookie: "user_session=bob" } });
  const answer = await fetch(consent.headers.get("location")!, { redirect: "manual", headers: { cookie: cookieOf(begun) } });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("url=/account")]);
  const headers = { cookie: cookieOf(answer), "x-session-user": "ana" };
  expect(await (await fetch(`${url}/account`, { headers })).text()).toContain("Roles: approver");
  const me = await fetch(`${url}/api/v1/sessions/current`, { headers });
  expect([me.headers.get("content-security-policy"), await me.json()]).toMatchObject([
    expect.stringContaining("default-src 'none'"),
    { person: { login: "bob" }, tenant: { login: "acme" }, roles: ["approver"] },
  ]);
  expect((await fetch(`${url}/logout`, { method: "POST", headers, redirect: "manual" })).status).toBe(403);
  expect((await fetch(`${url}/logout`, { method: "POST", headers: { ...headers, origin: url }, redirect: "manual" })).status).toBe(303);
  expect((await fetch(`${url}/account`, { headers })).status).toBe(401);
  expect([hub.violations, hub.unknownRequests]).toEqual([[], []]);
});

test("a body that is too large is refused as it streams in", async () => {
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body, duplex: "half" } as RequestInit;
  const status = await fetch(`${url}/api/v1/sessions`, init).then(
    (response) => response.status,
    () => 413,
  );
  expect(status).toBe(413);
});
