import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import type { ServerConfig } from "../../src/config.ts";
import { STRIPPED } from "../demo/sample.ts";
import { describeOnPostgres } from "../support/database.ts";
import { asAdmin, databaseOn } from "../support/migrated.ts";
import { FILE, type Scene, startScene, until } from "../support/scene.ts";

/** One for each secret that a server is given, and for what people keep in contracts. Each is found by its middle, whatever is cut around it. */
const CANARY = {
  webhook: `webhook-${randomBytes(12).toString("hex")}`,
  webhookPrevious: `previous-${randomBytes(12).toString("hex")}`,
  session: `session-${randomBytes(16).toString("hex")}`,
  oauth: `oauth-${randomBytes(12).toString("hex")}`,
  metrics: `metrics-${randomBytes(12).toString("hex")}`,
  dev: `dev-${randomBytes(12).toString("hex")}`,
  database: `database-${randomBytes(12).toString("hex")}`,
  gitPassword: `git-${randomBytes(12).toString("hex")}`,
  apiKey: `csk_${randomBytes(16).toString("hex")}`,
  installationToken: `ghs_${randomBytes(20).toString("hex")}`,
  contract: `person-${randomBytes(12).toString("hex")}@example.com`,
};
const signingKey = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

function configOf(logTo: { write(line: string): void }, more: Partial<ServerConfig>): Partial<ServerConfig> {
  return {
    webhookSecrets: [CANARY.webhook, CANARY.webhookPrevious],
    logLevel: "trace",
    publicUrl: "https://station.example",
    station: {
      signIn: { clientId: "Iv1.client", clientSecret: CANARY.oauth, sessionSecrets: [CANARY.session] },
      roles: [],
      trustedProxies: [],
      limits: { approve: 30, person: 600, address: 1200, signIn: 30 },
    },
    notary: {
      signingKey,
      checkpointDir: null,
      checkpointGit: { url: `https://deploy:${CANARY.gitPassword}@127.0.0.1:1/trail.git`, branch: "checkpoints", keyPath: null },
    },
    operations: { metrics: { token: CANARY.metrics, listen: null }, logTo },
    ...more,
  };
}

/** Everything that leaves the process, or is told to whoever asks. */
async function watch<T>(
  act: (logTo: { write(line: string): void }, answered: (text: string) => void) => Promise<T>,
): Promise<{ readonly logs: string; readonly answers: string; readonly streams: string }> {
  const seen = { logs: "", answers: "", streams: "" };
  const note = (place: keyof typeof seen, text: string) => {
    seen[place] += text;
  };
  const spies = [process.stdout, process.stderr].map((stream) => {
    const real = stream.write.bind(stream);
    return vi.spyOn(stream, "write").mockImplementation(((chunk: string | Uint8Array, ...rest: []) => {
      note("streams", chunk.toString());
      return real(chunk, ...rest);
    }) as typeof stream.write);
  });
  try {
    await act({ write: (line) => note("logs", line) }, (text) => note("answers", text));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return seen;
}

function expectNone(seen: Record<string, string>, keys: readonly string[]): void {
  const secrets = [...Object.values(CANARY), ...keys.flatMap((pem) => pem.split("\n").filter((line) => /^[\w+/=]{20,}$/.test(line)))];
  for (const [place, text] of Object.entries(seen))
    for (const secret of secrets) {
      const middle = secret.slice(6, 28);
      expect(
        text.includes(middle) ? `${place} shows ${secret}: ${text.slice(Math.max(0, text.indexOf(middle) - 200)).slice(0, 400)}` : "",
      ).toBe("");
    }
}

async function ask(url: string, init: RequestInit & { readonly host?: string } = {}): Promise<string> {
  const answer = await fetch(url, { redirect: "manual", ...init });
  return `${answer.status} ${[...answer.headers].join("\n")}\n${await answer.text()}`;
}

function signed(body: string, guid: string, secret = CANARY.webhook): RequestInit {
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const about = { "x-github-delivery": guid, "x-github-event": "pull_request", "x-hub-signature-256": signature };
  return { method: "POST", body, headers: { "content-type": "application/json", ...about } };
}

/** Successes, then every kind of bad input that there is a door for. */
async function story(scene: Scene, answered: (text: string) => void): Promise<void> {
  const { hub, server } = scene;
  const leaky = STRIPPED.replace("kind:", `description:\n  purpose: ${CANARY.contract}\nkind:`);
  const stage = scene.stage();
  const { number, head } = stage.open({ [FILE]: leaky });
  await stage.reaches(head, "action_required");
  hub.review(stage.repository, number, { actor: "bob", state: "APPROVED", body: CANARY.contract });
  await stage.reaches(head, "success");
  hub.merge(stage.repository, number, { actor: "alice", method: "squash" });
  const broken = scene.stage();
  broken.open({ [FILE]: `a: [${CANARY.contract}\n b: {` });
  await scene.settled();

  const hook = `${server.url}/webhooks/github`;
  const body = JSON.stringify({ action: CANARY.contract, repository: { description: CANARY.contract } });
  for (const [init, guid] of [
    [signed(body, "c-1"), "c-1"],
    [signed(`${body} `, "c-1"), "the same, another body"],
    [signed("{not json", "c-2"), "malformed"],
    [signed(body, "c-3", "another secret of another app"), "forged"],
    [{ method: "POST", body }, "unsigned"],
  ] as const)
    answered(`${guid}: ${await ask(hook, init)}`);
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  for (const path of [
    "/healthz",
    "/readyz",
    "/metrics",
    "/",
    "/login",
    "/login/github/callback?code=x&state=y",
    "/api/v1/approvals",
    "/openapi.json",
    "/nowhere",
  ]) {
    answered(await ask(`${server.url}${path}`));
    answered(await ask(`${server.url}${path}`, bearer(CANARY.apiKey)));
  }
  answered(await ask(`${server.url}/metrics`, bearer(CANARY.metrics)));
  answered(await ask(`${server.url}/metrics`, bearer(`${CANARY.metrics.slice(0, -1)}x`)));
}

/** GitHub answers with the very token that it was given. */
async function leakyGitHub(scene: Scene): Promise<void> {
  const stage = scene.stage();
  for (const status of [401, 500, 403]) {
    const fault = { kind: "status", status, body: { message: `token ${CANARY.installationToken} is no good` } } as const;
    scene.hub.fail({ path: /\/pulls\/\d+$/ }, fault, 1);
  }
  scene.hub.fail({ path: /access_tokens$/ }, { kind: "status", status: 500, body: { message: CANARY.installationToken } }, 1);
  await stage.reaches(stage.open().head, "action_required");
}

describe("T82: canaries in every secret, embedded", () => {
  test("are in no log, stream, answer or figure", async () => {
    let key = "";
    const seen = await watch(async (logTo, answered) => {
      const config = { ...configOf(logTo, { publicUrl: null, devLoginToken: CANARY.dev }) };
      const scene = await startScene({ databaseUrl: null, config });
      key = scene.hub.app.privateKey;
      try {
        await story(scene, answered);
        await leakyGitHub(scene);
        answered(await ask(`${scene.server.url}/dev-login?token=${CANARY.dev}x`));
      } finally {
        await scene.close();
      }
    });
    expect(seen.logs).toContain('"evaluated"');
    expect(seen.logs).toMatch(/"subject":"[^"]+".*redacted.*a job failed/);
    expect(seen.answers).toContain("countersign_webhooks_total");
    expectNone(seen, [key, signingKey]);
  }, 120_000);
});

describeOnPostgres("T82: canaries in every secret", (fresh) => {
  test("are in no log, stream or answer while the database is away", async () => {
    const url = await fresh();
    const databaseUrl = Object.assign(new URL(url), { password: CANARY.database }).href;
    const name = new URL(url).pathname.slice(1);
    let key = "";
    const seen = await watch(async (logTo, answered) => {
      const scene = await startScene({ databaseUrl, config: configOf(logTo, {}) });
      key = scene.hub.app.privateKey;
      try {
        const stage = scene.stage();
        await stage.reaches(stage.open().head, "action_required");
        await asAdmin(databaseOn(url, "postgres"), async (sql) => {
          await sql.unsafe(`alter database ${name} allow_connections false`);
          await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
        });
        const body = JSON.stringify({ zen: CANARY.contract });
        answered(
          await until(
            async () => {
              const told = await ask(`${scene.server.url}/webhooks/github`, signed(body, "away"));
              return told.startsWith("503") ? told : null;
            },
            () => "the delivery to be refused",
          ),
        );
        const ready = await until(
          async () => {
            const told = await ask(`${scene.server.url}/readyz`);
            return told.startsWith("503") ? told : null;
          },
          () => "the server to say that it is not ready",
        );
        expect(ready).toContain('"database":"unreachable"');
        answered(ready);
        const figures = await ask(`${scene.server.url}/metrics`, { headers: { authorization: `Bearer ${CANARY.metrics}` } });
        expect(figures).toContain("countersign_database_up 0");
        answered(figures + (await ask(`${scene.server.url}/`)) + (await ask(`${scene.server.url}/api/v1/keys`)));
        await asAdmin(databaseOn(url, "postgres"), (sql) => sql.unsafe(`alter database ${name} allow_connections true`));
        await until(
          async () => ((await ask(`${scene.server.url}/readyz`)).startsWith("200") ? true : null),
          () => "the server to be ready again",
        );
        answered(await ask(`${scene.server.url}/webhooks/github`, signed(body, "away")));
      } finally {
        await scene.close();
      }
    });
    const line = seen.logs.split("\n").find((each) => each.includes("delivery not stored") && each.includes('"away"'));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ delivery: "away" });
    expect(seen.answers).toMatch(/202 [\s\S]*recorded/);
    expectNone(seen, [key, signingKey]);
  }, 120_000);
});
