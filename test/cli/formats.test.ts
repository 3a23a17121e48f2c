import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "sarif";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";
import { parseXml } from "../support/xml.ts";

const FILE = "contracts/customers.odcs.yaml";
let git: GitRepository;

beforeEach(() => {
  git = createGitRepository();
  git.commit({ [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
  git.git("checkout", "-q", "-b", "work");
  git.commit({ [FILE]: STRIPPED });
});
afterEach(() => git.remove());

/** The file that `--output` wrote; the exit code stays the verdict, and nothing is printed. */
async function report(format: string, code: number): Promise<string> {
  const file = join(git.path, `report.${format}`);
  const run = await countersign(git.path, ["check", "--format", format, "--output", file]);
  expect(run).toMatchObject({ code, stdout: "", stderr: "" });
  const again = await countersign(git.path, ["check", "--format", format]);
  expect(again.stdout).toBe(readFileSync(file, "utf8"));
  return again.stdout;
}

describe("check --format", () => {
  test("sarif points at the line of the stripped field", async () => {
    const run = (JSON.parse(await report("sarif", 10)) as Log).runs[0]!;
    const strip = run.results!.find((result) => result.ruleId === "tag.removed")!;
    expect(strip).toMatchObject({ level: "error", properties: { side: "head", tagsBefore: ["pii"] } });
    expect(strip.locations![0]!.physicalLocation).toMatchObject({ artifactLocation: { uri: FILE }, region: { startLine: 15 } });
    expect(readFileSync(join(git.path, FILE), "utf8").split("\n")[14]).toContain("email");
    expect(run.invocations![0]).toMatchObject({ executionSuccessful: true, exitCode: 10 });
  });

  test("sarif of a contract that cannot be read names it, and is no success", async () => {
    git.commit({ [FILE]: `${STRIPPED}\n  broken: [` });
    const run = (JSON.parse(await report("sarif", 1)) as Log).runs[0]!;
    expect(run.invocations![0]).toMatchObject({ executionSuccessful: false, exitCode: 1 });
    expect(run.results!.map((result) => result.ruleId)).toEqual(expect.arrayContaining(["E001", "contract.unparseable"]));
  });

  test("junit fails the verdict, the requirement and the finding", async () => {
    const root = parseXml(await report("junit", 10));
    const failed = root.children.flatMap((suite) => suite.children.filter((each) => each.children[0]?.name === "failure"));
    const names = failed.map((each) => each.attributes["name"]);
    expect(names[0]).toBe("verdict");
    expect(names.join("\n")).toMatch(/sec-ops[\s\S]*customers\.email/);
  });

  test("metadata-diff tells the lost tag, without a value", async () => {
    const documents = parseAllDocuments(await report("metadata-diff", 10));
    expect(documents).toHaveLength(1);
    expect(documents[0]!.toJS()).toMatchObject({ kind: "MetadataDifference", source1: { id: FILE }, impact: { major: 1 } });
    expect(documents[0]!.toJS().diffs).toContainEqual({
      type: "REMOVE",
      section: "schema",
      field: "tags",
      path: "/schema[name=customers]/properties[name=email]/tags",
      message: "Tag removed: customers.email",
      impactLevel: "MAJOR",
    });
  });
});
