import type { CaseResult } from "../engine/cases/judge.ts";
import type { Problem } from "../engine/problem.ts";
import { junitDocument, type TestCase } from "./junit.ts";
import { renderProblems } from "./problems.ts";
import { colorsFor, escapeTerminal } from "./terminal-escape.ts";
import { terminalJson } from "./visible.ts";

/** What `policy test` found; one entry for each policy file. */
export interface CasesReport {
  readonly suites: readonly {
    readonly file: string;
    readonly results: readonly CaseResult[];
    readonly problems: readonly Problem[];
    readonly untested: readonly { readonly name: string; readonly file: string; readonly line: number }[];
  }[];
}

export const CASES_FORMATS = ["text", "json", "junit"] as const;
export type CasesFormat = (typeof CASES_FORMATS)[number];

export function renderCases(format: CasesFormat, report: CasesReport, options: { readonly color: boolean }): string {
  switch (format) {
    case "text":
      return text(report, options);
    case "json":
      return json(report);
    case "junit":
      return junit(report);
  }
}

/** One line a case; a failing one says what was expected, what came, and why. */
function text({ suites }: CasesReport, options: { readonly color: boolean }): string {
  const colors = colorsFor(options.color);
  const out: string[] = [];
  for (const { file, results, problems, untested } of suites) {
    out.push(colors.bold(escapeTerminal(file)));
    for (const result of results) {
      const failed = result.differences.length > 0;
      const place = failed ? ` ${colors.dim(escapeTerminal(placeOf(result)))}` : "";
      out.push(`  ${failed ? colors.red("✗") : colors.green("✓")} ${escapeTerminal(result.name)}${place}`);
      for (const { what, expected, actual } of result.differences)
        out.push(`      ${what}: expected ${escapeTerminal(expected)}; it is ${escapeTerminal(actual)}`);
      for (const line of result.because) out.push(colors.dim(`      | ${escapeTerminal(line)}`));
    }
    for (const each of untested)
      out.push(
        `  ${colors.yellow("!")} no case matches ${escapeTerminal(each.name)} ${colors.dim(`${escapeTerminal(each.file)}:${each.line}`)}`,
      );
    if (problems.length > 0) out.push(renderProblems(problems, options).trimEnd());
  }
  const all = suites.flatMap(({ results }) => results);
  const failed = all.filter(({ differences }) => differences.length > 0).length;
  out.push("", `${all.length} ${all.length === 1 ? "case" : "cases"}, ${failed} failed`);
  return `${out.join("\n")}\n`;
}

function json({ suites }: CasesReport): string {
  const shown = suites.map(({ file, results, problems, untested }) => ({
    file,
    cases: results.map((each) => ({
      name: each.name,
      file: each.file,
      line: each.line,
      status: each.differences.length === 0 ? "passed" : "failed",
      differences: each.differences,
      because: each.because,
      matched: each.matched,
    })),
    problems,
    untested,
  }));
  return terminalJson({ schemaVersion: 1, suites: shown });
}

function junit({ suites }: CasesReport): string {
  return junitDocument(
    suites.map(({ file, results, problems }) => ({
      name: file,
      cases: [
        ...results.map((each): TestCase => {
          const said = each.differences.map(({ what, expected, actual }) => `${what}: expected ${expected}; it is ${actual}`);
          const failed = said.length > 0;
          return {
            name: each.name,
            outcome: failed ? "failure" : "pass",
            text: failed ? [placeOf(each), ...said, ...each.because].join(" | ") : "passed",
            type: "expectation",
            file: each.file,
          };
        }),
        ...problems.map(({ code, message, file: where, line }): TestCase => {
          const text = `${where ?? file}:${line ?? 1}: ${message}`;
          return { name: text, outcome: "error", text, type: code, file: where };
        }),
      ],
    })),
  );
}

function placeOf({ file, line }: CaseResult): string {
  return line === null ? file : `${file}:${line}`;
}
