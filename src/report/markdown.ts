import type { Decision } from "../engine/decision.ts";
import { has, missing, needs } from "./approvals.ts";
import type { ChangeRow } from "./changes.ts";
import { diffLines, place } from "./field-diff.ts";
import { codeBlock, codeSpan, link, markdown } from "./markdown-escape.ts";
import { overridePhrase, problemPhrase } from "./next-steps.ts";
import { count, listed, type Phrase, sentence } from "./phrase.ts";
import { proposalText, proposalTitle, versionOf } from "./proposal.ts";
import { riskName, riskSum } from "./risk.ts";
import { type DecisionView, viewOf } from "./view.ts";
import { clip, within } from "./visible.ts";

/** Limits that keep a page readable, and its sections together under GitHub's 65,535 bytes whatever a change holds. */
const ROWS_SHOWN = 20;
const DIFF_LINES_SHOWN = 40;
const ITEMS_SHOWN = 10;
const TABLE_BYTES = 24_000;
const DIFF_BYTES = 12_000;
const LIST_BYTES = 5_000;

/** A decision as a Markdown page of its own: step summaries, comments, files. */
export function renderMarkdown(decision: Decision): string {
  const view = viewOf(decision, null);
  return `### ${mark(decision)} ${markdown(view.verdict)}\n\n${markdownBody(decision, view, { evaluationId: null, detailsUrl: null })}\n`;
}

function mark(decision: Decision): string {
  const marks = { approved: "✅", auto_approved: "✅", not_applicable: "✅", overridden: "⚠️", pending_approval: "🟡" } as const;
  return decision.state in marks ? marks[decision.state as keyof typeof marks] : "❌";
}

/** Everything below the verdict, in the order in which a reviewer needs it. */
export function markdownBody(
  decision: Decision,
  view: DecisionView,
  links: { readonly evaluationId: string | null; readonly detailsUrl: string | null },
): string {
  const more = link("the whole decision", links.detailsUrl);
  const sections = [
    decision.simulated ? "**SIMULATED**: flags stood in for facts." : null,
    `**${markdown(view.headline)}**`,
    override(decision),
    problems(decision),
    changeTable(decision, view.rows, more),
    list("What to do next", view.steps),
    inline("Not counted", view.notCounted),
    risk(decision, view),
    more === null ? null : `Open ${more}: decision tree, who may approve, and the record after the merge.`,
    folded("Field diff", fieldDiff(view.rows, more)),
    folded(policiesTitle(view), policyList(view)),
    view.policy === null ? folded(proposalTitle(decision), proposalText(decision)) : null,
    folded("For machines", machines(decision, links.evaluationId)),
  ];
  return sections.filter((section) => section !== null && section !== "").join("\n\n");
}

/** The factors belong to the whole change, so a check about one policy gives the score alone. */
function risk(decision: Decision, view: DecisionView): string | null {
  if (decision.state === "error") return null;
  return `**${riskName(decision)}**${view.policy === null ? markdown(riskSum(decision)) : ", of the whole change."}`;
}

function override(decision: Decision): string {
  const phrase = overridePhrase(decision);
  return phrase === null ? "" : `**Override** by ${markdown(phrase)}.`;
}

function problems(decision: Decision): string {
  const lines = decision.problems.map((problem) => `- ${markdown(problemPhrase(problem))}`);
  return lines.length === 0 ? "" : `**Problems**\n\n${capped(lines, ITEMS_SHOWN, LIST_BYTES, "- and")}`;
}

function changeTable(decision: Decision, rows: readonly ChangeRow[], more: string | null): string {
  const governed = rows.filter((row) => row.why.length > 0);
  const quiet = rows.length - governed.length;
  const rest =
    quiet === 0 ? "" : `${count(quiet, governed.length > 0 ? "other change" : "change")} that nothing governs: see the field diff.`;
  if (governed.length === 0) return rest;
  const manyFiles = new Set(rows.map((row) => row.file)).size > 1;
  const shown = tableRows(decision, governed, manyFiles);
  const hidden = governed.length - shown.length;
  const where = manyFiles ? "" : `In ${codeSpan(place({ ...governed[0]!, line: null }))}. `;
  const hint = hidden === 0 ? "" : `**${hidden.toLocaleString("en-US")} more** ${more === null ? "below" : `below and in ${more}`}. `;
  return `| Change | Why governed | Needs | Has | Missing |\n|---|---|---|---|---|\n${shown.join("\n")}\n\n${where}${hint}${rest}`.trimEnd();
}

function tableRows(decision: Decision, governed: readonly ChangeRow[], manyFiles: boolean): readonly string[] {
  const lines = governed.slice(0, ROWS_SHOWN).map((row, index) => tableRow(decision, row, governed[index - 1], manyFiles));
  return within(lines, ROWS_SHOWN, TABLE_BYTES).shown;
}

function tableRow(decision: Decision, row: ChangeRow, previous: ChangeRow | undefined, manyFiles: boolean): string {
  const why = row.why.map(markdown).join("<br>");
  const sameWhy = previous !== undefined && previous.why.map(markdown).join("<br>") === why;
  const sameNeeds = previous !== undefined && previous.requirements.length > 0 && sameItems(previous.requirements, row.requirements);
  const cells = sameNeeds
    ? ["same approval", "", ""]
    : [
        row.requirements.map((each) => markdown(needs(each))).join("<br>") || "–",
        row.requirements.map((each) => markdown(has(each)) || "–").join("<br>") || "–",
        row.requirements.map((each) => markdown(missing(each, decision)) || "–").join("<br>") || "–",
      ];
  return `| ${changeCell(row, manyFiles)} | ${sameWhy ? "same" : why} | ${cells.join(" | ")} |`;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function changeCell(row: ChangeRow, manyFiles: boolean): string {
  const line = row.line === null ? null : `line ${row.line}${row.side === "base" ? " at base" : ""}`;
  const where = manyFiles ? codeSpan(place(row)) : line;
  return `${codeSpan(row.subject)}: ${markdown(listed(row.phrases, 4, "; "))}${where === null ? "" : ` (${where})`}`;
}

/** The full list of changes, for the check's `text` when the table had to stop; null when it did not. */
export function allChanges(decision: Decision, view: DecisionView, maxBytes: number): string | null {
  const governed = view.rows.filter((row) => row.why.length > 0);
  if (tableRows(decision, governed, true).length === governed.length) return null;
  const lines = governed.map((row) => `- ${changeCell(row, true)}`);
  return `**All ${lines.length.toLocaleString("en-US")} governed changes**\n\n${capped(lines, Number.POSITIVE_INFINITY, maxBytes - 200, "- and")}`;
}

function list(title: string, items: readonly Phrase[]): string {
  if (items.length === 1) return `**${title}**: ${markdown(items[0]!)}`;
  const lines = items.map((item) => `- ${markdown(item)}`);
  return lines.length === 0 ? "" : `**${title}**:\n\n${capped(lines, ITEMS_SHOWN, LIST_BYTES, "- and")}`;
}

function inline(title: string, items: readonly Phrase[]): string {
  const { shown, more } = within(items.map(markdown), ITEMS_SHOWN, LIST_BYTES);
  return items.length === 0 ? "" : `**${title}**: ${shown.join(" · ")}${more === 0 ? "" : ` · ${more} more`}.`;
}

function fieldDiff(rows: readonly ChangeRow[], more: string | null): string {
  const lines = diffLines(rows.slice(0, DIFF_LINES_SHOWN)).map((line) => `${line.sign} ${line.text}`);
  const { shown } = within(lines, DIFF_LINES_SHOWN, DIFF_BYTES);
  const cut = shown.length < lines.length || rows.length > DIFF_LINES_SHOWN;
  return lines.length === 0
    ? ""
    : `${codeBlock("diff", shown)}${cut ? `\n\nMore fields: ${more ?? "`countersign check --format json`"}.` : ""}`;
}

function policiesTitle(view: DecisionView): string {
  const matched = view.policies.filter((policy) => policy.matched).length;
  return `Policies: ${matched} matched, ${view.policies.length - matched} did not`;
}

function policyList(view: DecisionView): string {
  const lines = view.policies.map((policy) => {
    const verb = policy.matched ? "matched" : "did not match";
    const mode = policy.mode === "enforce" ? "" : ` (${policy.mode} mode)`;
    return `- ${codeSpan(policy.name)}${mode} ${verb}: ${markdown(
      listed(
        policy.because.map((each) => sentence(each, 160)),
        6,
      ),
    )}`;
  });
  return capped(lines, ROWS_SHOWN, LIST_BYTES, "- and");
}

function machines(decision: Decision, evaluationId: string | null): string {
  const { digests } = decision;
  const facts: readonly (readonly [string, string | null])[] = [
    ["evaluation", evaluationId],
    ["state", `${decision.state}, exit code ${decision.exitCode}`],
    ["environment", decision.environment],
    ["base", decision.base],
    ["head", decision.head],
    ["policy read at", decision.policyCommit],
    ["policy in force", versionOf(decision.inForce?.repository)],
    ["organisation policy", versionOf(decision.inForce?.organisation)],
    ["facts", digests.facts],
    ["policy", digests.policy],
    ["findings", digests.findings],
    ["content", digests.content],
    ["step by step, as a comment", evaluationId === null || decision.group !== undefined ? null : "/countersign explain"],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : `- ${name}: ${codeSpan(clip(value, 200))}`)).join("\n");
}

function folded(title: string, content: string): string | null {
  return content === "" ? null : `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

function capped(lines: readonly string[], maxItems: number, maxBytes: number, and: string): string {
  const { shown, more } = within(lines, maxItems, maxBytes);
  return more === 0 ? shown.join("\n") : [...shown, `${and} ${more.toLocaleString("en-US")} more`].join("\n");
}
