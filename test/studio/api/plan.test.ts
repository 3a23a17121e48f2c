import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database } from "../../../src/store/connect.ts";
import { planSchema } from "../../../src/studio/api/plan.ts";
import { problemSchema } from "../../../src/studio/api/problems.ts";
import { newRepository } from "../../store/sample.ts";
import { describeOnBoth } from "../../support/database.ts";
import { type Approved, type PlanServer, startPlanServer } from "../../support/plan-server.ts";

describeOnBoth("GET /api/v1/governance/plan", (open) => {
  let db: Database;
  let server: PlanServer;
  let one: Approved;
  let key: string;
  beforeAll(async () => {
    db = await open();
    server = await startPlanServer(db);
    one = await server.approve();
    key = server.key(one.write.tenantId);
  });
  afterAll(() => server.close());

  async function get(
    agent: string,
    more: Record<string, string> = {},
    headers: Record<string, string> = { Authorization: `Bearer ${key}` },
  ) {
    const response = await fetch(
      `${server.url}/api/v1/governance/plan?${new URLSearchParams({ agent, environment: "production", ...more })}`,
      {
        headers,
      },
    );
    const text = await response.text();
    const body = text === "" ? null : (JSON.parse(text) as { error?: { code: string }; compiled_hash?: string; status?: string });
    if (response.status === 200) planSchema.parse(body);
    else if (response.status !== 304) problemSchema.parse(body);
    return {
      status: response.status,
      code: body?.error?.code ?? null,
      body,
      etag: response.headers.get("ETag"),
      headers: response.headers,
    };
  }
  const refusal = async (...asked: Parameters<typeof get>) => {
    const { status, code } = await get(...asked);
    return [status, code];
  };

  it("T100: answers 401 to whoever shows no key, 403 to a key without the scope, 404 to the key of another tenant", async () => {
    expect(await refusal(one.agent, {}, {})).toEqual([401, "UNAUTHENTICATED"]);
    expect(await refusal(one.agent, {}, { Authorization: "Bearer guess" })).toEqual([401, "UNAUTHENTICATED"]);
    expect(await refusal(one.agent, {}, { Authorization: `Basic ${key}` })).toEqual([401, "UNAUTHENTICATED"]);
    const weak = server.key(one.write.tenantId, ["read", "submit"]);
    expect(await refusal(one.agent, {}, { Authorization: `Bearer ${weak}` })).toEqual([403, "FORBIDDEN"]);
    const theirs = await server.approve(3, newRepository(88));
    const foreign = server.key(theirs.write.tenantId);
    expect(await refusal(one.agent, {}, { Authorization: `Bearer ${foreign}` })).toEqual([404, "PLAN_NOT_FOUND"]);
  });

  it("refuses what it does not take", async () => {
    expect(await refusal("acme/unknown")).toEqual([404, "PLAN_NOT_FOUND"]);
    expect(await refusal(one.agent, { environment: "qa" })).toEqual([404, "PLAN_NOT_FOUND"]);
    expect(await refusal("")).toEqual([422, "INVALID_PARAMETER"]);
    expect(await refusal(one.agent, { hash: "ABC" })).toEqual([422, "INVALID_PARAMETER"]);
    expect(await refusal(one.agent, { tenant: "x" })).toEqual([422, "INVALID_PARAMETER"]);
    expect(await refusal("nul\u0000")).toEqual([404, "PLAN_NOT_FOUND"]);
  });

  it("gives status and no artifact in review, the artifact once published, and 410 for what is over", async () => {
    const fresh = await server.approve();
    expect((await get(fresh.agent)).body).toEqual({ agent: fresh.agent, environment: "production", status: "READY" });
    await server.ledger.publishPlan({ ...fresh.write, after: 0 });
    const { status, body, headers } = await get(fresh.agent, { hash: fresh.compiledHash });
    expect([status, body?.status, body?.compiled_hash]).toEqual([200, "APPROVED", fresh.compiledHash]);
    expect(headers.get("Cache-Control")).toBe("private, no-cache");
    const next = await server.approve(4, fresh.repository, 2);
    await server.ledger.publishPlan({ ...next.write, after: 1 });
    expect(await refusal(fresh.agent, { hash: fresh.compiledHash })).toEqual([410, "GONE"]);
    expect((await get(fresh.agent, { hash: next.compiledHash })).status).toBe(200);
    expect(await refusal(fresh.agent, { hash: "0".repeat(64) })).toEqual([404, "PLAN_NOT_FOUND"]);
    await server.ledger.revokePlan(next.write);
    expect(await refusal(fresh.agent, { hash: next.compiledHash })).toEqual([410, "GONE"]);
    expect((await get(fresh.agent)).body).toEqual({ agent: fresh.agent, environment: "production", status: "READY" });
  });

  it("has a strong tag that changes with hash and status, and answers 304 to it", async () => {
    const fresh = await server.approve();
    const tags: (string | null)[] = [(await get(fresh.agent)).etag];
    await server.ledger.publishPlan({ ...fresh.write, after: 0 });
    tags.push((await get(fresh.agent)).etag);
    await server.ledger.enforcePlan(fresh.write);
    tags.push((await get(fresh.agent)).etag);
    expect(new Set(tags).size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[^"]+"$/);
    const asked = (tag: string) => get(fresh.agent, {}, { Authorization: `Bearer ${key}`, "If-None-Match": tag });
    for (const tag of [tags[2]!, `W/${tags[2]}`, `"x", ${tags[2]}`, "*"]) {
      const answer = await asked(tag);
      expect([answer.status, answer.body, answer.etag]).toEqual([304, null, tags[2]]);
    }
    expect((await asked(tags[1]!)).status).toBe(200);
  });

  it("T100: answers 422 when the artifact of an approved plan is missing or does not verify, also to who has the tag", async () => {
    for (const damage of [sql`compiled_session = null`, sql`artifact_id = null`, sql`compiled_hash = repeat('a', 64)`]) {
      const fresh = await server.approve();
      await server.ledger.publishPlan({ ...fresh.write, after: 0 });
      const { etag } = await get(fresh.agent);
      await db.outer.execute(sql`update governance_plan set ${damage} where workspace_id = ${fresh.write.workspaceId}`);
      const headers = { Authorization: `Bearer ${key}`, "If-None-Match": etag! };
      expect(await refusal(fresh.agent, {}, headers)).toEqual([422, "APPROVED_ARTIFACT_INVALID"]);
    }
  });

  it("logs nothing: every refusal above was foreseen", () => expect(server.errors).toEqual([]));
});
