import type { Guard } from "./guard.ts";

const CONTRACT = "test/engine/contract/threats.test.ts";

/** What was changed: contracts, paths, patterns, digests. */
export const CONTENT: readonly Guard[] = [
  {
    threat: "T34",
    file: "src/engine/contract/diff/file-changes.ts",
    guard: "if (elsewhere !== null) return {",
    without: 'if (elsewhere === "") return {',
    test: CONTRACT,
  },
  {
    threat: "T35",
    file: "src/engine/contract/path-tricks.ts",
    guard: "const tricks = paths.flatMap",
    without: "const tricks = paths.slice(0, 0).flatMap",
    test: CONTRACT,
  },
  {
    threat: "T35",
    file: "src/engine/contract/path-tricks.ts",
    guard: "same.length < 2",
    without: "same.length < 99",
    test: CONTRACT,
  },
  {
    threat: "T37",
    file: "src/engine/contract/governed.ts",
    guard: '  "**/.gitattributes",\n',
    without: "",
    test: CONTRACT,
  },
  {
    threat: "T41",
    file: "src/engine/policy/glob.ts",
    guard: "globProblem(glob) === null ? new",
    without: 'glob !== "" ? new',
    test: CONTRACT,
  },
  {
    threat: "T41",
    file: "src/engine/policy/glob.ts",
    guard: "> MAX_WILDCARDS) return",
    without: "> 999) return",
    test: CONTRACT,
  },
  {
    threat: "T42",
    file: "src/report/visible.ts",
    guard: "letters.every(isDrawnLikeLatin) ? word",
    without: "letters.length < 0 ? word",
    test: CONTRACT,
  },
  {
    threat: "T42",
    file: "src/engine/contract/lookalike.ts",
    guard: "return drawn !== word.toLowerCase() && known(drawn);",
    without: "return false;",
    test: CONTRACT,
  },
  {
    threat: "T43",
    file: "src/engine/canonical.ts",
    guard: 'return hash("sha256", ',
    without: 'return hash("sha256", canonicalJson(value)) || hash("sha256", ',
    test: CONTRACT,
  },
  {
    threat: "T43",
    file: "src/engine/canonical.ts",
    guard: "Object.keys(value).sort()",
    without: "Object.keys(value)",
    test: CONTRACT,
  },
  {
    threat: "T32",
    file: "src/engine/contract/finding-codes.ts",
    guard: '"tag.removed": row("field", LOSS,',
    without: '"tag.removed": row("field", ADDED,',
    test: CONTRACT,
  },
  {
    threat: "T33",
    file: "src/engine/contract/finding-codes.ts",
    guard: '"field.removed": row("field", ["break", "block", "other", "loss"],',
    without: '"field.removed": row("field", BREAK,',
    test: CONTRACT,
  },
  {
    threat: "T36",
    file: "src/engine/contract/diff/sides.ts",
    guard: "!REGULAR.has(file.mode)",
    without: "false",
    test: CONTRACT,
  },
  {
    threat: "T36",
    file: "src/engine/contract/diff/sides.ts",
    guard: "if (pointer) return",
    without: 'if (pointer && file.path === "") return',
    test: CONTRACT,
  },
  {
    threat: "T39",
    file: "src/engine/contract/read.ts",
    guard: 'if (structured) throw new ReadFailure("the file is empty", 1);',
    without: "",
    test: CONTRACT,
  },
  {
    threat: "T40",
    file: "src/engine/contract/source/tree.ts",
    guard: "if (own.has(key)) throw",
    without: 'if (own.has(key) && key === "") throw',
    test: CONTRACT,
  },
];
