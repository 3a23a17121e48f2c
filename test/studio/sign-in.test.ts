import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rowsOf } from "../../src/store/connect.ts";
import { describeOnBoth } from "../support/database.ts";
import { cookieOf, type Station, startStation } from "../support/station.ts";

const ME = "/api/v1/sessions/current";

describeOnBoth("signing in through GitHub", (open) => {
  let station: Station;
  beforeAll(async () => {
    station = await startStation(await open());
  });
  afterAll(() => station.close());
  const me = async (headers: Record<string, string>) => (await station.request(ME, { headers })).status;
  const age = (column: string, interval: string) =>
    station.db.outer.execute(sql.raw(`update sign_in_session set ${column} = ${column} - interval '${interval}'`));

  test("T93 T94: a browser comes in with state, PKCE and one exact redirect, and gets a strict session", async () => {
    const begun = await station.request("/login/github?next=/audit");
    const to = new URL(begun.headers.get("location")!);
    expect([begun.status, to.searchParams.get("redirect_uri"), to.searchParams.get("code_challenge_method")]).toEqual([
      303,
      `${station.publicUrl}/login/github/callback`,
      "S256",
    ]);
    expect(begun.headers.get("set-cookie")).toMatch(
      /^__Host-countersign-sign-in=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const { answer, headers } = await station.signIn("ana", "/login/github?next=/audit");
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('content="0; url=/audit"');
    expect(answer.headers.getSetCookie().at(-1)).toMatch(
      /^__Host-countersign=[^;]+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const said = (await (await station.request(ME, { headers })).json()) as Record<string, unknown>;
    expect(said).toMatchObject({ person: { login: "ana" }, tenant: { login: "acme" }, roles: ["admin"] });
    expect((said["tenants"] as { login: string }[]).map(({ login }) => login)).toEqual(["acme", "other"]);
    expect(station.hub.violations).toEqual([]);
  });

  test("T94: the person's token is given back to GitHub as soon as it has said who they are", async () => {
    await station.signIn("bob");
    expect(station.hub.requests.at(-1)).toMatchObject({ method: "DELETE", template: "/applications/{client_id}/token", status: 204 });
  });

  test.each([
    ["another state", (url: URL) => url.searchParams.set("state", "x".repeat(43))],
    ["no state", (url: URL) => url.searchParams.delete("state")],
    ["no code", (url: URL) => url.searchParams.delete("code")],
    ["a made-up code", (url: URL) => url.searchParams.set("code", "0".repeat(20))],
  ])("T94: a callback with %s opens nothing", async (_, change) => {
    const begun = await station.request("/login/github");
    const consent = await fetch(begun.headers.get("location")!, { redirect: "manual", headers: { cookie: "user_session=ana" } });
    const callback = new URL(consent.headers.get("location")!);
    change(callback);
    const answer = await station.request(`${callback.pathname}${callback.search}`, { headers: { cookie: cookieOf(begun) } });
    expect([answer.status, cookieOf(answer)]).toEqual([401, ""]);
  });

  test("T91 T94: a callback that this browser did not begin, and one that was stolen, open nothing", async () => {
    const [mine, theirs] = [await station.request("/login/github"), await station.request("/login/github")];
    const consent = await fetch(theirs.headers.get("location")!, { redirect: "manual", headers: { cookie: "user_session=eve" } });
    const { pathname, search } = new URL(consent.headers.get("location")!);
    for (const cookie of [cookieOf(mine), "", "__Host-countersign-sign-in=Fe26.2*1*made*up"]) {
      const answer = await station.request(`${pathname}${search}`, { headers: { cookie } });
      expect([answer.status, cookieOf(answer)]).toEqual([401, ""]);
    }
    // A code that was begun with another verifier: GitHub refuses it.
    const stolen = await fetch(theirs.headers.get("location")!, { redirect: "manual", headers: { cookie: "user_session=ana" } });
    const code = new URL(stolen.headers.get("location")!).searchParams.get("code");
    const state = new URL(mine.headers.get("location")!).searchParams.get("state");
    const answer = await station.request(`/login/github/callback?code=${code}&state=${state}`, { headers: { cookie: cookieOf(mine) } });
    expect([answer.status, cookieOf(answer)]).toEqual([401, ""]);
  });

  test.each(["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])(
    "T94: next=%s stays here",
    async (next) => {
      const { answer } = await station.signIn("ana", `/login/github?next=${encodeURIComponent(next)}`);
      expect(await answer.text()).toContain('content="0; url=/"');
    },
  );

  test("T94: who reaches no organisation, or none without single sign-on, gets no session", async () => {
    expect((await station.signIn("eve")).answer.status).toBe(403);
    station.hub.enforceSingleSignOn("other");
    const { answer, headers } = await station.signIn("otto");
    expect([answer.status, await me(headers)]).toEqual([403, 401]);
  });

  test("T93: signing in again ends the session before, keeps the tenant, and proves the person anew", async () => {
    const { headers } = await station.signIn("ana");
    const { headers: fresh } = await station.signIn("ana", "/login/github?again=1", headers);
    expect([await me(headers), await me(fresh)]).toEqual([401, 200]);
    const begun = await station.request("/login/github?again=1");
    expect(new URL(begun.headers.get("location")!).searchParams.get("prompt")).toBe("select_account");
  });

  test("T93: signing out ends the session for whoever still holds the cookie", async () => {
    const { headers } = await station.signIn("ana");
    expect((await station.request("/logout", { method: "POST", headers })).status).toBe(303);
    expect(await me(headers)).toBe(401);
    const bearer = await station.bearer("ana");
    expect((await station.request(ME, { method: "DELETE", headers: bearer })).status).toBe(204);
    expect(await me(bearer)).toBe(401);
  });

  test.each([
    ["idle for two hours", "last_seen_at", "2 hours 1 second", 401],
    ["idle for less", "last_seen_at", "1 hour 59 minutes", 200],
    ["twelve hours old", "expires_at", "12 hours 1 second", 401],
  ])("T93: a session that is %s answers so", async (_, column, interval, status) => {
    const { headers } = await station.signIn("bob");
    await age(column, interval);
    expect(await me(headers)).toBe(status);
  });

  test("T93: a sign of life keeps a session from ending, up to its twelve hours", async () => {
    const { headers } = await station.signIn("bob");
    for (let hours = 0; hours < 3; hours += 1.5) {
      await age("last_seen_at", "90 minutes");
      expect(await me(headers)).toBe(200);
    }
    const [row] = rowsOf<{ ok: boolean }>(
      await station.db.outer.execute(
        sql`select bool_and(expires_at <= authenticated_at + interval '12 hours 1 second') as ok from sign_in_session where ended_at is null`,
      ),
    );
    expect(row!.ok).toBe(true);
  });

  test("T101: a form that names an organisation is small: a large one is refused before it is read, whoever sends it", async () => {
    const form = async (body: string, headers: Record<string, string>) => {
      const type = { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) };
      return (await station.request("/tenant", { method: "POST", headers: { ...headers, ...type }, body })).status;
    };
    const stranger = { origin: station.publicUrl, "sec-fetch-site": "same-origin" };
    expect(await form(`tenant_id=${"x".repeat(100_000)}`, stranger)).toBe(413);
    expect(await form("tenant_id=x", stranger)).toBe(404);
    const { headers } = await station.signIn("ana");
    expect(await form(`tenant_id=${await station.tenantOf("acme")}`, headers)).toBe(303);
  });

  test("a cookie's session is no bearer, a bearer's no cookie, and a changed one is neither", async () => {
    const { headers } = await station.signIn("ana");
    const cookie = headers["cookie"]!;
    const bearer = (await station.bearer("ana"))["authorization"]!.slice("Bearer cst_".length);
    expect(await me({ authorization: `Bearer cst_${cookie.split("=")[1]}` })).toBe(401);
    expect(await me({ cookie: `__Host-countersign=${bearer}` })).toBe(401);
    expect(await me({ cookie: cookie.slice(0, -4) })).toBe(401);
    expect(await me({ authorization: "Bearer nonsense", cookie })).toBe(401);
  });
});
