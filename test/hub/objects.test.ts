import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyFiles } from "./git/content.ts";
import { commitsBetween, mergeBase, mergeFiles } from "./git/history.ts";
import type { ObjectStore } from "./git/objects.ts";
import { createObjectStore, EMPTY_TREE, flatten, writeCommit, writeFiles } from "./git/objects.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-objects-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function git(cwd: string, input: string | null, ...args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", ...(input === null ? {} : { input }) }).trim();
}

test("tree and commit ids are those of git itself", () => {
  const repo = mkdtempSync(join(folder, "r-"));
  git(repo, null, "init", "-q");
  const files = { "a.txt": "one\n", "a/b/c.yaml": "x: é\n", "a-b": "sorts between\n", a0: "", "z/run.sh": "#!/bin/sh\n" };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(repo, dirname(path) === "." ? "" : dirname(path)), { recursive: true });
    // `a` is a folder, so the file a.txt and the folder a/ both exist and sort by git's rule.
    writeFileSync(join(repo, path), text);
  }
  git(repo, null, "add", ".");
  git(repo, null, "update-index", "--chmod=+x", "z/run.sh");
  const link = git(repo, "a.txt", "hash-object", "-w", "--stdin");
  git(repo, null, "update-index", "--add", "--cacheinfo", `120000,${link},link`);
  git(repo, null, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},sub`);
  const expected = git(repo, null, "write-tree");

  const store = createObjectStore();
  const content = {
    ...files,
    "z/run.sh": { mode: "100755" as const, content: "#!/bin/sh\n" },
    link: { symlink: "a.txt" },
    sub: { submodule: "1".repeat(40) },
  };
  const tree = writeFiles(store, applyFiles(store, new Map(), content));
  expect(tree).toBe(expected);

  const who = { name: "Alice É", email: "alice@example.test", date: new Date("2026-01-02T03:04:05Z") };
  const sha = writeCommit(store, {
    tree,
    parents: [],
    author: who,
    committer: who,
    message: "Start\n\nBody",
    signature: "-----BEGIN\nline\n-----END",
  });
  const raw = `tree ${tree}\nauthor Alice É <alice@example.test> 1767323045 +0000\ncommitter Alice É <alice@example.test> 1767323045 +0000\ngpgsig -----BEGIN\n line\n -----END\n\nStart\n\nBody`;
  expect(sha).toBe(git(repo, raw, "hash-object", "-t", "commit", "--stdin"));
});

test("the empty tree has git's id", () => expect(writeFiles(createObjectStore(), new Map())).toBe(EMPTY_TREE));

test("flatten undoes writeFiles", () => {
  const paths = fc.uniqueArray(fc.array(fc.constantFrom("a", "b", "c.d", "e-f"), { minLength: 1, maxLength: 4 }), {
    selector: (path) => path.join("/"),
    maxLength: 8,
  });
  fc.assert(
    fc.property(paths, (list) => {
      const store = createObjectStore();
      const files = applyFiles(store, new Map(), Object.fromEntries(list.map((path) => [path.join("/"), path.join()])));
      expect(new Map([...flatten(store, writeFiles(store, files))].sort())).toEqual(new Map([...files].sort()));
    }),
  );
});

function chain(store: ObjectStore) {
  return (message: string, ...parents: string[]) => {
    const who = { name: "x", email: "x@example.test", date: new Date(0) };
    return writeCommit(store, { tree: EMPTY_TREE, parents, author: who, committer: who, message, signature: null });
  };
}

test("merge base and commits between, with a merge in the middle", () => {
  const store = createObjectStore();
  const commit = chain(store);
  const root = commit("root");
  const main = commit("main", root);
  const topic = commit("topic", root);
  const merged = commit("merge main into topic", topic, main);
  const tip = commit("tip", merged);
  const ahead = commit("main moves", main);
  expect(mergeBase(store, main, topic)).toBe(root);
  expect(mergeBase(store, ahead, tip)).toBe(main);
  expect(mergeBase(store, commit("unrelated"), tip)).toBeNull();
  expect(commitsBetween(store, ahead, tip)).toEqual([topic, merged, tip]);
  expect(commitsBetween(store, null, main)).toEqual([root, main]);
});

test("three-way merge by files", () => {
  const file = (sha: string) => ({ mode: "100644", sha });
  const base = new Map([
    ["keep", file("1")],
    ["ours", file("1")],
    ["theirs", file("1")],
    ["gone", file("1")],
  ]);
  const ours = new Map([
    ["keep", file("1")],
    ["ours", file("2")],
    ["theirs", file("1")],
    ["gone", file("1")],
  ]);
  const theirs = new Map([
    ["keep", file("1")],
    ["ours", file("1")],
    ["theirs", file("3")],
    ["new", file("4")],
  ]);
  const merged = mergeFiles(base, ours, theirs);
  expect(merged.status === "merged" && Object.fromEntries([...merged.files].map(([path, { sha }]) => [path, sha]))).toEqual({
    keep: "1",
    ours: "2",
    theirs: "3",
    new: "4",
  });
  expect(mergeFiles(base, ours, new Map([["ours", file("9")]]))).toEqual({ status: "conflict", paths: ["ours"] });
});
