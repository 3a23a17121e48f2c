import type { Finding, Severity } from "../engine/contract/finding.ts";
import { type Decision, isPassing } from "../engine/decision.ts";
import { subjectOf } from "./changes.ts";
import { place } from "./field-diff.ts";
import { plain, sentence } from "./phrase.ts";
import { verdictLine, viewOf } from "./view.ts";
import { clip, visible } from "./visible.ts";

const LEVELS = { block: "error", break: "warning", warn: "warning", info: "notice" } as const satisfies Record<Severity, string>;

/** A run shows 10 annotations of each level in a step; more would be dropped without a word. */
const COMMANDS_MAX = 10;

/** Workflow commands for a GitHub Actions log: the verdict, problems with their place, and governed changes on their line. */
export function renderGithubCommands(decision: Decision): string {
  const view = viewOf(decision, null);
  const passing = isPassing(decision.state);
  const findings = view.rows.flatMap((row) => (row.why.length === 0 ? [] : row.findings));
  const lines = [
    command(passing ? "notice" : "error", { title: "countersign" }, `${decision.simulated ? "SIMULATED " : ""}${verdictLine(view)}`),
    ...decision.problems
      .slice(0, COMMANDS_MAX)
      .map((problem) =>
        command(
          problem.severity === "error" ? "error" : "warning",
          { file: problem.file, line: problem.line, title: problem.code },
          plain(sentence(problem.hint === undefined ? problem.message : `${problem.message} (${problem.hint})`)),
        ),
      ),
    ...findings.slice(0, COMMANDS_MAX).map((each) => findingCommand(passing ? "notice" : LEVELS[each.severity], each)),
  ];
  const more = findings.length - COMMANDS_MAX;
  if (more > 0)
    lines.push(command("notice", { title: "countersign" }, `${more.toLocaleString("en-US")} more changes: see the job summary`));
  return `${lines.join("\n")}\n`;
}

/** A line of the base would point at another line of the head, so such a finding names its place in words. */
function findingCommand(level: string, finding: Finding): string {
  const title = clip(visible(subjectOf(finding)), 120);
  const message = plain(sentence(finding.message));
  if (finding.side === "base") return command(level, { title }, `${message} (${place(finding)})`);
  const col = finding.line === null ? null : finding.column;
  return command(level, { file: finding.file, line: finding.line, col, title }, message);
}

function command(level: string, properties: Readonly<Record<string, string | number | null>>, message: string): string {
  const set = Object.entries(properties).flatMap(([name, value]) => (value === null ? [] : [`${name}=${escapeProperty(String(value))}`]));
  return `::${level} ${set.join(",")}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.toWellFormed().replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
