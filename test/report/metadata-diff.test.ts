import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Finding } from "../../src/engine/contract/finding.ts";
import { FINDING_CODES, type FindingCode } from "../../src/engine/contract/finding-codes.ts";
import type { Decision } from "../../src/engine/decision.ts";
import { governanceFindings } from "../../src/engine/policy/governance.ts";
import { renderMetadataDifference } from "../../src/report/metadata-diff.ts";
import { DIFFERENCE_ROWS } from "../../src/report/metadata-diff-rows.ts";
import { allFixtures, finding, massStrip, strip } from "./fixtures.ts";
import { ATTACKS, hostileDecision, hostileText } from "./hostile.ts";

interface Entry {
  readonly type: string;
  readonly section: string;
  readonly field: string;
  readonly path: string;
  readonly message: string;
  readonly impactLevel: string;
}

function read(decision: Decision) {
  const documents = parseAllDocuments(renderMetadataDifference(decision), { uniqueKeys: true });
  if (!Array.isArray(documents)) throw new Error("an empty stream");
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

function entry(change: Partial<Finding>): Entry {
  return read({ ...strip, findings: [finding(change)] })[0].diffs[0];
}

describe("the metadata difference of RFC-0039", () => {
  test.each(Object.keys(FINDING_CODES))("%s has a row", (code) => expect(DIFFERENCE_ROWS).toHaveProperty([code]));

  test("one document a contract file, with what the draft requires", () => {
    expect(read(strip)).toEqual([
      {
        apiVersion: "v1.0.0",
        kind: "MetadataDifference",
        sourceKind: "DataContract",
        source1: { id: "contracts/customers.odcs.yaml", version: strip.base },
        source2: { id: "contracts/customers.odcs.yaml", version: strip.head },
        scope: "all",
        impact: { major: 2, minor: 0, patch: 1 },
        diffs: [
          {
            type: "REMOVE",
            section: "schema",
            field: "tags",
            path: "/schema[name=customers]/properties[name=email]/tags",
            message: "Tag removed: customers.email",
            impactLevel: "MAJOR",
          },
          {
            type: "CHANGE",
            section: "schema",
            field: "logicalType",
            path: "/schema[name=customers]/properties[name=phone]/logicalType",
            message: "Type changed: customers.phone",
            impactLevel: "MAJOR",
          },
          {
            type: "CHANGE",
            section: "schema",
            field: "description",
            path: "/schema[name=customers]/properties[name=city]/description",
            message: "Description changed: customers.city",
            impactLevel: "PATCH",
          },
        ],
        customProperties: [
          { property: "generatedBy", value: "countersign" },
          { property: "decision", value: "pending_approval" },
          { property: "simulated", value: false },
          { property: "errors", value: 0 },
          { property: "sourceFormat", value: "odcs" },
        ],
      },
    ]);
    expect(read(massStrip(70))).toHaveLength(7);
  });

  const info = { severity: "info", before: null, after: null } as const;
  test.each<[string, Partial<Finding>, Partial<Entry>]>([
    [
      "a removed field",
      { code: "field.removed" },
      { type: "REMOVE", field: "properties", path: "/schema[name=customers]/properties[name=email]" },
    ],
    ["an added field", { code: "field.added", ...info }, { type: "ADD", impactLevel: "MINOR" }],
    ["a nested field", { field: "address.city" }, { path: "/schema[name=customers]/properties[name=address]/properties[name=city]/tags" }],
    ["an object", { field: null }, { section: "schema", path: "/schema[name=customers]/tags" }],
    ["the contract's own tags", { object: null, field: null }, { section: "tags", field: "tags", path: "/tags", impactLevel: "MAJOR" }],
    [
      "a purpose",
      { code: "purpose.changed", severity: "warn", object: null, field: null },
      { path: "/description/purpose", impactLevel: "MINOR" },
    ],
    ["a deleted contract", { code: "contract.deleted", object: null, field: null }, { type: "REMOVE", path: "/", impactLevel: "MAJOR" }],
    ["an unreadable contract", { code: "contract.unparseable", object: null, field: null }, { impactLevel: "MAJOR" }],
    ["a wider type", { code: "type.widened", ...info }, { impactLevel: "MAJOR" }],
    ["an added owner", { code: "owner.added", ...info, object: null, field: null }, { section: "team", impactLevel: "PATCH" }],
    ["names with signs of the notation", { object: "a/b", field: 'x]"' }, { path: '/schema[name="a/b"]/properties[name="x]\\""]/tags' }],
    ["a code without a row", { code: "future.thing", severity: "warn" }, { impactLevel: "UNKNOWN" }],
    ["a blocking code without a row", { code: "constructor" }, { impactLevel: "MAJOR" }],
  ])("%s", (_, change, expected) => expect(entry(change)).toMatchObject(expected));

  test("is never more lenient than a finding that blocks or breaks", () => {
    for (const code of Object.keys(FINDING_CODES) as FindingCode[])
      for (const severity of ["block", "break"] as const) expect(entry({ code, severity }).impactLevel, code).toBe("MAJOR");
  });

  test("a governance file is no contract, and its impact unknown", () => {
    const [file] = read({
      ...strip,
      findings: governanceFindings([{ path: "p", baseMode: null, baseBlob: null, headMode: "1", headBlob: "b" }]),
    });
    expect(file).toMatchObject({ sourceKind: "GovernanceFile", diffs: [{ impactLevel: "UNKNOWN" }], impact: { major: 0 } });
  });

  test("without findings the decision is still told, so that an error does not read as no difference", () => {
    const [only, ...more] = read({ ...allFixtures.failed, problems: allFixtures.invalid.problems });
    expect(more).toEqual([]);
    expect(only).toMatchObject({ diffs: [], impact: { major: 0, minor: 0, patch: 0 } });
    expect(only.customProperties).toContainEqual({ property: "decision", value: "error" });
    expect(only.customProperties).toContainEqual({ property: "errors", value: 1 });
  });

  test("holds no value of either side", () => {
    const findings = (Object.keys(FINDING_CODES) as FindingCode[]).map((code) => {
      const told = { before: "SECRET-1", after: "SECRET-2", about: "SECRET-3" };
      return finding({
        code,
        ...told,
        tagsBefore: ["SECRET-4"],
        unknownClasses: ["SECRET-5"],
        message: FINDING_CODES[code].sentence(told),
      });
    });
    expect(renderMetadataDifference({ ...strip, findings })).not.toContain("SECRET");
  });

  test("whatever the text: YAML that reads back, nothing invisible, the same bytes", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const decision = hostileDecision(text);
        const documents = read(decision);
        expect(documents).toHaveLength(1);
        expect(documents[0].source1.id).toBe(text.toWellFormed());
        const yaml = renderMetadataDifference(decision);
        expect(yaml.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u);
        for (const line of yaml.trimEnd().split("\n")) expect(line).toMatch(/^(---|\s*(- )?[a-zA-Z0-9]+:( .+)?)$/);
        expect(renderMetadataDifference(structuredClone(decision))).toBe(yaml);
      }),
      { numRuns: 150, examples: ATTACKS.map((text) => [text]) },
    );
  });
});
