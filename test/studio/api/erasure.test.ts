import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rowsOf } from "../../../src/store/connect.ts";
import { createLedger, type Database } from "../../../src/store/index.ts";
import { CONTRACT, STRIPPED } from "../../demo/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import type { Station } from "../../support/station.ts";
import { startSubmissionStation } from "../../support/submission-station.ts";

describeOnBoth("who is forgotten", (open) => {
  let db: Database;
  let station: Station;
  beforeAll(async () => {
    db = await open();
    station = await startSubmissionStation(db);
  });
  afterAll(() => station.close());

  const rowsThatName = async (table: string, login: string) => {
    const [found] = rowsOf<{ n: number }>(
      await db.outer.execute(sql.raw(`select count(*)::int as n from ${table} t where row_to_json(t)::text ~* '\\m${login}\\M'`)),
    );
    return found!.n;
  };

  test("is signed out, and is no cause of a submission any more; everybody else goes on", async () => {
    const [dave, { headers: cookie }, bob] = [await station.bearer("dave"), await station.signIn("dave"), await station.bearer("bob")];
    const body = JSON.stringify({
      agent: "catalogue/erased",
      base: { name: "main", revision: "1" },
      head: { name: "x", revision: "2" },
      files: [{ path: "contracts/customers.odcs.yaml", before: CONTRACT, after: STRIPPED }],
      actor: "@Dave",
    });
    const headers = { ...(await station.key("acme", ["submit"])), "content-type": "application/json" };
    expect((await station.request("/api/v1/submissions", { method: "POST", headers, body })).status).toBe(201);
    expect(await rowsThatName("sign_in_session", "dave")).toBe(2);
    expect(await rowsThatName("identity", "dave")).toBeGreaterThan(0);
    expect(await createLedger(db).eraseIdentity("dave")).toBeGreaterThan(0);
    for (const table of ["sign_in_session", "business_source", "identity", "business_draft", "evaluation", "audit_event"])
      expect([table, await rowsThatName(table, "dave")]).toEqual([table, 0]);
    const me = async (who: Record<string, string>) => (await station.request("/api/v1/sessions/current", { headers: who })).status;
    expect([await me(dave), await me(cookie), await me(bob)]).toEqual([401, 401, 200]);
  });
});
