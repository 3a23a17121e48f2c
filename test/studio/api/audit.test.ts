import { beforeAll, expect, it } from "vitest";
import type { Ledger } from "../../../src/gate/ports.ts";
import type { Database } from "../../../src/store/connect.ts";
import { createLedger, createTenantReads } from "../../../src/store/index.ts";
import { type Api, createApi, identified } from "../../../src/studio/api/api.ts";
import { registerAudit } from "../../../src/studio/api/audit.ts";
import type { Principal, Role } from "../../../src/studio/api/principal.ts";
import { describeOnBoth } from "../../support/database.ts";
import { APPROVED_FACTS, land, seal, tenantOf } from "../../support/sealed-trail.ts";

describeOnBoth("the audit trail over HTTP", (open) => {
  if (open.driver === "postgres") return it("needs one database only", () => {});
  let db: Database;
  let ledger: Ledger;
  let mine: string;
  let approvals: string[];
  let foreign: string;
  beforeAll(async () => {
    db = await open();
    ledger = createLedger(db);
    approvals = [];
    for (let i = 0; i < 5; i += 1) approvals.push((await land(ledger)).approval.id);
    foreign = (await land(ledger, APPROVED_FACTS, 8)).approval.id;
    mine = await tenantOf(ledger);
  });

  function as(principal: Principal | null): Api {
    const api = createApi((error) => {
      throw error;
    });
    api.use(
      "*",
      identified(async () => principal),
    );
    registerAudit(api, createTenantReads(db));
    return api;
  }
  const person = (...roles: Role[]): Principal => ({ kind: "person", tenantId: mine, personId: 1, login: "x", roles, authenticatedAt: "" });
  const key = (...scopes: ("read" | "submit" | "plan")[]): Principal => ({ kind: "key", tenantId: mine, keyId: "k", name: "ci", scopes });
  const get = async (principal: Principal | null, path: string) => {
    const response = await as(principal).request(path);
    return { status: response.status, body: (await response.json()) as Record<string, never> & { error?: { code: string } } };
  };

  it("pages by number, newest first, of one's own organisation only, with names", async () => {
    const seen: number[] = [];
    let before = "";
    for (;;) {
      const { status, body } = await get(person("auditor"), `/api/v1/audit?limit=2${before}`);
      expect(status).toBe(200);
      const { events, nextBefore } = body as unknown as { events: { seq: number; type: string }[]; nextBefore: number | null };
      seen.push(...events.map(({ seq }) => seq));
      if (nextBefore === null) break;
      before = `&before=${nextBefore}`;
    }
    expect(seen).toEqual([5, 4, 3, 2, 1]);
  });

  it("searches by type, actor and subject", async () => {
    const count = async (query: string) =>
      ((await get(person("admin"), `/api/v1/audit?${query}`)).body as unknown as { events: unknown[] }).events.length;
    expect(await count("type=governance")).toBe(5);
    expect(await count("type=governance.approved")).toBe(5);
    expect(await count("type=govern")).toBe(0);
    expect(await count("actor=42")).toBe(5);
    expect(await count("actor=43")).toBe(0);
    expect(await count(`subject=${approvals[2]}`)).toBe(1);
    expect(await count("subject=%25")).toBe(0);
    for (const query of ["subject=%00", "type=%00"]) expect(await count(query)).toBe(0);
  });

  it("gives the signed statement once it is signed, and nothing of another organisation", async () => {
    const path = `/api/v1/approvals/${approvals[0]}/evidence`;
    expect(await get(person("approver"), path)).toMatchObject({ status: 409, body: { error: { code: "INVALID_STATE" } } });
    await seal(ledger);
    expect(await get(key("read"), path)).toMatchObject({ status: 200, body: { payloadType: "application/vnd.in-toto+json" } });
    for (const id of [foreign, "01a2184c-3294-70e5-8c8e-57802c3b8ea3"])
      expect(await get(person("admin"), `/api/v1/approvals/${id}/evidence`)).toMatchObject({
        status: 404,
        body: { error: { code: "NOT_FOUND" } },
      });
  });

  it("refuses who may not, and what it does not take", async () => {
    expect(await get(null, "/api/v1/audit")).toMatchObject({ status: 401 });
    for (const who of [person("developer"), key("read", "submit", "plan")])
      expect(await get(who, "/api/v1/audit")).toMatchObject({ status: 403 });
    expect(await get(key("submit"), `/api/v1/approvals/${approvals[0]}/evidence`)).toMatchObject({ status: 403 });
    for (const query of ["limit=0", "limit=201", "before=x", "before=3000000000", "actor=bob", "colour=red", "type="])
      expect(await get(person("auditor"), `/api/v1/audit?${query}`), query).toMatchObject({
        status: 422,
        body: { error: { code: "INVALID_PARAMETER" } },
      });
    expect(await get(person("auditor"), "/api/v1/approvals/1/evidence")).toMatchObject({ status: 422 });
  });
});
