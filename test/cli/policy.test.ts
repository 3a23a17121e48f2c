import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CliContext } from "../../src/cli/io.ts";
import { schemaOf } from "../../src/gate/schemas.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { fastImport } from "../support/fast-import.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const FILE = "contracts/customers.odcs.yaml";
const ESCAPE = String.fromCharCode(27);
let git: GitRepository;
let state: string;

beforeEach(() => {
  git = createGitRepository();
  state = join(git.path, ".git/replay.json");
});
afterEach(() => git.remove());

function history(count: number): void {
  const text = (index: number) => (index % 3 === 0 ? CONTRACT : index % 3 === 1 ? STRIPPED : index === 2 ? "" : CONTRACT);
  fastImport(
    git.path,
    Array.from({ length: count }, (_, index) => ({
      message: index === 1 ? `tidy${ESCAPE}[2J\u202e` : `edit ${index}`,
      files: {
        ...(index % 7 === 6 ? { "a.txt": `${index}` } : { [FILE]: text(index) }),
        ...(index === 0 ? { ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES } : {}),
      },
    })),
  );
}

const simulate = (args: readonly string[] = [], given: Partial<CliContext> = {}) =>
  countersign(git.path, ["policy", "simulate", ...args], {}, given);
const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const withoutTime = ({ elapsedMs, ...rest }: { elapsedMs: number }) => ({ timed: elapsedMs >= 0, ...rest });

describe("policy simulate", () => {
  test("text tells commits, unreadable files and totals, and no control character of a commit", async () => {
    history(9);
    const run = await simulate();
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(
      /[0-9a-f]{12} 2023-11-14 tidy⟨U\+001B⟩\[2J⟨U\+202E⟩\n {2}pending_approval \(exit 10\), risk \d\.\d \w+, by repo\/pii-change-policy/,
    );
    expect(run.stdout).not.toContain(ESCAPE);
    expect(run.stdout).toContain(`unreadable ${FILE}:1: the file is empty`);
    expect(run.stdout).toMatch(/Replayed 9 commits of main/);
    expect(run.stdout).toMatch(/would need approval: \d\n {4}\d repo\/pii-change-policy/);
  });

  test("json is one valid line per told commit and a summary, by the published schema", async () => {
    history(9);
    writeFileSync(join(git.path, "p.yaml"), POLICIES.replace("pii-change-policy", "tried").replace("minApprovals: 1", "minApprovals: 2"));
    const schema = JSON.parse(readFileSync(new URL("../../schemas/replay.schema.json", import.meta.url), "utf8"));
    expect(schema).toEqual(JSON.parse(JSON.stringify(schemaOf("replay"))));
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const told = lines((await simulate(["--format", "json", "--policy", "p.yaml"])).stdout);
    for (const line of told) expect(validate(line), JSON.stringify([validate.errors, line])).toBe(true);
    expect(validate({ ...told[0], state: "fine" })).toBe(false);
    const summary = told.at(-1);
    expect(summary).toMatchObject({ kind: "summary", complete: true, of: 9, totals: { commits: 9, unreadableFiles: 1 } });
    const changed = told.filter((line) => line.changesVerdict);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed).toHaveLength(summary.totals.changedVerdicts);
    const asked = (asks: { source: string[]; minApprovals: number }[]) =>
      asks.filter(({ source }) => source.some((name) => name.startsWith("repo/"))).map(({ minApprovals }) => minApprovals);
    expect([asked(changed[0].asks), asked(changed[0].atTip.asks)]).toEqual([[2], [1]]);
  });

  test("what is no commit, no policy or no time is refused with the code of its kind", async () => {
    history(2);
    expect((await simulate(["--to", "nowhere"])).code).toBe(5);
    expect((await simulate(["--policy", "nowhere.yaml"])).code).toBe(5);
    expect((await simulate(["--since", "soon"])).code).toBe(64);
    expect((await simulate(["--limit", "0"])).code).toBe(64);
    expect((await simulate(["--first-parent", "--all-commits"])).code).toBe(64);
    writeFileSync(join(git.path, "bad.yaml"), "policies:\n  - nam: x\n");
    const bad = await simulate(["--policy", "bad.yaml"]);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/bad\.yaml:2: /);
  });
});

describe("--state", () => {
  /** Stops after `count` commits, as Ctrl-C would. */
  function stopAfter(count: number): Partial<CliContext> {
    let stop = () => {};
    let seen = 0;
    const write = (text: string) => {
      seen += text === "" ? 0 : 1;
      if (seen === count) stop();
    };
    return {
      onInterrupt: (then) => {
        stop = then;
        return () => {};
      },
      stderr: { write: () => {}, isTerminal: false, columns: 80 },
      stdout: { write, isTerminal: false, columns: 80 },
    };
  }

  test("stopped, it says so, keeps its state, and goes on to the same totals", async () => {
    history(30);
    const whole = lines((await simulate(["--format", "json"])).stdout);
    expect((await simulate(["--state", state], stopAfter(5))).code).toBe(130);
    const kept = JSON.parse(readFileSync(state, "utf8"));
    expect(kept.done).toBeGreaterThan(3);
    expect(kept.done).toBeLessThan(15);
    const rest = await simulate(["--state", state, "--format", "json"]);
    expect(rest.code).toBe(0);
    const told = lines(rest.stdout);
    expect(withoutTime(told.at(-1))).toEqual(withoutTime(whole.at(-1)));
    expect(told.slice(0, -1)).toEqual(whole.slice(whole.length - told.length, -1));
    expect(lines((await simulate(["--state", state, "--format", "json"])).stdout).map(withoutTime)).toEqual([withoutTime(whole.at(-1))]);
  });

  test.each<[string, readonly string[], (repository: GitRepository) => void, RegExp]>([
    ["limit", ["--limit", "3"], () => {}, /limit \(none there, `3` now\)/],
    ["walk", ["--all-commits"], () => {}, /walk/],
    [
      "a policy",
      ["--policy", "p.yaml"],
      (other) => writeFileSync(join(other.path, "p.yaml"), "policies: []\n"),
      /policy \([0-9a-f]{12} there/,
    ],
    ["tip", [], (other) => other.git("commit", "--quiet", "--allow-empty", "-m", "more"), /to \([0-9a-f]{12} there, [0-9a-f]{12} now\)/],
    ["kind of file", [], () => writeFileSync(state, '{"schemaVersion":2}'), /is no state of policy simulate/],
  ])("a state of another %s is refused with what differs", async (_what, args, change, said) => {
    history(4);
    git.git("reset", "--quiet", "--hard", "main");
    expect((await simulate(["--state", state])).code).toBe(0);
    change(git);
    const before = readFileSync(state, "utf8");
    const run = await simulate(["--state", state, ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(said);
    expect(readFileSync(state, "utf8")).toBe(before);
  });

  test("a state that cannot be written is refused at the start", async () => {
    history(2);
    const run = await simulate(["--state", join(git.path, "nowhere/state.json")]);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
    expect(existsSync(join(git.path, "nowhere"))).toBe(false);
  });
});

describe("progress goes to standard error", () => {
  test("a line every 500 commits when it is no terminal", async () => {
    fastImport(
      git.path,
      Array.from({ length: 1_001 }, (_, index) => ({ message: `${index}`, files: { "a.txt": `${index}` } })),
    );
    expect((await simulate()).stderr).toBe("500 of 1001 commits\n1000 of 1001 commits\n");
  });

  test("a bar on a terminal", async () => {
    history(9);
    const written: string[] = [];
    await simulate([], { stderr: { write: (text) => void written.push(text), isTerminal: true, columns: 80 } });
    expect(written.join("")).toMatch(/[#-]{24} \d+% \d\/9 commits/);
  });
});
