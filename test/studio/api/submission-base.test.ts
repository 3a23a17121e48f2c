import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { rowsOf } from "../../../src/store/connect.ts";
import { CONTRACT, STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import { asOwner } from "../../support/sealed-trail.ts";
import type { Station } from "../../support/station.ts";
import { ask, startSubmissionStation } from "../../support/submission-station.ts";

const FILE = "contracts/customers.odcs.yaml";
const OTHER = "contracts/orders.odcs.yaml";
/** The contract with further fields, which asks nobody. */
const having = (...names: string[]) =>
  names.reduce((text, name) => `${text}      - name: ${name}\n        logicalType: string\n`, CONTRACT);
describeOnBoth("T98: a submission begins from what was approved before", (open) => {
  let station: Station;
  let agent = "";
  let count = 0;
  beforeAll(async () => {
    station = await startSubmissionStation(await open());
  });
  afterAll(() => station.close());
  beforeEach(() => {
    count += 1;
    agent = `catalogue/base-${count}`;
  });

  const call = (login: string, method: string, path: string, body?: unknown) => ask(station, login, method, path, body);
  interface Side {
    readonly path: string;
    readonly before: string | null;
    readonly after: string | null;
  }
  const at = { base: { name: "main", revision: "1111111" }, head: { name: "x", revision: "2222222" } };
  async function submit(files: readonly Side[] | readonly [before: string | null, after: string | null]) {
    const sides = files.map((each) => (typeof each === "object" && each !== null ? each : null));
    const list = sides.includes(null) ? [{ path: FILE, before: files[0], after: files[1] }] : sides;
    const made = await call("dave", "POST", "/api/v1/submissions", { agent, environment: "production", ...at, files: list });
    expect(made.status).toBe(201);
    return made.body.submission;
  }
  async function approved(...of: Parameters<typeof submit>) {
    const submission = await submit(...of);
    expect(submission).toMatchObject({ state: "approved", base: null });
    return submission;
  }
  const read = async (id: string) => (await call("iris", "GET", `/api/v1/submissions/${id}`)).body;
  const act = async (login: string, what: string, id: string, more: object = {}) => {
    const { workspace_id, snapshot_id, version, active } = await read(id);
    const seen = { draft_id: id, snapshot_id, draft_version: version };
    const path = `/api/dashboard/studio/workspaces/${workspace_id}`;
    if (what === "approve" && !active) expect((await call(login, "POST", `${path}/activate`, seen)).status).toBe(200);
    return call(login, "POST", `${path}/${what}`, { ...seen, ...more });
  };
  const force = async (id: string, more: object = {}) => {
    const { snapshot_id, version: draft_version } = await read(id);
    const why = { reason: "checkout is down", incident: "INC-7" };
    return call("ana", "POST", `/api/v1/submissions/${id}/override`, { snapshot_id, draft_version, ...why, ...more });
  };
  /** The newest artifact: for each file, its fields with their tags. */
  async function held(): Promise<Record<string, Record<string, string[]>>> {
    const [row] = rowsOf<{ runtime: { contracts: { file: string; objects: { fields: { path: string; tags: string[] }[] }[] }[] } }>(
      await station.db.outer.execute(sql`select c.runtime_projection_json as runtime from compiled_governance_artifact c
        join governance_approval a on a.id = c.approval_id join governance_workspace w on w.active_approval_id = a.id where w.agent = ${agent}`),
    );
    const fieldsOf = (objects: { fields: { path: string; tags: string[] }[] }[]) =>
      Object.fromEntries(objects.flatMap(({ fields }) => fields.map(({ path, tags }) => [path, tags])));
    return Object.fromEntries(row!.runtime.contracts.map(({ file, objects }) => [file, fieldsOf(objects)]));
  }

  test("what the earlier approval added is not taken back by the later one, which is told of it and submitted again", async () => {
    await approved([CONTRACT, having("fax")]);
    // Nobody has to be asked for it, and still it is not approved.
    const stale = await submit([CONTRACT, having("iban")]);
    expect(stale).toMatchObject({
      ...{ state: "pending_approval", ready: true, approval: null, decision: { exit_code: 0 } },
      base: {
        ...{ status: "moved", because: null, more: 0 },
        differences: [{ file: FILE, object: "customers", field: "fax", lost: true, message: "was approved, and the base lacks it" }],
      },
    });
    const refused = await act("bob", "approve", stale.id);
    expect(refused).toMatchObject({ status: 409, body: { error: { code: "BASE_MOVED", details: { differences: [{ field: "fax" }] } } } });
    expect(refused.body.error.message).toContain(`${FILE} customers.fax: was approved, and the base lacks it`);
    expect(refused.body.error.hint).toContain("Submit the change again");
    const preview = await call("bob", "GET", `/api/dashboard/studio/workspaces/${stale.workspace_id}/approval-preview`);
    expect(preview.body).toMatchObject({ approvable: false, refusal: { code: "BASE_MOVED" } });
    expect(Object.keys((await held())[FILE]!)).toContain("fax");
    // Nothing is lost: from the newest content it passes, and both are there.
    await approved([having("fax"), having("fax", "iban")]);
    expect(Object.keys((await held())[FILE]!)).toEqual(expect.arrayContaining(["fax", "iban"]));
    expect((await act("bob", "reject", stale.id, { reason: "submitted again" })).status).toBe(200);
  });

  test("votes for what has gone stale approve nothing, and what has come back into line is approved", async () => {
    const stale = await submit([CONTRACT, STRIPPED]);
    expect(stale.base).toMatchObject({ status: "stands" });
    expect((await act("bob", "votes", stale.id, { vote: "approve" })).status).toBe(200);
    await approved([CONTRACT, having("fax")]);
    expect(await act("bob", "approve", stale.id)).toMatchObject({ status: 409, body: { error: { code: "BASE_MOVED" } } });
    // The field goes away again, which breaks whoever reads it: bob is asked by nobody, an admin forces it.
    const back = await submit([having("fax"), CONTRACT]);
    if (back.state !== "approved") expect((await force(back.id)).status).toBe(200);
    expect((await read(stale.id)).base).toMatchObject({ status: "stands" });
    expect((await act("bob", "approve", stale.id)).status).toBe(200);
    expect((await held())[FILE]!["email"]).toEqual([]);
  });

  test("a tag that both sides leave out is found by the approval before", async () => {
    await approved([CONTRACT, having("fax")]);
    const lie = (text: string) => text.replace("        tags: [pii]\n", "");
    for (const files of [
      [lie(having("fax")), lie(having("fax", "iban"))],
      // Moved along, so that no file of the change was approved under its name.
      [null, lie(having("fax"))],
      ["nothing: here\n", lie(having("fax"))],
    ] as const) {
      const liar = await submit(files);
      expect(liar).toMatchObject({ state: "pending_approval", base: { status: "moved" } });
      const told = liar.base.differences.map(({ message }: { message: string }) => message);
      expect(told[0]).toMatch(/tag `pii` was approved, and the base lacks it|contract `customers` was approved, and the base lacks it/);
    }
    expect((await held())[FILE]!["email"]).toEqual(["pii"]);
  });

  test("a file that stays as it is approved is no cover for another one: what is said to have stood there decides what moved", async () => {
    const orders = having("fax").replace("id: customers", "id: orders");
    await approved([
      { path: FILE, before: CONTRACT, after: having("fax") },
      { path: OTHER, before: CONTRACT.replace("id: customers", "id: orders"), after: orders },
    ]);
    const email = / {6}- name: email\n.*\n.*\n.*\n/;
    const liar = await submit([
      { path: FILE, before: having("fax"), after: having("fax").replace(email, "") },
      { path: OTHER, before: orders.replace(email, ""), after: orders },
    ]);
    expect(liar.base).toMatchObject({ status: "moved", differences: [{ file: OTHER, field: "email", lost: true }] });
    expect((await held())[FILE]!["email"]).toEqual(["pii"]);
  });

  test("a file that is sent along to be read by is held against what was approved, too", async () => {
    const [types, api] = ["contracts/types.graphql", "contracts/api.graphql"];
    const directive = "directive @pii on SCALAR | FIELD_DEFINITION\n";
    const tagged = `${directive}scalar Email @pii\nscalar Code\n`;
    const [mail, plain] = ["type Person {\n  email: Email\n}\n", "type Person {\n  email: Code\n}\n"];
    const first = await submit([
      { path: types, before: null, after: tagged },
      { path: api, before: null, after: mail },
    ]);
    if (first.state !== "approved") expect((await force(first.id)).status).toBe(200);
    const along = (text: string) => [
      { path: types, before: text, after: text },
      { path: api, before: mail, after: plain },
    ];
    // By the types as they were approved the change loses a tag; by forged ones it would not.
    const codes = (of: { findings: { code: string }[] }) => of.findings.map(({ code }) => code);
    const honest = await submit(along(tagged));
    expect(honest).toMatchObject({ state: "pending_approval", base: { status: "stands" } });
    const liar = await submit(along(tagged.replace("Email @pii", "Email")));
    expect(codes(liar)).not.toEqual(codes(honest));
    expect(liar).toMatchObject({ approval: null, base: { status: "moved" } });
    expect(liar.base.differences.map(({ file }: { file: string }) => file)).toContain(types);
  });

  test("what was removed does not come back with a change that says it still stood", async () => {
    const orders = CONTRACT.replaceAll("ustomers", "lients").replaceAll("        tags: [pii]\n", "");
    await approved([{ path: OTHER, before: null, after: orders }]);
    const gone = await submit([{ path: OTHER, before: orders, after: null }]);
    if (gone.state !== "approved") expect((await force(gone.id)).status).toBe(200);
    expect(Object.keys(await held())).toEqual([]);
    const iban = `${orders}      - name: iban\n        logicalType: string\n`;
    const stale = await submit([{ path: OTHER, before: orders, after: iban }]);
    expect(stale.base).toMatchObject({ status: "moved", differences: [{ file: OTHER, lost: false }] });
    expect(stale.base.differences[0].message).toContain("was removed, and the base still holds it");
    // Who says that it is new is right.
    await approved([{ path: OTHER, before: null, after: iban }]);
  });

  test("what nobody was ever asked about is believed, and so is a move; what is approved already may be said again", async () => {
    await approved([
      { path: OTHER, before: null, after: "kind: DataContract\napiVersion: v3.1.0\nid: orders\nversion: 1.0.0\nstatus: active\n" },
    ]);
    await approved([CONTRACT, having("fax")]);
    // From the old content, from nothing, and from itself with a comment: it leaves what is approved.
    await approved([CONTRACT, having("fax")]);
    await approved([having("fax"), `# the same\n${having("fax")}`]);
    const moved = "contracts/people.odcs.yaml";
    await approved([
      { path: FILE, before: having("fax"), after: null },
      { path: moved, before: null, after: having("fax") },
    ]);
    expect(Object.keys(await held()).sort()).toEqual([OTHER, moved].sort());
    // The old path is the one that it is no longer at.
    const stale = await submit([having("fax"), having("fax", "iban")]);
    expect(stale.base).toMatchObject({ status: "moved" });
  });

  describe("an override", () => {
    test("needs to say that it takes something back, and the record tells what", async () => {
      await approved([CONTRACT, having("fax")]);
      const stale = await submit([CONTRACT, having("iban")]);
      expect(await force(stale.id)).toMatchObject({
        status: 409,
        body: { error: { code: "BASE_MOVED", details: { differences: [{ field: "fax" }] } } },
      });
      expect((await read(stale.id)).state).toBe("pending_approval");
      expect((await force(stale.id, { despite_base: true })).status).toBe(200);
      expect(await read(stale.id)).toMatchObject({ state: "approved", approval: { kind: "forced" } });
      const [row] = rowsOf<{ blockers: string[]; payload: { base: { status: string; differences: { field: string }[] } } }>(
        await station.db.outer.execute(sql`select a.blocker_ids as blockers, e.payload from governance_approval a join audit_event e
          on e.tenant_id = a.tenant_id and e.type = 'override.used' and (e.payload ->> 'draftId') = ${stale.id} where a.draft_id = ${stale.id}`),
      );
      expect(row!.blockers).toEqual([`base:${FILE}`]);
      expect(row!.payload.base).toMatchObject({ status: "moved", differences: [{ field: "fax" }] });
    });

    test("of what begins from what was approved tells of nothing taken back, whatever is said", async () => {
      const { id } = await submit([CONTRACT, STRIPPED]);
      expect((await force(id, { despite_base: true })).status).toBe(200);
      const [row] = rowsOf<{ blockers: string[]; payload: object }>(
        await station.db.outer.execute(sql`select a.blocker_ids as blockers, e.payload from governance_approval a join audit_event e
          on e.tenant_id = a.tenant_id and e.type = 'override.used' and (e.payload ->> 'draftId') = ${id} where a.draft_id = ${id}`),
      );
      expect(row!.blockers.filter((each) => each.startsWith("base:"))).toEqual([]);
      expect(row!.payload).not.toHaveProperty("base");
    });
  });

  test("what was submitted to an earlier version is not approved over an approval, until it is submitted again", async () => {
    const stale = await submit([CONTRACT, STRIPPED]);
    await asOwner(station.db, "business_draft_snapshot", async (db) => {
      const without = sql`(memory_json::jsonb - 'base')::json`;
      await db.outer.execute(sql`update business_draft_snapshot set memory_json = ${without} where draft_id = ${stale.id}`);
    });
    // Nothing was approved before: nothing is taken back.
    expect((await read(stale.id)).base).toMatchObject({ status: "stands" });
    expect((await act("bob", "votes", stale.id, { vote: "approve" })).status).toBe(200);
    await approved([CONTRACT, `# a comment\n${CONTRACT}`]);
    expect((await read(stale.id)).base).toMatchObject({ status: "unknown", because: expect.stringContaining("earlier version") });
    expect(await act("bob", "approve", stale.id)).toMatchObject({ status: 409, body: { error: { code: "BASE_MOVED" } } });
    const { version: expected_version } = await read(stale.id);
    const files = [{ path: FILE, before: CONTRACT, after: STRIPPED }];
    const next = await call("dave", "POST", `/api/v1/submissions/${stale.id}/snapshots`, { expected_version, ...at, files });
    // The votes were for this very content.
    expect(next.body.submission).toMatchObject({ ready: true, base: { status: "stands" } });
    expect((await act("bob", "approve", stale.id)).status).toBe(200);
  });
});
