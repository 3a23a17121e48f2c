import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { rowsOf } from "../../../src/store/connect.ts";
import { describeOnBoth } from "../../support/database.ts";
import type { Station } from "../../support/station.ts";
import { ask, startSubmissionStation } from "../../support/submission-station.ts";
import { CHANGE } from "../../support/submissions.ts";

const contract = (id: string, field = "note") =>
  `kind: DataContract\napiVersion: v3.1.0\nid: ${id}\nversion: 1.0.0\nstatus: active\nschema:\n  - name: ${id}\n    properties:\n      - {name: ${field}, logicalType: string}\n`;
const file = (id: string) => `contracts/${id}.odcs.yaml`;

describeOnBoth("what runtimes see when submissions are published", (open) => {
  let station: Station;
  let agent = "";
  let count = 0;
  beforeAll(async () => {
    station = await startSubmissionStation(await open());
  });
  afterAll(() => station.close());
  beforeEach(() => {
    count += 1;
    agent = `catalogue/whole-${count}`;
  });

  const call = (login: string, method: string, path: string, body?: unknown) => ask(station, login, method, path, body);
  /** Approved at once: nothing in it asks for anybody. */
  async function approved(files: readonly { path: string; before: string | null; after: string | null }[]) {
    const at = { base: { name: "main", revision: "1111111" }, head: { name: "x", revision: "2222222" } };
    const { body } = await call("dave", "POST", "/api/v1/submissions", { agent, environment: "production", ...at, files });
    expect(body.submission).toMatchObject({ state: "approved" });
    return { workspace: body.submission.workspace_id as string, approval_id: body.submission.approval.id as string };
  }
  /** By ana, over whatever it asks for. */
  async function forcedOf(files: readonly { path: string; before: string | null; after: string | null }[]) {
    const { submission } = (await call("dave", "POST", "/api/v1/submissions", { agent, environment: "production", ...CHANGE, files })).body;
    const why = { reason: "checkout is down", incident: "INC-7" };
    const on = { snapshot_id: submission.snapshot_id, draft_version: submission.version, ...why };
    expect((await call("ana", "POST", `/api/v1/submissions/${submission.id}/override`, on)).status).toBe(200);
    const { approval } = (await call("ana", "GET", `/api/v1/submissions/${submission.id}`)).body;
    return { workspace: submission.workspace_id as string, approval_id: approval.id as string };
  }
  const act = (login: string, what: string, { workspace, approval_id }: Awaited<ReturnType<typeof approved>>) =>
    call(login, "POST", `/api/dashboard/studio/workspaces/${workspace}/${what}`, { approval_id });
  async function inForce(): Promise<readonly string[]> {
    const [row] = rowsOf<{ session: { runtime_projection: { contracts: { file: string }[] } } | null }>(
      await station.db.outer.execute(sql`select compiled_session as session from governance_plan where agent = ${agent}`),
    );
    return row?.session?.runtime_projection.contracts.map((each) => each.file) ?? [];
  }

  test("a submission adds to what was approved before it, changes its own files, and removes what it removes", async () => {
    const first = await approved([
      { path: file("orders"), before: null, after: contract("orders") },
      { path: file("stock"), before: null, after: contract("stock") },
    ]);
    expect((await act("ana", "promote", first)).status).toBe(200);
    const second = await approved([{ path: file("returns"), before: null, after: contract("returns") }]);
    expect((await act("ana", "promote", second)).status).toBe(200);
    expect(await inForce()).toEqual([file("orders"), file("returns"), file("stock")]);
    // Sent along unchanged, a file says nothing about what stands; and it has to be what stands, since the change was read by it.
    const fresh = { path: file("new"), before: null, after: contract("new") };
    const along = (text: string) => [fresh, { path: file("stock"), before: text, after: text }];
    const at = { agent, environment: "production", base: CHANGE.base, head: CHANGE.head };
    const forged = await call("dave", "POST", "/api/v1/submissions", { ...at, files: along(contract("stock", "forged")) });
    expect(forged.body.submission).toMatchObject({ state: "pending_approval", base: { status: "moved" } });
    const third = await approved(along(contract("stock")));
    expect((await act("ana", "promote", third)).status).toBe(200);
    const [row] = rowsOf<{ session: unknown }>(
      await station.db.outer.execute(sql`select compiled_session as session from governance_plan where agent = ${agent}`),
    );
    expect(JSON.stringify(row!.session)).not.toContain("forged");
    expect(await inForce()).toEqual([file("new"), file("orders"), file("returns"), file("stock")]);
  });

  test("an artifact that lacks what is in force is refused by name, until an admin gives that up", async () => {
    const whole = await approved([
      { path: file("orders"), before: null, after: contract("orders") },
      { path: file("stock"), before: null, after: contract("stock") },
    ]);
    expect((await act("ana", "promote", whole)).status).toBe(200);
    // As an older version compiled it: from the submission alone.
    await station.db.outer.execute(sql`update governance_workspace set active_approval_id = null where id = ${whole.workspace}`);
    const narrow = await approved([{ path: file("returns"), before: null, after: contract("returns") }]);
    const refused = await act("ana", "promote", narrow);
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: "CONTRACTS_MISSING", details: { contracts: [file("orders"), file("stock")] } } },
    });
    expect(await inForce()).toEqual([file("orders"), file("stock")]);
    expect((await act("ana", "revoke", whole)).status).toBe(200);
    expect((await act("ana", "promote", narrow)).status).toBe(200);
    expect(await inForce()).toEqual([file("returns")]);
  });

  test("whoever only changed a contract did not decide that runtimes lose it", async () => {
    const whole = await approved([{ path: file("stock"), before: null, after: contract("stock") }]);
    expect((await act("ana", "promote", whole)).status).toBe(200);
    await approved([{ path: file("stock"), before: contract("stock"), after: contract("stock", "shelf") }]);
    // As a landing is, that brings a tree which never held it.
    await station.db.outer.execute(sql`update governance_workspace set active_approval_id = null where id = ${whole.workspace}`);
    const narrow = await approved([{ path: file("returns"), before: null, after: contract("returns") }]);
    expect(await act("ana", "promote", narrow)).toMatchObject({
      status: 409,
      body: { error: { code: "CONTRACTS_MISSING", details: { contracts: [file("stock")] } } },
    });
    const without = await forcedOf([{ path: file("stock"), before: contract("stock", "shelf"), after: null }]);
    expect((await act("ana", "promote", without)).status).toBe(200);
    expect(await inForce()).toEqual([file("returns")]);
  });

  test("T100: a forced submission is an admin's to publish, and what an admin published settles it", async () => {
    const forced = await forcedOf(CHANGE.files);
    const next = await approved([{ path: file("returns"), before: null, after: contract("returns") }]);
    for (const each of [forced, next])
      expect(await act("bob", "promote", each)).toMatchObject({
        status: 403,
        body: { error: { code: "FORBIDDEN", message: expect.stringContaining("approval 1 forced a submission") } },
      });
    expect((await act("ana", "promote", forced)).status).toBe(200);
    expect((await act("bob", "promote", next)).status).toBe(200);
  });

  test("an approval before it that does not verify is nothing to go on from", async () => {
    const first = await approved([{ path: file("orders"), before: null, after: contract("orders") }]);
    await station.db.outer.execute(sql.raw("alter table compiled_governance_artifact disable trigger all"));
    await station.db.outer.execute(
      sql`update compiled_governance_artifact set runtime_projection_json = '{}' where approval_id = ${first.approval_id}`,
    );
    await station.db.outer.execute(sql.raw("alter table compiled_governance_artifact enable trigger all"));
    const at = { base: { name: "main", revision: "1111111" }, head: { name: "x", revision: "2222222" } };
    const files = [{ path: file("stock"), before: null, after: contract("stock") }];
    const refused = await call("dave", "POST", "/api/v1/submissions", { agent, environment: "production", ...at, files });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: "NOT_READY" } } });
  });
});
