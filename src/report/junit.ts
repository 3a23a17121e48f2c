import type { Finding } from "../engine/contract/finding.ts";
import { type Decision, isPassing, type Requirement } from "../engine/decision.ts";
import { has, isFilled, missing, requirementName } from "./approvals.ts";
import { subjectOf } from "./changes.ts";
import { place } from "./field-diff.ts";
import { problemPhrase } from "./next-steps.ts";
import { plain, say, sentence } from "./phrase.ts";
import { verdictLine, viewOf } from "./view.ts";
import { clip, visible } from "./visible.ts";

type Outcome = "pass" | "failure" | "error" | "skipped";

export interface TestCase {
  readonly name: string;
  readonly outcome: Outcome;
  /** One line; of a passing case it is the output. */
  readonly text: string;
  /** A finding or problem code, a state. */
  readonly type: string;
  readonly file: string | null;
}

export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * JUnit XML as GitLab and Jenkins read it: a suite `decision` (the verdict, each problem, each requirement), then one suite a
 * contract file. What blocks or breaks is a failure while the decision does not pass; once it passes, nothing fails, because a
 * failure makes Jenkins call the build unstable whatever the exit code says. A decision that could not be made is an error.
 */
export function renderJunit(decision: Decision): string {
  return junitDocument([decisionSuite(decision), ...contractSuites(decision)]);
}

export function junitDocument(suites: readonly TestSuite[]): string {
  const all = suites.flatMap((suite) => suite.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="countersign"${counts(all)}>`,
    ...suites.flatMap(suiteLines),
    "</testsuites>\n",
  ].join("\n");
}

function decisionSuite(decision: Decision): TestSuite {
  const { state, simulated } = decision;
  const verdict = `${simulated ? "SIMULATED " : ""}${verdictLine(viewOf(decision, null))}`;
  const outcome = isPassing(state) ? "pass" : state === "error" || state === "invalid" ? "error" : "failure";
  return {
    name: "decision",
    cases: [
      { name: "verdict", outcome, text: verdict, type: state, file: null },
      ...decision.problems.map((problem): TestCase => {
        const text = plain(problemPhrase(problem));
        return { name: text, outcome: problem.severity === "error" ? "error" : "pass", text, type: problem.code, file: problem.file };
      }),
      ...decision.requirements.map((requirement) => requirementCase(decision, requirement)),
    ],
  };
}

function requirementCase(decision: Decision, requirement: Requirement): TestCase {
  const name = plain(say`${requirementName(requirement)} approves, for ${requirement.source.join(", ")}`);
  const state = `${requirement.have} of ${requirement.minApprovals}`;
  const filled = isFilled(requirement);
  const who = filled ? has(requirement) : say`missing: ${missing(requirement, decision)}`;
  const outcome = filled ? "pass" : isPassing(decision.state) ? "skipped" : "failure";
  return { name, outcome, text: `${state}: ${plain(who)}`, type: decision.state, file: null };
}

function contractSuites(decision: Decision): readonly TestSuite[] {
  const passing = isPassing(decision.state);
  const contracts = Map.groupBy(decision.findings, (finding) => finding.contract);
  return [...contracts].map(([contract, findings]) => ({
    name: contract,
    cases: findings.map((finding) => findingCase(finding, passing)),
  }));
}

function findingCase(finding: Finding, passing: boolean): TestCase {
  const change = plain(sentence(finding.message));
  const grave = finding.severity === "block" || finding.severity === "break";
  return {
    name: `${clip(visible(subjectOf(finding)), 160)}: ${change} (${visible(finding.code)})`,
    outcome: grave && !passing ? "failure" : "pass",
    text: `${finding.severity}: ${change} at ${place(finding)}`,
    type: finding.code,
    file: finding.file,
  };
}

function suiteLines({ name, cases }: TestSuite): readonly string[] {
  const seen = new Map<string, number>();
  const lines = cases.map((each) => {
    const times = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, times);
    // GitLab keeps only the first of two cases with one name.
    return caseLine(name, times === 1 ? each : { ...each, name: `${each.name} #${times}` });
  });
  return [`  <testsuite${attributes({ name })}${counts(cases)}>`, ...lines, "  </testsuite>"];
}

function caseLine(suite: string, { name, outcome, text, type, file }: TestCase): string {
  const open = `    <testcase${attributes({ classname: suite, name, ...(file === null ? {} : { file }) })} time="0">`;
  const inner =
    outcome === "pass"
      ? `<system-out>${escapeXml(text)}</system-out>`
      : outcome === "skipped"
        ? `<skipped${attributes({ message: text })}/>`
        : `<${outcome}${attributes({ message: text, type })}>${escapeXml(text)}</${outcome}>`;
  return `${open}${inner}</testcase>`;
}

function counts(cases: readonly TestCase[]): string {
  const number = (outcome: Outcome) => cases.filter((each) => each.outcome === outcome).length;
  return ` tests="${cases.length}" failures="${number("failure")}" errors="${number("error")}" skipped="${number("skipped")}" time="0"`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(clip(visible(value), 500))}"`)
    .join("");
}

/** XML 1.0 holds no control character even as a reference: visible() has replaced each by its code point in brackets. */
function escapeXml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
