import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { FINDING_CODES, FINDING_WAIVERS, type FindingRule } from "../../../src/engine/contract/finding-codes.ts";

const CODES: Readonly<Record<string, FindingRule>> = FINDING_CODES;
const codes = Object.keys(CODES);

/** Last words of codes that mean opposite directions. A code with a word of neither list is a gap until somebody says which it is. */
const OPPOSITES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["removed", "deleted"], ["added"]],
  [["tightened"], ["loosened", "relaxed"]],
  [["lengthened"], ["shortened"]],
  [["granted"], ["revoked"]],
  [["widened"], ["narrowed"]],
  [["lowered"], ["raised"]],
  [["weakened"], ["strengthened"]],
  [["scope_removed"], ["scope_added"]],
  [["value_removed"], ["value_added"]],
  [["vocabulary_changed"], ["vocabulary_added"]],
  [["became_opaque"], ["became_clear"]],
  [["suspected_missing"], ["suspected_present"]],
  [["unparseable"], ["repaired"]],
  [["left_governed_path"], ["entered_governed_path"]],
  [["not_regular_file"], ["regular_file"]],
  [["not_bumped_on_break"], ["bumped_without_break"]],
  [["untagged"], ["still_tagged"]],
];
/** Words for a difference that reads the same from both ends. */
const SYMMETRIC = new Set(["changed", "renamed", "moved", "reused", "region_changed", "origin_changed"]);

function opposites(code: string): readonly string[] | null {
  const [subject, word] = code.split(".") as [string, string];
  if (SYMMETRIC.has(word)) return [];
  const found = OPPOSITES.flatMap(([left, right]) => (left.includes(word) ? right : right.includes(word) ? left : []));
  return found.length === 0 ? null : found.map((each) => `${subject}.${each}`);
}

/** The two ends of an edge are two subjects. */
const SUBJECTS: Readonly<Record<string, string>> = {
  "downstream.still_tagged": "upstream.still_tagged",
  "upstream.untagged": "downstream.untagged",
};

function gapsIn(all: readonly string[], waivers: readonly string[]): readonly string[] {
  return all.filter((code) => {
    const partners = opposites(code);
    return (
      partners === null || (partners.length > 0 && !partners.some((each) => all.includes(SUBJECTS[each] ?? each) || waivers.includes(each)))
    );
  });
}

describe("every direction of a change", () => {
  it("has a row or a written waiver", () => expect(gapsIn(codes, Object.keys(FINDING_WAIVERS))).toEqual([]));

  it("and the audit finds the gap that a new code would make", () => {
    expect(gapsIn([...codes, "lease.shortened"], Object.keys(FINDING_WAIVERS))).toEqual(["lease.shortened"]);
    expect(gapsIn([...codes, "tag.vanished"], Object.keys(FINDING_WAIVERS))).toEqual(["tag.vanished"]);
    expect(
      gapsIn(
        codes,
        Object.keys(FINDING_WAIVERS).filter((each) => each !== "type.narrowed"),
      ),
    ).toEqual(["type.widened"]);
    expect(
      gapsIn(
        codes.filter((code) => code !== "access.revoked"),
        Object.keys(FINDING_WAIVERS),
      ),
    ).toEqual(["access.granted"]);
  });

  it.each(Object.entries(FINDING_WAIVERS))("the waiver of %s still stands for a code, and names what tells it", (opposite, because) => {
    expect(codes).not.toContain(opposite);
    expect(codes.flatMap((code) => opposites(code) ?? [])).toContain(opposite);
    for (const [, named] of because.matchAll(/`([a-z_.]+)`/gi)) expect(codes).toContain(named);
  });
});

it("every code is raised by a fixture, with a severity that its row allows", () => {
  const folder = new URL("../../fixtures/contract/", import.meta.url);
  const raised = readdirSync(folder)
    .filter((name) => /^(evasions-.*|findings)\.yaml$/.test(name))
    .flatMap((name) => (parse(readFileSync(new URL(name, folder), "utf8")) as { expect: string[] }[]).flatMap((each) => each.expect));
  const seen = Map.groupBy(raised, (line) => line.split(" ")[1]!);
  // Told by the lineage graph, which has fixtures of its own.
  const ofLineage = codes.filter((code) => /^((up|down)stream|copy)\./.test(code));
  expect(codes.filter((code) => !seen.has(code))).toEqual(ofLineage);
  for (const [code, lines] of seen) {
    const { severity, whenTagged, whenBreaking } = CODES[code]!;
    for (const line of lines) expect([severity, whenTagged, whenBreaking], line).toContain(line.split(" ")[0]);
  }
});

/** What contracts.md says: code -> untagged and tagged. */
const SPECIFIED = {
  "tag.removed tag.weakened classification.lowered": ["warn", "block"],
  "tag.became_opaque tag.vocabulary_changed contract.deleted contract.unparseable contract.repaired contract.left_governed_path contract.not_regular_file":
    ["block", "block"],
  "tag.scope_removed server.added server.region_changed retention.lengthened access.granted access.widened purpose.changed consumer.added":
    ["warn", "block"],
  "nullable.loosened required.loosened unique.loosened primaryKey.loosened masking.changed": ["warn", "block"],
  "field.removed field.renamed field.moved type.changed number.reused": ["break", "block"],
  "nullable.tightened required.tightened unique.tightened primaryKey.tightened enum.value_removed constraints.tightened": [
    "break",
    "break",
  ],
  "tag.changed tag.origin_changed enum.value_added default.changed quality.removed quality.relaxed sla.relaxed owner.removed version.not_bumped_on_break tag.suspected_missing":
    ["warn", "warn"],
  "tag.added field.added type.widened constraints.loosened description.changed quality.tightened sla.tightened owner.added": [
    "info",
    "info",
  ],
  "examples.changed": ["info", "block"],
} as const;

it.each(Object.entries(SPECIFIED).flatMap(([names, severities]) => names.split(" ").map((code) => [code, severities] as const)))(
  "%s has the severities that the design gives",
  (code, severities) => expect([CODES[code]!.severity, CODES[code]!.whenTagged]).toEqual(severities),
);
