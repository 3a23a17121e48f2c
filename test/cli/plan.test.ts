import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/store/index.ts";
import { countersign } from "../support/cli.ts";
import { describeOnBoth } from "../support/database.ts";
import { type Approved, type PlanServer, startPlanServer } from "../support/plan-server.ts";

/** Against the real route over the real store. */
describeOnBoth("countersign plan get", (open) => {
  let database: Database;
  let server: PlanServer;
  let approved: Approved;
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await open();
    server = await startPlanServer(database);
    approved = await server.approve();
    await server.ledger.publishPlan({ ...approved.write, after: 0 });
    env = { COUNTERSIGN_URL: server.url, COUNTERSIGN_API_KEY: server.key(approved.write.tenantId) };
  });
  afterAll(() => server.close());

  const get = (agent: string, more: readonly string[] = [], given = env) =>
    countersign(".", ["plan", "get", "--agent", agent, "--environment", "production", ...more], given);

  test("shows a published plan with its governed fields", async () => {
    const run = await get(approved.agent);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toContain(`${approved.agent} · production · APPROVED\ncompiled hash ${approved.compiledHash}\n`);
    expect(run.stdout).toContain("  customers.address.line_0  gdpr, pii; masked: sha256\n");
  });

  test("gives JSON that holds the whole session", async () => {
    const run = await get(approved.agent, ["--format", "json", "--hash", approved.compiledHash]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      schemaVersion: 1,
      attachment: "attached",
      status: "APPROVED",
      compiledHash: approved.compiledHash,
      session: { compiler_version: "3", runtime_projection: { agent: approved.agent } },
    });
    expect(run.code).toBe(0);
  });

  test("ends with 10 while nothing is published, and says so", async () => {
    const waiting = await server.approve();
    const run = await get(waiting.agent);
    expect([run.code, run.stdout]).toEqual([10, `${waiting.agent} · production · READY\n`]);
    expect(run.stderr).toContain("nothing is published");
  });

  test("ends with 5 for what is not there or over, 4 for a key that does not do, 3 where nobody answers", async () => {
    expect((await get("acme/unknown")).code).toBe(5);
    const old = await server.approve();
    await server.ledger.publishPlan({ ...old.write, after: 0 });
    await server.ledger.revokePlan(old.write);
    const over = await get(old.agent, ["--hash", old.compiledHash]);
    expect([over.code, over.stderr]).toEqual([5, expect.stringContaining("410 GONE")]);
    expect((await get(approved.agent, ["--key", "guess"])).code).toBe(4);
    const weak = server.key(approved.write.tenantId, ["read"]);
    expect((await get(approved.agent, [], { ...env, COUNTERSIGN_API_KEY: weak })).code).toBe(4);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    await new Promise((resolve) => silent.close(resolve));
    const nobody = await get(approved.agent, ["--server", `http://127.0.0.1:${port}`]);
    expect([nobody.code, nobody.stdout]).toEqual([3, ""]);
  });

  test("T100: ends with 1 when the artifact of an approved plan does not verify, and shows none of it", async () => {
    const broken = await server.approve();
    await server.ledger.publishPlan({ ...broken.write, after: 0 });
    await database.outer.execute(sql`update governance_plan set compiled_session = '{}' where workspace_id = ${broken.write.workspaceId}`);
    const run = await get(broken.agent);
    expect([run.code, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toContain("APPROVED_ARTIFACT_INVALID");
  });

  test("refuses a command that cannot be meant", async () => {
    expect((await get(approved.agent, [], {})).code).toBe(64);
    expect((await get(approved.agent, [], { COUNTERSIGN_URL: server.url })).code).toBe(64);
    expect((await get(approved.agent, ["--server", "http://plans.example"])).code).toBe(64);
    expect((await get(approved.agent, ["--hash", "x"])).code).toBe(64);
    expect((await get(approved.agent, ["--environment", "qa"])).code).toBe(64);
  });
});
