import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Refusal } from "../../src/gate/ports.ts";
import { openLocalRepository } from "../../src/git/local-repository.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

test("no setting of the repository or its owner changes which files hold a word", async () => {
  const commit = git.commit({
    "a b.yaml": "refers: x\n",
    "sub/c.yaml": "refers: y\n",
    "d.yaml": "none\n",
    ".gitattributes": "*.yaml -text binary\n",
  });
  for (const [key, value] of [
    ["color.ui", "always"],
    ["color.grep", "always"],
    ["grep.column", "true"],
    ["grep.lineNumber", "true"],
    ["grep.patternType", "fixed"],
    ["grep.fullName", "false"],
    ["submodule.recurse", "true"],
  ] as const)
    git.git("config", key, value);
  const repository = await openLocalRepository(join(git.path, "sub"));
  expect([...(await repository.filesHolding(commit, "^refe(r|x)s"))].sort()).toEqual(["a b.yaml", "sub/c.yaml"]);
  await repository.close();
});

test("a tree that cannot be read is no tree without the file", async () => {
  const commit = git.commit({ ".choochoorc": "x: 1\n", "contracts/a.yaml": "1" });
  const tree = git.git("rev-parse", `${commit}^{tree}`);
  const repository = await openLocalRepository(git.path);
  expect(await repository.entryAt(commit, ".choochoorc")).not.toBeNull();
  expect(await repository.entryAt(commit, "absent/.choochoorc")).toBeNull();
  const folder = join(git.path, ".git", "objects", tree.slice(0, 2));
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
  // What was listed of a commit stays true; whoever has not listed it is refused.
  expect(await repository.entryAt(commit, ".choochoorc")).not.toBeNull();
  await repository.close();
  const later = await openLocalRepository(git.path);
  await expect(later.entryAt(commit, ".choochoorc")).rejects.toBeInstanceOf(Refusal);
  await later.close();
});
