import { afterEach, beforeEach, expect, test } from "vitest";
import type { HistoryRange } from "../../src/gate/ports.ts";
import { openLocalRepository } from "../../src/git/local-repository.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

async function changesOfAll(range: Partial<HistoryRange> = {}) {
  const repository = await openLocalRepository(git.path);
  const to = await repository.resolve("main");
  const { commits } = await repository.history.list({ to, from: null, since: null, walk: "first-parent", limit: null, ...range });
  const changes = await Promise.all(commits.map((commit) => repository.history.changesOf(commit)));
  const one = await Promise.all(commits.map((commit) => repository.changedFiles(commit.parents[0] ?? null, commit.sha)));
  await repository.close();
  return { commits, changes, one };
}

test("commits asked for all at once say what each says alone, whatever their paths", async () => {
  git.commit({ "a.yaml": "1", "sp ace/\nnew.yaml": "1" }, "root");
  git.commit({ ".line\n.yaml": "1", "a.yaml": null }, "odd names");
  git.commit({}, "nothing");
  git.commit(Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`many/${index}.yaml`, `${index}`])), "many");
  git.commit({ "a.yaml": { link: "b" } }, "link");
  const { commits, changes, one } = await changesOfAll();
  expect(commits.map(({ subject }) => subject)).toEqual(["root", "odd names", "nothing", "many", "link"]);
  expect(changes.map(({ files }) => files.length)).toEqual([2, 2, 0, 3_000, 1]);
  expect(changes).toEqual(one);
});

test("a submodule that .gitmodules says to ignore is seen", async () => {
  const first = git.commit({ ".gitmodules": '[submodule "c"]\n  path = contracts\n  url = u\n  ignore = all\n' });
  git.git("update-index", "--add", "--cacheinfo", `160000,${first},contracts`);
  git.git("commit", "--quiet", "-m", "submodule");
  const { changes, one } = await changesOfAll();
  expect(changes.at(-1)?.files).toMatchObject([{ path: "contracts", headMode: "160000" }]);
  expect(one).toEqual(changes);
});

test("what a commit says of itself comes as it is", async () => {
  git.commit({ "a.yaml": "1" }, "subject ünï\n\nbody");
  git.git("-c", "user.name=dep [bot]", "commit", "--quiet", "--allow-empty", "-m", "two");
  const { commits } = await changesOfAll();
  expect(commits.map(({ subject, author }) => [subject, author])).toEqual([
    ["subject ünï", "Alice <alice@example.com>"],
    ["two", "dep [bot] <alice@example.com>"],
  ]);
  expect(commits[0]?.committedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  expect(commits[1]?.parents).toEqual([commits[0]?.sha]);
});
