import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { createEmulator, type Emulator } from "emulate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/main.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { CHECK, FILE, until } from "../support/scene.ts";

/**
 * The main job on a GitHub that we did not write. It has no push log, no timeline and no commit identities, so two unknown contributors
 * (the commit's author and the unseen pushes) each ask for one more approver: three instead of one.
 */
const PEOPLE = ["alice", "bob", "carol", "dan", "ana"];
const REPOSITORY = "/repos/acme/contracts";
const SECRET = randomBytes(32).toString("hex");
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }) as string;
let emulator: Emulator;
let server: RunningServer;

// biome-ignore lint/suspicious/noExplicitAny: answers of another program, read by the assertions below.
async function as(login: string, method: string, path: string, body?: unknown): Promise<any> {
  const headers = { authorization: `token token-of-${login}`, "content-type": "application/json" };
  const answer = await fetch(`${emulator.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  // Its delivery ids are milliseconds: two events in one would share an id.
  await new Promise((resolve) => setTimeout(resolve, 5));
  return answer.status === 204 ? null : answer.json();
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function put(branch: string, path: string, content: string, sha?: string) {
  return as("alice", "PUT", `${REPOSITORY}/contents/${path}`, {
    message: path,
    branch,
    content: Buffer.from(content).toString("base64"),
    ...(sha ? { sha } : {}),
  });
}

async function check(sha: string, conclusion: string) {
  const look = async () => {
    const { check_runs } = await as("ana", "GET", `${REPOSITORY}/commits/${sha}/check-runs`);
    return check_runs.find((run: { name: string; conclusion: string }) => run.name === CHECK && run.conclusion === conclusion) ?? null;
  };
  return until(look, () => `${CHECK} to be ${conclusion}`);
}

beforeAll(async () => {
  const port = await freePort();
  emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: Object.fromEntries(PEOPLE.map((login) => [`token-of-${login}`, { login, scopes: ["repo", "user", "admin:org"] }])),
      github: {
        users: PEOPLE.map((login) => ({ login })),
        orgs: [{ login: "acme", members: PEOPLE.map((login) => ({ login, role: login === "ana" ? "admin" : "member" })) }],
        repos: [{ owner: "acme", name: "contracts", auto_init: true }],
        apps: [
          {
            app_id: 4242,
            slug: "countersign",
            name: "Countersign",
            private_key: privateKey,
            permissions: { checks: "write", pull_requests: "write", contents: "read", members: "read", issues: "write", metadata: "read" },
            events: ["*"],
            webhook_url: `http://127.0.0.1:${port}/webhooks/github`,
            webhook_secret: SECRET,
            installations: [{ installation_id: 100, account: "acme" }],
          },
        ],
      },
    },
  });
  server = await startServer({
    host: "127.0.0.1",
    port,
    publicUrl: null,
    databaseUrl: null,
    dataDir: null,
    github: { appId: 4242, privateKey, baseUrl: emulator.url, history: "receipts" },
    webhookSecrets: [SECRET],
    logLevel: "silent",
    devLoginToken: null,
  });
  await as("ana", "POST", "/orgs/acme/teams", { name: "sec-ops" });
  for (const login of ["bob", "carol", "dan"]) await as("ana", "PUT", `/orgs/acme/teams/sec-ops/memberships/${login}`, { role: "member" });
  for (const login of ["alice", "bob", "carol", "dan"])
    await as("ana", "PUT", `${REPOSITORY}/collaborators/${login}`, { permission: "push" });
  await put("main", ".choochoorc", CONFIG);
  await put("main", ".choochoo/approval-policies.yaml", POLICIES);
});
afterAll(async () => {
  await server.close();
  await emulator.close();
});

describe("on a GitHub that we did not write", () => {
  test("strip, approvals one by one, merge, records", async () => {
    const base = await put("main", FILE, CONTRACT);
    await as("alice", "POST", `${REPOSITORY}/git/refs`, { ref: "refs/heads/strip", sha: base.commit.sha });
    await put("strip", FILE, STRIPPED, base.content.sha);
    const pull = await as("alice", "POST", `${REPOSITORY}/pulls`, { title: "Strip", head: "strip", base: "main" });
    const sha = pull.head.sha as string;
    expect((await check(sha, "action_required")).output.title).toContain("sec-ops");

    for (const login of ["bob", "carol"]) {
      await as(login, "POST", `${REPOSITORY}/pulls/${pull.number}/reviews`, { event: "APPROVE", commit_id: sha });
      await until(
        async () => ((await server.ledger.pendingSubjects(1)).length === 0 ? true : null),
        () => "the worker",
      );
      await check(sha, "action_required");
    }
    await as("dan", "POST", `${REPOSITORY}/pulls/${pull.number}/reviews`, { event: "APPROVE", commit_id: sha });
    await check(sha, "success");

    await as("alice", "PUT", `${REPOSITORY}/pulls/${pull.number}/merge`, { merge_method: "squash" });
    const { id } = await as("ana", "GET", REPOSITORY);
    const record = await until(
      () => server.ledger.approvalOf(id, pull.number),
      () => "the governance approval",
    );
    expect(record.approval).toMatchObject({ kind: "regular", channel: "github", pullRequest: pull.number });
    expect(record.approval.approvedBy.map((person) => person.login).sort()).toEqual(["bob", "carol", "dan"]);
    expect(record.artifact.compiledHash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a change of words elsewhere is green at once", async () => {
    const main = await as("ana", "GET", `${REPOSITORY}/git/ref/heads/main`);
    await as("alice", "POST", `${REPOSITORY}/git/refs`, { ref: "refs/heads/words", sha: main.object.sha });
    await put("words", "notes.md", "words");
    const pull = await as("alice", "POST", `${REPOSITORY}/pulls`, { title: "Words", head: "words", base: "main" });
    expect((await check(pull.head.sha, "success")).output.title).toContain("No governed contract changes");
  });
});
