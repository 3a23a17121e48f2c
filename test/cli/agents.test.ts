import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DecisionJson } from "../../src/engine/decision-schema.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const FILE = "contracts/customers.odcs.yaml";
const registered = (boundaries: string) =>
  `# Agents\n\n\`\`\`yaml countersign-agents\nagents:\n  - id: tidy\n    status: active\n    accounts: ["tidy[bot]"]\n    emails: [tidy@example.com]\n    boundaries: { ${boundaries} }\n\`\`\`\n`;
let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

function stage(files: Record<string, string>, change: Record<string, string | null> = { [FILE]: STRIPPED }, message = "change"): void {
  git.commit({ [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES, ...files });
  git.git("checkout", "-q", "-b", "work");
  git.commit(change, message);
}
async function check(...args: string[]): Promise<{ code: number; decision: DecisionJson }> {
  const run = await countersign(git.path, ["check", "--format", "json", ...args]);
  return { code: run.code, decision: JSON.parse(run.stdout) as DecisionJson };
}

describe("check", () => {
  test("a trailer of a registered agent: its boundary holds, exit 1", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") }, undefined, "change\n\nAgent: tidy");
    const { code, decision } = await check();
    expect(code).toBe(1);
    expect(decision).toMatchObject({ state: "blocked", agents: [{ id: "tidy", violations: [{ boundary: "no-pii" }] }] });
    expect(decision.problems).toMatchObject([{ code: "E007", file: FILE }]);
  });

  test.each([
    ["--author tidy[bot]", ["--author", "tidy[bot]"], "change"],
    ["a co-author", [], "change\n\nCo-authored-by: Somebody <tidy@example.com>"],
  ])("%s is recognised", async (_what, args, message) => {
    stage({ "AGENTS.md": registered("read-only: true") }, undefined, message);
    expect((await check(...args)).code).toBe(1);
  });

  test("by git's own name of the author, in any commit of the change, and in a work tree on top of one", async () => {
    stage({ "AGENTS.md": registered("read-only: true") }, { "notes.md": "x\n" });
    git.git("-c", "user.email=tidy@example.com", "commit", "-q", "--allow-empty", "-m", "more");
    git.commit({ [FILE]: STRIPPED });
    expect((await check()).decision.state).toBe("blocked");
    git.write({ [FILE]: CONTRACT.replaceAll("        tags: [pii]\n", "") });
    expect((await check("--head", "WORKTREE")).decision.state).toBe("blocked");
  });

  test("a person's change is nobody's business here", async () => {
    stage({ "AGENTS.md": registered("read-only: true") });
    const { code, decision } = await check();
    expect([code, decision.state, decision.agents]).toEqual([10, "pending_approval", undefined]);
  });

  test("T28: the base holds, whatever the change makes of AGENTS.md", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") }, { [FILE]: STRIPPED, "AGENTS.md": null }, "change\n\nAgent: tidy");
    expect((await check()).decision.state).toBe("blocked");
  });

  test("a broken AGENTS.md at the base is invalid, exit 2", async () => {
    stage({ "AGENTS.md": registered("no-pi: true") });
    expect(await check()).toMatchObject({ code: 2, decision: { state: "invalid" } });
  });

  test("what was decided about an agent is decided again from its facts", async () => {
    stage({ "AGENTS.md": registered("no-pii: true") }, undefined, "change\n\nAgent: tidy");
    await countersign(git.path, ["check", "--format", "json", "--with-facts", "--output", "decision.json"]);
    const told = await countersign(git.path, ["explain", "decision.json"]);
    expect(told.stdout).toContain("tidy touches customers.email, tagged pii (no-pii)");
  });
});

describe("validate", () => {
  test("AGENTS.md and System Cards, each problem with its place, exit 2", async () => {
    stage({ "AGENTS.md": registered("no-pi: true"), ".choochoo/system-cards/stray.yaml": "confidence: 0.5\nconfidnce: 1\n" }, {});
    const run = await countersign(git.path, ["validate", "--json"]);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject([
      { code: "E001", file: "AGENTS.md", line: 9 },
      { code: "E001", file: ".choochoo/system-cards/stray.yaml", line: 2, message: expect.stringContaining("confidence") },
    ]);
  });
  test("sound ones are nothing wrong", async () => {
    stage({ "AGENTS.md": registered("no-pii: true"), ".choochoo/system-cards/tidy.yaml": "confidence: 0.5\n" }, {});
    expect((await countersign(git.path, ["validate"])).code).toBe(0);
  });
});

test.each(["agents", "system-card"])("schema %s is printed", async (name) => {
  expect(JSON.parse((await countersign(git.path, ["schema", name])).stdout)).toMatchObject({ type: "object", additionalProperties: false });
});
