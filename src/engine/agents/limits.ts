import { ENVIRONMENTS, knownEnvironment } from "../policy/environment-words.ts";
import { globProblem } from "../policy/glob.ts";
import type { Environment } from "../policy/model.ts";
import { didYouMean } from "../policy/suggest.ts";
import type { Problem } from "../problem.ts";

/** The environments that a list of words allows; null = no list. */
export function environmentsOf(words: readonly string[] | undefined): readonly Environment[] | null {
  return words === undefined ? null : [...new Set(words.flatMap((word) => knownEnvironment(word) ?? []))].sort();
}

export function environmentProblems(
  words: readonly string[] | undefined,
  file: string,
  lineAt: (index: number) => number | null,
): Problem[] {
  return (words ?? []).flatMap((word, index) =>
    knownEnvironment(word) === null
      ? [problem(file, lineAt(index), `unknown environment \`${word}\`${didYouMean(word, ENVIRONMENTS)}`)]
      : [],
  );
}

export function globProblems(globs: readonly string[] | undefined, file: string, lineAt: (index: number) => number | null): Problem[] {
  return (globs ?? []).flatMap((glob, index) => {
    const wrong = globProblem(glob);
    return wrong === null ? [] : [problem(file, lineAt(index), `the pattern \`${glob.slice(0, 60)}\` ${wrong}`)];
  });
}

function problem(file: string, line: number | null, message: string): Problem {
  return { code: "E001", message, file, line, severity: "error" };
}
