import { describe, expect, test } from "vitest";
import { createStudio } from "../../src/studio/app.tsx";
import { approved, massStrip } from "../report/fixtures.ts";
import { ATTACKS, hostileDecision } from "../report/hostile.ts";
import { chainLedger, evaluationOf, evaluations, events, pageLedger, pagesOf, record } from "./fixtures.ts";

const TOKEN = "right-token";
const publicUrl = "http://127.0.0.1:3000";
const open = createStudio(pagesOf(pageLedger(), { token: TOKEN }, publicUrl));
const closed = createStudio(pagesOf(pageLedger(), null, publicUrl));
type App = typeof open;

const PAGES = [
  "/",
  "/audit",
  "/pulls/acme/contracts/1",
  `/evaluations/${evaluations.strip.id}`,
  `/api/v1/decisions/${evaluations.strip.id}`,
  "/nothing",
];

async function login(app: App, next = "/"): Promise<Response> {
  return app.request(`${publicUrl}/dev-login?token=${TOKEN}&next=${encodeURIComponent(next)}`);
}

async function page(path: string, app: App = open): Promise<Response> {
  const cookie = (await login(app)).headers.get("set-cookie")!.split(";")[0]!;
  return app.request(`${publicUrl}${path}`, { headers: { cookie } });
}

describe("closed by default", () => {
  test.each(PAGES)("%s answers 401 and says nothing about what is behind it", async (path) => {
    for (const app of [open, closed]) {
      const response = await app.request(`${publicUrl}${path}`);
      expect(response.status).toBe(401);
      expect(await response.text()).not.toMatch(/sec-ops|acme\/contracts #|customers/);
    }
  });

  test("the login page is open and tells whether there is a way in", async () => {
    const [withWay, without] = await Promise.all([open, closed].map((app) => app.request(`${publicUrl}/login`)));
    expect([withWay!.status, without!.status]).toEqual([200, 200]);
    expect(await withWay!.text()).toContain("printed on the console");
    expect(await without!.text()).toContain("There is no login here");
  });
});

describe("dev login", () => {
  test("a right token gives a strict, script-proof session and leads on", async () => {
    const response = await login(open, "/pulls/acme/contracts/1?x=1");
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/pulls/acme/contracts/1?x=1");
    expect(response.headers.get("set-cookie")).toMatch(/^countersign_session=[\w.%-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  test.each([
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
    "",
    "/\t/evil.example",
  ])("next=%j stays here", async (next) => {
    expect((await login(open, next)).headers.get("location")).toBe("/");
  });

  test.each([
    ["a wrong token", "?token=wrong", {}],
    ["an empty token", "?token=", {}],
    ["no token", "", {}],
    ["a caller behind a proxy", `?token=${TOKEN}`, { "x-forwarded-for": "127.0.0.1" }],
  ])("%s gets no session", async (_, query, headers) => {
    const response = await open.request(`${publicUrl}/dev-login${query}`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  test("a caller from another machine gets no session", async () => {
    const env = { incoming: { socket: { remoteAddress: "192.0.2.7" } } };
    expect((await open.request(`${publicUrl}/dev-login?token=${TOKEN}`, {}, env)).status).toBe(401);
  });

  test("does not exist without demo mode, nor under a public name", async () => {
    const elsewhere = createStudio(pagesOf(pageLedger(), { token: TOKEN }, "https://station.example"));
    const responses = [await login(closed), await elsewhere.request(`https://station.example/dev-login?token=${TOKEN}`)];
    for (const response of responses) {
      expect(response.status).toBe(401);
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });

  test.each([
    ["made up", () => "1.a.b"],
    ["cut", (good: string) => good.slice(0, -2)],
    ["dated later", (good: string) => good.replace(/^\d+/, (at) => String(Number(at) + 1000))],
  ])("a session that is %s is refused", async (_, change) => {
    const good = (await login(open)).headers.get("set-cookie")!.split(";")[0]!.split("=")[1]!;
    expect((await open.request(`${publicUrl}/`, { headers: { cookie: `countersign_session=${change(good)}` } })).status).toBe(401);
  });

  test("a session of another process is refused", async () => {
    const other = createStudio(pagesOf(pageLedger(), { token: TOKEN }, publicUrl));
    const cookie = (await login(other)).headers.get("set-cookie")!.split(";")[0]!;
    expect((await open.request(`${publicUrl}/`, { headers: { cookie } })).status).toBe(401);
  });
});

describe("T90 T92: every response is locked down", () => {
  test.each([...PAGES, "/login", "/assets/station.css", "/dev-login"])("%s", async (path) => {
    for (const response of [
      await open.request(`${publicUrl}${path}`),
      await page(path),
      await open.request(`${publicUrl}${path}`, { method: "POST" }),
    ]) {
      const csp = response.headers.get("content-security-policy")!;
      expect(csp).toContain("default-src 'none'");
      expect(csp).toContain("frame-ancestors 'none'");
      expect(csp).not.toMatch(/unsafe|script-src/);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s is refused", async (method) => {
    for (const path of [...PAGES.filter((each) => !each.startsWith("/api")), "/login", "/dev-login"])
      expect((await open.request(`${publicUrl}${path}`, { method })).status).toBe(405);
  });

  test.each([
    ["127.0.0.1:3000", 200],
    ["localhost:9", 200],
    ["[::1]:3000", 200],
    ["evil.example", 421],
    ["127.0.0.1.evil.example", 421],
    ["localhost.evil.example:3000", 421],
  ])("host %s answers %i", async (host, status) => {
    expect((await open.request(`${publicUrl}/login`, { headers: { host } })).status).toBe(status);
  });

  test("no page carries a script, a style, or a handler", async () => {
    for (const path of PAGES.filter((each) => !each.startsWith("/api"))) {
      expect(await (await page(path)).text()).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
    }
  });

  test.each(ATTACKS.map((attack) => [attack.slice(0, 40), attack]))("%j stays text on every page", async (_, attack) => {
    const hostile = evaluationOf(hostileDecision(attack), 9, attack);
    const app = createStudio(pagesOf(pageLedger([hostile]), { token: TOKEN }, publicUrl));
    for (const path of ["/", `/evaluations/${hostile.id}`]) {
      const response = await page(path, app);
      expect(response.status).toBe(200);
      const html = await response.text();
      const tags = new Set([...html.matchAll(/<([a-z][a-z0-9-]*)/gi)].map((match) => match[1]));
      for (const tag of ["script", "img", "iframe", "style", "object", "base", "form"]) expect(tags).not.toContain(tag);
      expect([...html.matchAll(/href="([^"]*)"/g)].every(([, href]) => /^(\/(?!\/)|#content$)/.test(href!))).toBe(true);
      expect(html.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe("the gate page", () => {
  test("shows verdict, field diff, who is missing, who was refused and why, risk and the tree", async () => {
    const html = await (await page("/pulls/acme/contracts/1")).text();
    for (const part of [
      "Waiting for sec-ops (0 of 1)",
      '<del class="chip removed">pii</del>',
      "<del>string</del><ins>integer</ins>",
      '<strong class="person">@bob</strong>',
      "<strong>dave</strong> does not count: given before",
      "<strong>alice</strong> does not count: author of this change",
      '<strong>6.0</strong> of 10 <span class="pill medium">medium</span>',
      "Why: the decision tree",
      evaluations.strip.decision.digests.content,
    ])
      expect(html).toContain(part);
  });

  test("after the merge shows the approval, the artifact hash and the audit event", async () => {
    const html = await (await page("/pulls/acme/contracts/2")).text();
    expect(html).toContain("GovernanceApproval");
    for (const value of [record.approval.id, record.approval.mergeSha, record.artifact.compiledHash, record.event.hash])
      expect(html).toContain(value);
    expect(html).not.toContain("What to do next");
  });

  test("an older evaluation says so, leads to the newest, and claims no record", async () => {
    const html = await (await page(`/evaluations/${evaluations.older.id}`)).text();
    expect(html).toContain(`href="/evaluations/${evaluations.merged.id}"`);
    expect(html).not.toContain("GovernanceApproval");
  });

  test("owner and repository match whatever their case; anything else is not found", async () => {
    expect((await page("/pulls/ACME/Contracts/1")).status).toBe(200);
    for (const path of ["/pulls/acme/contracts/77", "/pulls/acme/other/1", "/pulls/acme/contracts/x", "/evaluations/none"])
      expect((await page(path)).status).toBe(404);
  });

  test("a change of 10,000 fields is a page of a bounded size", async () => {
    const mass = evaluationOf(massStrip(10_000), 9, "Strip everything");
    const app = createStudio(pagesOf(pageLedger([mass]), { token: TOKEN }, publicUrl));
    const html = await (await page("/pulls/acme/contracts/9", app)).text();
    expect(html).toContain("and 9,900 more in the JSON");
    expect(html.length).toBeLessThan(300_000);
  });
});

describe("lists and JSON", () => {
  test("the overview shows each pull request once with its newest verdict", async () => {
    const html = await (await page("/")).text();
    expect(html.match(/href="\/pulls\/acme\/contracts\/\d"/g)).toHaveLength(6);
    expect(html).toContain("Approved by bob (sec-ops)");
  });

  test("the audit trail shows events with their hashes", async () => {
    const html = await (await page("/audit")).text();
    for (const part of ["governance.approved", "override.used", events[1]!.hash, ">ana<"]) expect(html).toContain(part);
    expect(html).toContain("intact up to checkpoint 2");
    expect(html).toContain("also in: file, git");
    expect(html).toContain("no AUDIT_SIGNING_KEY");
  });

  test("the audit trail is searched; what is searched for stands escaped in the form", async () => {
    const html = await (await page("/audit?type=override&subject=%22%3E%3Cscript%3E")).text();
    expect(html).toContain("No event is like that.");
    expect(html).not.toContain("<script>");
    const found = await (await page("/audit?type=override")).text();
    expect(found).toContain("override.used");
    expect(found).not.toContain("policy.in_force");
  });

  test("T84: an edited row, and an end that was cut off, are shown as broken", async () => {
    const edited = events.with(0, { ...events[0]!, actor: "66" });
    for (const [chain, because] of [
      [edited, "event 1 was altered"],
      [events.slice(0, 1), "its end was cut off"],
    ] as const) {
      const ledger = { ...pageLedger(), ...chainLedger(chain) };
      const html = await (await page("/audit", createStudio(pagesOf(ledger, { token: TOKEN }, publicUrl)))).text();
      expect(html).toContain("BROKEN");
      expect(html).toContain(because);
    }
  });

  test("a decision as JSON, and the error shape", async () => {
    const response = await page(`/api/v1/decisions/${evaluations.merged.id}`);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toMatchObject({ schemaVersion: 1, state: approved.state, digests: approved.digests });
    const missing = await page("/api/v1/decisions/none");
    expect([missing.status, await missing.json()]).toEqual([
      404,
      { error: expect.objectContaining({ code: "NOT_FOUND", message: "there is no such decision" }) },
    ]);
  });

  test("a failing ledger is a page without details", async () => {
    const ledger = { ...pageLedger(), auditEvents: async () => Promise.reject(new Error("secret connection string")) };
    const response = await page("/audit", createStudio(pagesOf(ledger, { token: TOKEN }, publicUrl)));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
  });
});
