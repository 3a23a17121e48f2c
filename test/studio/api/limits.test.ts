import { createRoute } from "@hono/zod-openapi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAccessStore } from "../../../src/store/access.ts";
import { access } from "../../../src/studio/api/api.ts";
import { freshlySignedIn } from "../../../src/studio/api/limits.ts";
import { problemResponses } from "../../../src/studio/api/problems.ts";
import { describeOnBoth } from "../../support/database.ts";
import { type Station, startStation } from "../../support/station.ts";

const APPROVE = "/api/v1/contract-test/approve";
const ME = "/api/v1/sessions/current";

describeOnBoth("limits", (open) => {
  let station: Station;
  let clock = Date.now();
  beforeAll(async () => {
    station = await startStation(await open(), {
      limits: { approve: 3, person: 12, address: 1000, signIn: 1000 },
      trustedProxies: ["10.0.0.0/8"],
      register(api, limiter) {
        const route = createRoute({
          method: "post",
          path: APPROVE,
          middleware: [access({ roles: ["approver"], scopes: [] }), limiter.approvals, freshlySignedIn(() => clock)],
          responses: { 204: { description: "done" }, ...problemResponses("REAUTHENTICATE") },
        });
        api.openapi(route, (context) => context.body(null, 204));
      },
    });
  });
  afterAll(() => station.close());
  const approve = (headers: Record<string, string>) =>
    station.request(APPROVE, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: "{}" });

  test("T93: an approval wants a proof of the last 15 minutes, and says where to get one", async () => {
    const { headers } = await station.signIn("bob");
    const at = Date.now();
    clock = at + 14 * 60_000;
    expect((await approve(headers)).status).toBe(204);
    clock = at + 16 * 60_000;
    const old = await approve(headers);
    expect([old.status, await old.json()]).toMatchObject([
      401,
      { error: { code: "REAUTHENTICATE", details: { signIn: "/login/github?again=1" } } },
    ]);
    clock = at - 10 * 60_000;
    expect((await approve(headers)).status).toBe(401);
    clock = at;
  });

  test("T101: the fourth approval of a tenant in a minute is 429, whoever asks, and says how long to wait", async () => {
    const [bob, ana] = [await station.bearer("bob"), await station.bearer("ana")];
    const seen = [];
    for (const who of [bob, ana, bob, ana]) seen.push(await approve(who));
    expect(seen.at(-1)!.status).toBe(429);
    expect(Number(seen.at(-1)!.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await station.request(ME, { headers: bob })).status).toBe(200);
  });

  test("T101: one person's requests are counted together, over all of their sessions, and nobody else's", async () => {
    const [one, two, iris] = [await station.bearer("dave"), await station.bearer("dave"), await station.bearer("iris")];
    const statuses = [];
    for (let i = 0; i < 13; i++) statuses.push((await station.request(ME, { headers: i % 2 === 0 ? one : two })).status);
    expect([statuses.slice(0, 12).every((status) => status === 200), statuses[12]]).toEqual([true, 429]);
    expect((await station.request(ME, { headers: iris })).status).toBe(200);
  });

  test("T101: pages are counted too, and end with 429", async () => {
    const { headers } = await station.signIn("nina");
    const statuses = [];
    for (let i = 0; i < 13; i++) statuses.push((await station.request("/account", { headers })).status);
    expect([statuses.slice(0, 12).every((status) => status === 200), statuses[12]]).toEqual([true, 429]);
  });

  test("T101: whoever only tries policies uses up nobody's approvals", async () => {
    const { headers } = await station.signIn("otto");
    clock = Date.now();
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    const tried = [];
    for (let i = 0; i < 4; i++)
      tried.push((await station.request("/policies/7", { method: "POST", headers: form, body: "token=x" })).status);
    expect((await approve(headers)).status).toBe(204);
    expect(tried).toHaveLength(4);
  });

  test("T101: whoever may not decide uses up none of the organisation's approvals, and is limited as whoever asks", async () => {
    const workspace = "/api/dashboard/studio/workspaces/0199d3f6-0000-7000-8000-000000000000";
    const post = async (headers: Record<string, string>, path: string) =>
      (await station.request(path, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: "{}" })).status;
    const acts = ["approve", "votes", "reject", "activate", "promote", "enforce", "revoke"].map((act) => `${workspace}/${act}`);
    const otto = await station.bearer("otto");
    const [reader, auditor] = [await station.key("other", ["read"]), await station.key("other", ["submit", "plan"])];
    for (const path of acts) for (const who of [reader, auditor]) expect([path, await post(who, path)]).toEqual([path, 404]);
    // Fourteen of them are as none: the three of this minute are still there.
    const seen = [];
    for (let i = 0; i < 4; i += 1) seen.push(await post(otto, acts[0]!));
    expect([seen[0], seen.at(-1)]).toEqual([422, 429]);
    for (let i = 0; i < 6; i += 1) await post(reader, acts[0]!);
    expect(await post(reader, acts[0]!)).toBe(429);
  });

  test("T101: whoever asked too often, or from another site, makes GitHub answer for nobody's role any more", async () => {
    station.hub.createUser("erin");
    station.hub.addOrgMember("acme", "erin");
    const [bearer, { headers: cookie }] = [await station.bearer("erin"), await station.signIn("erin")];
    const roles = () => station.hub.requests.filter(({ path }) => path.startsWith("/orgs/acme/memberships/")).length;
    const before = roles();
    const foreign = [];
    for (let i = 0; i < 3; i++) foreign.push((await approve({ ...cookie, origin: "https://evil.example" })).status);
    expect([foreign, roles()]).toEqual([[403, 403, 403], before]);
    const statuses = [];
    for (let i = 0; i < 20; i++) statuses.push((await approve(bearer)).status);
    expect(statuses.at(-1)).toBe(429);
    const asked = statuses.filter((status) => status !== 429).length;
    expect(roles() - before).toBeLessThanOrEqual(asked);
  });

  test("T101: two replicas count together, of fifty at once exactly so many pass, and the window ends", async () => {
    const [left, right] = [createAccessStore(station.db), createAccessStore(station.db)];
    const counted = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? left : right).countRequest("race", 30, 60)));
    expect(counted.filter(({ waitSeconds }) => waitSeconds === null)).toHaveLength(30);
    await left.countRequest("short", 1, 0.2);
    expect((await right.countRequest("short", 1, 0.2)).waitSeconds).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await right.countRequest("short", 1, 0.2)).waitSeconds).toBeNull();
  });
});

describeOnBoth("guesses", (open) => {
  test("T101: credentials that are none, and sign-ins, are counted by address, behind a trusted proxy too", async () => {
    const station = await startStation(await open(), {
      limits: { approve: 30, person: 1000, address: 1000, signIn: 3 },
      trustedProxies: ["10.0.0.0/8"],
    });
    const from = (client: string, peer = "10.1.1.1") => ({
      headers: { "x-forwarded-for": client },
      env: { incoming: { socket: { remoteAddress: peer } } },
    });
    const guess = async ({ headers, env }: ReturnType<typeof from>) =>
      (await station.request(ME, { headers: { ...headers, authorization: "Bearer csk_guess" } }, env)).status;
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push(await guess(from("198.51.100.1")));
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect(await guess(from("198.51.100.2"))).toBe(401);
    // No proxy of ours: what it forwards changes nothing.
    const direct = [];
    for (let i = 0; i < 4; i++) direct.push(await guess(from(`203.0.113.${i}`, "192.0.2.9")));
    expect(direct).toEqual([401, 401, 401, 429]);
    // A page asks no less of the database than the API does; a cookie that ran out is no guess.
    const page = async (headers: Record<string, string>, env: object) => (await station.request("/audit", { headers }, env)).status;
    const pages = [];
    for (let i = 0; i < 4; i++) {
      const { headers, env } = from("198.51.100.4");
      pages.push(await page({ ...headers, authorization: "Bearer csk_guess" }, env));
    }
    expect(pages).toEqual([401, 401, 401, 429]);
    for (let i = 0; i < 4; i++) {
      const { headers, env } = from("198.51.100.5");
      expect(await page({ ...headers, cookie: "__Host-countersign=over" }, env)).toBe(401);
    }
    const { headers, env } = from("198.51.100.3");
    const begun = [];
    for (let i = 0; i < 4; i++) begun.push((await station.request("/login/github", { headers }, env)).status);
    expect(begun).toEqual([303, 303, 303, 429]);
    await station.close();
  });
});
