import type { Invocation, Location, Log, Notification, Result } from "sarif";
import type { Finding } from "../engine/contract/finding.ts";
import type { Decision } from "../engine/decision.ts";
import { SEVERITIES } from "../engine/policy/model.ts";
import type { Problem } from "../engine/problem.ts";
import { subjectOf } from "./changes.ts";
import { exitMeaning } from "./exit-codes.ts";
import { count, plain, sentence } from "./phrase.ts";
import { SARIF_LEVELS, sarifRules } from "./sarif-rules.ts";
import { verdictLine, viewOf } from "./view.ts";
import { clip, escapeInvisible, visible } from "./visible.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** GitHub code scanning stores this many results of a run, and refuses a run of 25,000. */
export const RESULTS_MAX = 5_000;

/**
 * SARIF 2.1.0: problems, then findings, the gravest first. A finding whose line is the base's says so in `properties.side`.
 * Once the change is approved or overridden, its findings are marked as accepted (`suppressions`). No time, no absolute path.
 * `versionControlProvenance` is left out: it demands the repository's address, which a decision does not hold; base and head
 * are in the run's `properties`.
 */
export function renderSarif(decision: Decision): string {
  const rules = sarifRules();
  const ruleIndex = new Map(rules.map((rule, index) => [rule.id, index]));
  const verdict = verdictOf(decision);
  const problems = decision.problems.toSorted((a, b) => errorsFirst(a) - errorsFirst(b)).flatMap(problemResults);
  const findings = decision.findings.toSorted((a, b) => rank(a) - rank(b));
  const shown = findings.slice(0, Math.max(0, RESULTS_MAX - problems.length)).map((finding) => findingResult(decision, verdict, finding));
  const results = [...problems.slice(0, RESULTS_MAX), ...shown].map((result) => {
    const index = ruleIndex.get(result.ruleId!);
    return index === undefined ? result : { ...result, ruleIndex: index };
  });
  const omitted = problems.length + findings.length - results.length;
  const log: Log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Countersign", rules: [...rules] } },
        automationDetails: { id: `countersign/${decision.environment ?? "none"}/` },
        columnKind: "utf16CodeUnits",
        invocations: [invocation(decision, verdict, omitted)],
        results,
        properties: runProperties(decision, omitted),
      },
    ],
  };
  return `${escapeInvisible(JSON.stringify(log, wellFormed, 2))}\n`;
}

function verdictOf(decision: Decision): string {
  return `${decision.simulated ? "SIMULATED " : ""}${verdictLine(viewOf(decision, null))}`;
}

function errorsFirst(problem: Problem): number {
  return problem.severity === "error" ? 0 : 1;
}

function rank(finding: Finding): number {
  return SEVERITIES.indexOf(finding.severity);
}

function runProperties(decision: Decision, omittedResults: number) {
  const { state, exitCode, environment, base, head, policyCommit, simulated, risk, digests } = decision;
  return { state, exitCode, environment, base, head, policyCommit, simulated, riskLevel: risk.level, digests, omittedResults };
}

/** An invocation that could not decide was not successful; one that says no was. */
function invocation(decision: Decision, verdict: string, omitted: number): Invocation {
  const placeless = decision.problems.filter((problem) => problem.file === null);
  const notes: Notification[] = [
    { level: "note", message: { text: messageText(verdict) } },
    ...placeless.map((problem) => ({ associatedRule: { id: problem.code }, ...problemMessage(problem) })),
  ];
  if (omitted > 0)
    notes.push({ level: "warning", message: { text: `${count(omitted, "result")} left out, the least grave: see the JSON report` } });
  return {
    executionSuccessful: decision.state !== "error" && decision.state !== "invalid",
    exitCode: decision.exitCode,
    exitCodeDescription: exitMeaning(decision.exitCode),
    toolExecutionNotifications: notes,
  };
}

/** GitHub refuses a whole file for one result without a place, so a problem of no file is a notification instead. */
function problemResults(problem: Problem): readonly Result[] {
  if (problem.file === null) return [];
  return [{ ruleId: problem.code, kind: "fail", ...problemMessage(problem), locations: [location(problem.file, problem.line, null)] }];
}

function problemMessage(problem: Problem) {
  const text = problem.hint === undefined ? problem.message : `${problem.message} (${problem.hint})`;
  const level = problem.severity === "error" ? ("error" as const) : ("warning" as const);
  return { level, message: { text: messageText(plain(sentence(text))) } };
}

function findingResult(decision: Decision, verdict: string, finding: Finding): Result {
  const { severity, side, contract, format, tagsBefore, tagsAfter, unknownClasses } = finding;
  const atBase = side === "base" ? " (the place is the base's)" : "";
  const accepted = (decision.state === "approved" || decision.state === "overridden") && !decision.simulated;
  const place = location(finding.file, finding.line, finding.column);
  return {
    ruleId: finding.code,
    kind: "fail",
    level: SARIF_LEVELS[severity],
    message: { text: messageText(`${clip(visible(subjectOf(finding)), 160)}: ${plain(sentence(finding.message))}${atBase}`) },
    locations: [finding.object === null && finding.field === null ? place : { ...place, logicalLocations: [logicalLocation(finding)] }],
    partialFingerprints: { "countersign/v1": finding.fingerprint },
    ...(accepted ? { suppressions: [{ kind: "external", status: "accepted", justification: verdict }] } : {}),
    properties: {
      severity,
      side,
      contract,
      format,
      tagsBefore: [...tagsBefore],
      tagsAfter: [...tagsAfter],
      unknownClasses: [...unknownClasses],
    },
  };
}

function logicalLocation(finding: Finding) {
  return {
    name: finding.field ?? finding.object!,
    fullyQualifiedName: subjectOf(finding),
    kind: finding.field === null ? "object" : "property",
  };
}

/** A path inside the repository as a relative reference; no line is invented where none is known. */
function location(file: string, line: number | null, column: number | null): Location {
  const uri = file
    .toWellFormed()
    .split("/")
    .map(encodeURIComponent)
    .join("/")
    .replace(/^\/+/, (slashes) => "%2F".repeat(slashes.length));
  const region = isCount(line) ? { region: { startLine: line, ...(isCount(column) ? { startColumn: column } : {}) } } : {};
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: "%SRCROOT%" }, ...region } };
}

function isCount(value: number | null): value is number {
  return value !== null && Number.isInteger(value) && value >= 1;
}

/** Braces are placeholders in a SARIF message, and `[text](target)` is a link: foreign text makes neither. */
function messageText(text: string): string {
  return text.replace(/[{}]/g, "$&$&").replaceAll("](", "] (");
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
