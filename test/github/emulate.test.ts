import { generateKeyPairSync } from "node:crypto";
import { createEmulator, type Emulator } from "emulate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PullRef, RepositoryRef } from "../../src/gate/ports.ts";
import { createChecks, createGitHub, createPullRequests } from "../../src/github/index.ts";
import { strip } from "../report/fixtures.ts";

/** A GitHub that we did not write: no push log, no pull-request timeline, no commit identities. What it cannot say must make us stricter. */
const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }) as string;
const PEOPLE = ["alice", "bob", "ana"];
let emulator: Emulator;
let pull: PullRef;
let repository: RepositoryRef;
let headSha: string;

async function as(login: string, method: string, path: string, body?: unknown) {
  const headers = { authorization: `token token-of-${login}`, "content-type": "application/json" };
  const answer = await fetch(`${emulator.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  // biome-ignore lint/suspicious/noExplicitAny: answers of another program, read by the assertions below.
  return (answer.status === 204 ? null : await answer.json()) as any;
}

beforeAll(async () => {
  emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: Object.fromEntries(PEOPLE.map((login) => [`token-of-${login}`, { login, scopes: ["repo", "user", "admin:org"] }])),
      github: {
        users: PEOPLE.map((login) => ({ login })),
        orgs: [{ login: "acme", members: PEOPLE.map((login) => ({ login, role: login === "ana" ? "admin" : "member" })) }],
        repos: [{ owner: "acme", name: "data", auto_init: true }],
        apps: [
          {
            app_id: 4242,
            slug: "countersign",
            name: "Countersign",
            private_key: privateKey,
            permissions: { checks: "write", pull_requests: "write", contents: "read", members: "read", issues: "write", metadata: "read" },
            events: ["*"],
            installations: [{ installation_id: 100, account: "acme" }],
          },
        ],
      },
    },
  });
  await as("ana", "POST", "/orgs/acme/teams", { name: "sec-ops" });
  await as("ana", "PUT", "/orgs/acme/teams/sec-ops/memberships/bob", { role: "member" });
  await as("ana", "PUT", "/repos/acme/data/collaborators/alice", { permission: "push" });
  await as("ana", "PUT", "/repos/acme/data/collaborators/bob", { permission: "push" });
  const write = (branch: string, content: string, sha?: string) =>
    as("alice", "PUT", "/repos/acme/data/contents/contracts/c.yaml", {
      message: "x",
      branch,
      content: Buffer.from(content).toString("base64"),
      ...(sha ? { sha } : {}),
    });
  const first = await write("main", "pii: true\n");
  await as("alice", "POST", "/repos/acme/data/git/refs", { ref: "refs/heads/strip", sha: first.commit.sha });
  await write("strip", "pii: false\n", first.content.sha);
  const opened = await as("alice", "POST", "/repos/acme/data/pulls", { title: "Strip", head: "strip", base: "main" });
  await as("bob", "POST", `/repos/acme/data/pulls/${opened.number}/reviews`, { event: "APPROVE", commit_id: opened.head.sha });
  const { id, owner } = await as("ana", "GET", "/repos/acme/data");
  repository = { id, owner: "acme", name: "data", ownerId: owner.id, installationId: 100 };
  pull = { repository, number: opened.number };
  headSha = opened.head.sha;
});
afterAll(() => emulator.close());

const connect = (history: "timeline" | "receipts") => createGitHub({ appId: 4242, privateKey, baseUrl: emulator.url, history });

describe("on emulate", () => {
  it("reads the pull request, its branch and its content", async () => {
    const pulls = createPullRequests(connect("receipts"));
    const truth = await pulls.read(pull);
    expect(truth).toMatchObject({ headSha, headRef: "strip", baseRef: "main", author: { login: "alice" }, state: "open", merged: false });
    const main = await pulls.branch(repository, "main");
    expect(await pulls.branch(repository, "nope")).toBeNull();
    const content = pulls.content(repository);
    const base = await content.mergeBase(main!.sha, headSha);
    const { files, incomplete } = await content.changedFiles(base, headSha);
    expect([files.map((file) => file.path), incomplete]).toEqual([["contracts/c.yaml"], null]);
    const [file] = files;
    const read = await content.readFile({ path: file!.path, mode: file!.headMode!, blob: file!.headBlob! }, 1_000);
    expect(Buffer.from(read.bytes!).toString()).toBe("pii: false\n");
  });

  it("knows nobody's pushes and nobody's commits, and says so", async () => {
    const pulls = createPullRequests(connect("receipts"));
    const people = await pulls.people(await pulls.read(pull), ["sec-ops", "nope"], []);
    expect(people.history.pushHistoryComplete).toBe(false);
    expect(people.pushes).toEqual([]);
    expect(people.commits.every((commit) => commit.author === null && !commit.verified)).toBe(true);
    expect(people.reviews).toMatchObject([{ user: "bob", state: "APPROVED", receipt: null }]);
    expect(people.teams).toMatchObject([
      { slug: "sec-ops", readable: true, members: [{ user: "bob", state: "active", inherited: false }] },
      { slug: "nope", readable: false, members: [] },
    ]);
    expect(people.owners).toEqual(["ana"]);
    expect(people.actors.map((actor) => actor.login)).toEqual(expect.arrayContaining(["alice", "bob", "ana"]));
  });

  it("refuses to decide about people without a timeline unless that was chosen", async () => {
    const pulls = createPullRequests(connect("timeline"));
    const truth = await pulls.read(pull);
    await expect(pulls.people(truth, ["sec-ops"], [])).rejects.toMatchObject({ name: "TruthError" });
  });

  it("shows a check run, updates it in place and finds it again", async () => {
    const checks = createChecks(connect("receipts"), { publicUrl: "https://countersign.example" });
    const check = {
      name: "countersign: main",
      policy: null,
      conclusion: "action_required",
      headSha,
      externalId: "evaluation-1",
      decision: strip,
    } as const;
    const { id } = await checks.create(repository, check);
    expect(await checks.update(repository, id, { ...check, conclusion: "success" })).toMatchObject({ id, conclusion: "success" });
    expect(await checks.find(repository, headSha, "countersign: main")).toMatchObject([
      { id, conclusion: "success", externalId: "evaluation-1" },
    ]);
  });
});
