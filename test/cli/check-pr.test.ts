import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { createGitRepository } from "../support/git-repository.ts";
import { FILE, populate } from "../support/scene.ts";

const MAIN = resolve(import.meta.dirname, "../../dist/app/main.js");
let hub: Hub;
let folder: string;
let number: number;

beforeAll(async () => {
  hub = await startHub();
  folder = mkdtempSync(join(tmpdir(), "countersign-pr-"));
  hub.clock = () => new Date("2026-11-20T09:00:00Z");
  populate(hub);
  const files = { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES };
  hub.createRepo("acme/data", files, { grants: { alice: "write", "acme/sec-ops": "write" } });
  hub.push("acme/data", "strip", { [FILE]: STRIPPED }, { actor: "alice" });
  number = hub.openPull("acme/data", { actor: "alice", head: "strip" }).number;
  hub.clock = () => new Date();
});
afterAll(async () => {
  expect(hub.violations).toEqual([]);
  expect(hub.unknownRequests).toEqual([]);
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command in a process of its own, with nothing in its environment but what is given. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder): Promise<Run> {
  const token = "GH_TOKEN" in env || "GITHUB_TOKEN" in env ? {} : { GITHUB_TOKEN: hub.userToken("ana") };
  const child = spawn(process.execPath, [MAIN, "check", ...args], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: folder, GITHUB_API_URL: hub.url, ...token, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}
const here = (...more: string[]) => ["--pr", String(number), "--repo", "acme/data", ...more];

describe("check --pr in a process of its own", () => {
  test("waits with 10, names whom to ask, and says what it decided without", async () => {
    const { code, stdout, stderr } = await run(here());
    expect(code).toBe(10);
    expect(stdout).toMatch(/sec-ops/);
    expect(stdout).toMatch(/bob.*carol|carol.*bob/s);
    expect(stderr).toContain("decided without the app's records");
  });

  test("every format of check, and the facts for explain", async () => {
    const json = JSON.parse((await run(here("--format", "json", "--with-facts"))).stdout);
    expect(json).toMatchObject({
      state: "pending_approval",
      peopleKnown: true,
      simulated: false,
      facts: { subject: { pullRequest: number } },
    });
    const summary = join(folder, "summary.md");
    writeFileSync(summary, "");
    expect((await run(here("--format", "github"), { GITHUB_STEP_SUMMARY: summary, CI: "true" })).stdout).toContain(`file=${FILE}`);
    expect((await run(here("--format", "junit"))).stdout).toContain("<testsuites");
  });

  test("which pull request it is comes from the event, the ref, or the flag; the repository from Actions or the remote", async () => {
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number } }));
    const actions = { GITHUB_REPOSITORY: "acme/data" };
    expect((await run(["--pr"], { ...actions, GITHUB_EVENT_PATH: event })).code).toBe(10);
    expect((await run(["--pr"], { ...actions, GITHUB_REF: `refs/pull/${number}/merge` })).code).toBe(10);
    expect(await run(["--pr"], actions)).toMatchObject({ code: 64, stderr: expect.stringContaining("--pr 7") });
    const git = createGitRepository();
    git.git("remote", "add", "origin", "ssh://git@127.0.0.1:22/acme/data.git");
    expect((await run(["--pr", String(number)], {}, git.path)).code).toBe(10);
    git.git("remote", "set-url", "origin", "git@elsewhere.example:acme/data.git");
    expect(await run(["--pr", String(number)], {}, git.path)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("elsewhere.example"),
    });
    git.remove();
  });

  const refused: readonly [string, () => readonly string[], Readonly<Record<string, string>>, number, RegExp][] = [
    ["no token", () => here(), { GITHUB_TOKEN: "" }, 4, /set GH_TOKEN or GITHUB_TOKEN/],
    ["a token that is none", () => here(), { GH_TOKEN: "nothing" }, 4, /401/],
    ["no such pull request", () => ["--pr", "999", "--repo", "acme/data"], {}, 5, /no such pull request: acme\/data#999/],
    ["no such repository", () => ["--pr", "1", "--repo", "acme/none"], {}, 5, /or the token may not see it/],
    ["no number", () => ["--pr", "seven", "--repo", "acme/data"], {}, 64, /`seven` is no pull request's number/],
    ["no repository", () => ["--pr", "1", "--repo", "acme"], {}, 64, /--repo owner\/name/],
    ["a base beside it", () => here("--base", "main"), {}, 64, /--base cannot go with --pr/],
    ["claims beside it", () => here("--author", "bob"), {}, 64, /--author cannot go with --pr/],
    ["--repo alone", () => ["--repo", "acme/data"], {}, 64, /--repo is for --pr/],
    ["a token over plain http", () => here(), { GITHUB_API_URL: "http://github.example/api/v3" }, 64, /no https address/],
    ["a server that does not answer", () => here(), { GITHUB_API_URL: "http://127.0.0.1:9" }, 3, /no answer from GitHub/],
  ];
  test.each(refused)("%s", async (_name, args, env, code, message) => {
    const result = await run(args(), env);
    expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) });
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  test("passes with 0 once a member approved, and fails with 11 once one objects", async () => {
    hub.review("acme/data", number, { actor: "bob", state: "APPROVED" });
    expect(await run(here())).toMatchObject({ code: 0, stdout: expect.stringContaining("Approved by bob (sec-ops)") });
    hub.review("acme/data", number, { actor: "carol", state: "CHANGES_REQUESTED", body: "no" });
    expect((await run(here())).code).toBe(11);
  });
});
