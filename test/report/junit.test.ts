import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/engine/decision.ts";
import { renderJunit } from "../../src/report/junit.ts";
import { parseXml, type XmlElement } from "../support/xml.ts";
import { allFixtures, finding, massStrip, strip } from "./fixtures.ts";
import { ATTACKS, hostileDecision, hostileText } from "./hostile.ts";

const CONTRACT = "contracts/customers.odcs.yaml";

/** Suite name -> [case name, outcome]. */
function read(decision: Decision): Readonly<Record<string, readonly (readonly [string, string])[]>> {
  const root = parseXml(renderJunit(decision));
  expect(root.name).toBe("testsuites");
  for (const suite of [root, ...root.children]) expect(counted(suite), suite.attributes["name"]).toEqual(stated(suite));
  return Object.fromEntries(root.children.map((suite) => [suite.attributes["name"]!, suite.children.map(outcome)]));
}

function outcome(testcase: XmlElement): readonly [string, string] {
  expect(testcase.attributes["classname"]).toBeDefined();
  const [only] = testcase.children;
  return [testcase.attributes["name"]!, only?.name === "system-out" ? "pass" : only!.name];
}

function stated({ attributes }: XmlElement) {
  return ["tests", "failures", "errors", "skipped"].map((name) => Number(attributes[name]));
}

function counted(suite: XmlElement) {
  const cases = suite.name === "testsuites" ? suite.children.flatMap((each) => each.children) : suite.children;
  const of = (name: string) => cases.filter((each) => each.children.some((child) => child.name === name)).length;
  return [cases.length, of("failure"), of("error"), of("skipped")];
}

describe("JUnit", () => {
  test("what blocks or breaks fails, what informs passes, a requirement that waits fails", () => {
    const warning = finding({ field: "zip", code: "default.changed", severity: "warn", message: "default changed" });
    const breaking = finding({ field: "age", code: "required.tightened", severity: "break", message: "became required" });
    expect(read({ ...strip, findings: [...strip.findings, warning, breaking] })).toEqual({
      decision: [
        ["verdict", "failure"],
        ["sec-ops (security-engineer) approves, for org/pii-change-policy", "failure"],
      ],
      [CONTRACT]: [
        ["customers.email: tag `pii` removed (tag.removed)", "failure"],
        ["customers.phone: type `string` → `integer` (type.changed)", "failure"],
        ["customers.city: description changed (description.changed)", "pass"],
        ["customers.zip: default changed (default.changed)", "pass"],
        ["customers.age: became required (required.tightened)", "failure"],
      ],
    });
  });

  test.each(["approved", "overridden", "autoApproved"] as const)("%s fails nowhere, as its exit code says", (name) => {
    const outcomes = Object.values(read(allFixtures[name])).flat();
    expect(outcomes.map(([, result]) => result).filter((result) => result === "failure" || result === "error")).toEqual([]);
    expect(outcomes[0]).toEqual(["verdict", "pass"]);
  });

  test("a requirement that an override bypassed is skipped, not passed", () => {
    expect(read(allFixtures.overridden)["decision"]![1]![1]).toBe("skipped");
    expect(read(allFixtures.approved)["decision"]![1]![1]).toBe("pass");
  });

  test.each([
    ["strip", "failure"],
    ["rejected", "failure"],
    ["invalid", "error"],
    ["failed", "error"],
  ] as const)("%s: the verdict is a %s", (name, result) => expect(read(allFixtures[name])["decision"]![0]).toEqual(["verdict", result]));

  test("a problem is an error with its place", () => {
    const root = parseXml(renderJunit(allFixtures.invalid));
    const problem = root.children[0]!.children[1]!;
    expect(problem.attributes).toMatchObject({ file: ".choochoo/approval-policies.yaml" });
    expect(problem.children[0]).toMatchObject({ name: "error", attributes: { type: "E001" } });
    expect(problem.children[0]!.text).toContain("line 9");
  });

  test("the place and the side are in the text", () => {
    const xml = renderJunit({ ...strip, findings: [finding({ side: "base", line: 3 })] });
    expect(xml).toContain(`${CONTRACT}:3 at base`);
  });

  test("a simulation says so", () => expect(renderJunit({ ...strip, simulated: true })).toContain("SIMULATED Waiting"));

  test("names are unique inside a suite, one suite a contract file", () => {
    const suites = read({ ...massStrip(700), findings: [...massStrip(700).findings, ...massStrip(3).findings] });
    expect(Object.keys(suites)).toHaveLength(8);
    for (const cases of Object.values(suites)) expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length);
  });

  test("whatever the text: well-formed XML, counts that hold, the same bytes", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const decision = hostileDecision(text);
        read(decision);
        expect(renderJunit(decision)).toBe(renderJunit(structuredClone(decision)));
      }),
      { numRuns: 200, examples: ATTACKS.map((text) => [text]) },
    );
  });
});

test.each([
  ["a control character", "<a>\u0001</a>"],
  ["a reference to one", "<a>&#1;</a>"],
  ["half of a character", "<a>\ud800</a>"],
  ["a bare ampersand", "<a>a & b</a>"],
  ["an unclosed element", "<a><b></a>"],
  ["an attribute twice", '<a x="1" x="2"/>'],
  ["markup in an attribute", '<a x="<b>"/>'],
  ["two roots", "<a/><b/>"],
])("the reader of these tests refuses %s", (_, xml) => {
  expect(() => parseXml(xml)).toThrow();
});
