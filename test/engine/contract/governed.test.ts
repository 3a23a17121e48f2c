import { describe, expect, it } from "vitest";
import type { GovernedFile } from "../../../src/engine/contract/finding.ts";
import { sortChangedFiles } from "../../../src/engine/contract/governed.ts";

const INCLUDE = ["contracts/**", "**/*.{odcs,contract}.{yaml,yml}", "data/deep/contracts/**"];

function changed(path: string, over: Partial<GovernedFile> = {}): GovernedFile {
  return { path, baseMode: "100644", baseBlob: "b", headMode: "100644", headBlob: "h", ...over };
}

function sort(files: readonly GovernedFile[], include = INCLUDE, exclude: readonly string[] = ["contracts/drafts/**"]) {
  const sorted = sortChangedFiles(files, { include, exclude });
  const paths = (list: readonly GovernedFile[]) => list.map(({ path }) => path);
  return {
    governed: paths(sorted.governed),
    governance: paths(sorted.governance),
    outside: paths(sorted.outside),
    problems: sorted.problems,
  };
}

describe("where a changed file belongs", () => {
  it.each([
    ["contracts/a.yaml", "governed"],
    ["contracts/.hidden.yaml", "governed"],
    ["contracts/drafts/a.yaml", "outside"],
    ["Contracts/a.yaml", "governed"],
    ["src/x.odcs.yml", "governed"],
    [".choochoo/approval-policies.yaml", "governance"],
    [".choochoorc", "governance"],
    ["AGENTS.md", "governance"],
    ["agents/bot/card.yaml", "governance"],
    ["sub/.gitattributes", "governance"],
    ["package.json", "outside"],
    ["src/x.ts", "nowhere"],
    ["contracts", "nowhere-regular"],
  ])("%s: %s", (path, where) => {
    const sorted = sort([changed(path)]);
    expect(sorted.governed.includes(path)).toBe(where === "governed" || where === "nowhere-regular");
    expect(sorted.governance.includes(path)).toBe(where === "governance");
    expect(sorted.outside.includes(path)).toBe(where === "outside");
    expect(sorted.problems).toEqual([]);
  });

  it.each(["120000", "160000"])("a contract root, a folder above it or the gate's own folder that becomes mode %s", (headMode) => {
    const sorted = sort(
      ["contracts", "data", "data/deep", ".choochoo", "agents", "src"].map((path) =>
        changed(path, { headMode, baseMode: null, baseBlob: null }),
      ),
    );
    expect(sorted.governed).toEqual(["contracts", "data", "data/deep"]);
    expect(sorted.governance).toEqual([".choochoo", "agents"]);
  });

  it("an exclusion takes away exactly what it names, never what a case-folding clone would see", () => {
    expect(sort([changed("contracts/Drafts/a.yaml")]).governed).toEqual(["contracts/Drafts/a.yaml"]);
    expect(sort([changed("contracts/drafts/a.yaml")], INCLUDE, ["contracts/DRAFTS/**"]).governed).toEqual(["contracts/drafts/a.yaml"]);
  });

  it("deleted files elsewhere are not outside candidates, added ones come first", () => {
    const files = [
      changed("a.yaml"),
      changed("gone.yaml", { headBlob: null, headMode: null }),
      changed("z.yaml", { baseBlob: null, baseMode: null }),
    ];
    expect(sort(files).outside).toEqual(["z.yaml", "a.yaml"]);
  });
});

describe("path tricks inside governed roots", () => {
  it.each([
    ["contracts/e\u0301.yaml", /normal form C/],
    ["contracts/a\u202Eb.yaml", /bidirectional/],
    ["contracts/a\u200Bb.yaml", /zero-width/],
    ["con\u200Btracts/a.yaml", /zero-width/],
    ["contracts/a\u0007.yaml", /control/],
    ["contracts/a\\b.yaml", /backslash/],
    ["contracts//a.yaml", /empty/],
    ["contracts/../a.yaml", /`\.\.`/],
    ["contracts/a.yaml ", /dot or a blank/],
    ["contracts/a.", /dot or a blank/],
    ["contracts/.GIT/a.yaml", /\.git/],
    ["contracts/\uFFFD.yaml", /UTF-8/],
    [`contracts/${"a".repeat(1100)}.yaml`, /1024/],
  ])("%j is a problem", (path, message) => {
    expect(
      sort([changed(path)])
        .problems.map((problem) => problem.message)
        .join(),
    ).toMatch(message);
    expect(sort([changed(path, { headBlob: null, headMode: null })]).problems).toEqual([]);
  });

  it.each([
    ["contracts/a.yaml", "contracts/A.yaml"],
    ["contracts/ﬁ.yaml", "contracts/fi.yaml"],
    ["contracts/a.yaml", "Contracts/a.yaml"],
  ])("%s and %s are one file somewhere", (a, b) => {
    expect(
      sort([changed(a), changed(b)])
        .problems.map((problem) => problem.message)
        .join(),
    ).toMatch(/same file/);
    expect(sort([changed(a), changed(b, { headBlob: null, headMode: null })]).problems).toEqual([]);
  });
});

it.each([`contracts/${"{a,b}".repeat(12)}`, "x".repeat(600), "*".repeat(40)])(
  "a glob that costs too much is a problem, not a glob that matches nothing",
  (pattern) => {
    expect(sort([changed("contracts/a.yaml")], [pattern]).problems).toHaveLength(1);
  },
);

it("no extended globs: they are plain text", () => {
  expect(sort([changed("contracts/a.yaml")], ["!(x)/**", "+(contracts)/**"]).governed).toEqual([]);
});
