import type { Problem } from "../engine/problem.ts";
import { sentence } from "./phrase.ts";
import { colorsFor, escapeTerminal, terminal } from "./terminal-escape.ts";

/** Problems for a terminal, `file:line: E001 message`, one a line with its hint below, and how many there are. */
export function renderProblems(problems: readonly Problem[], options: { readonly color: boolean }): string {
  const colors = colorsFor(options.color);
  const lines = problems.map((problem) => {
    const place = problem.file === null ? "" : `${escapeTerminal(problem.file)}${problem.line === null ? "" : `:${problem.line}`}: `;
    const mark = problem.severity === "error" ? colors.red(`error ${problem.code}`) : colors.yellow(`warning ${problem.code}`);
    const hint = problem.hint === undefined ? "" : `\n    ${colors.dim(terminal(sentence(problem.hint), colors))}`;
    return `${colors.bold(place)}${mark} ${terminal(sentence(problem.message), colors)}${hint}`;
  });
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return `${[...lines, "", `${counted(errors, "error")}, ${counted(problems.length - errors, "warning")}`].join("\n")}\n`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
