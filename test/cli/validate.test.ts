import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const FILE = "contracts/customers.odcs.yaml";
let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

describe("validate", () => {
  test("a sound repository: exit 0", async () => {
    git.commit({ [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
    expect(await countersign(git.path, ["validate"])).toMatchObject({ code: 0, stdout: expect.stringContaining("1 governed file") });
  });

  test("E009: a contract that goes where it may not since the last commit is exit 1", async () => {
    git.commit({ [FILE]: CONTRACT });
    git.write({ [FILE]: CONTRACT.replace("status: active", "status: retired") });
    const illegal = await countersign(git.path, ["validate"]);
    expect(illegal.code).toBe(1);
    expect(illegal.stdout).toContain("E009");
    expect((await countersign(git.path, ["check", "--head", "WORKTREE"])).stdout).toContain("E009");
    git.write({ [FILE]: CONTRACT.replace("status: active", "status: deprecated") });
    expect(await countersign(git.path, ["validate"])).toMatchObject({ code: 0 });
  });

  test("a broken contract is exit 1 with file and line; configuration problems win with exit 2", async () => {
    git.commit({ [FILE]: CONTRACT });
    git.write({ [FILE]: CONTRACT.replace("schema:", "schema: [") });
    const broken = await countersign(git.path, ["validate"]);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/contracts\/customers\.odcs\.yaml:\d+/);
    git.write({ ".choochoorc": "governence: {}\n" });
    const both = await countersign(git.path, ["validate", "--json"]);
    expect(both.code).toBe(2);
    const problems = JSON.parse(both.stdout) as { file: string; line: number; message: string }[];
    expect(problems[0]).toMatchObject({ file: ".choochoorc", line: 1, message: expect.stringContaining("governence") });
    expect(problems.map((problem) => problem.file)).toContain(FILE);
  });

  test("one folder only; an absent path is exit 5", async () => {
    git.commit({ [FILE]: "kind: DataContract\napiVersion: [\n", "other/x.odcs.yaml": CONTRACT });
    expect((await countersign(git.path, ["validate", "other"])).code).toBe(0);
    expect((await countersign(git.path, ["validate", "contracts"])).code).toBe(1);
    expect((await countersign(git.path, ["validate", "absent"])).code).toBe(5);
  });
});

describe("init", () => {
  test("writes a valid configuration and pack, once", async () => {
    git.commit({ "README.md": "x" });
    const first = await countersign(git.path, ["init", "--pack", "pii"]);
    expect(first.code).toBe(0);
    expect(readFileSync(join(git.path, ".choochoo/approval-policies.yaml"), "utf8")).toContain("policies:");
    expect((await countersign(git.path, ["validate"])).code).toBe(0);
    const before = readFileSync(join(git.path, ".choochoorc"), "utf8");
    const second = await countersign(git.path, ["init"]);
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining("there already") });
    expect(readFileSync(join(git.path, ".choochoorc"), "utf8")).toBe(before);
  });

  test.each(["pii", "gdpr", "pci", "hipaa", "agents"])("the pack %s is valid as it ships, and its cases hold right after", async (pack) => {
    git.commit({ "README.md": "x" });
    expect((await countersign(git.path, ["init", "--pack", pack])).code).toBe(0);
    expect(await countersign(git.path, ["validate", "--strict"])).toMatchObject({ code: 0 });
    expect(await countersign(git.path, ["policy", "test"])).toMatchObject({ code: 0 });
  });

  test("an unknown pack writes nothing", async () => {
    git.commit({ "README.md": "x" });
    expect(await countersign(git.path, ["init", "--pack", "sox"])).toMatchObject({ code: 64, stderr: expect.stringContaining("pii") });
    expect(existsSync(join(git.path, ".choochoorc"))).toBe(false);
  });
});

describe("files beside the policies", () => {
  test.each([
    [".choochoo/lineage.yaml", "edgez: []\n"],
    [".choochoo/approval-policies.cases.yaml", "cases:\n  - { name: x, expekt: {} }\n"],
  ])("%s is read: exit 2 with file and line", async (path, text) => {
    git.commit({ "README.md": "x" });
    await countersign(git.path, ["init"]);
    writeFileSync(join(git.path, path), text);
    // Lineage that cannot be read is a warning, as it is on a change.
    const run = await countersign(git.path, ["validate", "--strict"]);
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(new RegExp(`${path.replaceAll(".", "\\.")}:\\d`));
  });
});

describe("schema", () => {
  test("--help lists the names", async () => {
    expect((await countersign(git.path, ["schema", "--help"])).stdout).toMatch(/"policies", "config",\s+"cases",\s+"decision"/);
  });

  test.each(["policies", "config", "decision"])("%s is a JSON Schema", async (name) => {
    const run = await countersign(git.path, ["schema", name]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ $schema: expect.stringContaining("json-schema.org"), type: "object" });
  });
});
