import type { ReportingDescriptor, Result } from "sarif";
import type { Severity } from "../engine/contract/finding.ts";
import { FINDING_CODES, type FindingRule } from "../engine/contract/finding-codes.ts";
import { GOVERNANCE_CODE } from "../engine/policy/governance.ts";
import type { ProblemCode } from "../engine/problem.ts";
import { UNREADABLE_COMMIT_CODE } from "../engine/side-changes.ts";
import { codeTitle } from "./code-title.ts";

export const SARIF_LEVELS = { block: "error", break: "error", warn: "warning", info: "note" } as const satisfies Record<
  Severity,
  Result.level
>;

const PROBLEM_TITLES = {
  E001: "Invalid content",
  E002: "Missing required field",
  E003: "Invalid file name or extension",
  E004: "Contract not found",
  E005: "Circular dependency",
  E006: "Quality rule failed",
  E007: "Agent boundary violation",
  E008: "Approval required",
  E009: "Invalid state transition",
  E010: "Version conflict",
} as const satisfies Record<ProblemCode, string>;

/** Every finding code, the change of a governance file, and every problem code, in the order of their tables. */
export function sarifRules(): readonly ReportingDescriptor[] {
  return [
    ...Object.entries(FINDING_CODES).map(([code, row]) => descriptor(code, codeTitle(code), row.severity, meaning(row))),
    descriptor(
      GOVERNANCE_CODE,
      codeTitle(GOVERNANCE_CODE),
      "block",
      "A policy, configuration or other file that governs contracts changed.",
    ),
    descriptor(
      UNREADABLE_COMMIT_CODE,
      codeTitle(UNREADABLE_COMMIT_CODE),
      "block",
      "A commit on the way to the head holds a contract that cannot be read.",
    ),
    ...Object.entries(PROBLEM_TITLES).map(([code, title]) =>
      descriptor(code, title, "block", "A problem in a file. While an error stands, nothing is approved."),
    ),
  ];
}

/** The schema takes only absolute addresses as `helpUri`, and a report has none: the page is named in the help text. */
function descriptor(id: string, title: string, severity: Severity, text: string): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text },
    help: { text: `${text} The words are explained in docs/concepts.md, what asks for an approval in docs/policies.md.` },
    defaultConfiguration: { level: SARIF_LEVELS[severity] },
    properties: { tags: ["data-contract"] },
  };
}

function meaning(row: FindingRule): string {
  const tagged = row.whenTagged === row.severity ? "" : `, ${row.whenTagged} when the data carries a compliance tag`;
  return `Severity ${row.severity}${tagged}.${row.breaking ? " Consumers may stop working." : ""}`;
}
