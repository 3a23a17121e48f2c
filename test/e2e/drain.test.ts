import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { startHub } from "../hub/hub.ts";
import { layEmbedded } from "../support/database.ts";
import { CHECK, FILE, populate, until } from "../support/scene.ts";

const MAIN = resolve(import.meta.dirname, "../../dist/app/main.js");
const SECRET = "a-webhook-secret-of-this-test-0001";

test("T77: SIGTERM: a delivery that is arriving is stored and answered, an evaluation that runs ends, and the exit is 0", async () => {
  const hub = await startHub();
  const { dataDir, remove } = await layEmbedded();
  populate(hub);
  hub.createRepo(
    "acme/data",
    { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES },
    { grants: { alice: "write" } },
  );
  const app = { APP_ID: String(hub.app.id), PRIVATE_KEY: hub.app.privateKey, GITHUB_BASE_URL: hub.url, WEBHOOK_SECRET: SECRET };
  // Else its writes would take longer than a server that is told to end may take.
  const pace = { GITHUB_WRITE_INTERVAL_MS: "0" };
  const env = { PATH: process.env["PATH"] ?? "", PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "silent", ...app, ...pace } as NodeJS.ProcessEnv;
  const start = async () => {
    const child = spawn(process.execPath, [MAIN, "serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    const url = await until(
      () => /listening on (http\S+)/.exec(out)?.[1] ?? null,
      () => "the server to listen",
    );
    await until(
      async () => ((await fetch(`${url}/readyz`)).ok ? true : null),
      () => "the server to be ready",
    );
    return { child, url };
  };
  const first = await start();
  try {
    hub.setWebhook({ url: `${first.url}/webhooks/github`, secret: SECRET });
    hub.push("acme/data", "strip", { [FILE]: STRIPPED }, { actor: "alice" });
    await hub.settled();
    // Half of a delivery is there, and an evaluation is under way, when the signal comes.
    const body = JSON.stringify({ zen: "Half a delivery is better than none." });
    const signature = createHmac("sha256", SECRET).update(body).digest("hex");
    const headers = [
      "POST /webhooks/github HTTP/1.1",
      "Host: x",
      "Content-Type: application/json",
      "X-GitHub-Event: ping",
      "X-GitHub-Delivery: half",
      `X-Hub-Signature-256: sha256=${signature}`,
      `Content-Length: ${body.length}`,
    ];
    const socket = connect(Number(new URL(first.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.write(`${headers.join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
    hub.latencyMs = 10;
    const before = hub.requests.length;
    const { headSha } = hub.openPull("acme/data", { actor: "alice", head: "strip", title: "Strip" });
    await until(
      () => (hub.requests.slice(before).some(({ path }) => /\/pulls\/\d+$/.test(path)) ? true : null),
      () => "the evaluation to begin",
    );
    const ended = once(first.child, "close");
    first.child.kill("SIGTERM");
    await new Promise((done) => setTimeout(done, 300));
    socket.write(body.slice(10));
    expect(await ended).toEqual([0, null]);
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    const [run] = hub.checkRuns("acme/data", headSha).filter(({ name }) => name === CHECK);
    expect(run?.conclusion).toBe("action_required");

    hub.setWebhook(null);
    const second = await start();
    const about = { "content-type": "application/json", "x-github-event": "ping", "x-github-delivery": "half" };
    const again = await fetch(`${second.url}/webhooks/github`, {
      method: "POST",
      body,
      headers: { ...about, "x-hub-signature-256": `sha256=${signature}` },
    });
    expect([again.status, await again.json()]).toEqual([200, { status: "duplicate" }]);
    second.child.kill("SIGTERM");
    expect(await once(second.child, "close")).toEqual([0, null]);
  } finally {
    first.child.kill("SIGKILL");
    await hub.close();
    await remove();
  }
}, 120_000);
