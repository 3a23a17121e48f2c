import type { Guard } from "./guard.ts";

/** What is kept of a folder, whoever told it: entries that git can have written, and that hash to the id they are asked for by. */
export const FOLDERS: readonly Guard[] = [
  {
    threat: "T38",
    file: "src/github/tree-listing.ts",
    guard: "id !== undefined && treeId(list, id.length) === id",
    without: "id !== undefined",
    test: "test/github/tree-listing.test.ts",
    named: "folders whose entries do not hash to it are left out",
    slow: true,
  },
  {
    threat: "T38",
    file: "src/github/tree-listing.ts",
    guard: " && isFolder(list, id.length)",
    without: "",
    test: "test/github/tree-listing.test.ts",
    named: "in a listing",
  },
  {
    threat: "T38",
    file: "src/github/paths-question.ts",
    guard: "if (isFolder(list, idLength)) kept.set",
    without: "kept.set",
    test: "test/github/tree-listing.test.ts",
    named: "in the answer to a question",
  },
  {
    threat: "T38",
    file: "src/github/tree-listing.ts",
    guard: " && id.length === idLength",
    without: "",
    test: "test/github/tree-listing.test.ts",
    named: "an id that swallows",
  },
  {
    threat: "T38",
    file: "src/github/tree-listing.ts",
    guard: " && name.isWellFormed()",
    without: "",
    test: "test/github/tree-listing.test.ts",
    named: "half a character",
  },
  {
    threat: "T38",
    file: "src/github/tree-listing.ts",
    guard: " && new Set(entries.map(({ name }) => name)).size === entries.length",
    without: "",
    test: "test/github/tree-listing.test.ts",
    named: "one name twice",
  },
  {
    threat: "T38",
    file: "src/github/tree-listing.ts",
    guard: "[/\\0]",
    without: "[/]",
    test: "test/github/tree-listing.test.ts",
    named: "a name that swallows",
  },
];
