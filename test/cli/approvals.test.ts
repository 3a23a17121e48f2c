import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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

test("the repository that the page has made decides the examples as it says", async () => {
  const script = /```sh\n([\s\S]*?)```/.exec(readFileSync(join(DOCS, "approvals.md"), "utf8"))![1]!;
  const folder = mkdtempSync(join(tmpdir(), "countersign-scenario-"));
  execFileSync("bash", ["-ec", script], { cwd: folder });
  for (const { file, exit } of ROWS.filter(({ file }) => /^(01|04|16|25)/.test(file)))
    expect([file, (await countersign(join(folder, "scenario"), ["check", "--approvals", join(FOLDER, file)])).code]).toEqual([file, exit]);
  rmSync(folder, { recursive: true });
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

test("who is unknown, and why one more person is asked for, is said", async () => {
  const run = await countersign(git.path, ["check", "--format", "markdown", "--approvals", join(FOLDER, "22-unknown-identity.json")]);
  expect(run.stdout).toMatch(
    /One more person .* reviews and approves this pull request: @carol\. This is because somebody unknown has a part in commit [0-9a-f]{7}\./,
  );
  const given = JSON.parse(readFileSync(join(FOLDER, "01-approved.json"), "utf8"));
  delete given.history;
  given.commits[1].verified = false;
  git.write({ "a.json": JSON.stringify(given) });
  const both = await countersign(git.path, ["check", "--format", "markdown", "--approvals", "a.json"]);
  expect(both.stdout).toMatch(/GitHub does not vouch for who wrote commit [0-9a-f]{7}/);
  expect(both.stdout).toContain("the push history is not complete");
  expect(both.stdout).toContain("@carol; 1 more person: nobody eligible is known");
});

test("a request for changes that was dismissed is no approval", async () => {
  const given = JSON.parse(readFileSync(join(FOLDER, "01-approved.json"), "utf8"));
  given.reviews.push({
    ...given.reviews[0],
    id: 8,
    user: "carol",
    state: "DISMISSED",
    dismissedBy: "alice",
    dismissedState: "CHANGES_REQUESTED",
  });
  git.write({ "a.json": JSON.stringify(given) });
  const run = await countersign(git.path, ["check", "--approvals", "a.json"]);
  expect(run.code).toBe(11);
  expect(run.stdout).toContain("carol's review (dismissed by alice)");
});

test("everything wrong with the file is named, with what was meant", async () => {
  git.write({
    "a.json": '{"schemaVersion":1,"actors":{},\n"reviws":[],\n"teams":[{"slug":"x","members":[{"user":"bob","state":"actve"}]}]}',
  });
  const run = await countersign(git.path, ["check", "--approvals", "a.json"]);
  expect(run.code).toBe(2);
  for (const words of [
    "line 1: `actors`: must be a list, not keys with values",
    "line 2: unknown key `reviws` (did you mean `reviews`?)",
    "line 3: `teams.0.members.0.state`: must be one of `active`, `pending`",
    "countersign schema approvals",
  ])
    expect(run.stderr).toContain(words);
});

test("an approval that fills one requirement is not told as not counted for another, and two reasons are one line", async () => {
  const given = JSON.parse(readFileSync(join(FOLDER, "01-approved.json"), "utf8"));
  given.teams.push({ slug: "privacy", id: 31, members: [{ user: "carol", state: "active" }] });
  given.reviews.push({ ...given.reviews[0], id: 8, user: "ana" });
  git.write({
    "a.json": JSON.stringify(given),
    "p.yaml": `${POLICIES}  - { name: two, trigger: { tags: [pii] }, approvers: [{ team: privacy }] }\n`,
  });
  const run = await countersign(git.path, ["check", "--format", "markdown", "--policy", "p.yaml", "--approvals", "a.json"]);
  expect(run.stdout).toContain("**Not counted**: ana's approval (not a member of privacy; not a member of sec-ops).");
});
