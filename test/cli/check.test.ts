import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const FILE = "contracts/customers.odcs.yaml";
let git: GitRepository;
let head: string;

beforeEach(() => {
  git = createGitRepository();
  git.commit({ [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
  git.git("checkout", "-q", "-b", "work");
  head = git.commit({ [FILE]: STRIPPED });
});
afterEach(() => git.remove());

/** People as `--approvals` names them: alice wrote it, bob and carol are sec-ops, ana owns the organisation. */
function approvals(change: { reviews?: readonly object[]; labels?: readonly object[]; comments?: readonly object[] } = {}): string {
  const file = join(git.path, "..", `${git.path.split("/").at(-1)}-approvals.json`);
  const person = (id: number, login: string) => ({ id, login, type: "User", suspended: false });
  const at = "2026-01-01T00:00:00Z";
  const value = {
    schemaVersion: 1,
    asOf: "2026-01-01T02:00:00Z",
    author: "alice",
    baseRef: "main",
    actors: [person(1, "alice"), person(2, "bob"), person(3, "ana"), person(4, "carol")],
    pushes: [{ sha: head, actor: "alice", at, forced: false }],
    commits: [{ sha: head, parents: [], author: "alice", committer: "alice", coAuthors: [], verified: true, authoredAt: at }],
    reviews: change.reviews ?? [],
    teams: [
      { slug: "sec-ops", id: 3, readable: true, members: ["bob", "carol"].map((user) => ({ user, state: "active", inherited: false })) },
      { slug: "security-engineers", id: 4, readable: true, members: [] },
    ],
    owners: ["ana"],
    permissions: { bob: "write" },
    labels: change.labels ?? [],
    comments: change.comments ?? [],
    history: { retargets: [], reopened: [], pushHistoryComplete: true },
  };
  writeFileSync(file, JSON.stringify(value));
  return file;
}

function review(user: string, change: object = {}): object {
  const at = "2026-01-01T01:00:00Z";
  return {
    id: 7,
    user,
    state: "APPROVED",
    commitId: head,
    submittedAt: at,
    viaApp: null,
    receipt: { commitId: head, headSha: head, at },
    dismissedBy: null,
    ...change,
  };
}

async function checkJson(...args: string[]) {
  const run = await countersign(git.path, ["check", "--format", "json", ...args]);
  return { ...run, report: run.stdout === "" ? null : JSON.parse(run.stdout) };
}

describe("check decides", () => {
  test("a stripped pii tag needs sec-ops: exit 10, with the example figures of the specification", async () => {
    const { code, report } = await checkJson();
    expect(code).toBe(10);
    expect(report).toMatchObject({
      schemaVersion: 1,
      state: "pending_approval",
      exitCode: 10,
      environment: "production",
      peopleKnown: false,
      simulated: false,
      risk: { score: 6, level: "medium" },
    });
    const strip = report.findings.find((finding: { code: string }) => finding.code === "tag.removed");
    expect(strip).toMatchObject({
      severity: "block",
      contract: FILE,
      format: "odcs",
      object: "customers",
      field: "email",
      tagsBefore: ["pii"],
      tagsAfter: [],
      file: FILE,
      line: 15,
    });
    expect(report.requirements).toMatchObject([
      { team: "sec-ops", role: "security-engineer", minApprovals: 1, have: 0, source: ["repo/pii-change-policy"], completers: [] },
    ]);
  });

  test("nothing governed changed: exit 0, not applicable", async () => {
    git.git("checkout", "-q", "main");
    git.git("checkout", "-q", "-b", "readme");
    git.commit({ "README.md": "hello" });
    const { code, report } = await checkJson();
    expect([code, report.state]).toEqual([0, "not_applicable"]);
  });

  test("a member's approval turns it green, the author's does not, a stale one does not", async () => {
    const state = async (reviews: object[]) => (await checkJson("--approvals", approvals({ reviews }))).report;
    expect((await state([review("bob")])).state).toBe("approved");
    expect(await state([review("alice")])).toMatchObject({ state: "pending_approval", requirements: [{ completers: ["@bob", "@carol"] }] });
    expect(
      (
        await state([
          review("bob", {
            commitId: "0".repeat(40),
            receipt: { commitId: "0".repeat(40), headSha: "0".repeat(40), at: "2026-01-01T01:00:00Z" },
          }),
        ])
      ).state,
    ).toBe("pending_approval");
    expect((await state([review("bob", { state: "CHANGES_REQUESTED" })])).exitCode).toBe(11);
    expect((await state([review("bob")])).simulated).toBe(true);
  });

  test("an owner's override with a reason is OVERRIDE; without a reason it is nothing", async () => {
    const at = "2026-01-01T01:30:00Z";
    const labels = [{ name: "governance-override", actor: "ana", at, viaApp: null, removedAt: null }];
    const comments = [{ user: "ana", body: '/countersign override reason="pager 1234" incident=INC-7', at, headSha: head }];
    const overridden = (await checkJson("--approvals", approvals({ labels, comments }))).report;
    expect(overridden).toMatchObject({
      state: "overridden",
      exitCode: 0,
      override: { by: "ana", reason: "pager 1234", incident: "INC-7" },
    });
    expect((await checkJson("--approvals", approvals({ labels }))).report.state).toBe("pending_approval");
  });

  test("what is not committed yet, with --head WORKTREE", async () => {
    git.git("checkout", "-q", "main");
    expect((await checkJson()).report.state).toBe("not_applicable");
    git.write({ [FILE]: STRIPPED });
    expect((await checkJson("--head", "WORKTREE")).report.state).toBe("pending_approval");
  });

  test("a bot as author is an agent: without a card it costs a whole point, a dependency bot half of one", async () => {
    const confidence = async (author: string) =>
      (await checkJson("--author", author)).report.risk.factors.find((factor: { id: string }) => factor.id === "A").points;
    expect([await confidence("alice"), await confidence("helper[bot]"), await confidence("dependabot[bot]")]).toEqual([0, 1, 0.5]);
  });

  test("policy is the base's: a head that relaxes it is judged by the old one and guarded itself", async () => {
    git.commit({ ".choochoo/approval-policies.yaml": POLICIES.replace("sec-ops", "friends") });
    const { report } = await checkJson();
    expect(report.requirements.flatMap((requirement: { team: string }) => requirement.team)).toContain("sec-ops");
    expect(report.findings.map((finding: { code: string }) => finding.code)).toContain("governance.changed");
  });
});

describe("check refuses, in one line, with the documented exit code", () => {
  const cases: [string, string[], number, RegExp, Record<string, string>?][] = [
    ["an unknown revision", ["check", "--base", "no-such"], 5, /unknown revision `no-such`/],
    ["an unknown head", ["check", "--head", "no-such"], 5, /unknown revision `no-such`/],
    ["a bad flag", ["check", "--nope"], 64, /unknown option '--nope'/],
    ["a bad format", ["check", "--format", "xml"], 64, /text/],
    ["an unknown command", ["chekc"], 64, /unknown command 'chekc'/],
    ["an absent approvals file", ["check", "--approvals", "none.json"], 5, /no such file/],
    ["--approvals in a pipeline", ["check", "--approvals", "x.json"], 64, /--simulate/, { CI: "true" }],
    ["--author in a pipeline", ["check", "--author", "bob"], 64, /--simulate/, { CI: "true" }],
  ];
  test.each(cases)("%s", async (_name, args, code, message, env) => {
    const run = await countersign(git.path, args, env ?? {});
    expect(run.code).toBe(code);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.stdout).toBe("");
  });

  test("a folder that is no repository", async () => {
    const run = await countersign("/", ["check"]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("not a git repository") });
  });

  test("an approvals file that is none, with its line", async () => {
    const file = join(git.path, "bad.json");
    writeFileSync(file, '{\n  "schemaVersion": 1,\n  "reviewz": []\n}');
    const run = await countersign(git.path, ["check", "--approvals", file]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("bad.json");
  });
});

describe("bad input at the base or head", () => {
  test("an invalid policy names file and line, exit 2", async () => {
    git.git("checkout", "-q", "main");
    git.commit({ ".choochoo/approval-policies.yaml": POLICIES.replace("approvers:", "aprovers:") });
    git.git("checkout", "-q", "-b", "more");
    git.commit({ [FILE]: STRIPPED });
    const { code, report } = await checkJson();
    expect([code, report.state]).toEqual([2, "invalid"]);
    expect(report.problems[0]).toMatchObject({
      file: ".choochoo/approval-policies.yaml",
      line: 7,
      message: expect.stringContaining("did you mean `approvers`"),
    });
  });

  test("a contract made unparseable is invalid, exit 1, never skipped", async () => {
    git.commit({ [FILE]: `${STRIPPED}\n  broken: [` });
    const { code, report } = await checkJson();
    expect([code, report.state]).toEqual([1, "invalid"]);
    expect(report.findings.map((finding: { code: string }) => finding.code)).toContain("contract.unparseable");
  });
});

describe("formats", () => {
  test("text says the verdict first and what to do next; --output writes the same without colour", async () => {
    const run = await countersign(git.path, ["check"]);
    expect(run.stdout.split("\n").slice(0, 3).join(" ")).toContain("sec-ops");
    expect(run.stdout).toMatch(/customers\.email/);
    expect(run.stdout).toMatch(/next/i);
    const file = join(git.path, "report.txt");
    await countersign(git.path, ["check", "--output", file], { FORCE_COLOR: "1" });
    expect(readFileSync(file, "utf8")).not.toContain("\u001b[");
    expect((await countersign(git.path, ["check"], { FORCE_COLOR: "1" })).stdout).toContain("\u001b[");
    expect((await countersign(git.path, ["check"], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001b[");
  });

  test("github prints workflow commands and writes the step summary", async () => {
    const summary = join(git.path, "summary.md");
    writeFileSync(summary, "");
    const run = await countersign(git.path, ["check", "--format", "github"], { GITHUB_STEP_SUMMARY: summary });
    expect(run.stdout).toContain(`file=${FILE},line=15`);
    expect(readFileSync(summary, "utf8")).toContain("sec-ops");
  });

  test("explain decides again from the facts, and notices a changed file", async () => {
    const file = join(git.path, "decision.json");
    await countersign(git.path, ["check", "--format", "json", "--with-facts", "--output", file]);
    const same = await countersign(git.path, ["explain", file]);
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining("Decided again from its facts: the same.") });
    const forged = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...forged, state: "approved" }));
    expect((await countersign(git.path, ["explain", file])).code).toBe(1);
  });
});

test("a base that is named needs no default branch; without one, no branch is compared with itself", async () => {
  const base = git.git("rev-parse", "main");
  git.git("branch", "-m", "main", "trunk");
  const report = JSON.parse((await countersign(git.path, ["check", "--base", base, "--format", "json"])).stdout);
  expect(report).toMatchObject({ state: "pending_approval", environment: "production" });
  expect((await countersign(git.path, ["check", "--base", "trunk"])).code).toBe(10);
  const bare = await countersign(git.path, ["check"]);
  expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining("--base") });
});
