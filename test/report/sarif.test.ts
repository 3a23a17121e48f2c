import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import type { Log, Result } from "sarif";
import { describe, expect, test } from "vitest";
import { FINDING_CODES } from "../../src/engine/contract/finding-codes.ts";
import type { Decision } from "../../src/engine/decision.ts";
import { governanceFindings } from "../../src/engine/policy/governance.ts";
import { RESULTS_MAX, renderSarif } from "../../src/report/sarif.ts";
import { allFixtures, cityDescription, emailStrip, failed, finding, invalid, massStrip, phoneType, strip } from "./fixtures.ts";
import { ATTACKS, hostileDecision, hostileText } from "./hostile.ts";

/** The schema is of draft 4: its `id` is not a keyword any more, and one pattern is no Unicode expression. */
const {
  id: _,
  $schema: _draft,
  ...schema
} = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/sarif/sarif-2.1.0-rtm.5.json"), "utf8"));
const ajv = new Ajv({ strict: false, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

function read(decision: Decision) {
  const log = JSON.parse(renderSarif(decision)) as Log;
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
  const run = log.runs[0]!;
  return { run, results: run.results as readonly Result[], rules: run.tool.driver.rules! };
}

describe("SARIF", () => {
  test.each(Object.entries({ ...allFixtures, mass: massStrip(300) }))("%s is valid by the official schema", (_name, decision) => {
    expect(read(decision).run.invocations?.[0]?.exitCode).toBe(decision.exitCode);
  });

  test("the validator refuses what is no SARIF", () => {
    const log = JSON.parse(renderSarif(strip));
    expect(validate({ ...log, version: "2.0.0" })).toBe(false);
    log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = "not a uri";
    expect(validate(log)).toBe(false);
  });

  test("every finding code is a rule with its own level, and so are governance files and problems", () => {
    const levels = { block: "error", break: "error", warn: "warning", info: "note" };
    const { rules } = read(strip);
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    for (const [code, row] of Object.entries(FINDING_CODES)) {
      expect(byId.get(code)?.defaultConfiguration?.level, code).toBe(levels[row.severity]);
      expect(byId.get(code)?.shortDescription?.text).toMatch(/^[A-Z][a-zA-Z ]+$/);
    }
    expect(byId.size).toBe(rules.length);
    expect([byId.has("governance.changed"), byId.has("E001"), byId.has("E010")]).toEqual([true, true, true]);
  });

  test("a finding has its level, place, fingerprint, tags and side", () => {
    const { results, rules } = read(strip);
    expect(results.map((result) => [result.ruleId, result.level, rules[result.ruleIndex!]!.id])).toEqual([
      ["tag.removed", "error", "tag.removed"],
      ["type.changed", "error", "type.changed"],
      ["description.changed", "note", "description.changed"],
    ]);
    expect(results[0]).toMatchObject({
      kind: "fail",
      message: { text: "customers.email: tag `pii` removed" },
      partialFingerprints: { "countersign/v1": emailStrip.fingerprint },
      properties: { side: "head", tagsBefore: ["pii"], tagsAfter: [], severity: "block" },
    });
    expect(results[0]!.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: "contracts/customers.odcs.yaml", uriBaseId: "%SRCROOT%" },
          region: { startLine: 14, startColumn: 11 },
        },
        logicalLocations: [{ name: "email", fullyQualifiedName: "customers.email", kind: "property" }],
      },
    ]);
  });

  test("a line of the base is marked, a place without a line gets none", () => {
    const gone = finding({ side: "base", line: 9 });
    const { results } = read({ ...strip, findings: [gone, ...governanceFindings([{ path: "p.yaml", ...modes }])] });
    expect(results[0]!.properties).toMatchObject({ side: "base" });
    expect(results[0]!.message.text).toContain("base");
    expect(results[1]!.ruleId).toBe("governance.changed");
    expect(results[1]!.locations![0]!.physicalLocation).not.toHaveProperty("region");
  });

  test("paths are percent-encoded", () => {
    const { results } = read({ ...strip, findings: [finding({ file: "a b/ü#1?.yaml" }), finding({ file: "//host/x" })] });
    expect(results.map((result) => result.locations![0]!.physicalLocation!.artifactLocation!.uri)).toEqual([
      "a%20b/%C3%BC%231%3F.yaml",
      "%2F%2Fhost/x",
    ]);
  });

  test("a message of foreign text is no template and no link", () => {
    const { results } = read({ ...strip, findings: [finding({ message: "tag {0} removed, [see](https://evil.example) {{x}}" })] });
    expect(results[0]!.message.text).toBe("customers.email: tag {{0}} removed, [see] (https://evil.example) {{{{x}}}}");
  });

  test("problems come first, and an undecided change is no successful invocation", () => {
    const { run, results } = read({ ...invalid, findings: [cityDescription] });
    expect(results[0]).toMatchObject({ ruleId: "E001", kind: "fail", level: "error" });
    expect(results[0]!.locations![0]!.physicalLocation).toMatchObject({ region: { startLine: 9 } });
    expect(run.invocations![0]!.executionSuccessful).toBe(false);
    expect(read(failed).run.invocations![0]!.executionSuccessful).toBe(false);
    expect(read(strip).run.invocations![0]!.executionSuccessful).toBe(true);
  });

  test("a problem of no file is a notification: code scanning refuses a result without a place", () => {
    const [problem] = invalid.problems;
    const { run, results } = read({ ...invalid, findings: [], problems: [{ ...problem!, file: null, line: null }] });
    expect(results).toEqual([]);
    expect(run.invocations![0]!.toolExecutionNotifications![1]).toMatchObject({ level: "error", associatedRule: { id: "E001" } });
  });

  test("says the verdict, base and head", () => {
    const { run } = read(strip);
    expect(run.invocations![0]!.toolExecutionNotifications![0]!.message.text).toBe(strip.verdict);
    expect(run.properties).toMatchObject({ state: "pending_approval", base: strip.base, head: strip.head, simulated: false });
  });

  test("only a real approval or override marks findings as accepted", () => {
    const accepted = (decision: Decision) => read(decision).results.filter((result) => result.suppressions !== undefined).length;
    expect([accepted(allFixtures.approved), accepted(allFixtures.overridden)]).toEqual([3, 3]);
    expect(accepted({ ...allFixtures.approved, simulated: true })).toBe(0);
    for (const state of ["strip", "rejected", "invalid", "failed", "autoApproved"] as const) expect(accepted(allFixtures[state])).toBe(0);
  });

  test("at most as many results as code scanning stores, the gravest, and a note of the rest", () => {
    const mass = massStrip(RESULTS_MAX + 20).findings;
    const { run, results } = read({ ...strip, problems: invalid.problems, findings: [cityDescription, ...mass, phoneType] });
    expect(results).toHaveLength(RESULTS_MAX);
    expect(results.some((result) => result.ruleId === "description.changed")).toBe(false);
    expect(run.properties).toMatchObject({ omittedResults: 23 });
    expect(JSON.stringify(run.invocations)).toContain("23 results left out");
  });

  test("whatever the text: valid, no link, nothing invisible", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const decision = hostileDecision(text);
        for (const { message } of read(decision).results) expect(message.text).not.toMatch(/\]\(/);
        expect(renderSarif(decision).replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u);
        expect(renderSarif(decision)).toBe(renderSarif(structuredClone(decision)));
      }),
      { numRuns: 100, examples: ATTACKS.map((text) => [text]) },
    );
  });
});

const modes = { baseMode: "100644", baseBlob: "a", headMode: "100644", headBlob: "b" };
