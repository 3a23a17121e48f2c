import type { Finding, Severity } from "../engine/contract/finding.ts";
import { type Decision, isPassing } from "../engine/decision.ts";
import { GOVERNANCE_CODE } from "../engine/policy/governance.ts";
import { SEVERITIES } from "../engine/policy/model.ts";
import { subjectOf } from "./changes.ts";
import { count, plain, sentence } from "./phrase.ts";
import type { DecisionView } from "./view.ts";
import { clip, cutBytes, visible } from "./visible.ts";

export interface Annotation {
  readonly path: string;
  /** 1-based. */
  readonly startLine: number;
  readonly endLine: number;
  readonly level: "notice" | "warning" | "failure";
  /** At most 255 characters. */
  readonly title: string;
  /** Plain text, at most 64 KB. */
  readonly message: string;
}

/** Annotations shown on a change; the rest are behind the link. GitHub takes 50 per request. */
export const ANNOTATION_CAP = 10;
const SUBJECTS_SHOWN = 8;

const LEVELS = { block: "failure", break: "warning", warn: "warning", info: "notice" } as const satisfies Record<
  Severity,
  Annotation["level"]
>;

/** On the exact line of the head: what is wrong with a proposed policy, then the changes, the gravest first. */
export function annotationsOf(decision: Decision, view: DecisionView): readonly Annotation[] {
  return [...(view.policy === null ? proposalAnnotations(decision) : []), ...changeAnnotations(decision, view)].slice(0, ANNOTATION_CAP);
}

/** Only of files that the change edits: lines of anything else are not lines of the head. */
function proposalAnnotations({ proposal }: Decision): readonly Annotation[] {
  return (proposal?.problems ?? []).flatMap((problem): Annotation[] => {
    const { file, line, severity } = problem;
    if (file === null || !proposal!.files.includes(file)) return [];
    const message = clip(plain(sentence(problem.message)), 2000);
    const level = severity === "error" ? "failure" : "warning";
    return [{ path: file, startLine: line ?? 1, endLine: line ?? 1, level, title: clip(`${problem.code} proposed policy`, 127), message }];
  });
}

/** One per cause (the same change at the same place). */
function changeAnnotations(decision: Decision, view: DecisionView): readonly Annotation[] {
  const pointed = view.rows.flatMap((row) => (row.why.length === 0 ? [] : row.findings)).filter(isPointed);
  const causes = [...Map.groupBy(pointed, (finding) => JSON.stringify([finding.file, finding.line, finding.code])).values()];
  causes.sort((a, b) => SEVERITIES.indexOf(a[0]!.severity) - SEVERITIES.indexOf(b[0]!.severity));
  const shown = causes.slice(0, ANNOTATION_CAP).map((findings) => annotation(decision, findings));
  const more = causes.length - shown.length;
  if (more === 0) return shown;
  const last = shown.pop()!;
  return [
    ...shown,
    {
      ...last,
      message: `${last.message}\n\n${more.toLocaleString("en-US")} more ${more === 1 ? "place is" : "places are"} listed in the check.`,
    },
  ];
}

/** A base-side line does not exist in the head, and GitHub refuses a line below 1. */
function isPointed(finding: Finding): finding is Finding & { readonly line: number } {
  return finding.side === "head" && finding.line !== null && Number.isInteger(finding.line) && finding.line >= 1;
}

function annotation(decision: Decision, findings: readonly (Finding & { readonly line: number })[]): Annotation {
  const [first] = findings as readonly [Finding & { readonly line: number }];
  const change = plain(sentence(first.message));
  const subjects = [...new Set(findings.map((finding) => clip(visible(subjectOf(finding)), 120)))];
  const named =
    subjects.slice(0, SUBJECTS_SHOWN).join(", ") +
    (subjects.length > SUBJECTS_SHOWN ? ` and ${subjects.length - SUBJECTS_SHOWN} more` : "");
  const title = subjects.length === 1 ? `${subjects[0]}: ${change}` : `${count(subjects.length, "field")}: ${change}`;
  return {
    path: first.file,
    startLine: first.line,
    endLine: first.line,
    level: isPassing(decision.state) ? "notice" : LEVELS[first.severity],
    title: clip(title, 127),
    message: cutBytes(`${named}: ${change} (${first.code})${values(first)}`, 64_000),
  };
}

function values(finding: Finding): string {
  if (finding.code === GOVERNANCE_CODE || (finding.before === null && finding.after === null)) return "";
  const shown = (text: string | null) => (text === null ? "(none)" : clip(visible(text), 200));
  return `\nbefore: ${shown(finding.before)}\nafter: ${shown(finding.after)}`;
}
