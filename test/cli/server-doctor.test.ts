import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ServerDoctorDeps } from "../../src/gate/server-doctor.ts";
import { createAppProbe } from "../../src/github/index.ts";
import type { Database } from "../../src/store/connect.ts";
import { readForDoctor } from "../../src/store/index.ts";
import { DEFAULT_PERMISSIONS } from "../hub/emitter.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { countersign } from "../support/cli.ts";
import { openMigrated } from "../support/migrated.ts";
import { populate } from "../support/scene.ts";

/** `countersign doctor --server` on a simulated GitHub and the embedded database, as main.ts wires it. */
let hub: Hub;
let db: Database;
beforeAll(async () => {
  hub = await startHub();
  populate(hub);
  hub.createRepo("acme/data", { "README.md": "hi\n" }, { grants: { alice: "write" } });
  db = await openMigrated();
});
afterAll(async () => {
  await db.close();
  await hub.close();
});

function doctor(args: readonly string[] = [], given: Partial<ServerDoctorDeps> = {}) {
  const app = { ...createAppProbe({ baseUrl: hub.url, appId: hub.app.id, privateKey: hub.app.privateKey }), appId: hub.app.id };
  const deps = { problems: [], database: () => readForDoctor(db), app, notary: { signer: null, sinks: [] }, ...given };
  return countersign(".", ["doctor", "--server", ...args], {}, { openServerDoctor: async () => ({ deps, close: async () => {} }) });
}

test("a server that can do its work: 0, and what could be better", async () => {
  const { code, stdout, stderr } = await doctor();
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("✓ database: migrated; embedded");
  expect(stdout).toContain("✓ queue: 0 to evaluate; the oldest has waited 0 s");
  expect(stdout).toContain("✓ webhooks: none of the last");
  expect(stdout).toMatch(/· checkpoints: no AUDIT_SIGNING_KEY.*\n {2}→/);
});

test("what fails: 1, by name and with what to do; as JSON too", async () => {
  hub.setPermissions({ ...DEFAULT_PERMISSIONS, members: undefined as never });
  const { code, stdout } = await doctor(["--format", "json"], { problems: ["PORT: wrong"] });
  hub.setPermissions(DEFAULT_PERMISSIONS);
  const { findings } = JSON.parse(stdout) as { findings: { area: string; status: string; says: string }[] };
  expect(code).toBe(1);
  const failed = findings.filter(({ status }) => status === "failed").map(({ area, says }) => `${area}: ${says}`);
  expect(failed).toEqual([
    "configuration: PORT: wrong",
    expect.stringMatching(/^github: .*lacks? `members: read`|^github: acme has not granted `members: read`/),
    ...(failed.length > 2 ? [expect.stringContaining("acme has not granted `members: read`")] : []),
  ]);
});

test("a schema that a newer version migrated, on which no server of this one starts: 1", async () => {
  const row = sql`('from the future', 4102444800000)`;
  await db.outer.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ${row}`);
  const { code, stdout } = await doctor();
  await db.outer.execute(sql`delete from drizzle.__drizzle_migrations where hash = 'from the future'`);
  expect([code, stdout]).toEqual([
    1,
    expect.stringMatching(/✗ database: a newer version has migrated it.*none starts\n {2}→ start the newer/),
  ]);
});

test("webhooks that failed are told, and a database or a GitHub that does not answer: 3", async () => {
  hub.setWebhook({ url: "http://127.0.0.1:1/webhooks/github", secret: "x" });
  hub.push("acme/data", "main", { "README.md": "more\n" }, { actor: "alice", message: "more" });
  await hub.settled();
  hub.setWebhook(null);
  const told = await doctor();
  expect([told.code, told.stdout]).toEqual([
    0,
    expect.stringMatching(/· webhooks: \d+ of the last \d+ deliveries failed, the newest at 20/),
  ]);
  const away = await doctor([], { database: () => Promise.reject(new Error("another process uses this data directory")) });
  expect([away.code, away.stdout]).toEqual([3, expect.stringContaining("? database: another process uses this data directory")]);
  hub.fail({ path: "/app" }, { kind: "status", status: 503 }, 10);
  const silent = await doctor();
  hub.clearFaults();
  expect([silent.code, silent.stdout]).toEqual([3, expect.stringContaining("? github: app: GitHub answered 503")]);
});

test("it is about the server alone", async () => {
  expect(await doctor(["--repo", "acme/data"])).toMatchObject({ code: 64, stdout: "" });
});
