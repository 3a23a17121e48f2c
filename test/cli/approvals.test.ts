import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approvalsJsonSchema } from "../../src/engine/approvals-file.ts";
import { CONTRACT, STRIPPED } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");
const FOLDER = join(DOCS, "approvals");
const PUBLISHED = JSON.parse(readFileSync(join(DOCS, "..", "schemas", "approvals.schema.json"), "utf8"));
const POLICIES = "policies:\n  - { name: pii, trigger: { tags: [pii] }, approvers: [{ team: sec-ops }] }\n";

/** The rows of docs/approvals.md: file, state, exit code. */
const ROWS = [
  ...readFileSync(join(DOCS, "approvals.md"), "utf8").matchAll(/^\| \[([^\]]+)\]\(approvals\/\1\) \| [^|]+ \| `(\w+)` \| (\d+) \|$/gm),
].map(([, file, state, exit]) => ({ file: file!, state: state!, exit: Number(exit) }));

let git: GitRepository;
beforeAll(() => {
  git = createGitRepository();
  git.commit({ "contracts/customers.odcs.yaml": CONTRACT, ".choochoo/approval-policies.yaml": POLICIES });
  git.git("checkout", "-q", "-b", "work");
  git.commit({ "contracts/customers.odcs.yaml": STRIPPED });
  git.commit({ "README.md": "# read me\n" });
});
afterAll(() => git.remove());

test("the page lists every example, and there are at least 20", () => {
  expect(ROWS.map(({ file }) => file)).toEqual(readdirSync(FOLDER).sort());
  expect(ROWS.length).toBeGreaterThanOrEqual(20);
});

test("the published schema is that of the reader", () => {
  expect(PUBLISHED).toEqual(JSON.parse(JSON.stringify(approvalsJsonSchema())));
});

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(PUBLISHED);
test.each(ROWS)("$file: $state, exit $exit", async ({ file, state, exit }) => {
  const path = join(FOLDER, file);
  expect(validate(JSON.parse(readFileSync(path, "utf8"))), JSON.stringify(validate.errors)).toBe(true);
  const run = await countersign(git.path, ["check", "--format", "json", "--approvals", path]);
  expect({ state: JSON.parse(run.stdout).state, exit: run.code }).toEqual({ state, exit });
});

test("a name of a commit that is not there is nothing to stand on", async () => {
  const given = JSON.parse(readFileSync(join(FOLDER, "01-approved.json"), "utf8"));
  given.reviews[0].receipt.commitId = "HEAD~99";
  git.write({ "a.json": JSON.stringify(given) });
  const run = await countersign(git.path, ["check", "--format", "json", "--approvals", "a.json"]);
  expect({ code: run.code, refused: JSON.parse(run.stdout).refused[0].reason }).toEqual({ code: 10, refused: "unproven" });
});
