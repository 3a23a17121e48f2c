import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PullRef, RepositoryRef } from "../../src/gate/ports.ts";
import { createChecks, createGitHub, createPullRequests } from "../../src/github/index.ts";
import { strip } from "../report/fixtures.ts";
import { EMULATED_APP_ID, EMULATED_INSTALLATION_ID, type Emulated, startEmulated } from "../support/emulated.ts";

/** A GitHub that we did not write: no push log, no pull-request timeline, no commit identities. What it cannot say must make us stricter. */
let github: Emulated;
let pull: PullRef;
let repository: RepositoryRef;
let headSha: string;

beforeAll(async () => {
  github = await startEmulated({ people: ["alice", "bob", "ana"], repository: "data" });
  const { as } = github;
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
  repository = { id, owner: "acme", name: "data", ownerId: owner.id, installationId: EMULATED_INSTALLATION_ID };
  pull = { repository, number: opened.number };
  headSha = opened.head.sha;
});
afterAll(() => github.close());

const connect = (history: "timeline" | "receipts") =>
  createGitHub({ appId: EMULATED_APP_ID, privateKey: github.privateKey, baseUrl: github.emulator.url, history });

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
