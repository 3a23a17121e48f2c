import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createConversation } from "../../src/github/index.ts";
import { openRig, type Rig } from "./rig.ts";

const REPO = "acme/data";
const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
const LARGE = `${"x".repeat(99)}\n`.repeat(15_000);
let rig: Rig;
let commit: string;

beforeAll(async () => {
  rig = await openRig();
  commit = rig.hub.push(
    REPO,
    "kinds",
    {
      "contracts/link.yaml": { symlink: "../docs/guide.md" },
      "contracts/module": { submodule: "1".repeat(40) },
      "contracts/lfs.yaml": LFS,
      "contracts/large.yaml": LARGE,
      "contracts/run.yaml": { mode: "100755", content: "a: 1\n" },
      "contracts/empty.yaml": "",
      "contracts/deep/er/d.yaml": null,
      "docs/folder": { symlink: "../contracts" },
    },
    { actor: "alice" },
  );
});
afterAll(() => rig.close());

const content = () => rig.pulls.content(rig.repository);

async function read(path: string, maxBytes = 2_097_152) {
  const entry = await content().entryAt(commit, path);
  return content().readFile({ path, ...entry! }, maxBytes);
}

describe("readFile", () => {
  it.each([
    ["T36: a symbolic link", "contracts/link.yaml", "a symbolic link"],
    ["T36: a submodule", "contracts/module", "a submodule"],
    ["T36: an LFS pointer", "contracts/lfs.yaml", "a Git LFS pointer"],
  ])("%s is not content", async (_, path, because) => {
    expect(await read(path)).toMatchObject({ bytes: null, unreadable: because });
  });

  it("T39: a contract over 1 MB has its bytes, and an empty one has none of another's", async () => {
    expect(Buffer.from((await read("contracts/large.yaml")).bytes!).toString()).toBe(LARGE);
    expect(await read("contracts/empty.yaml")).toMatchObject({ bytes: Buffer.alloc(0), unreadable: null });
    expect(Buffer.from((await read("contracts/run.yaml")).bytes!).toString()).toBe("a: 1\n");
  });

  it("what is remembered of a small file is that file: a slice of a larger buffer would keep all of it", async () => {
    expect((await read("contracts/run.yaml")).bytes!.buffer.byteLength).toBe("a: 1\n".length);
  });

  it("does not even ask for a file over its cap", async () => {
    const fresh = await openRig();
    const large = fresh.hub.push(REPO, "large", { "contracts/large.yaml": LARGE }, { actor: "alice" });
    const repository = fresh.pulls.content(fresh.repository);
    const entry = await repository.entryAt(large, "contracts/large.yaml");
    fresh.hub.requests.length = 0;
    const file = await repository.readFile({ path: "contracts/large.yaml", ...entry! }, 1_000_000);
    expect(file).toMatchObject({ bytes: null, unreadable: "1500000 bytes, more than the 1000000 allowed (contracts.maxFileBytes)" });
    expect(fresh.hub.requests).toEqual([]);
    await fresh.close();
  });

  it("refuses bytes that are not the ones the id names", async () => {
    const fresh = await openRig();
    const entry = await fresh.pulls.content(fresh.repository).entryAt(fresh.hub.tip(REPO, "main"), "contracts/c.yaml");
    const lie = Buffer.from("pii: maybe\n");
    fresh.hub.fail(
      { path: /git\/blobs/ },
      { kind: "status", status: 200, body: { sha: entry!.blob, size: lie.length, encoding: "base64", content: lie.toString("base64") } },
    );
    await expect(fresh.pulls.content(fresh.repository).readFile({ path: "contracts/c.yaml", ...entry! }, 1_000)).rejects.toThrow(
      "not the ones its id names",
    );
    await fresh.close();
  });

  it.each(["none", "utf-8"])("refuses an answer in encoding `%s`: empty is not absent", async (encoding) => {
    const fresh = await openRig();
    const entry = await fresh.pulls.content(fresh.repository).entryAt(fresh.hub.tip(REPO, "main"), "contracts/c.yaml");
    fresh.hub.fail({ path: /git\/blobs/ }, { kind: "status", status: 200, body: { sha: entry!.blob, size: 0, encoding, content: "" } });
    await expect(fresh.pulls.content(fresh.repository).readFile({ path: "contracts/c.yaml", ...entry! }, 1_000)).rejects.toThrow(
      "not base64",
    );
    await fresh.close();
  });
});

describe("entryAt", () => {
  it.each([
    ["contracts/c.yaml", "100644"],
    ["contracts/link.yaml", "120000"],
    ["contracts/nope.yaml", null],
    ["docs/folder/c.yaml", null],
    ["contracts/deep/er/d.yaml", null],
  ])("%s: %s", async (path, mode) => {
    expect((await content().entryAt(commit, path))?.mode ?? null).toBe(mode);
  });
});

describe("changedFiles", () => {
  it("lists links, submodules, modes and deletions", async () => {
    const { files, incomplete } = await content().changedFiles(rig.hub.tip(REPO, "main"), commit);
    expect(incomplete).toBeNull();
    expect(files.map(({ path, baseMode, headMode }) => `${path} ${baseMode} ${headMode}`)).toEqual([
      "contracts/deep/er/d.yaml 100644 null",
      "contracts/empty.yaml null 100644",
      "contracts/large.yaml null 100644",
      "contracts/lfs.yaml null 100644",
      "contracts/link.yaml null 120000",
      "contracts/module null 160000",
      "contracts/run.yaml null 100755",
      "docs/folder null 120000",
    ]);
  });

  it("reads nothing twice: git's objects never change", async () => {
    const base = rig.hub.tip(REPO, "main");
    await content().changedFiles(base, commit);
    await content().mergeBase(base, commit);
    rig.hub.requests.length = 0;
    await content().changedFiles(base, commit);
    await content().mergeBase(base, commit);
    await content().entryAt(commit, "contracts/c.yaml");
    expect(rig.hub.requests).toEqual([]);
  });

  it("T46: is empty and complete when head is base", async () => {
    const base = rig.hub.tip(REPO, "main");
    expect(await content().changedFiles(base, base)).toEqual({ files: [], incomplete: null });
    expect(await content().mergeBase(base, base)).toBe(base);
  });

  it("T38: finds every one of 3,001 changed files", async () => {
    const files = Object.fromEntries(Array.from({ length: 3_001 }, (_, index) => [`many/f${index}.yaml`, `${index}`]));
    const head = rig.hub.push(REPO, "many", files, { actor: "alice" });
    const changes = await content().changedFiles(rig.hub.tip(REPO, "main"), head);
    expect([changes.files.length, changes.incomplete]).toEqual([3_001, null]);
  });
});

describe("T47: branch names", () => {
  it.each(["release/1.0", "a%2Fb", "percent%", "hash#tag", "question-mark&x=y", "unicode-é", "refs/heads/main"])("%s", async (name) => {
    const sha = rig.hub.push(REPO, name, { [`docs/${encodeURIComponent(name)}.md`]: "1" }, { actor: "alice" });
    expect(await rig.pulls.branch(rig.repository, name)).toEqual({ sha, protected: false });
  });

  it.each(["nope", "..", "main/../strip"])("there is no %s", async (name) => {
    const found = rig.pulls.branch(rig.repository, name).catch((error: Error) => error.message);
    expect((await found) === null || /is no name/.test(String(await found))).toBe(true);
  });

  it("says when a branch is protected", async () => {
    rig.hub.protect(REPO, "main", { enforceAdmins: true });
    expect(await rig.pulls.branch(rig.repository, "main")).toMatchObject({ protected: true });
  });
});

describe("read", () => {
  it("T67: refuses another repository under the old name", async () => {
    const other = { ...rig.pull.repository, id: rig.pull.repository.id + 1 };
    await expect(rig.pulls.read({ repository: other, number: rig.number })).rejects.toMatchObject({ kind: "auth" });
  });

  it("gives the merge commit only of a merged pull request, with who merged", async () => {
    const fresh = await openRig();
    expect(await fresh.pulls.read(fresh.pull)).toMatchObject({ merged: false, mergeCommitSha: null, mergedBy: null, state: "open" });
    const landed = fresh.hub.merge(REPO, fresh.number, { actor: "ana", method: "squash" });
    const after = await fresh.pulls.read(fresh.pull);
    expect(after).toMatchObject({ merged: true, mergeCommitSha: landed, mergedBy: { login: "ana" }, state: "closed" });
    expect((await fresh.pulls.commit(fresh.repository, landed)).parents).toEqual([after.baseSha]);
    await fresh.close();
  });

  it("asks the required team and takes an unauthorised label off, also when it is gone", async () => {
    const fresh = await openRig();
    fresh.hub.label(REPO, fresh.number, "governance-override", { actor: "carol" });
    await createConversation(fresh.app, { publicUrl: "https://countersign.example" }).requestReview(fresh.pull, "team:sec-ops");
    await fresh.pulls.removeLabel(fresh.pull, "governance-override");
    await fresh.pulls.removeLabel(fresh.pull, "governance-override");
    const sent = fresh.hub.requests
      .filter(({ method }) => method === "POST" || method === "DELETE")
      .map(({ template, status }) => `${template.split("/").at(-1)} ${status}`);
    expect(sent.filter((line) => !line.startsWith("access_tokens"))).toEqual(["requested_reviewers 201", "{name} 200", "{name} 404"]);
    await fresh.close();
  });
});
