import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { rowsOf } from "../../../src/store/connect.ts";
import { createTenantReads } from "../../../src/store/tenant-reads.ts";
import { CONFIG, CONTRACT, LOOSER, POLICIES, STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import { type Station, startStation } from "../../support/station.ts";
import type { Answer } from "../../support/studio-api.ts";
import { type SubmissionParts, submissionParts, submissionRoutes } from "../../support/submissions.ts";

const FILE = "contracts/customers.odcs.yaml";

describeOnBoth("submissions over HTTP", (open) => {
  let station: Station;
  let parts: SubmissionParts;
  let acme: string;
  /** By how much the server's clock is ahead. */
  let ahead = 0;
  beforeAll(async () => {
    const db = await open();
    station = await startStation(db, { register: (api, limiter) => submissionRoutes(parts)(api, limiter) }, (hub) => {
      parts = submissionParts(db, hub, { clock: { now: () => new Date(Date.now() + ahead) } });
    });
    await station.bearer("ana");
    await station.bearer("otto");
    acme = await station.tenantOf("acme");
  });
  afterAll(() => station.close());
  let count = 0;
  let agent = "";
  beforeEach(() => {
    count += 1;
    agent = `catalogue/contracts-${count}`;
  });

  async function call(headers: Record<string, string>, method: string, path: string, body?: unknown): Promise<Answer> {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const json: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const response = await station.request(path, { method, headers: { ...headers, ...json }, ...init });
    return { status: response.status, body: await response.json() };
  }
  const push = async (policies: string, version: number) =>
    call(await station.bearer("ana"), "PUT", "/api/v1/policy", { expected_version: version, config: CONFIG, policies });
  const change = (more: Record<string, unknown> = {}) => ({
    agent,
    base: { name: "main", revision: "1111111" },
    head: { name: "tidy", revision: "2222222" },
    files: [{ path: FILE, before: CONTRACT, after: STRIPPED }],
    message: "Tidy descriptions",
    ...more,
  });
  const submit = async (headers: Record<string, string>, more: Record<string, unknown> = {}) =>
    call(headers, "POST", "/api/v1/submissions", change(more));
  const seen = (of: { id: string; snapshot_id: string; version: number }) => ({
    draft_id: of.id,
    snapshot_id: of.snapshot_id,
    draft_version: of.version,
  });
  const act = async (login: string, what: string, of: { workspace_id: string } & Parameters<typeof seen>[0], more: object = {}) =>
    call(await station.bearer(login), "POST", `/api/dashboard/studio/workspaces/${of.workspace_id}/${what}`, { ...seen(of), ...more });
  const read = async (id: string) => (await call(await station.bearer("iris"), "GET", `/api/v1/submissions/${id}`)).body;

  test("without any policy nothing is decided, and nothing kept", async () => {
    const other = await station.key("other", ["submit"]);
    expect(await submit(other)).toMatchObject({ status: 409, body: { error: { code: "NO_POLICY" } } });
    expect((await call(other, "GET", "/api/v1/submissions")).body).toEqual({ submissions: [] });
  });

  test("a pushed policy is kept by version; one that is wrong, or was not seen, is refused", async () => {
    expect(await call(await station.bearer("iris"), "GET", "/api/v1/policy")).toMatchObject({ status: 404 });
    expect(await push(POLICIES, 0)).toMatchObject({ status: 200, body: { version: 1, policies: POLICIES, config: CONFIG } });
    expect(await push(POLICIES, 1)).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await push(POLICIES, 0)).toMatchObject({
      status: 409,
      body: { error: { code: "VERSION_CONFLICT", details: { code: "E010" } } },
    });
    expect(await push("policies: [{name: x}]", 1)).toMatchObject({ status: 422, body: { error: { code: "INVALID_POLICY" } } });
    expect((await call(await station.bearer("dave"), "PUT", "/api/v1/policy", {})).status).toBe(403);
  });

  test("a person's submission waits for the team, is approved by a vote and the approval, and has its records", async () => {
    const made = await submit(await station.bearer("dave"));
    expect(made).toMatchObject({
      status: 201,
      body: {
        submission: {
          state: "pending_approval",
          environment: "production",
          version: 1,
          ready: false,
          author: { login: "dave" },
          contracts: [{ file: FILE, status: "proposed" }],
          decision: { state: "pending_approval", exit_code: 10 },
          requirements: [{ have: 0, need: 1, completers: ["@bob"] }],
          approval: null,
        },
      },
    });
    const { submission } = made.body;
    expect((await act("bob", "votes", submission, { vote: "approve" })).status).toBe(200);
    const ready = await read(submission.id);
    expect(ready).toMatchObject({ state: "pending_approval", ready: true, version: 2 });
    expect((await act("bob", "approve", ready)).status).toBe(200);
    const done = await read(submission.id);
    expect(done).toMatchObject({
      state: "approved",
      contracts: [{ status: "approved" }],
      approval: { kind: "regular", approved_by: ["bob"] },
      artifact_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("T97: nobody approves what they submitted, nor what a pipeline submitted in their name", async () => {
    const own = (await submit(await station.bearer("bob"))).body.submission;
    expect(await act("bob", "votes", own, { vote: "approve" })).toMatchObject({ status: 403, body: { error: { code: "OWN_CHANGE" } } });
    agent += "-key";
    const named = (await submit(await station.key("acme", ["submit"]), { actor: "bob" })).body.submission;
    expect(named).toMatchObject({ author: null });
    expect(await act("bob", "votes", named, { vote: "approve" })).toMatchObject({ status: 403, body: { error: { code: "OWN_CHANGE" } } });
  });

  test("a key that names nobody leaves an unknown author, and takes no repository's name: one approver more is asked", async () => {
    const { submission } = (await submit(await station.key("acme", ["submit"]), { agent: "acme/not-yet", repository_id: 77 })).body;
    expect(submission.agent).toBe("acme/not-yet#submissions");
    expect(submission.requirements.some(({ source }: { source: string[] }) => source.includes("unknown contributors"))).toBe(true);
  });

  test("a rejected submission stays rejected, with the reason, and takes no further version", async () => {
    const { submission } = (await submit(await station.bearer("dave"))).body;
    expect((await act("bob", "reject", submission, { reason: "the tag must stay" })).status).toBe(200);
    expect(await read(submission.id)).toMatchObject({ state: "rejected", ended: { how: "reject", reason: "the tag must stay" } });
    const again = await call(await station.bearer("dave"), "POST", `/api/v1/submissions/${submission.id}/snapshots`, version(1));
    expect(again).toMatchObject({ status: 409, body: { error: { code: "INVALID_STATE" } } });
  });

  const version = (expected: number, after = STRIPPED.replace("newsletters", "offers")) => {
    const { agent: _, ...rest } = change({ files: [{ path: FILE, before: CONTRACT, after }] });
    return { expected_version: expected, ...rest };
  };

  test("E010: a version on top of one that is not the newest is refused, and a new one voids the votes", async () => {
    await push(POLICIES, 0); // None was, when this test runs alone.
    const dave = await station.bearer("dave");
    const { submission } = (await submit(dave)).body;
    await act("bob", "votes", submission, { vote: "approve" });
    const path = `/api/v1/submissions/${submission.id}/snapshots`;
    expect(await call(dave, "POST", path, version(1))).toMatchObject({
      status: 409,
      body: { error: { code: "VERSION_CONFLICT", details: { code: "E010", current_version: 2 } } },
    });
    const { submission: next } = (await call(dave, "POST", path, version(2))).body;
    expect(next).toMatchObject({ version: 3, ready: false, state: "pending_approval" });
  });

  test("the same key and body is the same submission; another body under that key is refused", async () => {
    const key = await station.key("acme", ["submit"]);
    const once = { idempotency_key: `k-${agent}` };
    const [first, second] = await Promise.all([submit(key, once), submit(key, once)]);
    expect(first.body.submission.id).toBe(second.body.submission.id);
    expect(await submit(key, once)).toMatchObject({ status: 200, body: { submission: { id: first.body.submission.id } } });
    const other = await submit(key, { ...once, message: "else" });
    expect(other).toMatchObject({ status: 422, body: { error: { code: "IDEMPOTENCY_MISMATCH" } } });
    const [{ n }] = rowsOf<{ n: number }>(
      await station.db.outer.execute(
        sql`select count(*)::int as n from business_draft d join governance_workspace w on w.id = d.workspace_id where w.agent = ${agent}`,
      ),
    ) as [{ n: number }];
    expect(n).toBe(1);
  });

  test("the same change from the next key of the pipeline is the same submission; a person's is their own", async () => {
    const once = { idempotency_key: `k-${agent}\u0000` };
    const first = await submit(await station.key("acme", ["submit"]), once);
    expect(first.status).toBe(201);
    const rotated = await submit(await station.key("acme", ["submit"]), once);
    expect(rotated).toMatchObject({ status: 200, body: { submission: { id: first.body.submission.id } } });
    const own = await submit(await station.bearer("dave"), once);
    expect(own).toMatchObject({ status: 201, body: { submission: { author: { login: "dave" } } } });
    expect(own.body.submission.id).not.toBe(first.body.submission.id);
  });

  test("what asks nobody is approved at once; what changes nothing governed is not kept", async () => {
    const described = CONTRACT.replace("      - name: country\n", "      - name: country\n        description: Where they live\n");
    const harmless = await submit(await station.bearer("dave"), { files: [{ path: FILE, before: CONTRACT, after: described }] });
    expect(harmless).toMatchObject({
      status: 201,
      body: { submission: { state: "approved", approval: { kind: "regular", approved_by: [] }, decision: { exit_code: 0 } } },
    });
    const nothing = await submit(await station.bearer("dave"), { files: [{ path: "README.md", before: "a", after: "b" }] });
    expect(nothing).toEqual({ status: 200, body: { submission: null } });
  });

  test("a policy that comes with the change decides nothing: it is a governed file itself", async () => {
    const files = [
      { path: FILE, before: CONTRACT, after: STRIPPED },
      { path: ".choochoo/approval-policies.yaml", before: LOOSER.replace("enforce", "warn"), after: "policies: []\n" },
      { path: ".choochoorc", before: "contracts: {exclude: ['contracts/**']}\n", after: "contracts: {exclude: ['**']}\n" },
    ];
    const { submission } = (await submit(await station.bearer("dave"), { files })).body;
    expect(submission).toMatchObject({ state: "pending_approval", decision: { state: "pending_approval" } });
    expect(submission.findings.map(({ code }: { code: string }) => code)).toContain("tag.removed");
    expect(submission.requirements.flatMap(({ source }: { source: string[] }) => source)).toEqual(
      expect.arrayContaining(["repo/pii-change-policy", expect.stringContaining("self-protection")]),
    );
  });

  test("a base that is production stays it, whatever environment is claimed", async () => {
    const { submission } = (await submit(await station.bearer("dave"), { environment: "development" })).body;
    expect(submission).toMatchObject({ environment: "production", state: "pending_approval" });
  });

  test("too much is refused: a body, a file, a path twice, a way out of the tree", async () => {
    const dave = await station.bearer("dave");
    const big = { path: FILE, before: null, after: "x".repeat(2_097_153) };
    expect((await submit(dave, { files: [big] })).status).toBe(422);
    const body = Array.from({ length: 9 }, (_, i) => ({ path: `contracts/${i}.yaml`, before: null, after: "x".repeat(2_000_000) }));
    expect((await submit(dave, { files: body })).status).toBe(413);
    for (const path of ["../x.yaml", "/x.yaml", "a//b.yaml", "a/./b.yaml", "a\\b.yaml", ""])
      expect((await submit(dave, { files: [{ path, before: null, after: "x" }] })).status).toBe(422);
    const twice = { path: FILE, before: null, after: CONTRACT };
    expect((await submit(dave, { files: [twice, twice] })).status).toBe(422);
  });

  test("another tenant finds nothing, and neither do roles that may not", async () => {
    const { submission } = (await submit(await station.bearer("dave"))).body;
    for (const headers of [await station.bearer("otto"), await station.key("other", ["submit", "read"])])
      expect((await call(headers, "GET", `/api/v1/submissions/${submission.id}`)).status).toBe(404);
    expect((await submit(await station.bearer("iris"))).status).toBe(403);
    expect((await submit(await station.key("acme", ["read"]))).status).toBe(403);
    expect((await call(await station.key("acme", ["submit"]), "GET", `/api/v1/submissions/${submission.id}`)).status).toBe(200);
  });

  describe("an override", () => {
    const force = async (login: string, of: { id: string; snapshot_id: string; version: number }, headers?: Record<string, string>) =>
      call(headers ?? (await station.bearer(login)), "POST", `/api/v1/submissions/${of.id}/override`, {
        ...{ snapshot_id: of.snapshot_id, draft_version: of.version, reason: "checkout is down", incident: "INC-7" },
      });
    const review = async (login: string, id: string) =>
      call(await station.bearer(login), "POST", `/api/v1/submissions/${id}/override-review`, { finding: "it had to be" });

    test("forces it as a kind of its own, with its blockers, critical events and a review that is owed", async () => {
      const { submission } = (await submit(await station.bearer("dave"))).body;
      expect((await force("bob", submission)).status).toBe(403);
      const forced = await force("ana", submission);
      expect(forced).toMatchObject({ status: 200, body: { reason: "checkout is down", incident: "INC-7", review: null } });
      expect(Math.round((Date.parse(forced.body.review_due_at) - Date.parse(forced.body.at)) / 3_600_000)).toBe(72);
      expect(await read(submission.id)).toMatchObject({
        state: "approved",
        approval: { kind: "forced", approved_by: [] },
        override: { incident: "INC-7" },
        decision: { state: "pending_approval" },
      });
      const [row] = rowsOf<{ blockers: unknown[]; events: string[] }>(
        await station.db.outer.execute(sql`select a.blocker_ids as blockers,
          (select json_agg(e.type order by e.seq) from audit_event e where e.tenant_id = a.tenant_id and e.severity = 'critical'
            and (e.payload ->> 'draftId') = ${submission.id}) as events
          from governance_approval a where a.draft_id = ${submission.id}`),
      );
      expect(row!.blockers).toHaveLength(1);
      expect(row!.events).toEqual(["governance.approval_forced", "override.used"]);
      const [listed] = await createTenantReads(station.db)(acme).forcedSubmissions(9);
      expect(listed).toMatchObject({ submissionId: submission.id, agent, review: { done: null, isOverdue: false } });
      expect(listed!.actorId).toBe(forced.body.by);
      expect(await review("ana", submission.id)).toMatchObject({ status: 403, body: { error: { code: "OWN_CHANGE" } } });
      expect(await review("bob", submission.id)).toMatchObject({ status: 200, body: { review: { finding: "it had to be" } } });
      expect(await review("bob", submission.id)).toMatchObject({ status: 409 });
    });

    test("is not for one's own change, another version, a key, what passes, or a sign-in of yesterday", async () => {
      const own = (await submit(await station.bearer("ana"))).body.submission;
      expect(await force("ana", own)).toMatchObject({ status: 403, body: { error: { code: "OWN_CHANGE" } } });
      agent += "-other";
      const { submission } = (await submit(await station.bearer("dave"))).body;
      expect(await force("ana", { ...submission, version: 9 })).toMatchObject({ status: 409, body: { error: { code: "STALE_LINEAGE" } } });
      expect((await force("", submission, await station.key("acme", ["submit", "read", "plan"]))).status).toBe(403);
      ahead = 16 * 60_000;
      expect(await force("ana", submission)).toMatchObject({ status: 401, body: { error: { code: "REAUTHENTICATE" } } });
      ahead = 0;
      await act("bob", "votes", submission, { vote: "approve" });
      expect(await force("ana", await read(submission.id))).toMatchObject({ status: 409, body: { error: { code: "INVALID_STATE" } } });
    });
  });

  test.each(["pushed_policy", "submission_override", "submission_review"])("%s cannot be changed", async (table) => {
    const change = station.db.outer.execute(sql.raw(`update ${table} set id = id`));
    await expect(change).rejects.toThrow();
  });

  test("what is pending for too long expires, and only that", async () => {
    const { submission } = (await submit(await station.bearer("dave"))).body;
    expect(await parts.deps.submissions.expireSubmissions(3_600_000)).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await parts.deps.submissions.expireSubmissions(1)).toBeGreaterThan(0);
    expect(await read(submission.id)).toMatchObject({ state: "expired", ended: { how: "expire", by: null }, expires_at: null });
    expect(await act("bob", "votes", submission, { vote: "approve" })).toMatchObject({ status: 409 });
    const listed = await call(await station.bearer("iris"), "GET", "/api/v1/submissions?state=pending_approval");
    expect(listed.body.submissions).toEqual([]);
  });
});
