import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import type { Station } from "../../support/station.ts";
import { ask, startSubmissionStation } from "../../support/submission-station.ts";

const FILE = "contracts/customers.odcs.yaml";
const STRICTER = POLICIES.replace("minApprovals: 1", "minApprovals: 2");

describeOnBoth("T98: a submission is approved under the policy that is in force when it is approved", (open) => {
  let station: Station;
  let agent = "";
  let count = 0;
  beforeAll(async () => {
    station = await startSubmissionStation(await open());
  });
  afterAll(() => station.close());
  beforeEach(async () => {
    count += 1;
    agent = `catalogue/policy-${count}`;
    await push({});
  });

  const call = (login: string, method: string, path: string, body?: unknown) => ask(station, login, method, path, body);
  const read = async (id: string) => (await call("iris", "GET", `/api/v1/submissions/${id}`)).body;
  async function push(text: { readonly policies?: string; readonly config?: string }): Promise<void> {
    const { version } = (await call("ana", "GET", "/api/v1/policy")).body;
    const body = { expected_version: version, policies: POLICIES, config: CONFIG, ...text };
    expect((await call("ana", "PUT", "/api/v1/policy", body)).status).toBe(200);
  }
  const change = (base: string) => ({
    base: { name: base, revision: "1111111" },
    head: { name: "x", revision: "2222222" },
    files: [{ path: FILE, before: CONTRACT, after: STRIPPED }],
  });
  const act = async (login: string, what: string, id: string, more: object = {}) => {
    const { workspace_id, snapshot_id, version: draft_version } = await read(id);
    const path = `/api/dashboard/studio/workspaces/${workspace_id}/${what}`;
    return call(login, "POST", path, { draft_id: id, snapshot_id, draft_version, ...more });
  };
  /** Of dave, with everything that the policy of now asks for. */
  async function ready(base = "main", voter: "bob" | "ana" = "bob"): Promise<string> {
    const made = await call("dave", "POST", "/api/v1/submissions", { agent, ...change(base) });
    expect(made.status).toBe(201);
    const { id } = made.body.submission;
    expect((await act(voter, "votes", id, { vote: "approve" })).status).toBe(200);
    expect(await read(id)).toMatchObject({ ready: true });
    return id;
  }
  const refusal = (message: string) => ({
    status: 409,
    body: { error: { code: "NOT_READY", message: expect.stringContaining(message), hint: expect.stringContaining("--update") } },
  });

  test("a policy that asks for more is asked, and what was submitted before has to be submitted again", async () => {
    const id = await ready();
    await push({ policies: STRICTER });
    expect(await act("bob", "approve", id)).toMatchObject(refusal("it is pending_approval"));
    expect(await read(id)).toMatchObject({ state: "pending_approval", approval: null });
    const { version: expected_version } = await read(id);
    expect((await call("dave", "POST", `/api/v1/submissions/${id}/snapshots`, { expected_version, ...change("main") })).status).toBe(200);
    expect(await read(id)).toMatchObject({ ready: false, requirements: [{ have: 1, need: 2, approved_by: ["bob"] }] });
  });

  test("a policy by which it passes as well, and the same one again, hold nothing back", async () => {
    const first = await ready();
    agent += "-again";
    const second = await ready();
    await push({ policies: POLICIES.replace("slaHours: 24", "slaHours: 8") });
    expect(await act("bob", "approve", first)).toMatchObject({ status: 200, body: { created: true } });
    await push({ policies: STRICTER });
    await push({});
    expect(await act("bob", "approve", second)).toMatchObject({ status: 200, body: { created: true } });
  });

  test("a policy that reads other files, or other words, says nothing by the facts that are stored", async () => {
    const id = await ready();
    await push({ config: `${CONFIG}contracts: { exclude: [nothing/**] }\n` });
    expect(await act("bob", "approve", id)).toMatchObject(refusal("may read other things"));
    await push({ policies: POLICIES.replace('["pii", "gdpr"]', '["pii", "gdpr", "crown-jewels"]') });
    expect(await act("bob", "approve", id)).toMatchObject(refusal("may read other things"));
    expect(await read(id)).toMatchObject({ state: "pending_approval", approval: null });
  });

  test("a base that is production now is no development any more", async () => {
    const id = await ready("dev", "ana");
    await push({ config: `${CONFIG}environments: { production: [dev] }\n` });
    expect(await act("ana", "approve", id)).toMatchObject(refusal("a change of production, not of development"));
    expect(await read(id)).toMatchObject({ state: "pending_approval", approval: null });
  });
});
