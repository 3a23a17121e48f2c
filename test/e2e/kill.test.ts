import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { FILE, until } from "../support/acme.ts";
import { layEmbedded } from "../support/database.ts";
import { MAIN, type Replica, startReplica } from "../support/fleet.ts";

const REPOSITORY = "acme/contracts";
const SECRET = randomBytes(32).toString("hex");
const children: ChildProcess[] = [];
let hub: Hub | null = null;

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  }
  await hub?.close();
});

async function serve(env: Readonly<Record<string, string>>): Promise<Replica> {
  const replica = await startReplica(env);
  children.push(replica.child);
  return replica;
}

function populate(simulated: Hub): void {
  simulated.createOrg("acme");
  for (const login of ["alice", "bob"]) simulated.createUser(login);
  simulated.createTeam("acme", "sec-ops");
  simulated.addMember("acme/sec-ops", "bob");
  simulated.createRepo(
    REPOSITORY,
    { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES },
    { grants: { alice: "write" } },
  );
}

describe("the built server as a process", () => {
  beforeAll(() => {
    if (!existsSync(MAIN))
      throw new Error("there is no dist/app/main.js: these tests start the built server, so run `npm run build` first");
  });

  test("T77: a delivery acknowledged just before kill -9 is worked off after the restart, without a second delivery", async () => {
    hub = await startHub();
    populate(hub);
    const dataDir = mkdtempSync(join(tmpdir(), "countersign-kill-"));
    const env = {
      APP_ID: String(hub.app.id),
      PRIVATE_KEY: hub.app.privateKey,
      GITHUB_BASE_URL: hub.url,
      WEBHOOK_SECRET: SECRET,
      DATA_DIR: dataDir,
      GITHUB_WRITE_INTERVAL_MS: "0",
    };
    const first = await serve(env);
    hub.setWebhook({ url: `${first.url}/webhooks/github`, secret: SECRET });
    // Nothing can be decided before the kill: every read of the pull request fails.
    hub.fail({ path: /\/pulls\/\d+$/ }, { kind: "status", status: 502 }, Number.POSITIVE_INFINITY);
    hub.push(REPOSITORY, "strip", { [FILE]: STRIPPED }, { actor: "alice" });
    const { headSha } = hub.openPull(REPOSITORY, { actor: "alice", head: "strip", title: "Strip" });
    await hub.settled();
    expect(hub.hooks.sent.at(-1)?.statusCode).toBe(202);
    first.child.kill("SIGKILL");
    await once(first.child, "close");
    hub.setWebhook(null);
    hub.clearFaults();
    await serve(env);
    await until(
      () =>
        hub?.checkRuns(REPOSITORY, headSha).find((run) => run.name === "countersign: main" && run.conclusion === "action_required") ?? null,
      () => "the check after the restart",
    );
    rmSync(dataDir, { recursive: true, force: true });
  }, 120_000);

  test("a port in use: ends at once with the reason, and leaves the data directory free", async () => {
    const [taken, { dataDir, remove }] = [await layEmbedded(), await layEmbedded()];
    const first = await serve({ DATA_DIR: taken.dataDir });
    const child = spawn(process.execPath, [MAIN, "serve"], {
      env: { PATH: process.env["PATH"] ?? "", PORT: new URL(first.url).port, DATA_DIR: dataDir },
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(child);
    let err = "";
    child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const [code] = await once(child, "close");
    expect([code, err]).toEqual([2, expect.stringMatching(/^countersign: cannot start: .*EADDRINUSE.*\n$/)]);
    expect(existsSync(join(dataDir, "countersign.lock"))).toBe(false);
    // A command that wants the same records says who has them, and is no bug.
    const auditor = spawn(process.execPath, [MAIN, "audit", "export", "--tenant", "acme"], {
      env: { PATH: process.env["PATH"] ?? "", DATA_DIR: taken.dataDir },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let refused = "";
    auditor.stderr.on("data", (chunk: Buffer) => (refused += chunk.toString()));
    expect([(await once(auditor, "close"))[0], refused]).toEqual([
      2,
      expect.stringMatching(/^countersign: another process uses this data directory.*\n {2}with the embedded database, stop the server/s),
    ]);
    first.child.kill("SIGTERM");
    expect((await once(first.child, "close"))[0]).toBe(0);
    await Promise.all([taken.remove(), remove()]);
  });

  const refusals: [string, Record<string, string>, RegExp][] = [
    ["no webhook secret", { APP_ID: "1", PRIVATE_KEY: "x" }, /WEBHOOK_SECRET: missing/],
    [
      "the default webhook secret",
      { APP_ID: "1", PRIVATE_KEY: "x", WEBHOOK_SECRET: "development" },
      /WEBHOOK_SECRET: a well-known default/,
    ],
    ["a short webhook secret", { APP_ID: "1", PRIVATE_KEY: "x", WEBHOOK_SECRET: "s3cr3t" }, /WEBHOOK_SECRET: 6 characters/],
    ["no private key", { APP_ID: "1", WEBHOOK_SECRET: SECRET }, /PRIVATE_KEY/],
    ["a port that is none", { PORT: "http" }, /PORT/],
  ];
  test.each(refusals)("refuses to boot with %s, exit 2", async (_name, env, message) => {
    const child = spawn(process.execPath, [MAIN, "serve"], {
      env: { PATH: process.env["PATH"] ?? "", PORT: "0", ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    children.push(child);
    let err = "";
    child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const [code] = await once(child, "close");
    expect([code, message.test(err), err.includes("    at ")]).toEqual([2, true, false]);
  });
});
