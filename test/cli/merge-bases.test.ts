import { afterEach, beforeEach, expect, test } from "vitest";
import { CONFIG, CONTRACT, POLICIES } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

const FILE = "contracts/customers.odcs.yaml";
const UNTAGGED = CONTRACT.replaceAll("        tags: [pii]\n", "");

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

/** Tagged on main while `aside`, from before that, is merged; then a branch that merges both sides and keeps the untagged one. */
function crossed(): void {
  git.commit({ [FILE]: UNTAGGED, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES });
  git.git("checkout", "-q", "-b", "aside");
  git.commit({ "notes.md": "1\n" });
  // The latest date makes it the merge base that git names.
  git.git("-c", "alias.later=!GIT_COMMITTER_DATE=2099-01-01T00:00:00Z git commit -q --amend --no-edit", "later");
  git.git("checkout", "-q", "main");
  git.commit({ [FILE]: CONTRACT });
  const tagged = git.git("rev-parse", "HEAD").trim();
  git.git("merge", "-q", "--no-ff", "--no-edit", "aside");
  git.git("checkout", "-q", "-b", "work", "aside");
  git.git("merge", "-q", "--no-ff", "--no-edit", "-s", "ours", tagged);
}

test("T27: what two merge bases differ in is not decided, and git would bring it", async () => {
  crossed();
  expect(git.git("merge-base", "--all", "main", "work").trim().split("\n")).toHaveLength(2);
  expect(git.git("diff", "--name-only", "main...work")).toBe("");
  const run = await countersign(git.path, ["check", "--base", "main", "--head", "work", "--format", "json"]);
  const { state, problems } = JSON.parse(run.stdout) as { state: string; problems: readonly { message: string }[] };
  expect(state).toBe("invalid");
  expect(problems.map(({ message }) => message).join()).toContain("forks from `main` at several commits");
  git.git("checkout", "-q", "main");
  git.git("merge", "-q", "--no-ff", "--no-edit", "work");
  expect(`${git.git("show", `HEAD:${FILE}`)}\n`).toBe(UNTAGGED);
});

test("with the base merged in there is one, and the change shows", async () => {
  crossed();
  git.git("merge", "-q", "--no-ff", "--no-edit", "main");
  const run = await countersign(git.path, ["check", "--base", "main", "--head", "work", "--format", "json"]);
  expect(JSON.parse(run.stdout)).toMatchObject({ state: "pending_approval", exitCode: 10 });
});
