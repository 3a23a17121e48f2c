import { stringify } from "yaml";
import type { Finding } from "../engine/contract/finding.ts";
import type { Decision } from "../engine/decision.ts";
import { GOVERNANCE_CODE } from "../engine/policy/governance.ts";
import { subjectOf } from "./changes.ts";
import { codeTitle } from "./code-title.ts";
import { DIFFERENCE_ROWS, type DifferenceRow } from "./metadata-diff-rows.ts";
import { clip, escapeInvisible, visible } from "./visible.ts";

type ImpactLevel = "MAJOR" | "MINOR" | "PATCH" | "UNKNOWN";

/**
 * Bitol RFC-0039 (OMDS, a draft): a YAML stream, one `MetadataDifference` a changed file, and a single empty one when no file
 * changed, so that `customProperties` always tell what was decided. Where the draft leaves room:
 * - `value1` and `value2` are left out, and messages name no value: they can hold data.
 * - paths are its hybrid notation, in the words of ODCS whatever the format (`sourceFormat`); a name that holds a character of
 *   the notation is a JSON string. A field's path is split at its dots.
 * - `source1` and `source2` are the file (`id`) at the base and head commits (`version`): a decision holds neither the contract's
 *   own id nor both its versions, so there is no `suggestedVersion` either.
 * - impact is the draft's table for DataContract, and MAJOR for whatever blocks or breaks (stricter is allowed); UNKNOWN for a
 *   file that is no contract and for a code without a row.
 */
export function renderMetadataDifference(decision: Decision): string {
  const files = [...Map.groupBy(decision.findings, (finding) => finding.contract)];
  const documents = files.length === 0 ? [differenceOf(decision, ".", [])] : files.map(([file, own]) => differenceOf(decision, file, own));
  return documents.map((each) => `---\n${yaml(each)}`).join("");
}

function differenceOf(decision: Decision, file: string, findings: readonly Finding[]) {
  const diffs = findings.map(entryOf);
  const count = (level: ImpactLevel) => diffs.filter((diff) => diff.impactLevel === level).length;
  const governance = findings.some((finding) => finding.code === GOVERNANCE_CODE);
  return {
    apiVersion: "v1.0.0",
    kind: "MetadataDifference",
    sourceKind: governance ? "GovernanceFile" : "DataContract",
    source1: { id: file, version: decision.base },
    source2: { id: file, version: decision.head },
    scope: "all",
    impact: { major: count("MAJOR"), minor: count("MINOR"), patch: count("PATCH") },
    diffs,
    customProperties: properties(decision, findings),
  };
}

function properties(decision: Decision, findings: readonly Finding[]) {
  const format = findings.find((finding) => finding.format !== null)?.format;
  const errors = decision.problems.filter((problem) => problem.severity === "error").length;
  return [
    { property: "generatedBy", value: "countersign" },
    { property: "decision", value: decision.state },
    { property: "simulated", value: decision.simulated },
    { property: "errors", value: errors },
    ...(format === undefined ? [] : [{ property: "sourceFormat", value: format }]),
  ];
}

function entryOf(finding: Finding) {
  const row = differenceRow(finding.code);
  const scoped = row.section === "schema" && (finding.object !== null || finding.field !== null);
  const section = row.section === "schema" && !scoped ? row.field : row.section;
  return {
    type: row.type,
    section,
    field: row.field,
    path: scoped ? pathOf(finding, row) : wholePath(section, row.field),
    message: `${codeTitle(finding.code)}: ${clip(visible(subjectOf(finding)), 160)}`,
    impactLevel: impactOf(finding, { ...row, section }),
  };
}

/** A code that has no row yet is told all the same. */
function differenceRow(code: string): DifferenceRow {
  if (Object.hasOwn(DIFFERENCE_ROWS, code)) return DIFFERENCE_ROWS[code]!;
  return { type: "CHANGE", section: "contract", field: "contract" };
}

function impactOf(finding: Finding, row: DifferenceRow): ImpactLevel {
  if (finding.code === GOVERNANCE_CODE) return "UNKNOWN";
  if (finding.severity === "block" || finding.severity === "break") return "MAJOR";
  return Object.hasOwn(DIFFERENCE_ROWS, finding.code) ? draftImpact(row) : "UNKNOWN";
}

const IDENTITY = ["name", "physicalName", "logicalType", "physicalType", "required", "unique", "criticalDataElement"];

/** The draft's two tables for DataContract. */
function draftImpact({ type, section, field }: DifferenceRow): ImpactLevel {
  if (section !== "schema") return type === "ADD" ? "PATCH" : "MINOR";
  if (type === "REMOVE") return "MAJOR";
  if (IDENTITY.includes(field)) return type === "ADD" ? "MINOR" : "MAJOR";
  return field === "quality" || (type === "ADD" && field === "properties") ? "MINOR" : "PATCH";
}

function pathOf(finding: Finding, row: DifferenceRow): string {
  const object = finding.object === null ? "/schema" : `/schema[name=${selector(finding.object)}]`;
  const fields = (finding.field ?? "").split(".").map((name) => `/properties[name=${selector(name)}]`);
  const leaf = row.field === "properties" ? "" : `/${row.field}`;
  return `${object}${finding.field === null ? "" : fields.join("")}${leaf}`;
}

function wholePath(section: string, field: string): string {
  if (section === "contract") return "/";
  return section === field ? `/${section}` : `/${section}/${field}`;
}

function selector(name: string): string {
  return /^[^[\]=,/"~\s\p{C}][^[\]=,/"~\p{C}]*$/u.test(name) ? name : JSON.stringify(name);
}

/** Every text is quoted on one line, so that no content can end it and escapes can stand for what nobody sees. */
function yaml(value: unknown): string {
  const options = {
    defaultKeyType: "PLAIN",
    defaultStringType: "QUOTE_DOUBLE",
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  } as const;
  return escapeInvisible(stringify(value, (_key, each) => (typeof each === "string" ? each.toWellFormed() : each), options));
}
