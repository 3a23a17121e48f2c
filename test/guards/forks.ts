import type { Guard } from "./guard.ts";

const FORKS = "test/gate/merge-bases.test.ts";

/** What a branch stands on, and what its merge commits bring and leave out. */
export const FORKS_AND_MERGES: readonly Guard[] = [
  {
    threat: "T27",
    file: "src/gate/read-forks.ts",
    guard: "if (met !== null) below.add(met);",
    without: "",
    test: FORKS,
    named: "T27: nor does it help",
    slow: true,
  },
  {
    threat: "T27",
    file: "src/gate/read-forks.ts",
    guard: "return { mayHoldListed: true, mayHaveLost };",
    without: "break;",
    test: FORKS,
    named: "T27: nor does it help",
    slow: true,
  },
  {
    threat: "T68",
    file: "src/gate/read-forks.ts",
    guard: " && /no common ancestor/i.test(error.message)",
    without: "",
    test: FORKS,
    named: "T27/T68: nor that GitHub",
    slow: true,
  },
  {
    threat: "T44",
    file: "src/gate/read-forks.ts",
    guard: "kept = isCovered ? others : [...others, commit];",
    without: "kept = [commit];",
    test: FORKS,
    named: "T44: and where nothing is rebased",
    slow: true,
  },
  {
    threat: "T44",
    file: "src/gate/read-rebase.ts",
    guard: "if (other.length === 0) return",
    without: "if (other.length >= 0) return",
    test: FORKS,
    named: "T44: what only a merge commit brings",
    slow: true,
  },
  {
    threat: "T27",
    file: "src/gate/hidden-by-merge-base.ts",
    guard: "if (file === undefined) return [];",
    without: "if (file !== null) return [];",
    test: FORKS,
    named: "T27: of two merge bases",
    slow: true,
  },
  {
    threat: "T44",
    file: "src/gate/hidden-by-merge-base.ts",
    guard: "incomplete === null && governed.length + governance.length + problems.length === 0",
    without: "incomplete === null",
    test: "test/gate/every-commit.test.ts",
    named: "T44/T38: nor are they decided",
    slow: true,
  },
  {
    threat: "T02",
    file: "src/gate/base-merges.ts",
    guard: "...alsoIn(fromBranch, byBranch), ",
    without: "",
    test: "test/gate/update-branch.test.ts",
    named: "T02",
    slow: true,
  },
];
