import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TreeObject } from "../../src/github/object-cache.ts";
import { compareTrees, findEntry } from "../../src/github/trees.ts";

type Files = Readonly<Record<string, string>>;

/** Trees in memory, content-addressed like git's; counts how often each is read. */
function forest() {
  const trees = new Map<string, TreeObject>();
  const reads: string[] = [];
  function plant(files: Files): string {
    const folders = new Map<string, Record<string, string>>();
    const entries: { name: string; mode: string; id: string; size: null }[] = [];
    for (const [path, content] of Object.entries(files)) {
      const [head, ...rest] = path.split("/") as [string, ...string[]];
      if (rest.length > 0) folders.set(head, { ...folders.get(head), [rest.join("/")]: content });
      else entries.push({ name: head, mode: content.startsWith("120000") ? "120000" : "100644", id: `blob:${content}`, size: null });
    }
    for (const [name, below] of folders) entries.push({ name, mode: "040000", id: plant(below), size: null });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const id = createHash("sha1").update(JSON.stringify(entries)).digest("hex");
    trees.set(id, { entries, truncated: false });
    return id;
  }
  const read = async (id: string) => {
    reads.push(id);
    return trees.get(id)!;
  };
  return { plant, read, reads, trees };
}

const naive = (base: Files, head: Files) =>
  [...new Set([...Object.keys(base), ...Object.keys(head)])]
    .filter((path) => base[path] !== head[path])
    .sort()
    .map((path) => ({ path, base: base[path] ?? null, head: head[path] ?? null }));

const short = (blob: string | null) => blob?.replace("blob:", "") ?? null;

describe("compareTrees", () => {
  // A name is either a file or a folder on one side, and may be the other on the other side.
  const side = fc
    .dictionary(fc.constantFrom("a", "b", "x/a", "x/b", "x/y/a", "x/y/z/a", "y", "y/a", "w/a"), fc.constantFrom("1", "2", "120000"))
    .map((files) => ("y" in files ? Object.fromEntries(Object.entries(files).filter(([path]) => path !== "y/a")) : files));

  it("finds exactly the paths that a full listing of both sides would differ in", async () => {
    await fc.assert(
      fc.asyncProperty(side, side, async (base, head) => {
        const { plant, read } = forest();
        const { files, incomplete } = await compareTrees(plant(base), plant(head), read);
        expect(incomplete).toBeNull();
        expect(files.map(({ path, baseBlob, headBlob }) => ({ path, base: short(baseBlob), head: short(headBlob) }))).toEqual(
          naive(base, head),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("reads no folder whose id is the same on both sides", async () => {
    const { plant, read, reads } = forest();
    const same = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`same${index}/deep/file`, "1"]));
    await compareTrees(plant({ ...same, "here/a": "1" }), plant({ ...same, "here/a": "2" }), read);
    expect(reads).toHaveLength(4);
  });

  it("lists every file of a side that has no other", async () => {
    const { plant, read } = forest();
    const { files } = await compareTrees(null, plant({ a: "1", "x/y/b": "2" }), read);
    expect(files).toMatchObject([
      { path: "a", baseBlob: null },
      { path: "x/y/b", baseMode: null, headMode: "100644" },
    ]);
  });

  it("shows a change of mode alone", async () => {
    const { trees, read } = forest();
    const entry = { name: "a", id: "same", size: null };
    trees.set("one", { truncated: false, entries: [{ ...entry, mode: "100644" }] });
    trees.set("two", { truncated: false, entries: [{ ...entry, mode: "160000" }] });
    expect((await compareTrees("one", "two", read)).files).toMatchObject([{ path: "a", baseMode: "100644", headMode: "160000" }]);
  });

  it.each([
    ["a folder that GitHub lists in part", { truncated: true }, { trees: 100, files: 100 }, /only a part/],
    ["more folders than the limit", {}, { trees: 1, files: 100 }, /more than 1 folders/],
    ["more files than the limit", {}, { trees: 100, files: 1 }, /more than 1 files/],
  ])("says when it is not the whole: %s", async (_, change, limits, sentence) => {
    const { plant, read } = forest();
    const partly = async (id: string) => ({ ...(await read(id)), ...change });
    const { incomplete } = await compareTrees(plant({ a: "1", "x/b": "1" }), plant({ a: "2", "x/b": "2" }), partly, limits);
    expect(incomplete).toMatch(sentence);
  });

  it("fails as a whole when one folder cannot be read", async () => {
    const { plant, read } = forest();
    const broken = async (id: string) => (id === plant({ b: "2" }) ? Promise.reject(new Error("502")) : read(id));
    await expect(compareTrees(plant({ "x/b": "1" }), plant({ "x/b": "2" }), broken)).rejects.toThrow("502");
  });

  it("has at most eight reads in flight", async () => {
    const { plant, read } = forest();
    let now = 0;
    let most = 0;
    const slow = async (id: string) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
      return read(id);
    };
    const wide = (content: string) => Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}/f`, `${content}${index}`]));
    const { files } = await compareTrees(plant(wide("1")), plant(wide("2")), slow);
    expect(files).toHaveLength(40);
    expect(most).toBeLessThanOrEqual(8);
  });
});

describe("findEntry", () => {
  it.each([
    ["x/y/a", "blob:1"],
    ["x/y", "tree"],
    ["x/nope", null],
    ["link/a", null],
    ["x/y/a/b", null],
  ])("%s", async (path, found) => {
    const { plant, read } = forest();
    const entry = await findEntry(plant({ "x/y/a": "1", link: "120000:x" }), path, read);
    expect(entry === null || entry === "unknown" ? entry : entry.mode === "040000" ? "tree" : entry.id).toBe(found);
  });

  it("does not take what a cut listing leaves out for absent", async () => {
    const cut = async () => ({ truncated: true, entries: [] });
    expect(await findEntry("root", "a", cut)).toBe("unknown");
  });
});
