import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Refusal, WORKTREE } from "../../src/gate/ports.ts";
import { openLocalRepository } from "../../src/git/local-repository.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

let git: GitRepository;
beforeEach(() => {
  git = createGitRepository();
});
afterEach(() => git.remove());

async function refusal(action: Promise<unknown>): Promise<Refusal> {
  const error = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
}

describe("entries of trees", () => {
  test("each path is found for itself, whatever is in its name", async () => {
    const first = git.commit({ "a/b/c.yaml": "1", "a.yaml": "2", "*.yaml": "3", link: { link: "a.yaml" } });
    const second = git.commit({ "a.yaml": "4" });
    const repository = await openLocalRepository(git.path);
    const paths = ["a", "a/b/c.yaml", "a.yaml", "a.yaml", "*.yaml", "link", "?.yaml", "a.yaml/b", "link/b", "none", "none/b"];
    const entries = await Promise.all(paths.map((path) => repository.entryAt(first, path)));
    const blob = (path: string, commit = first) => git.git("rev-parse", `${commit}:${path}`);
    const file = (path: string) => ({ mode: "100644", blob: blob(path) });
    expect(entries).toEqual([
      { mode: "040000", blob: blob("a") },
      ...[file("a/b/c.yaml"), file("a.yaml"), file("a.yaml"), file("*.yaml")],
      ...[{ mode: "120000", blob: blob("link") }, null, null, null, null, null],
    ]);
    const [old, now] = await Promise.all([repository.entryAt(first, "a.yaml"), repository.entryAt(second, "a.yaml")]);
    expect([old?.blob, now?.blob]).toEqual([blob("a.yaml"), blob("a.yaml", second)]);
    // A name may stand for another commit the next time.
    expect(await repository.entryAt("HEAD", "new.yaml")).toBeNull();
    git.commit({ "new.yaml": "5" });
    expect(await repository.entryAt("HEAD", "new.yaml")).toEqual({ mode: "100644", blob: blob("new.yaml", "HEAD") });
    await repository.close();
  });

  test("a tree that is lost refuses what is in it, and nothing that is asked for beside it", async () => {
    const commit = git.commit({ "lost/a.yaml": "1", "kept/b.yaml": "2" });
    const id = git.git("rev-parse", `${commit}:lost`);
    rmSync(join(git.path, ".git/objects", id.slice(0, 2), id.slice(2)));
    const repository = await openLocalRepository(git.path);
    const [lost, kept] = await Promise.allSettled(["lost/a.yaml", "kept/b.yaml"].map((path) => repository.entryAt(commit, path)));
    expect(lost).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("git could not look for lost/a.yaml") } });
    expect(kept).toMatchObject({ status: "fulfilled", value: { mode: "100644" } });
    await repository.close();
  });
});

describe("changed files", () => {
  test("lists added, changed, deleted and mode-changed paths, with spaces and quotes in names", async () => {
    const base = git.commit({ "a.yaml": "1", "b.yaml": "1", 'sp ace/"q".yaml': "1", "link.yaml": "x" });
    git.git("checkout", "-q", "-b", "work");
    const head = git.commit({ "a.yaml": "2", "b.yaml": null, 'sp ace/"q".yaml': "2", "new é.yaml": "n", "link.yaml": { link: "a.yaml" } });
    const repository = await openLocalRepository(git.path);
    const { files } = await repository.changedFiles(base, head);
    const seen = Object.fromEntries(files.map((file) => [file.path, [file.baseMode, file.headMode]]));
    expect(seen).toEqual({
      "a.yaml": ["100644", "100644"],
      "b.yaml": ["100644", null],
      'sp ace/"q".yaml': ["100644", "100644"],
      "new é.yaml": [null, "100644"],
      "link.yaml": ["100644", "120000"],
    });
    await repository.close();
  });

  test("a replace ref does not hide a change", async () => {
    const base = git.commit({ "a.yaml": "tagged" });
    const head = git.commit({ "a.yaml": "stripped" });
    git.git("replace", head, base);
    const repository = await openLocalRepository(git.path);
    expect((await repository.changedFiles(base, await repository.resolve("main"))).files).toHaveLength(1);
    await repository.close();
  });

  test("GIT_DIR of the caller does not redirect it", async () => {
    const other = createGitRepository();
    other.commit({ "x.yaml": "x" });
    git.commit({ "a.yaml": "1" });
    process.env["GIT_DIR"] = join(other.path, ".git");
    try {
      const repository = await openLocalRepository(git.path);
      expect(await repository.entryAt("HEAD", "a.yaml")).not.toBeNull();
      await repository.close();
    } finally {
      delete process.env["GIT_DIR"];
      other.remove();
    }
  });
});

describe("the work tree as a head", () => {
  test("takes changed and untracked files, leaves ignored ones and the repository alone", async () => {
    const base = git.commit({ "a.yaml": "1", ".gitignore": "secret.yaml\n" });
    git.write({ "a.yaml": "2", "new.yaml": "n", "secret.yaml": "s" });
    const before = git.git("count-objects");
    const repository = await openLocalRepository(git.path);
    const tree = await repository.resolve(WORKTREE);
    const { files } = await repository.changedFiles(await repository.mergeBase(base, tree), tree);
    expect(files.map((file) => file.path).sort()).toEqual(["a.yaml", "new.yaml"]);
    const changed = files.find((file) => file.path === "a.yaml");
    const read = await repository.readFile({ path: "a.yaml", mode: "100644", blob: changed?.headBlob ?? "" }, 100);
    expect(Buffer.from(read.bytes ?? []).toString()).toBe("2");
    await repository.close();
    expect(git.git("count-objects")).toBe(before);
    expect(git.git("status", "--porcelain").split("\n").sort()).toEqual(["?? new.yaml", "M a.yaml"]);
  });
});

describe("a file that changed in the second in which it was added", () => {
  test("is taken, though its size and its time are what they were", async () => {
    const second = 1_700_000_000;
    git.git("config", "core.trustctime", "false");
    git.write({ "a.yaml": "1" });
    utimesSync(join(git.path, "a.yaml"), second, second);
    const base = git.commit({});
    utimesSync(join(git.path, ".git/index"), second, second);
    writeFileSync(join(git.path, "a.yaml"), "2");
    utimesSync(join(git.path, "a.yaml"), second, second);
    const repository = await openLocalRepository(git.path);
    const { files } = await repository.changedFiles(base, await repository.resolve(WORKTREE));
    expect(files.map((file) => file.path)).toEqual(["a.yaml"]);
    await repository.close();
  });
});

describe("reading files", () => {
  test("refuses what is no regular content, with the reason", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    git.commit({ "a.yaml": "x".repeat(50), "lfs.yaml": pointer, "link.yaml": { link: "a.yaml" } });
    const repository = await openLocalRepository(git.path);
    const read = async (path: string, max: number) => {
      const entry = await repository.entryAt("HEAD", path);
      return repository.readFile({ path, ...(entry ?? { mode: "", blob: "" }) }, max);
    };
    expect((await read("a.yaml", 50)).bytes).toHaveLength(50);
    expect((await read("a.yaml", 49)).unreadable).toContain("50 bytes, more than the 49 allowed");
    expect((await read("lfs.yaml", 1000)).unreadable).toBe("a Git LFS pointer");
    expect((await read("link.yaml", 1000)).unreadable).toBe("a symbolic link");
    expect(await repository.entryAt("HEAD", "nothing.yaml")).toBeNull();
    expect(await repository.entryAt("HEAD", "*.yaml")).toBeNull();
    await repository.close();
  });

  test("many blobs through one process, in any order, whatever is in them", async () => {
    const contents = Array.from({ length: 200 }, (_, index) =>
      Buffer.from(`${"\n".repeat(index % 7)}file ${index}\0${"y".repeat((index * 997) % 70_000)}`),
    );
    git.commit(Object.fromEntries(contents.map((content, index) => [`f${index}`, content])));
    const repository = await openLocalRepository(git.path);
    const { files } = await repository.changedFiles(null, await repository.resolve("HEAD"));
    const read = await Promise.all(
      files.map((file) => repository.readFile({ path: file.path, mode: "100644", blob: file.headBlob ?? "" }, 1 << 20)),
    );
    for (const file of read)
      expect(Buffer.from(file.bytes ?? []).equals(contents[Number(file.path.slice(1))] ?? Buffer.alloc(0))).toBe(true);
    await repository.close();
  });
});

describe("revisions and refusals", () => {
  test("default branch, branch names, merge base, author", async () => {
    const base = git.commit({ a: "1" });
    git.git("checkout", "-q", "-b", "feature/x");
    const head = git.commit({ a: "2" });
    const repository = await openLocalRepository(git.path);
    expect(await repository.defaultBranch()).toBe("main");
    expect(await repository.branchName("feature/x")).toBe("feature/x");
    expect(await repository.branchName("HEAD~1")).toBeNull();
    expect(await repository.mergeBase(base, head)).toBe(base);
    expect(await repository.authorOf(head)).toBe("Alice <alice@example.com>");
    await repository.close();
  });

  test("a bare repository works the same", async () => {
    git.commit({ "a.yaml": "1" });
    const bare = mkdtempSync(join(tmpdir(), "countersign-bare-"));
    git.git("clone", "-q", "--bare", git.path, bare);
    const repository = await openLocalRepository(bare);
    expect(repository.bare).toBe(true);
    expect(await repository.entryAt("HEAD", "a.yaml")).not.toBeNull();
    expect((await refusal(repository.resolve(WORKTREE))).kind).toBe("usage");
    await repository.close();
    rmSync(bare, { recursive: true });
  });

  test("each refusal names what is wrong", async () => {
    const outside = mkdtempSync(join(tmpdir(), "countersign-none-"));
    expect(await refusal(openLocalRepository(outside))).toMatchObject({
      kind: "config",
      message: expect.stringContaining("not a git repository"),
    });
    expect(await refusal(openLocalRepository(join(outside, "absent")))).toMatchObject({
      kind: "not_found",
      message: expect.stringContaining("no such path"),
    });
    rmSync(outside, { recursive: true });
    git.commit({ a: "1" });
    const repository = await openLocalRepository(git.path);
    expect(await refusal(repository.resolve("no-such-branch"))).toMatchObject({
      kind: "not_found",
      message: "unknown revision `no-such-branch`",
    });
    expect(await refusal(repository.resolve("--help"))).toMatchObject({ kind: "not_found" });
    git.git("checkout", "-q", "--orphan", "island");
    const island = git.commit({ b: "1" });
    expect(await refusal(repository.mergeBase("main", island))).toMatchObject({
      kind: "config",
      message: expect.stringContaining("no common history"),
    });
    await repository.close();
  });

  test("a branch is taken before a tag of the same name, whatever follows the name", async () => {
    git.commit({ a: "0" });
    const base = git.commit({ a: "1" });
    git.git("checkout", "-q", "-b", "work");
    const head = git.commit({ a: "2" });
    git.git("tag", "main", head);
    const repository = await openLocalRepository(git.path);
    expect(await repository.resolve("main")).toBe(base);
    expect(await repository.resolve("main~1")).toBe(git.git("rev-parse", `${base}~1`));
    expect(await repository.resolve("refs/tags/main")).toBe(head);
    for (const revision of ["HEAD", "@", head, head.slice(0, 8), "work@{0}"]) expect(await repository.resolve(revision)).toBe(head);
    await repository.close();
  });

  test("a local branch named like a remote one is ambiguous, and does not rename the default branch", async () => {
    git.commit({ a: "1" });
    const clone = createGitRepository();
    clone.git("remote", "add", "origin", git.path);
    clone.git("fetch", "-q", "origin");
    clone.git("remote", "set-head", "origin", "main");
    clone.git("checkout", "-q", "-b", "origin/main", "refs/remotes/origin/main");
    clone.commit({ a: "2" });
    const repository = await openLocalRepository(clone.path);
    expect(await repository.defaultBranch()).toBe("main");
    expect((await refusal(repository.resolve("origin/main"))).message).toContain("both a local and a remote branch");
    expect(await repository.resolve("refs/remotes/origin/main")).toBe(git.git("rev-parse", "main"));
    expect(await repository.branchName("refs/remotes/origin/main")).toBe("main");
    await repository.close();
    clone.remove();
  });

  test("the branch at hand is the default one only when there is no other: a change compared with itself would pass", async () => {
    git.commit({ a: "1" });
    git.git("branch", "-m", "trunk");
    const alone = await openLocalRepository(git.path);
    expect(await alone.defaultBranch()).toBe("trunk");
    git.git("checkout", "-q", "-b", "work");
    expect((await refusal(alone.defaultBranch())).hint).toContain("--base");
    git.git("branch", "-D", "trunk");
    git.git("remote", "add", "origin", git.path);
    expect((await refusal(alone.defaultBranch())).hint).toContain("--base");
    await alone.close();
  });

  test("a file stands for the folder that holds it", async () => {
    git.commit({ "contracts/a.yaml": "1" });
    const repository = await openLocalRepository(join(git.path, "contracts/a.yaml"));
    expect(repository.root).toBe(git.git("rev-parse", "--show-toplevel"));
    await repository.close();
  });

  test("a shallow clone says which fetch depth it needs", async () => {
    git.commit({ a: "1" });
    git.git("checkout", "-q", "-b", "work");
    git.commit({ a: "2" });
    const shallow = mkdtempSync(join(tmpdir(), "countersign-shallow-"));
    git.git("clone", "-q", "--depth=1", "--branch=work", `file://${git.path}`, shallow);
    const repository = await openLocalRepository(shallow);
    expect((await refusal(repository.resolve("main"))).hint).toContain("fetch-depth: 0");
    await repository.close();
    rmSync(shallow, { recursive: true });
  });
});
