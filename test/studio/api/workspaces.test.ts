import { beforeAll, describe, expect, it } from "vitest";
import type { StudioDeps } from "../../../src/gate/save-draft-snapshot.ts";
import type { Database } from "../../../src/store/connect.ts";
import { createStudioRecords } from "../../../src/store/studio-records.ts";
import type { Principal } from "../../../src/studio/api/principal.ts";
import { STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import { directory, edit, newTenant, type Opened, openSubmission, PEOPLE } from "../../support/studio.ts";
import { key, person, plansOf, workspaceApi } from "../../support/studio-api.ts";

describeOnBoth("the workspace routes", (open) => {
  let db: Database;
  let deps: StudioDeps;
  let teams: ReturnType<typeof directory>;
  let api: ReturnType<typeof workspaceApi>;
  let plans: ReturnType<typeof plansOf>;
  beforeAll(async () => {
    db = await open();
    teams = directory();
    deps = { records: createStudioRecords(db), electorate: teams };
    plans = plansOf(db);
    api = workspaceApi({ ...deps, plans });
  });

  async function begin(): Promise<{ on: Opened; bob: Principal; carol: Principal; ana: Principal; seen: Record<string, unknown> }> {
    const on = await openSubmission(deps, await newTenant(db.outer));
    const { tenantId } = on;
    return {
      on,
      bob: person(tenantId, "bob", "approver"),
      carol: person(tenantId, "carol", "approver"),
      ana: person(tenantId, "ana", "admin"),
      seen: seenOf(on),
    };
  }

  const seenOf = (on: Pick<Opened, "draftId" | "snapshotId" | "draftVersion">) => ({
    draft_id: on.draftId,
    snapshot_id: on.snapshotId,
    draft_version: on.draftVersion,
  });
  const seenNow = async (on: Opened) => {
    const context = (await deps.records.draftContext(on.tenantId, on.draftId))!;
    return seenOf({ draftId: on.draftId, snapshotId: context.snapshot!.id, draftVersion: context.snapshot!.version });
  };

  it("a vote clears the blocker, the approval is minted, and its five questions are answered", async () => {
    const { on, bob, carol, seen } = await begin();
    const preview = await api.as(carol, "GET", `/${on.workspaceId}/approval-preview`);
    expect(preview).toMatchObject({
      status: 200,
      body: { approvable: false, refusal: { code: "NOT_READY" }, missing: [{ have: 0, need: 1 }] },
    });
    expect(preview.body.missing[0].completers).toEqual(["@bob", "@carol"]);
    const refused = await api.as(carol, "POST", `/${on.workspaceId}/approve`, seen);
    expect(refused).toMatchObject({ status: 409, body: { error: { code: "NOT_READY", details: { blocker_ids: preview.body.blockers } } } });
    const doctor = await api.as(carol, "GET", `/${on.workspaceId}/doctor`);
    expect(doctor.body.questions.map((each: { answer: string }) => each.answer)).toEqual(["no", "no", "yes", "not_yet", "not_yet"]);

    const vote = await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve", comment: "legal agrees" });
    expect(vote).toMatchObject({ status: 200, body: { state: "approved", snapshot: { version: 2, status: "ready_for_approval" } } });
    const ready = await api.as(carol, "GET", `/${on.workspaceId}/approval-preview`);
    expect(ready.body).toMatchObject({ approvable: true, refusal: null, blockers: [] });
    expect(ready.body.consequences.join(" ")).toContain("4 fields, 1 of them tagged (pii)");
    const now = await seenNow(on);
    const done = await api.as(carol, "POST", `/${on.workspaceId}/approve`, { ...now, rationale: "quarterly clean-up" });
    expect(done).toMatchObject({
      status: 200,
      body: {
        created: true,
        approval: {
          kind: "regular",
          actor_id: PEOPLE.carol,
          channel: "studio_ui",
          rationale: "quarterly clean-up",
          ...{ draft_version: 2 },
        },
        artifact: { compiled_hash: ready.body.compiled_hash },
        workspace: { active_approval_id: done.body.approval.id },
      },
    });
    expect((await api.as(carol, "POST", `/${on.workspaceId}/approve`, now)).body).toMatchObject({
      created: false,
      approval: { id: done.body.approval.id },
    });
    const after = await api.as(carol, "GET", `/${on.workspaceId}/doctor`);
    expect(after.body.questions.map((each: { answer: string }) => each.answer)).toEqual(["yes", "yes", "yes", "yes", "not_yet"]);
  });

  describe("votes count by the rules of reviews", () => {
    it("T97: the author's vote is refused, also as admin; a stranger's too; and nothing is recorded", async () => {
      const { on, seen } = await begin();
      const alice = person(on.tenantId, "alice", "admin");
      expect(await api.as(alice, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" })).toMatchObject({
        status: 403,
        body: { error: { code: "OWN_CHANGE" } },
      });
      const dave = person(on.tenantId, "dave", "approver");
      const refused = await api.as(dave, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" });
      expect(refused).toMatchObject({
        status: 403,
        body: { error: { code: "NOT_ELIGIBLE", details: { reasons: [{ reason: "not_member" }] } } },
      });
      expect((await api.as(dave, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "request_changes" })).status).toBe(403);
      expect((await deps.records.draftContext(on.tenantId, on.draftId))!.votes).toEqual([]);
    });

    it("T97: the demo's admin, who is nobody on GitHub, neither votes nor rejects", async () => {
      const { on, seen } = await begin();
      const demo: Principal = { ...(person(on.tenantId, "ana", "admin") as Extract<Principal, { kind: "person" }>), personId: 0 };
      for (const [act, more] of [
        ["votes", { vote: "request_changes" }],
        ["reject", { reason: "no" }],
      ] as const) {
        const refused = await api.as(demo, "POST", `/${on.workspaceId}/${act}`, { ...seen, ...more });
        expect(refused).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining("decides nothing") } } });
      }
      expect(await deps.records.draftContext(on.tenantId, on.draftId)).toMatchObject({ votes: [], snapshot: { status: "collecting" } });
    });

    it("membership is that of the moment of the decision", async () => {
      const { on, bob, carol, seen } = await begin();
      const moving = directory({ "sec-ops": ["bob", "carol"] });
      const own = workspaceApi({ ...deps, electorate: moving, plans });
      expect((await own.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" })).body.state).toBe("approved");
      // bob leaves; the next decision no longer counts him.
      moving.teams["sec-ops"] = ["carol"];
      const next = await own.as(carol, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "request_changes", comment: "wait" });
      expect(next.body).toMatchObject({ state: "rejected", snapshot: { status: "collecting" } });
      const withdrawn = await own.as(carol, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "withdraw" });
      expect(withdrawn.body).toMatchObject({ state: "pending_approval", snapshot: { approval_state: { ready_for_approval: false } } });
    });

    it("whoever left the team after the vote no longer makes the draft ready, and unreadable teams approve nothing", async () => {
      const { on, bob, carol, seen } = await begin();
      const moving = directory({ "sec-ops": ["bob", "carol"] });
      const own = workspaceApi({ ...deps, electorate: moving, plans });
      await own.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" });
      const ready = await seenNow(on);
      moving.teams["sec-ops"] = ["carol"];
      const refused = await own.as(carol, "POST", `/${on.workspaceId}/approve`, ready);
      expect(refused).toMatchObject({ status: 409, body: { error: { code: "NOT_READY" } } });
      moving.teams["outage"] = [];
      expect((await own.as(carol, "POST", `/${on.workspaceId}/approve`, ready)).status).toBe(503);
      delete moving.teams["outage"];
      moving.teams["sec-ops"] = ["bob", "carol"];
      expect((await own.as(carol, "POST", `/${on.workspaceId}/approve`, ready)).body.created).toBe(true);
    });

    it("a withdrawal after ready makes a new, blocked snapshot, and the old one is stale", async () => {
      const { on, bob, carol, seen } = await begin();
      await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" });
      const ready = await seenNow(on);
      const gone = await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...ready, vote: "withdraw" });
      expect(gone.body).toMatchObject({ state: "pending_approval", snapshot: { version: 3, status: "collecting" } });
      expect((await api.as(carol, "POST", `/${on.workspaceId}/approve`, ready)).body.error.code).toBe("STALE_LINEAGE");
      expect((await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...ready, vote: "withdraw" })).body.error.code).toBe("INVALID_STATE");
    });

    it("whoever withdrew is not among those who approved, though somebody else fills the requirement", async () => {
      const { on, bob, carol, ana, seen } = await begin();
      for (const voter of [bob, carol]) await api.as(voter, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" });
      await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "withdraw" });
      const done = await api.as(ana, "POST", `/${on.workspaceId}/approve`, await seenNow(on));
      expect(done.body.approval.approved_by).toEqual([{ id: PEOPLE.carol, login: "carol" }]);
    });

    it("an edit of a governed byte voids the votes; what was read before it is stale", async () => {
      const { on, bob, carol, seen } = await begin();
      await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" });
      const ready = await seenNow(on);
      const edited = await edit(deps, { ...on, draftVersion: 2 }, { after: STRIPPED.replace("Customers", "Clients") });
      expect(edited.snapshot).toMatchObject({ version: 3, status: "collecting" });
      expect((await api.as(carol, "POST", `/${on.workspaceId}/approve`, ready)).body.error.code).toBe("STALE_LINEAGE");
      expect((await api.as(carol, "POST", `/${on.workspaceId}/votes`, { ...ready, vote: "approve" })).body.error.code).toBe(
        "STALE_LINEAGE",
      );
    });

    it("an objection is dismissed by a member of the same team, and by nobody else", async () => {
      const { on, bob, carol, seen } = await begin();
      await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "request_changes" });
      const dismissal = { ...seen, vote: "dismiss", person_id: PEOPLE.bob, comment: "settled" };
      const dave = person(on.tenantId, "dave", "approver");
      expect((await api.as(dave, "POST", `/${on.workspaceId}/votes`, dismissal)).body.state).toBe("rejected");
      expect((await api.as(carol, "POST", `/${on.workspaceId}/votes`, dismissal)).body.state).toBe("pending_approval");
      expect((await api.as(carol, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "dismiss" })).body.error.code).toBe("INVALID_BODY");
    });

    it("people who cannot be read are no vote: 503, and nothing is recorded", async () => {
      const { on, bob, seen } = await begin();
      const down = workspaceApi({ ...deps, electorate: directory({ outage: [] }), plans });
      expect(await down.as(bob, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" })).toMatchObject({
        status: 503,
        body: { error: { code: "UNAVAILABLE" } },
      });
      expect((await deps.records.draftContext(on.tenantId, on.draftId))!.votes).toEqual([]);
    });

    it("a draft that nobody vouches for asks for one person more", async () => {
      const on = await openSubmission(deps, await newTenant(db.outer), { author: null });
      const vote = (login: "bob" | "carol") =>
        api.as(person(on.tenantId, login, "approver"), "POST", `/${on.workspaceId}/votes`, { ...seenOf(on), vote: "approve" });
      expect((await vote("bob")).body.state).toBe("pending_approval");
      expect((await vote("carol")).body.state).toBe("approved");
    });
  });

  it("T99: the same key with another body is refused, and a repeat gets the first answer", async () => {
    const { on, bob, carol, seen } = await begin();
    const ballot = { ...seen, vote: "approve", idempotency_key: "vote-1" };
    const first = await api.as(bob, "POST", `/${on.workspaceId}/votes`, ballot);
    expect(await api.as(bob, "POST", `/${on.workspaceId}/votes`, ballot)).toEqual(first);
    expect((await deps.records.draftContext(on.tenantId, on.draftId))!.votes).toHaveLength(1);
    const approval = { ...(await seenNow(on)), idempotency_key: "approve-1" };
    const done = await api.as(carol, "POST", `/${on.workspaceId}/approve`, approval);
    expect(await api.as(carol, "POST", `/${on.workspaceId}/approve`, approval)).toEqual(done);
    expect(await api.as(bob, "POST", `/${on.workspaceId}/votes`, ballot)).toEqual(first);
    const other = await api.as(carol, "POST", `/${on.workspaceId}/approve`, { ...approval, rationale: "another" });
    expect(other).toMatchObject({ status: 422, body: { error: { code: "IDEMPOTENCY_MISMATCH" } } });
  });

  it("a rejected draft is over; the workspace has no active draft until another comes", async () => {
    const { on, bob, carol, seen } = await begin();
    expect((await api.as(bob, "POST", `/${on.workspaceId}/reject`, seen)).body.error.code).toBe("INVALID_BODY");
    const done = await api.as(bob, "POST", `/${on.workspaceId}/reject`, { ...seen, reason: "the tag has to stay" });
    expect(done).toMatchObject({ status: 200, body: { draft: { status: "rejected" }, workspace: { active_draft_id: null } } });
    expect((await api.as(carol, "POST", `/${on.workspaceId}/approve`, seen)).body.error.code).toBe("NO_ACTIVE_DRAFT");
    expect((await api.as(carol, "POST", `/${on.workspaceId}/votes`, { ...seen, vote: "approve" })).body.error.code).toBe("INVALID_STATE");
    const next = await openSubmission(deps, on.tenantId);
    const second = await openSubmission(deps, on.tenantId);
    const shown = await api.as(carol, "GET", `/${on.workspaceId}`);
    expect(shown.body.workspace.active_draft_id).toBe(next.draftId);
    const activated = await api.as(carol, "POST", `/${on.workspaceId}/activate`, seenOf(second));
    expect(activated.body.workspace).toMatchObject({ active_draft_id: second.draftId, active_draft_snapshot_id: second.snapshotId });
  });

  describe("who may", () => {
    const WRITES = ["approve", "votes", "reject", "activate", "promote", "enforce", "revoke"];
    it.each(WRITES)("%s: no key, no developer, no auditor, nobody unknown", async (act) => {
      const { on, seen } = await begin();
      const path = `/${on.workspaceId}/${act}`;
      expect((await api.as(null, "POST", path, seen)).status).toBe(401);
      for (const principal of [
        key(on.tenantId, "submit", "read", "plan"),
        person(on.tenantId, "dave", "developer"),
        person(on.tenantId, "dave", "auditor"),
      ])
        expect((await api.as(principal, "POST", path, seen)).body.error.code).toBe("FORBIDDEN");
    });

    it("T95: another tenant's workspace is not there, for every route, also for its admin", async () => {
      const { on, seen } = await begin();
      const foreign = person(await newTenant(db.outer), "ana", "admin");
      for (const read of ["", "/approval-preview", "/doctor"])
        expect((await api.as(foreign, "GET", `/${on.workspaceId}${read}`)).body.error.code).toBe("WORKSPACE_NOT_FOUND");
      const bodies: Record<string, unknown> = {
        approve: seen,
        votes: { ...seen, vote: "approve" },
        reject: { ...seen, reason: "x" },
        activate: seen,
        promote: { approval_id: on.draftId },
        enforce: { approval_id: on.draftId },
        revoke: { approval_id: on.draftId },
      };
      for (const [act, body] of Object.entries(bodies))
        expect((await api.as(foreign, "POST", `/${on.workspaceId}/${act}`, body)).status, act).toBe(404);
      expect((await api.as(foreign, "GET", "")).body.workspaces).toEqual([]);
      const own = await api.as(person(on.tenantId, "dave", "auditor"), "GET", "");
      expect(own.body.workspaces).toMatchObject([{ workspace: { id: on.workspaceId }, open_drafts: 1, ready_drafts: 0 }]);
    });

    it.each([
      ["an unknown key", { surprise: 1 }],
      ["a version below 1", { draft_version: 0 }],
      ["an id that is none", { draft_id: "1' or '1'='1" }],
      ["a rationale that is too long", { rationale: "x".repeat(4001) }],
      ["a rationale that is no text", { rationale: "\ud800", idempotency_key: "once" }],
    ])("a body with %s is refused with 422", async (_, wrong) => {
      const { on, carol, seen } = await begin();
      expect(await api.as(carol, "POST", `/${on.workspaceId}/approve`, { ...seen, ...wrong })).toMatchObject({
        status: 422,
        body: { error: { code: "INVALID_BODY" } },
      });
    });
  });
});
