import type { Finding } from "../engine/contract/finding.ts";
import { isLineageFinding } from "../engine/contract/lineage/disagreements.ts";
import { GOVERNANCE_CODE } from "../engine/policy/governance.ts";
import type { ChangeRow } from "./changes.ts";
import { clip, visible } from "./visible.ts";

/** One aspect of a field on both sides. null = not there. */
export interface AspectDiff {
  readonly label: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Tags on both sides, for chips: what stays, what goes, what comes. */
export interface TagDiff {
  readonly kept: readonly string[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const VALUE_MAX = 200;

export function tagDiff(row: ChangeRow): TagDiff {
  const before = [...new Set(row.findings.flatMap((each) => each.tagsBefore))];
  const after = new Set(row.findings.flatMap((each) => each.tagsAfter));
  return {
    kept: before.filter((tag) => after.has(tag)),
    removed: before.filter((tag) => !after.has(tag)),
    added: [...after].filter((tag) => !before.includes(tag)),
  };
}

/** Tags first, then every other aspect that a finding names, as safe one-line texts. */
export function aspects(row: ChangeRow): readonly AspectDiff[] {
  const tags = tagDiff(row);
  const tagsDiffer = tags.removed.length + tags.added.length > 0;
  const rest = row.findings
    .filter((each) => hasReadableValues(each) && !(tagsDiffer && isTagCode(each)) && each.before !== each.after)
    .map(aspect);
  if (!tagsDiffer) return rest;
  return [{ label: "tags", before: shownTags([...tags.kept, ...tags.removed]), after: shownTags([...tags.kept, ...tags.added]) }, ...rest];
}

/** Of a governance file a finding holds the ids of its content, which tell nobody anything. */
function hasReadableValues(finding: Finding): boolean {
  return !isLineageFinding(finding) && finding.code !== GOVERNANCE_CODE;
}

function isTagCode(finding: Finding): boolean {
  return finding.code.startsWith("tag.") || finding.code.startsWith("classification.");
}

function aspect(finding: Finding): AspectDiff {
  const value = (text: string | null) => (text === null ? null : clip(visible(text), VALUE_MAX));
  return { label: finding.code.split(".")[0]!.replaceAll("_", " "), before: value(finding.before), after: value(finding.after) };
}

function shownTags(tags: readonly string[]): string | null {
  return tags.length === 0 ? null : clip(visible(tags.join(", ")), VALUE_MAX);
}

/** A line of the textual field diff; `sign` is a space for the heading of a field. */
export interface DiffLine {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

export function diffLines(rows: readonly ChangeRow[]): readonly DiffLine[] {
  return rows.flatMap((row): readonly DiffLine[] => {
    const changed = aspects(row);
    if (changed.length === 0) return [];
    return [
      { sign: " ", text: `${clip(visible(row.subject), VALUE_MAX)}  (${place(row)})` },
      ...changed.flatMap(({ label, before, after }): readonly DiffLine[] => [
        // A contract that cannot be read was one before: "(none)" would say that there was nothing.
        ...(label === "contract" && before === null ? [] : [{ sign: "-", text: `  ${label}: ${before ?? "(none)"}` } as const]),
        { sign: "+", text: `  ${label}: ${after ?? "(none)"}` },
      ]),
    ];
  });
}

/** `contracts/customers.odcs.yaml:14`, as safe text. */
export function place(row: { readonly file: string; readonly line: number | null; readonly side: "head" | "base" }): string {
  const line = row.line === null ? "" : `:${row.line}`;
  return `${clip(visible(row.file), VALUE_MAX)}${line}${row.side === "base" && row.line !== null ? " at base" : ""}`;
}
