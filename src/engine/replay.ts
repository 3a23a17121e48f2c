import type { Finding, Severity } from "./contract/finding.ts";
import type { Decision, State } from "./decision.ts";
import type { PolicyMode, RiskLevel } from "./policy/model.ts";

/** A commit of the past, as people know it. */
export interface ReplayCommit {
  readonly sha: string;
  /** ISO 8601, as the committer's machine said; null when it is unknown. */
  readonly committedAt: string | null;
  readonly subject: string;
}

/** A governed file that could not be read at the commit. */
export interface UnreadableFile {
  readonly path: string;
  readonly line: number | null;
  readonly because: string;
}

/** What would have been said of a commit, had it come as a pull request. Nobody is known, so nothing is ever approved. */
export interface ReplayVerdict {
  readonly state: State;
  readonly exitCode: number;
  readonly headline: string;
  readonly risk: { readonly score: number; readonly level: RiskLevel };
  /** Policies that matched. */
  readonly policies: readonly { readonly name: string; readonly mode: PolicyMode }[];
  /** Who would have to approve, and what asks for it. */
  readonly asks: readonly { readonly id: string; readonly minApprovals: number; readonly source: readonly string[] }[];
}

/** One commit of a replay. */
export type ReplayRow =
  /** It changes no contract and no file of the gate. */
  | { readonly status: "untouched"; readonly commit: ReplayCommit }
  | {
      readonly status: "judged";
      readonly commit: ReplayCommit;
      /** Changed contract files. */
      readonly files: number;
      readonly verdict: ReplayVerdict;
      readonly findings: readonly Finding[];
      /** Every one, at the commit. */
      readonly unreadable: readonly UnreadableFile[];
      /** What could not be taken into account: sentences. */
      readonly notes: readonly string[];
      /** Tagged fields that lost a tag or are gone. */
      readonly taggedFieldsLost: number;
      /** Under the policy at the tip; null when nothing is compared with it. */
      readonly atTip: ReplayVerdict | null;
    }
  /** `bug`: our own fault. */
  | { readonly status: "unreadable"; readonly commit: ReplayCommit; readonly because: string; readonly fault: "git" | "bug" };

export type JudgedRow = Extract<ReplayRow, { status: "judged" }>;

/** Counts over the commits of a replay. A list names each thing once, in order. */
export interface ReplayTotals {
  readonly commits: number;
  /** Commits that change a contract file. */
  readonly touched: number;
  readonly withFindings: number;
  readonly states: Readonly<Partial<Record<State, number>>>;
  readonly findings: Readonly<Record<Severity, number>>;
  /** Findings that lose a tag or lower a class. */
  readonly tagLosses: number;
  readonly taggedFieldsLost: number;
  readonly moves: number;
  readonly renames: number;
  /** Commits per policy that matched, whatever its mode. */
  readonly matched: readonly Tally[];
  /** Commits per reason to ask for approval: a policy, a risk level, self-protection. */
  readonly asked: readonly Tally[];
  /** Files, counted at each commit that leaves them unreadable. */
  readonly unreadableFiles: number;
  readonly unreadableCommits: number;
  readonly faults: number;
  /** Commits whose verdict is another than under the policy at the tip. */
  readonly changedVerdicts: number;
}

export interface Tally {
  readonly name: string;
  readonly commits: number;
}

export const NO_COMMITS: ReplayTotals = {
  commits: 0,
  touched: 0,
  withFindings: 0,
  states: {},
  findings: { block: 0, break: 0, warn: 0, info: 0 },
  tagLosses: 0,
  taggedFieldsLost: 0,
  moves: 0,
  renames: 0,
  matched: [],
  asked: [],
  unreadableFiles: 0,
  unreadableCommits: 0,
  faults: 0,
  changedVerdicts: 0,
};

export function replayVerdict(decision: Decision): ReplayVerdict {
  const { state, exitCode, verdict, risk, policies, requirements } = decision;
  return {
    state,
    exitCode,
    headline: verdict,
    risk: { score: risk.score, level: risk.level },
    policies: policies.filter(({ matched }) => matched).map(({ name, mode }) => ({ name, mode })),
    asks: requirements.map(({ id, minApprovals, source }) => ({ id, minApprovals, source })),
  };
}

/** Two verdicts are the same when they end the same way and ask the same people. */
export function changesVerdict({ verdict, atTip }: JudgedRow): boolean {
  if (atTip === null) return false;
  const asks = (each: ReplayVerdict) => JSON.stringify(each.asks.map(({ id, minApprovals }) => [id, minApprovals]).sort());
  return verdict.state !== atTip.state || verdict.exitCode !== atTip.exitCode || asks(verdict) !== asks(atTip);
}

/** True when there is something to tell of a commit. */
export function isNotable(row: ReplayRow): boolean {
  if (row.status !== "judged") return row.status === "unreadable";
  return row.findings.length > 0 || row.unreadable.length > 0 || row.verdict.state !== "not_applicable" || changesVerdict(row);
}

/** The totals with one more commit. Adding rows one by one gives the same wherever a replay was stopped and continued. */
export function withRow(totals: ReplayTotals, row: ReplayRow): ReplayTotals {
  const commits = totals.commits + 1;
  switch (row.status) {
    case "untouched":
      return { ...totals, commits, states: { ...totals.states, not_applicable: (totals.states.not_applicable ?? 0) + 1 } };
    case "unreadable":
      return {
        ...totals,
        commits,
        unreadableCommits: totals.unreadableCommits + 1,
        faults: totals.faults + (row.fault === "bug" ? 1 : 0),
      };
    case "judged":
      return withJudged({ ...totals, commits }, row);
  }
}

function withJudged(totals: ReplayTotals, row: JudgedRow): ReplayTotals {
  const { verdict, findings } = row;
  const count = (wanted: (finding: Finding) => boolean) => findings.filter(wanted).length;
  const ofSeverity = (severity: Severity) => totals.findings[severity] + count((finding) => finding.severity === severity);
  return {
    ...totals,
    touched: totals.touched + (row.files > 0 ? 1 : 0),
    withFindings: totals.withFindings + (findings.length > 0 ? 1 : 0),
    states: { ...totals.states, [verdict.state]: (totals.states[verdict.state] ?? 0) + 1 },
    findings: { block: ofSeverity("block"), break: ofSeverity("break"), warn: ofSeverity("warn"), info: ofSeverity("info") },
    tagLosses: totals.tagLosses + count(losesTag),
    taggedFieldsLost: totals.taggedFieldsLost + row.taggedFieldsLost,
    moves: totals.moves + count(({ code }) => code === "field.moved"),
    renames: totals.renames + count(({ code }) => code === "field.renamed"),
    matched: tally(
      totals.matched,
      verdict.policies.map(({ name }) => name),
    ),
    asked:
      verdict.state === "pending_approval"
        ? tally(
            totals.asked,
            verdict.asks.flatMap(({ source }) => source),
          )
        : totals.asked,
    unreadableFiles: totals.unreadableFiles + row.unreadable.length,
    changedVerdicts: totals.changedVerdicts + (changesVerdict(row) ? 1 : 0),
  };
}

export function losesTag({ code, weight }: Pick<Finding, "code" | "weight">): boolean {
  return weight === "loss" && /^(tag|classification)\./.test(code);
}

function tally(known: readonly Tally[], names: readonly string[]): readonly Tally[] {
  const counts = new Map(known.map(({ name, commits }) => [name, commits]));
  for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, commits]) => ({ name, commits })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
