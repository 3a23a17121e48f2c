import { beforeAll, expect, it } from "vitest";
import type { StudioDeps } from "../../../src/gate/save-draft-snapshot.ts";
import type { Database } from "../../../src/store/connect.ts";
import { createStudioRecords } from "../../../src/store/studio-records.ts";
import { freshlySignedIn } from "../../../src/studio/api/limits.ts";
import type { Principal } from "../../../src/studio/api/principal.ts";
import { STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import { directory, latest, newTenant, type Opened, openSubmission } from "../../support/studio.ts";
import { person, plansOf, workspaceApi } from "../../support/studio-api.ts";

describeOnBoth("promote, enforce and revoke", (open) => {
  let db: Database;
  let deps: StudioDeps;
  let api: ReturnType<typeof workspaceApi>;
  beforeAll(async () => {
    db = await open();
    deps = { records: createStudioRecords(db), electorate: directory() };
    api = workspaceApi({ ...deps, plans: plansOf(db) });
  });

  async function begin() {
    const on = await openSubmission(deps, await newTenant(db.outer));
    const as = (login: "bob" | "carol") => person(on.tenantId, login, "approver");
    return { on, bob: as("bob"), carol: as("carol"), ana: person(on.tenantId, "ana", "admin") };
  }

  const seenIn = async (on: Opened) => {
    const { draftId, snapshotId, draftVersion } = await latest(deps.records, on);
    return { draft_id: draftId, snapshot_id: snapshotId, draft_version: draftVersion };
  };

  /** Voted on by bob and approved by carol. */
  async function approved(on: Opened, bob: Principal, carol: Principal): Promise<{ id: string; hash: string }> {
    await api.as(bob, "POST", `/${on.workspaceId}/votes`, { ...(await seenIn(on)), vote: "approve" });
    const { body } = await api.as(carol, "POST", `/${on.workspaceId}/approve`, await seenIn(on));
    return { id: body.approval.id, hash: body.artifact.compiled_hash };
  }

  it("an approver publishes an approval of this workspace; enforcing and revoking are an admin's", async () => {
    const { on, bob, carol, ana } = await begin();
    const { id: approval_id, hash } = await approved(on, bob, carol);
    const act = (as: Principal, name: string, body: object = { approval_id }) => api.as(as, "POST", `/${on.workspaceId}/${name}`, body);
    const other = await begin();
    expect((await api.as(other.ana, "POST", `/${other.on.workspaceId}/promote`, { approval_id })).body.error.code).toBe("NOT_FOUND");
    for (const name of ["enforce", "revoke"]) {
      expect((await act(carol, name)).body.error.code).toBe("FORBIDDEN");
      expect((await act(ana, name)).body.error.code).toBe("INVALID_STATE");
    }
    const published = { agent: "acme/contracts", environment: "production", status: "APPROVED", compiled_hash: hash, approval_id };
    expect(await act(carol, "promote", { approval_id, reason: "go" })).toEqual({ status: 200, body: { ...published, created: true } });
    expect((await act(carol, "promote")).body).toEqual({ ...published, created: false });
    expect((await api.as(ana, "GET", `/${on.workspaceId}/doctor`)).body).toMatchObject({
      healthy: true,
      questions: { 4: { answer: "yes", detail: expect.stringContaining("APPROVED") } },
    });
    expect((await act(ana, "enforce")).body).toEqual({ ...published, status: "ENFORCING", created: true });
    expect((await act(ana, "enforce", { approval_id: crypto.randomUUID() })).body.error.code).toBe("NOT_FOUND");
    expect((await act(ana, "revoke")).body).toMatchObject({ status: "READY", compiled_hash: null, approval_id: null });
    // Revoked once, it is an admin's to publish.
    expect((await act(carol, "promote")).body.error).toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining("revoked") });
    expect((await act(ana, "promote")).body).toMatchObject({ status: "APPROVED", created: true });
  });

  it("T95: every write looks at the role, counts for whoever has it, and wants a fresh proof of them", async () => {
    const { on, carol } = await begin();
    const passed: string[] = [];
    const guarded = workspaceApi({
      ...{ ...deps, plans: plansOf(db) },
      guards: {
        limit: async (_, next) => {
          passed.push("limit");
          await next();
        },
        proof: freshlySignedIn(() => Date.parse("2026-11-26T10:15:01.000Z")),
      },
    });
    const seen = await seenIn(on);
    const bodies = { ...{ approve: seen, votes: { ...seen, vote: "approve" }, reject: { ...seen, reason: "x" }, activate: seen } };
    const named = { approval_id: on.draftId };
    for (const [act, body] of Object.entries({ ...bodies, promote: named, enforce: named, revoke: named })) {
      const path = `/${on.workspaceId}/${act}`;
      const [admin, auditor] = [person(on.tenantId, "ana", "admin"), person(on.tenantId, "dave", "auditor")];
      expect([act, (await guarded.as(admin, "POST", path, body)).body.error.code]).toEqual([act, "REAUTHENTICATE"]);
      expect([act, (await guarded.as(auditor, "POST", path, body)).body.error.code]).toEqual([act, "FORBIDDEN"]);
    }
    expect(passed).toHaveLength(7);
    expect((await guarded.as(carol, "GET", `/${on.workspaceId}`)).status).toBe(200);
  });

  it("T100: an older approval never goes over a newer one, until an admin has revoked that", async () => {
    const { on, bob, carol, ana } = await begin();
    const first = await approved(on, bob, carol);
    const next = await openSubmission(deps, on.tenantId, { change: { after: STRIPPED.replace("Customers", "Clients") } });
    const second = await approved(next, bob, carol);
    const act = (as: Principal, name: string, approval_id: string) => api.as(as, "POST", `/${on.workspaceId}/${name}`, { approval_id });
    expect((await act(carol, "promote", first.id)).body.approval_id).toBe(first.id);
    expect((await act(carol, "promote", second.id)).body).toMatchObject({ approval_id: second.id, compiled_hash: second.hash });
    for (const who of [carol, ana])
      expect((await act(who, "promote", first.id)).body.error).toMatchObject({
        code: "INVALID_STATE",
        message: expect.stringContaining("a later approval is published"),
      });
    expect((await act(ana, "revoke", first.id)).body.error.code).toBe("VERSION_CONFLICT");
    expect((await act(ana, "revoke", second.id)).status).toBe(200);
    expect((await act(ana, "promote", first.id)).body).toMatchObject({ status: "APPROVED", approval_id: first.id });
  });
});
