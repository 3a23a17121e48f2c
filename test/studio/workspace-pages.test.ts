import { beforeAll, describe, expect, it } from "vitest";
import type { StudioDeps } from "../../src/gate/save-draft-snapshot.ts";
import type { Database } from "../../src/store/connect.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import type { Principal } from "../../src/studio/api/principal.ts";
import { ApiProblem } from "../../src/studio/api/problems.ts";
import { createFormTokens } from "../../src/studio/form-token.ts";
import { createWorkspacePages } from "../../src/studio/workspace-pages.tsx";
import { CONTRACT } from "../demo/sample.ts";
import { describeOnBoth } from "../support/database.ts";
import { ask, directory, done, newTenant, type Opened, openSubmission } from "../support/studio.ts";
import { person, plansOf, SAME_POLICY, UNGUARDED } from "../support/studio-api.ts";

const publicUrl = "http://127.0.0.1:3000";
const tokens = createFormTokens(["a secret of the test"]);

describeOnBoth("the workbench", (open) => {
  let db: Database;
  let deps: StudioDeps;
  let who: Principal | null;
  let pages: ReturnType<typeof createWorkspacePages>;
  let busy = false;
  beforeAll(async () => {
    db = await open();
    deps = { records: createStudioRecords(db), electorate: directory() };
    const guard = async (_: unknown, next: () => Promise<void>) => {
      if (busy) throw new ApiProblem("RATE_LIMITED", { headers: { "Retry-After": "7" } });
      return next();
    };
    const more = {
      plans: plansOf(db),
      identify: async () => who,
      tokens,
      publicUrl,
      wayIn: "github" as const,
      guards: { ...UNGUARDED, limit: guard },
    };
    pages = createWorkspacePages({ ...SAME_POLICY, ...deps, ...more });
  });

  const get = async (as: Principal | null, path: string) => {
    who = as;
    const response = await pages.request(`${publicUrl}${path}`);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const post = async (as: Principal, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
    who = as;
    const sent = { origin: publicUrl, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded", ...headers };
    const init = { method: "POST", headers: sent, body: new URLSearchParams(fields).toString() };
    const response = await pages.request(`${publicUrl}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  /** The hidden fields of the form of one act, as a browser would send them. */
  const fieldsOf = (html: string, act: string): Record<string, string> => {
    const form = html.split("<form ").find((part) => part.includes(`/${act}"`))!;
    return Object.fromEntries(
      [...form.split("</form>")[0]!.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    );
  };

  async function begin(): Promise<{ on: Opened; path: string; bob: Principal; carol: Principal }> {
    const on = await openSubmission(deps, await newTenant(db.outer));
    const [bob, carol] = [person(on.tenantId, "bob", "approver"), person(on.tenantId, "carol", "approver")];
    return { on, path: `/workspaces/${on.workspaceId}`, bob, carol };
  }

  it("without any script: bob votes, carol approves, and the page says what happened", async () => {
    const { on, path, bob, carol } = await begin();
    const first = await get(bob, path);
    expect(first.status).toBe(200);
    expect(first.text).toContain("Tidy descriptions");
    expect(first.text).not.toMatch(/<script|onclick|style=/);
    const { vote: _, ...fields } = fieldsOf(first.text, "vote");
    const voted = await post(bob, `${path}/vote`, { ...fields, vote: "approve", comment: "" });
    expect([voted.status, voted.headers.get("location")]).toEqual([303, `${path}?did=vote`]);
    const second = await get(carol, `${path}?did=vote`);
    expect(second.text).toContain("Your vote is recorded");
    expect(second.text).toContain("ready_for_approval");
    expect((await post(carol, `${path}/approve`, { ...fieldsOf(second.text, "approve"), rationale: "fine" })).status).toBe(303);
    const view = (await deps.records.workspace(on.tenantId, on.workspaceId))!;
    expect(view.approval!.approval).toMatchObject({ channel: "studio_ui", actorId: 3, rationale: "fine", approvedBy: [{ login: "bob" }] });
    const list = await get(carol, "/workspaces");
    expect(list.text).toContain("acme/contracts");
  });

  it("T98: a draft that does not begin from what was approved says so before anybody votes, and cannot be approved", async () => {
    const { on, path, bob, carol } = await begin();
    const other = await openSubmission(deps, on.tenantId, {
      change: { after: `${CONTRACT}      - name: <fax>\n        logicalType: string\n` },
    });
    done(await deps.records.activateDraft(ask(other, 3)));
    done(await deps.records.approveWorkspaceDraft({ ...ask(other, 3), rationale: null }));
    done(await deps.records.activateDraft(ask(on, 3)));
    const page = await get(bob, path);
    expect(page.text).toContain("It does not begin from what was approved before");
    expect(page.text).toContain("customers.&lt;fax&gt;: was approved, and the base lacks it");
    const { vote: _, ...fields } = fieldsOf(page.text, "vote");
    expect((await post(bob, `${path}/vote`, { ...fields, vote: "approve", comment: "" })).status).toBe(303);
    const refused = await post(carol, `${path}/approve`, fieldsOf((await get(carol, path)).text, "approve"));
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("customers.&lt;fax&gt;: was approved, and the base lacks it");
  });

  it("a refusal shows the page again with the reason, and the status of the API", async () => {
    const { path, carol } = await begin();
    const page = await get(carol, path);
    const refused = await post(carol, `${path}/approve`, fieldsOf(page.text, "approve"));
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("the newest snapshot is collecting");
    const silent = await post(carol, `${path}/reject`, { ...fieldsOf(page.text, "reject"), reason: " " });
    expect(silent.status).toBe(422);
    busy = true;
    const limited = await post(carol, `${path}/reject`, { ...fieldsOf(page.text, "reject"), reason: "no" });
    busy = false;
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
  });

  describe("T91: a form is taken from our own page of this very session only", () => {
    it.each([
      ["another origin", {}, { origin: "https://evil.example" }],
      ["no origin", {}, { origin: "" }],
      ["a null origin", {}, { origin: "null" }],
      ["a cross-site request", {}, { "sec-fetch-site": "cross-site" }],
      ["a sibling site", {}, { "sec-fetch-site": "same-site" }],
      ["no token", { token: "" }, {}],
      ["JSON", {}, { "content-type": "application/json" }],
      ["plain text", {}, { "content-type": "text/plain" }],
      ["an unknown field", { surprise: "1" }, {}],
    ])("%s is refused, and nothing is written", async (_, fields, headers) => {
      const { on, path, bob } = await begin();
      const good = fieldsOf((await get(bob, path)).text, "vote");
      const refused = await post(bob, `${path}/vote`, { ...good, vote: "approve", ...fields }, headers as Record<string, string>);
      expect([403, 415, 422]).toContain(refused.status);
      expect((await deps.records.draftContext(on.tenantId, on.draftId))!.votes).toEqual([]);
    });

    it("a token of another person, of another tenant or of an earlier sign-in opens nothing", async () => {
      const { on, path, bob, carol } = await begin();
      const good = fieldsOf((await get(bob, path)).text, "vote");
      const earlier: Principal = { ...(bob as Extract<Principal, { kind: "person" }>), authenticatedAt: "2026-11-25T10:00:00.000Z" };
      for (const other of [carol, earlier, person(await newTenant(db.outer), "bob", "approver")])
        expect((await post(bob, `${path}/vote`, { ...good, vote: "approve", token: tokens.issue(other) })).status).toBe(403);
      expect((await deps.records.draftContext(on.tenantId, on.draftId))!.votes).toEqual([]);
    });
  });

  it("who only reads gets no form; whoever made the draft gets none to approve it; nobody unknown gets anything", async () => {
    const { on, path, bob } = await begin();
    const auditor = await get(person(on.tenantId, "dave", "auditor"), path);
    expect(auditor.text).not.toContain("<form");
    const author = await get(person(on.tenantId, "alice", "admin"), path);
    expect(author.text).toContain("somebody else votes on it");
    expect(author.text).not.toContain(`${path}/approve`);
    const closed = await get(null, path);
    expect([closed.status, closed.text.includes("acme")]).toEqual([401, false]);
    expect((await get(person(await newTenant(db.outer), "ana", "admin"), path)).status).toBe(404);
    const token = fieldsOf((await get(bob, path)).text, "vote");
    expect((await post(person(on.tenantId, "bob", "auditor"), `${path}/vote`, { ...token, vote: "approve" })).status).toBe(403);
  });

  it("an address that holds no id is no page", async () => {
    const { bob } = await begin();
    expect((await get(bob, `/workspaces/${"-".repeat(36)}`)).status).toBe(404);
    expect((await post(bob, `/workspaces/${"a".repeat(36)}/vote`, {})).status).toBe(404);
  });

  it("T97: the demo's admin, who is nobody on GitHub, reads the workbench and decides nothing", async () => {
    const { on, path } = await begin();
    const demo: Principal = {
      ...(person(on.tenantId, "ana", "admin") as Extract<Principal, { kind: "person" }>),
      personId: 0,
      login: "demo",
    };
    const page = await get(demo, path);
    expect([page.status, page.text.includes("<form"), page.text]).toEqual([200, false, expect.stringContaining("decides nothing")]);
    const { draftId: draft_id, snapshotId: snapshot_id, draftVersion } = on;
    const fields = { token: tokens.issue(demo), draft_id, snapshot_id, draft_version: `${draftVersion}`, request_id: crypto.randomUUID() };
    const refused = await post(demo, `${path}/vote`, { ...fields, vote: "approve" });
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("decides nothing")]);
    expect((await deps.records.draftContext(on.tenantId, on.draftId))!.votes).toEqual([]);
  });

  it("T90 T92: every answer is locked down, and a form may say where it comes from", async () => {
    const { path, bob } = await begin();
    for (const response of [await get(bob, path), await get(null, path), await post(bob, `${path}/approve`, {})]) {
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(response.headers.get("content-security-policy")).not.toMatch(/unsafe|script-src/);
    }
    expect((await get(bob, path)).headers.get("referrer-policy")).toBe("same-origin");
  });
});
