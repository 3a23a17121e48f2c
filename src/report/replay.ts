import type { Finding, Severity } from "../engine/contract/finding.ts";
import {
  changesVerdict,
  isNotable,
  type JudgedRow,
  type ReplayRow,
  type ReplayTotals,
  type ReplayVerdict,
  type Tally,
} from "../engine/replay.ts";
import { type Colors, colorsFor, escapeTerminal } from "./terminal-escape.ts";
import { escapeInvisible } from "./visible.ts";

/** What is known of a whole replay when it ends or is stopped. */
export interface ReplaySummary {
  readonly complete: boolean;
  /** Commits of the range. */
  readonly of: number;
  readonly repository: string;
  readonly branch: string;
  readonly to: string;
  readonly from: string | null;
  readonly since: string | null;
  readonly policy: string;
  readonly policyAtTip: string | null;
  readonly elapsedMs: number;
  readonly totals: ReplayTotals;
}

/** Findings shown for one commit; JSON has all. Unreadable files are always all shown. */
const FINDINGS_SHOWN = 10;
const SEVERITIES: readonly Severity[] = ["block", "break", "warn", "info"];

/** One commit as a line of JSON; "" when there is nothing to tell of it. */
export function replayRowJson(row: ReplayRow): string {
  if (!isNotable(row)) return "";
  if (row.status === "unreadable") {
    const { sha, committedAt, subject } = row.commit;
    return line({ kind: "unreadable", sha, committedAt, subject, because: row.because, fault: row.fault });
  }
  if (row.status !== "judged") return "";
  const { commit, files, verdict, atTip, findings, unreadable, taggedFieldsLost, notes } = row;
  return line({
    kind: "commit",
    ...commit,
    files,
    ...verdict,
    changesVerdict: changesVerdict(row),
    atTip,
    taggedFieldsLost,
    notes,
    findings,
    unreadable,
  });
}

export function replaySummaryJson({ complete, ...rest }: ReplaySummary): string {
  return line({ kind: "summary", schemaVersion: 1, complete, ...rest });
}

function line(value: object): string {
  return `${escapeInvisible(JSON.stringify(value))}\n`;
}

/** One commit for people; "" when there is nothing to tell of it. */
export function replayRowText(row: ReplayRow, view: { readonly color: boolean }): string {
  if (!isNotable(row)) return "";
  const colors = colorsFor(view.color);
  const { sha, committedAt, subject } = row.commit;
  const head = `${colors.bold(escapeTerminal(sha.slice(0, 12)) || "unknown commit")} ${committedAt?.slice(0, 10) ?? "no date"} ${escapeTerminal(subject)}`;
  const rest =
    row.status === "unreadable"
      ? [`${colors.red(row.fault === "bug" ? "fault of Countersign" : "cannot be read")}: ${escapeTerminal(row.because)}`]
      : row.status === "judged"
        ? judgedLines(row, colors)
        : [];
  return `${[head, ...rest.map((each) => `  ${each}`)].join("\n")}\n`;
}

function judgedLines(row: JudgedRow, colors: Colors): readonly string[] {
  const { verdict, findings, unreadable, notes, atTip } = row;
  const ordered = findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const more = ordered.length - FINDINGS_SHOWN;
  return [
    outcome(verdict, colors),
    ...(findings.length === 0 ? [] : [SEVERITIES.flatMap((severity) => countOf(findings, severity)).join(", ")]),
    ...unreadable.map(
      ({ path, line: at, because }) =>
        `${colors.red("unreadable")} ${escapeTerminal(path)}${at === null ? "" : `:${at}`}: ${escapeTerminal(because)}`,
    ),
    ...ordered.slice(0, FINDINGS_SHOWN).map((finding) => findingLine(finding, colors)),
    ...notes.map(escapeTerminal),
    ...(more > 0 ? [`and ${more} more (--format json has all)`] : []),
    ...(atTip !== null && changesVerdict(row)
      ? [`${colors.yellow("changes")}: under the policy at the tip ${outcome(atTip, colors)}`]
      : []),
  ];
}

/** "pending_approval (exit 10), risk 6.0 medium, by repo/pii: sec-ops (1)" */
function outcome({ state, exitCode, risk, policies, asks, headline }: ReplayVerdict, colors: Colors): string {
  const by = policies.map(({ name, mode }) => `${escapeTerminal(name)}${mode === "enforce" ? "" : ` (${mode})`}`).join(", ");
  const whom = asks.map(({ id, minApprovals }) => `${escapeTerminal(id)} (${minApprovals})`).join(", ");
  const paint = exitCode === 0 ? colors.green : exitCode === 10 ? colors.yellow : colors.red;
  const parts = [`${paint(state)} (exit ${exitCode})`, `risk ${risk.score.toFixed(1)} ${risk.level}`];
  if (by !== "") parts.push(`by ${by}`);
  if (whom !== "") parts.push(`asks ${whom}`);
  // What nobody can approve away is told in full.
  return parts.join(", ") + (exitCode === 0 || exitCode === 10 ? "" : `: ${escapeTerminal(headline)}`);
}

function findingLine({ severity, code, file, line: at, object, field, message }: Finding, colors: Colors): string {
  const place = [object, field].filter((part) => part !== null).join(".");
  const what = `${place === "" ? "" : `${escapeTerminal(place)} `}${escapeTerminal(message)}`;
  return `${severity.padEnd(5)} ${code} ${colors.dim(`${escapeTerminal(file)}${at === null ? "" : `:${at}`}`)} ${what}`;
}

function countOf(findings: readonly Finding[], severity: Severity): readonly string[] {
  const count = findings.filter((finding) => finding.severity === severity).length;
  return count === 0 ? [] : [`${count} ${severity}`];
}

export function replaySummaryText(summary: ReplaySummary, view: { readonly color: boolean }): string {
  const { totals, complete, of, elapsedMs, branch, policyAtTip } = summary;
  const colors = colorsFor(view.color);
  const per = elapsedMs === 0 ? "" : ` in ${(elapsedMs / 1000).toFixed(1)} s`;
  const tallied = (list: readonly Tally[]) => list.map(({ name, commits }) => `    ${commits} ${escapeTerminal(name)}`);
  const states = Object.entries(totals.states).map(([state, count]) => `${count} ${state}`);
  return `${[
    `${colors.bold(complete ? "Replayed" : "Stopped after")} ${totals.commits}${complete ? "" : ` of ${of}`} ${plural(totals.commits, "commit")} of ${escapeTerminal(branch)}${per}`,
    `  ${totals.touched} with contract changes, ${totals.withFindings} with findings`,
    `  verdicts: ${states.join(", ") || "none"}`,
    `  findings: ${SEVERITIES.map((severity) => `${totals.findings[severity]} ${severity}`).join(", ")}`,
    `  tags: ${totals.tagLosses} lost, on ${totals.taggedFieldsLost} tagged ${plural(totals.taggedFieldsLost, "field")} with those that are gone`,
    `  fields: ${totals.moves} moved, ${totals.renames} renamed`,
    `  would need approval: ${totals.states.pending_approval ?? 0}`,
    ...tallied(totals.asked),
    ...(totals.matched.length === 0 ? [] : ["  policies matched:", ...tallied(totals.matched)]),
    ...(policyAtTip === null ? [] : [`  verdict differs from the policy at the tip: ${totals.changedVerdicts}`]),
    `  unreadable: ${totals.unreadableFiles} ${plural(totals.unreadableFiles, "file")}, ${totals.unreadableCommits} ${plural(totals.unreadableCommits, "commit")}`,
    ...(totals.faults === 0 ? [] : [colors.red(`  faults of Countersign: ${totals.faults}`)]),
  ].join("\n")}\n`;
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
