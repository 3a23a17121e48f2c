import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/store/connect.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import { type Station, startStation } from "../../support/station.ts";

const JSON_TYPE = { "content-type": "application/json" };

describeOnBoth("what an API key and a policy ask for, and what a body is", (open) => {
  let db: Database;
  let station: Station;
  beforeAll(async () => {
    db = await open();
    station = await startStation(db);
  });
  afterAll(() => station.close());

  const send = async (who: Record<string, string>, method: string, path: string, body: string | Uint8Array<ArrayBuffer>) => {
    const answer = await station.request(path, { method, headers: { ...who, ...JSON_TYPE }, body });
    return { status: answer.status, body: await answer.json() };
  };
  const POLICY = { expected_version: 0, config: CONFIG, policies: POLICIES };

  test("T93: an hour after the sign-in nobody makes a key or pushes a policy; a key is revoked all the same", async () => {
    const ana = await station.bearer("ana");
    const key = JSON.stringify({ name: "nightly", scopes: ["submit"] });
    const made = await send(ana, "POST", "/api/v1/keys", key);
    expect(made.status).toBe(201);
    await db.outer.execute(sql`update sign_in_session set authenticated_at = authenticated_at - interval '1 hour'`);
    for (const [method, path, body] of [
      ["POST", "/api/v1/keys", key],
      ["PUT", "/api/v1/policy", JSON.stringify(POLICY)],
    ] as const)
      expect(await send(ana, method, path, body)).toMatchObject({ status: 401, body: { error: { code: "REAUTHENTICATE" } } });
    const { keys } = (await (await station.request("/api/v1/keys", { headers: ana })).json()) as { keys: { id: string }[] };
    expect(keys).toHaveLength(1);
    expect((await station.request("/api/v1/policy", { headers: ana })).status).toBe(404);
    expect((await station.request(`/api/v1/keys/${keys[0]!.id}`, { method: "DELETE", headers: ana })).status).toBe(200);
    expect((await send(await station.bearer("ana"), "PUT", "/api/v1/policy", JSON.stringify(POLICY))).status).toBe(200);
  });

  test("T103: a body that is no UTF-8 is refused, and a text that is no Unicode; nothing is decided about what nobody sent", async () => {
    const ana = await station.bearer("ana");
    const key = await station.key("acme", ["submit"]);
    const before = (await (await station.request("/api/v1/policy", { headers: key })).json()) as { version?: number };
    expect((await send(ana, "PUT", "/api/v1/policy", JSON.stringify({ ...POLICY, expected_version: before.version ?? 0 }))).status).toBe(
      200,
    );
    const change = {
      agent: "catalogue/bytes",
      base: { name: "main", revision: "1" },
      head: { name: "x", revision: "2" },
      files: [{ path: "contracts/customers.odcs.yaml", before: CONTRACT, after: `${STRIPPED}# caf\u00e9\n` }],
    };
    const latin1 = Buffer.from(JSON.stringify(change), "latin1");
    const refused = { status: 422, body: { error: { code: "INVALID_BODY", message: "the body is not UTF-8" } } };
    expect(await send(key, "POST", "/api/v1/submissions", latin1)).toMatchObject(refused);
    expect((await (await station.request("/api/v1/submissions", { headers: key })).json()) as object).toEqual({ submissions: [] });
    expect((await send(key, "POST", "/api/v1/submissions", JSON.stringify(change))).status).toBe(201);
    const torn = JSON.stringify({ ...POLICY, expected_version: 1, policies: `${POLICIES}# \ud800\n` });
    expect(await send(ana, "PUT", "/api/v1/policy", torn)).toMatchObject({
      status: 422,
      body: { error: { code: "INVALID_BODY", details: [{ at: "policies", message: "is not Unicode text" }] } },
    });
  });
});
