import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnBoth } from "../support/database.ts";
import { sampleEvaluation } from "../support/sample-evaluation.ts";
import { type Station, startStation } from "../support/station.ts";

describeOnBoth("T95: pages", (open) => {
  let station: Station;
  let theirs: string;
  let ours: string;
  beforeAll(async () => {
    station = await startStation(await open());
    await Promise.all([station.bearer("ana"), station.bearer("otto")]);
    ours = await sampleEvaluation(station.db, await station.tenantOf("acme"));
    theirs = await sampleEvaluation(station.db, await station.tenantOf("other"));
    await station.access.createKey(await station.tenantOf("other"), { name: "theirs", scopes: ["read"], createdBy: null, expiresAt: null });
  });
  afterAll(() => station.close());
  const get = async (path: string, headers: Record<string, string>) => {
    const response = await station.request(path, { headers });
    return { status: response.status, text: await response.text() };
  };

  test("show what belongs to the tenant of whoever asks, and nothing of another", async () => {
    const { headers } = await station.signIn("ana");
    expect((await get(`/evaluations/${ours}`, headers)).status).toBe(200);
    expect((await get(`/evaluations/${theirs}`, headers)).status).toBe(404);
    expect((await get("/", headers)).text).toMatch(/acme\/data-\d+/);
    for (const path of ["/", "/audit", "/overrides", "/doctor"]) {
      const { status, text } = await get(path, headers);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toMatch(/other\/data|api_key\.created/);
    }
    const otto = await station.signIn("otto");
    expect((await get("/audit", otto.headers)).text).toContain("api_key.created");
    const page = /\/pulls\/other\/data-\d+\/1/.exec((await get("/", otto.headers)).text)![0];
    expect([(await get(page, otto.headers)).status, (await get(page, headers)).status]).toEqual([200, 404]);
  });

  test("are for people with a role; the trail is not a developer's; keys read no pages", async () => {
    const status = async (login: string, path: string) => (await get(path, (await station.signIn(login)).headers)).status;
    expect(await status("nina", "/")).toBe(403);
    expect(await status("nina", "/account")).toBe(200);
    expect([await status("dave", "/"), await status("dave", "/audit"), await status("iris", "/audit")]).toEqual([200, 403, 200]);
    expect((await get("/", await station.key("acme", ["read"]))).status).toBe(403);
  });

  test("the account page says who one is, changes the tenant, and signs out by forms of our own", async () => {
    const { headers } = await station.signIn("ana");
    const { text } = await get("/account", headers);
    for (const said of ["Roles: admin", "Go on in other", 'action="/logout"', "Prove again"]) expect(text).toContain(said);
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    const body = `tenant_id=${await station.tenantOf("other")}`;
    expect((await station.request("/tenant", { method: "POST", headers: form, body })).status).toBe(303);
    expect((await get(`/evaluations/${ours}`, headers)).status).toBe(403);
    expect((await station.request("/tenant", { method: "POST", headers: form, body: "tenant_id=x" })).status).toBe(404);
  });
});
