import type { Guard } from "./guard.ts";

/** What an answer of GitHub is taken for: one question instead of two calls, and one call for many who ask. */
export const ANSWERS: readonly Guard[] = [
  {
    threat: "T64",
    file: "src/github/graphql.ts",
    guard: "if (first !== undefined)",
    without: "if (false)",
    test: "test/github/second-look.test.ts",
    named: "whatever is told beside an error",
  },
  {
    threat: "T64",
    file: "src/github/second-look.ts",
    guard: "return look !== null && stands(look) ? look",
    without: "return look !== null ? look",
    test: "test/github/second-look.test.ts",
    named: "is that of the two calls",
  },
  {
    threat: "T64",
    file: "src/github/second-look.ts",
    guard: "if (home.pullRequest.number !== number) return null;",
    without: "",
    test: "test/github/second-look.test.ts",
    named: "another pull request's answer",
  },
  {
    threat: "T64",
    file: "src/github/second-look.ts",
    guard: "if (reviews.nodes.length !== reviews.totalCount) return null;",
    without: "",
    test: "test/github/second-look.test.ts",
    named: "T64: a ",
  },
  {
    threat: "T67",
    file: "src/github/second-look.ts",
    guard: "if (home.databaseId !== repository.id) throw",
    without: "if (false) throw",
    test: "test/github/second-look.test.ts",
    named: "another one",
  },
  {
    threat: "T75",
    file: "src/github/shared-calls.ts",
    guard: "return before.next;",
    without: "return before.answer;",
    test: "test/github/shared-calls.test.ts",
    named: "nobody is given an answer",
  },
  {
    threat: "T75",
    file: "src/github/shared-calls.ts",
    guard: "return orAlone(before.next,",
    without: "return orAlone(before.answer,",
    test: "test/github/shared-calls.test.ts",
    named: "nobody is given an answer",
  },
];
