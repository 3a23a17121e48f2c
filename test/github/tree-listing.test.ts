import { describe, expect, test } from "vitest";
import type { RepositoryRef } from "../../src/gate/ports/refs.ts";
import { createObjectCache, keptObjects } from "../../src/github/object-cache.ts";
import { askPaths } from "../../src/github/paths-question.ts";
import { foldersOf, type TreeEntry, treeId } from "../../src/github/tree-listing.ts";
import { openRig, type Rig } from "./rig.ts";

const REPO = "acme/data";
const trees = (rig: Rig) => rig.hub.requests.filter(({ template }) => template.endsWith("/git/trees/{tree_sha}")).length;

async function changed(rig: Rig, content = rig.pulls.content(rig.repository)) {
  const base = rig.hub.tip(REPO, "main");
  return content.changedFiles(base, rig.hub.headSha(REPO, rig.number));
}

describe("folders in one call", () => {
  test("a small repository is listed whole, once for each commit, however deep its files are", async () => {
    const rig = await openRig();
    rig.hub.push(REPO, "strip", { "contracts/deep/er/d.yaml": "a: 2\n", "contracts/deep/er/still/e.yaml": "b: 1\n" }, { actor: "alice" });
    rig.hub.requests.length = 0;
    const { files, incomplete } = await changed(rig);
    expect(files.map(({ path }) => path)).toEqual(["contracts/c.yaml", "contracts/deep/er/d.yaml", "contracts/deep/er/still/e.yaml"]);
    expect([incomplete, trees(rig)]).toEqual([null, 2]);
    expect(rig.hub.violations).toEqual([]);
    await rig.close();
  });

  test("a repository that GitHub lists only in part is read folder by folder, and never asked for whole again", async () => {
    const rig = await openRig();
    rig.hub.fail({ path: /git\/trees/ }, { kind: "status", status: 502 }, 2);
    const { files } = await changed(rig);
    expect(files.map(({ path }) => path)).toEqual(["contracts/c.yaml"]);
    rig.hub.push(REPO, "strip", { "contracts/deep/er/d.yaml": "a: 3\n" }, { actor: "alice" });
    rig.hub.requests.length = 0;
    expect((await changed(rig)).files.length).toBe(2);
    // Root, contracts, deep and er at the head; deep and er at the base.
    expect(trees(rig)).toBe(6);
    await rig.close();
  });

  test("a listing that leaves a file out is not believed: the folder is read by itself", async () => {
    const rig = await openRig();
    const content = rig.pulls.content(rig.repository);
    const head = rig.hub.headSha(REPO, rig.number);
    const { tree } = await rig.pulls.commit(rig.repository, head);
    const entry = await content.entryAt(head, "contracts/c.yaml");
    expect(entry).not.toBeNull();
    const other = await openRig();
    const root = (await other.pulls.commit(other.repository, other.hub.headSha(REPO, other.number))).tree;
    expect(root).toBe(tree);
    // Cut short and not said to be.
    other.hub.fail(
      { path: /git\/trees/ },
      { kind: "status", status: 200, body: { sha: root, url: "https://x.example", tree: [], truncated: false } },
    );
    expect(await other.pulls.content(other.repository).entryAt(other.hub.headSha(REPO, other.number), "contracts/c.yaml")).toEqual(entry);
    await rig.close();
    await other.close();
  });
});

describe("where a branch forks", () => {
  test("is known from its commits while the base has not moved, and is asked for once it has", async () => {
    const rig = await openRig();
    const compares = () => rig.hub.requests.filter(({ path }) => path.includes("/compare/")).length;
    const truth = await rig.pulls.read(rig.pull);
    const base = rig.hub.tip(REPO, "main");
    await rig.pulls.commits(truth);
    const content = rig.pulls.content(rig.repository);
    expect([await content.mergeBase(base, truth.headSha), compares()]).toEqual([base, 0]);
    const moved = rig.hub.push(REPO, "main", { "docs/guide.md": "moved\n" }, { actor: "alice" });
    expect([await content.mergeBase(moved, truth.headSha), compares()]).toEqual([base, 1]);
    await rig.close();
  });
});

const entry = (name: string, mode: string, id: string): TreeEntry => ({ name, mode, id, size: null });
const [A, B] = ["a".repeat(40), "b".repeat(40)];

describe("git's id of a folder", () => {
  test("is the one that git gives", () => {
    // git mktree of: 100644 blob e69de29… a.txt
    expect(treeId([entry("a.txt", "100644", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")], 40)).toBe(
      "65a457425a679cbe9adf0d2741785d3ceabb44a7",
    );
    expect(treeId([], 40)).toBe("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  });

  test("does not depend on the order of the listing, and folders sort with their slash", () => {
    const [file, folder] = [entry("a.b", "100644", A), entry("a", "040000", B)];
    expect(treeId([file, folder], 40)).toBe(treeId([folder, file], 40));
    expect(treeId([file, folder], 40)).not.toBe(treeId([file, { ...folder, mode: "100644" }], 40));
  });

  test("folders whose entries do not hash to it are left out", () => {
    const inner = [entry("c.yaml", "100644", A)];
    const innerId = treeId(inner, 40);
    const root = treeId([entry("contracts", "040000", innerId)], 40);
    const whole = [entry("contracts", "040000", innerId), entry("contracts/c.yaml", "100644", A)];
    expect([...foldersOf(root, whole).keys()]).toEqual([root, innerId]);
    const lied = [entry("contracts", "040000", innerId), entry("contracts/c.yaml", "100644", B)];
    expect([...foldersOf(root, lied).keys()]).toEqual([root]);
    expect([...foldersOf(root, [...whole, entry("more.yaml", "100644", A)]).keys()]).toEqual([innerId]);
  });
});

describe("T38: of a folder that git cannot have written, nothing is known, whatever it hashes to", () => {
  const raw = (one: TreeEntry) => `${Buffer.from(`${one.mode.replace(/^0/, "")} ${one.name}\0`).toString("hex")}${one.id}`;
  // Bytes that are text too, so that a name can hold them.
  const [a, b] = [entry("a.yaml", "100644", "61".repeat(20)), entry("b.yaml", "100644", "62".repeat(20))];
  const text = (hex: string) => Buffer.from(hex, "hex").toString();
  const lies: readonly [string, readonly TreeEntry[], readonly TreeEntry[]][] = [
    ["an id that swallows the entry after it", [a, b], [{ ...a, id: a.id + raw(b) }]],
    ["a name that swallows the entry before it", [a, b], [{ ...b, name: text(raw(a) + raw(b)).slice("100644 ".length, -21) }]],
    ["one name twice", [a, { ...a, id: B }], [a, { ...a, id: B }]],
    ["a name of half a character", [{ ...a, name: "\ufffd" }], [{ ...a, name: "\ud800" }]],
    ["a path for a name", [{ ...a, name: "x/a.yaml" }], [{ ...a, name: "x/a.yaml" }]],
  ];
  for (const [what, real, told] of lies) {
    const id = treeId(real, 40);

    test(`${what}, in the answer to a question`, async () => {
      expect(treeId(told, 40)).toBe(id);
      const kept = keptObjects(createObjectCache(), 1);
      const entries = told.map(({ name, mode, id: oid }) => ({ name, mode: Number.parseInt(mode, 8), oid, size: 1 }));
      const repository = { databaseId: 1, o0: { entries } };
      const wanted = { folders: [{ commit: A, path: "" }], files: [], changedIn: null, statusesOf: null };
      const ref = { id: 1, owner: "acme", name: "data", installationId: 1 } as RepositoryRef;
      await askPaths(async (_, schema) => schema.parse({ repository }), ref, wanted, kept);
      expect(kept.get("tree", id)).toBeUndefined();
    });

    if (what === "a path for a name") continue;
    test(`${what}, in a listing`, () => {
      const below = told.map((one) => ({ ...one, name: `in/${one.name}` }));
      expect(foldersOf(A, [entry("in", "040000", id), ...below]).has(id)).toBe(false);
    });
  }
});
