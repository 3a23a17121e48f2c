import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rowsOf } from "../../../src/store/connect.ts";
import { describeOnBoth } from "../../support/database.ts";
import { type Station, startStation } from "../../support/station.ts";

const ME = "/api/v1/sessions/current";
const KEYS = "/api/v1/keys";
const JSON_TYPE = { "content-type": "application/json" };

describeOnBoth("who may come into the API", (open) => {
  let station: Station;
  let admin: Record<string, string>;
  beforeAll(async () => {
    station = await startStation(await open());
    admin = await station.bearer("ana");
  });
  afterAll(() => station.close());

  async function send(method: string, path: string, headers: Record<string, string>, body?: unknown) {
    const init = body === undefined ? { method, headers } : { method, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
    const response = await station.request(path, init);
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: answers are held to /openapi.json, and read by the assertions.
    return { status: response.status, headers: response.headers, body: (text === "" ? null : JSON.parse(text)) as any };
  }
  const code = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [status, body?.error?.code];
  const auditTypes = async () =>
    rowsOf<{ type: string }>(await station.db.outer.execute(sql`select type from audit_event order by seq`)).map(({ type }) => type);

  test("T94: a session of the command line is for a token that GitHub gave to our app, and for no other", async () => {
    const { body } = await send("GET", "/api/v1/sign-in", {});
    const device = (await (
      await fetch(body.device_code_url, { method: "POST", body: new URLSearchParams({ client_id: body.client_id }) })
    ).json()) as {
      device_code: string;
      user_code: string;
    };
    station.hub.authorizeDevice(device.user_code, "bob");
    const grant = {
      client_id: body.client_id,
      device_code: device.device_code,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    };
    const granted = await fetch(body.access_token_url, { method: "POST", body: new URLSearchParams(grant) });
    const { access_token } = (await granted.json()) as { access_token: string };
    const made = await send("POST", "/api/v1/sessions", {}, { github_token: access_token });
    const me = await send("GET", ME, { authorization: `Bearer ${made.body.token}` });
    expect([made.status, me.body.person.login, me.body.roles]).toEqual([201, "bob", ["approver"]]);
    for (const token of [station.hub.appUserToken("bob", "Iv23liAnotherApp000"), station.hub.userToken("bob"), "ghu_made-up", "\u0000"])
      expect(code(await send("POST", "/api/v1/sessions", {}, { github_token: token }))).toEqual([401, "WRONG_TOKEN"]);
    expect(code(await send("POST", "/api/v1/sessions", {}, { github_token: station.hub.appUserToken("eve") }))).toEqual([
      403,
      "NO_ORGANISATION",
    ]);
  });

  test("roles are GitHub's: owners are admins, teams give the rest, members without a team have none", async () => {
    const roles = async (login: string) => (await send("GET", ME, await station.bearer(login))).body.roles;
    const found = Object.fromEntries(
      await Promise.all(["ana", "bob", "dave", "iris", "nina"].map(async (login) => [login, await roles(login)])),
    );
    expect(found).toEqual({ ana: ["admin"], bob: ["approver"], dave: ["developer"], iris: ["auditor"], nina: [] });
  });

  test("T95: a role that was taken away is shown for a minute at most, and never writes", async () => {
    station.hub.createUser("olga");
    station.hub.addOrgMember("acme", "olga", { role: "admin" });
    const olga = await station.bearer("olga");
    expect((await send("GET", KEYS, olga)).status).toBe(200);
    station.hub.addOrgMember("acme", "olga", { role: "member" });
    expect((await send("GET", KEYS, olga)).status).toBe(200);
    expect(code(await send("POST", KEYS, olga, { name: "late", scopes: ["read"] }))).toEqual([403, "FORBIDDEN"]);
    expect((await send("GET", KEYS, olga)).status).toBe(403);
    station.hub.addOrgMember("acme", "olga", { role: "admin" });
    station.later(61_000);
    expect((await send("GET", KEYS, olga)).status).toBe(200);
    station.hub.removeOrgMember("acme", "olga");
    station.later(61_000);
    expect(code(await send("GET", KEYS, olga))).toEqual([401, "UNAUTHENTICATED"]);
  });

  test("T96: a login that went to somebody else, and an organisation under another id, give nobody a role", async () => {
    station.hub.createUser("pia");
    station.hub.addOrgMember("acme", "pia", { role: "admin" });
    const pia = await station.bearer("pia");
    station.hub.renameUser("pia", "pia-2");
    station.hub.createUser("pia");
    station.hub.addOrgMember("acme", "pia", { role: "admin" });
    expect(code(await send("GET", KEYS, pia))).toEqual([401, "UNAUTHENTICATED"]);
  });

  test("GitHub that does not answer gives nobody a role and takes nobody's: 503, and nothing is written", async () => {
    const bob = await station.bearer("dave");
    station.hub.fail({ path: /memberships/ } as never, { kind: "status", status: 502 }, 5);
    expect(code(await send("GET", ME, bob))).toEqual([503, "UNAVAILABLE"]);
    station.hub.clearFaults();
    expect((await send("GET", ME, bob)).status).toBe(200);
  });

  test("a person of two tenants works in one, changes over, and finds nothing of the other there", async () => {
    const [acme, other] = [await station.tenantOf("acme"), await station.tenantOf("other")];
    const { body } = await send("POST", KEYS, admin, { name: "acme's", scopes: ["plan"] });
    expect((await send("PUT", `${ME}/tenant`, admin, { tenant_id: other })).status).toBe(204);
    expect((await send("GET", ME, admin)).body).toMatchObject({ tenant: { login: "other" }, roles: [] });
    expect(code(await send("DELETE", `${KEYS}/${body.key.id}`, admin))).toEqual([404, "NOT_FOUND"]);
    expect((await send("PUT", `${ME}/tenant`, admin, { tenant_id: acme })).status).toBe(204);
    const stranger = "0198c2a4-0000-7000-8000-0000000000ff";
    expect(code(await send("PUT", `${ME}/tenant`, admin, { tenant_id: stranger }))).toEqual([404, "NOT_FOUND"]);
    expect((await send("GET", ME, admin)).body.tenant.login).toBe("acme");
  });

  test("a key is shown once, kept as a hash, asks for its tenant, and ends when it is revoked or has run out", async () => {
    const before = (await auditTypes()).length;
    const made = await send("POST", KEYS, admin, { name: "ci", scopes: ["read", "plan", "read"], expires_in_days: 30 });
    const { key, secret } = made.body;
    expect([made.status, key.prefix, key.scopes]).toEqual([201, secret.slice(0, 12), ["plan", "read"]]);
    const stored = JSON.stringify(rowsOf(await station.db.outer.execute(sql`select * from api_key`)));
    expect(stored).not.toContain(secret.slice(13));
    const bearer = { authorization: `Bearer ${secret}` };
    expect((await send("GET", ME, bearer)).body).toMatchObject({ kind: "key", tenant: { login: "acme" }, scopes: ["plan", "read"] });
    expect((await send("GET", KEYS, admin)).body.keys[0]).toMatchObject({ id: key.id, revoked_at: null });
    expect(code(await send("GET", KEYS, bearer))).toEqual([403, "FORBIDDEN"]);
    for (const times of [1, 2]) expect([times, (await send("DELETE", `${KEYS}/${key.id}`, admin)).status]).toEqual([times, 200]);
    expect(code(await send("GET", ME, bearer))).toEqual([401, "UNAUTHENTICATED"]);
    expect((await auditTypes()).slice(before)).toEqual(["api_key.created", "api_key.revoked"]);
    const short = await station.key("acme", ["read"]);
    await station.db.outer.execute(sql`update api_key set expires_at = clock_timestamp() - interval '1 second' where revoked_at is null`);
    expect(code(await send("GET", ME, short))).toEqual([401, "UNAUTHENTICATED"]);
  });

  test.each([
    ["unknown keys", { name: "x", scopes: ["read"], tenant_id: "0" }],
    ["prototype keys", JSON.parse('{"name":"x","scopes":["read"],"__proto__":{"admin":true}}')],
    ["a constructor", JSON.parse('{"name":"x","scopes":["read"],"constructor":{"prototype":{}}}')],
    ["wrong types", { name: 7, scopes: "read" }],
    ["a scope that does not exist", { name: "x", scopes: ["vote"] }],
    ["nothing", {}],
    ["a list", []],
    ["null", null],
  ])("T103: a body with %s is refused with its place, and nothing is written", async (_, body) => {
    const before = (await send("GET", KEYS, admin)).body.keys.length;
    const answer = await send("POST", KEYS, admin, body);
    expect(code(answer)).toEqual([422, "INVALID_BODY"]);
    expect(answer.body.error.hint).toContain("/openapi.json");
    expect((await send("GET", KEYS, admin)).body.keys).toHaveLength(before);
  });

  test("bad bodies, types, sizes, methods and addresses each have their answer", async () => {
    const post = async (headers: Record<string, string>, body: string) =>
      code(
        await station
          .request(KEYS, { method: "POST", headers: { ...admin, ...headers }, body })
          .then(async (r) => ({ status: r.status, body: (await r.json()) as never })),
      );
    expect(await post(JSON_TYPE, "{")).toEqual([422, "INVALID_BODY"]);
    expect(await post({ "content-type": "text/plain" }, "{}")).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    expect(await post({ "content-type": "application/x-www-form-urlencoded" }, "name=x")).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    expect(await post(JSON_TYPE, JSON.stringify({ name: "x".repeat(1_100_000), scopes: ["read"] }))).toEqual([413, "TOO_LARGE"]);
    const patched = await send("PATCH", KEYS, admin, {});
    expect([...code(patched), patched.headers.get("allow")]).toEqual([405, "METHOD_NOT_ALLOWED", "GET, POST"]);
    expect(code(await send("GET", "/api/v1/nothing", admin))).toEqual([404, "NOT_FOUND"]);
    expect(code(await send("GET", "/api/v1/nothing", {}))).toEqual([401, "UNAUTHENTICATED"]);
  });

  test.each([
    ["from another site", { origin: "https://evil.example" }],
    ["from another site, as the browser tells it", { origin: "https://station.example", "sec-fetch-site": "cross-site" }],
    ["from a neighbour under the same domain", { origin: "https://station.example", "sec-fetch-site": "same-site" }],
    ["from a sandboxed frame", { origin: "null" }],
    ["without an origin", {}],
    ["over plain http", { origin: "http://station.example" }],
  ])("T91: a write with a session's cookie %s is refused, JSON or form", async (_, headers) => {
    const { headers: page } = await station.signIn("ana");
    const cookie = { cookie: page["cookie"]! };
    expect(code(await send("POST", KEYS, { ...cookie, ...headers }, { name: "x", scopes: ["read"] }))).toEqual([403, "CROSS_SITE"]);
    const form = { method: "POST", headers: { ...cookie, ...headers, "content-type": "application/x-www-form-urlencoded" }, body: "a=b" };
    for (const path of [KEYS, "/logout", "/tenant"]) expect((await station.request(path, form)).status).toBe(403);
    expect((await send("GET", ME, cookie)).status).toBe(200);
    expect((await send("POST", KEYS, page, { name: "from our page", scopes: ["read"] })).status).toBe(201);
  });

  test("T101: headers that say who somebody is make nobody anybody", async () => {
    const claims = {
      "x-session-user": "ana",
      "x-session-tenant": "acme",
      "x-forwarded-user": "ana",
      "remote-user": "ana",
      "x-auth-user": "ana",
    };
    expect(code(await send("GET", ME, claims))).toEqual([401, "UNAUTHENTICATED"]);
    expect((await send("GET", ME, { ...claims, ...(await station.bearer("bob")) })).body.person.login).toBe("bob");
  });

  test("a database that is closed: every route says so, and how it is", async () => {
    const broken = await startStation(await open());
    const bearer = await broken.bearer("ana");
    await broken.db.close();
    for (const [method, path] of [
      ["GET", ME],
      ["GET", KEYS],
      ["DELETE", ME],
    ] as const) {
      const answer = await broken.request(path, { method, headers: bearer });
      expect([answer.status, ((await answer.json()) as { error: { code: string; hint: string } }).error]).toMatchObject([
        503,
        { code: "UNAVAILABLE", hint: expect.stringContaining("try again") },
      ]);
    }
    await broken.close();
  });
});
