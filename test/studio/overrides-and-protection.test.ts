import { expect, test } from "vitest";
import { judgeProtection } from "../../src/engine/protection/judge.ts";
import type { ForcedSubmissionRow, OverrideRow, WatchedRepository } from "../../src/gate/ports.ts";
import { createStudio } from "../../src/studio/app.tsx";
import { pageLedger, pagesOf } from "./fixtures.ts";

const TOKEN = "token-of-the-demo";
const publicUrl = "http://127.0.0.1:3000";
const HOSTILE = '<script>alert(1)</script>"\u202e';

async function page(path: string, over: Partial<ReturnType<typeof pageLedger>>): Promise<string> {
  const app = createStudio(pagesOf({ ...pageLedger(), ...over }, { token: TOKEN }, publicUrl));
  const env = { incoming: { socket: { remoteAddress: "127.0.0.1" } } };
  const login = await app.request(`${publicUrl}/dev-login?token=${TOKEN}`, {}, env);
  const cookie = login.headers.get("set-cookie")!.split(";")[0]!;
  const response = await app.request(`${publicUrl}${path}`, { headers: { cookie } }, env);
  expect(response.status).toBe(200);
  return response.text();
}

function override(over: Partial<OverrideRow>): OverrideRow {
  const at = "2026-11-21T11:00:00.000Z";
  const grant = { id: "g", repositoryId: 1, pullRequest: 7, delivery: "d", label: "l", actorId: 6, headSha: "h", baseRef: "main" };
  return {
    grant: { ...grant, labelledAt: at, entitled: true, because: "an owner", observedAt: at, used: true },
    repository: "acme/data",
    actorLogin: "ana",
    events: [{ kind: "used", because: HOSTILE, at }],
    review: { dueAt: "2026-11-24T11:00:00.000Z", issueNumber: 12, closedAt: null, closedBy: null, closedByLogin: null, isOverdue: true },
    ...over,
  };
}

test("overrides are listed with their reviews, counted apart, and whatever they say is text", async () => {
  const refused = override({ review: null, events: [], actorLogin: null });
  const rows = [override({}), { ...refused, grant: { ...refused.grant, entitled: false, used: false, because: HOSTILE } }];
  const html = await page("/overrides", { overrideRows: async () => rows });
  for (const said of ["1 override", "1 overdue", "review overdue", "issue #12", "refused", "acme/data", "by ana (", "by account 6 ("])
    expect(html).toContain(said);
  expect(html).not.toMatch(/<script>|\u202e/);
});

test("forced submissions are listed among them, newest first, and owe their reviews too", async () => {
  const forced = (over: Partial<ForcedSubmissionRow>): ForcedSubmissionRow => ({
    ...{ submissionId: "s", workspaceId: "0199d3f6-0000-7000-8000-000000000000", agent: "shop/catalogue", environment: "production" },
    ...{ actorId: 6, actorLogin: "ana", reason: HOSTILE, incident: HOSTILE, at: "2026-11-22T11:00:00.000Z" },
    review: { dueAt: "2026-11-25T11:00:00.000Z", isOverdue: true, done: null },
    ...over,
  });
  const done = { by: 8, byLogin: null, finding: HOSTILE, at: "2026-11-23T11:00:00.000Z" };
  const older = forced({ agent: "shop/old", at: "2026-11-20T11:00:00.000Z", review: { dueAt: "x", isOverdue: false, done } });
  const html = await page("/overrides", { overrideRows: async () => [override({})], forcedSubmissions: async () => [forced({}), older] });
  for (const said of ["3 overrides used", "2 post-hoc reviews open", "2 overdue", "by account 8", "reviewed"]) expect(html).toContain(said);
  const order = ["shop/catalogue", "acme/data", "shop/old"].map((name) => html.indexOf(name));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(html).not.toMatch(/<script>|\u202e/);
});

test("protection is listed: NOT ENFORCED with its setting, UNGUARDED with its reason", async () => {
  const classic = { status: "ok", value: null } as const;
  const none = { status: "ok", value: [] } as const;
  const branch = { name: HOSTILE, pattern: HOSTILE, check: `countersign: ${HOSTILE}`, rules: none, classic };
  const verdict = judgeProtection({ repository: "acme/data", appId: 1, branches: [branch], rulesets: none, unseen: [] });
  const repository = { id: 1, owner: "acme", name: "data", ownerId: 2, installationId: 3 };
  const rows: WatchedRepository[] = [
    { repository, unguarded: null, verdict, checkedAt: "2026-11-21T11:00:00.000Z" },
    { repository, unguarded: `transferred to ${HOSTILE}`, verdict: null, checkedAt: null },
  ];
  const html = await page("/doctor", { watchedRepositories: async () => rows });
  for (const said of ["NOT ENFORCED", "UNGUARDED", "is not a required check on"]) expect(html).toContain(said);
  expect(html).not.toMatch(/<script>|\u202e/);
});

test("an enforced repository has advice, and no ruleset to print", async () => {
  const repository = { id: 1, owner: "acme", name: "data", ownerId: 2, installationId: 3 };
  const advice = { setting: "stale_reviews", severity: "advice", says: "stale approvals are not dismissed", fix: "switch it on" } as const;
  const branch = { name: "main", pattern: "main", check: "countersign: main", status: "enforced", findings: [advice] } as const;
  const verdict = {
    schemaVersion: 1,
    appId: 1,
    repository: "acme/data",
    status: "enforced",
    findings: [],
    branches: [branch],
    rulesets: [],
  } as const;
  const rows: WatchedRepository[] = [{ repository, unguarded: null, verdict, checkedAt: "2026-11-21T11:00:00.000Z" }];
  const html = await page("/doctor", { watchedRepositories: async () => rows });
  expect(html).toContain('<span class="pill on">ENFORCED</span>');
  expect(html).toContain("Advice: stale approvals are not dismissed");
  expect(html).not.toContain("prints the ruleset");
});
