import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/serve.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { layEither } from "../support/database.ts";
import { EMULATED_APP_ID, type Emulated, startEmulated } from "../support/emulated.ts";
import { CHECK, FILE, until } from "../support/scene.ts";

/**
 * The main job on a GitHub that we did not write. It has no push log, no timeline and no commit identities, so two unknown contributors
 * (the commit's author and the unseen pushes) each ask for one more approver: three instead of one.
 */
const PEOPLE = ["alice", "bob", "carol", "dan", "ana"];
const REPOSITORY = "/repos/acme/contracts";
const SECRET = randomBytes(32).toString("hex");
let github: Emulated;
let server: RunningServer;
let removeStorage: () => Promise<void>;
const as: Emulated["as"] = (...call) => github.as(...call);

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
  const webhook = { url: `http://127.0.0.1:${port}/webhooks/github`, secret: SECRET };
  github = await startEmulated({ people: PEOPLE, repository: "contracts", webhook });
  const { remove, ...storage } = await layEither();
  removeStorage = remove;
  server = await startServer({
    host: "127.0.0.1",
    port,
    publicUrl: null,
    ...storage,
    github: { appId: EMULATED_APP_ID, privateKey: github.privateKey, baseUrl: github.emulator.url, history: "receipts", lacking: "told" },
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
  await github.close();
  await removeStorage();
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
