import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decisionSchema } from "../../src/engine/decision-schema.ts";
import type { Facts } from "../../src/engine/facts.ts";
import { FORMATS, render } from "../../src/report/index.ts";
import { parseReport, renderJson } from "../../src/report/json.ts";
import { allFixtures, massStrip, strip } from "./fixtures.ts";
import { hostileDecision, hostileText } from "./hostile.ts";

describe("JSON", () => {
  test("has its keys in the published order", () => {
    expect(Object.keys(JSON.parse(renderJson(strip)))).toEqual([
      ...["schemaVersion", "state", "exitCode", "verdict", "environment", "pattern", "risk", "findings", "policies", "requirements"],
      ...[
        "refused",
        "problems",
        "digests",
        "base",
        "head",
        "policyCommit",
        "override",
        "overrideNotes",
        "agent",
        "simulated",
        "peopleKnown",
        "tree",
      ],
    ]);
  });

  test("does not depend on the order of keys in the decision", () => {
    const shuffled = Object.fromEntries(Object.entries(strip).reverse()) as unknown as typeof strip;
    expect(renderJson(shuffled)).toBe(renderJson(strip));
  });

  test("gives risk in points", () => {
    expect(JSON.parse(renderJson(strip)).risk.factors.map((each: { points: number }) => each.points)).toEqual([4, 0.5, 0, 1.5, 0]);
  });

  test("adds keys after ours and lets none of ours be replaced", () => {
    const json = JSON.parse(renderJson(strip, { facts: { a: 1 }, state: "approved" }));
    expect(json.state).toBe("pending_approval");
    expect(json.facts).toEqual({ a: 1 });
  });

  test.each(Object.entries(allFixtures))("%s is read back as it was", (_, decision) => {
    expect(parseReport(renderJson(decision))).toEqual({ decision, facts: null });
  });

  test.each(Object.entries({ ...allFixtures, mass: massStrip(50) }))("%s follows the published schema", (_, decision) => {
    expect(decisionSchema.safeParse(JSON.parse(renderJson(decision, { facts: { schemaVersion: 1 } }))).error).toBeUndefined();
  });

  test("any text is read back as it was, and drives no terminal", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const json = renderJson(hostileDecision(text));
        // A lone surrogate is written as its escape, and so survives too.
        expect(parseReport(json)?.decision).toEqual(hostileDecision(text));
        expect(json.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["no JSON", "{"],
    ["another document", "{}"],
    ["another version", renderJson(strip).replace('"schemaVersion": 1', '"schemaVersion": 2')],
    ["an unknown state", renderJson(strip).replace("pending_approval", "fine")],
    ["a tree without end", `{"tree":${'{"children":['.repeat(50_000)}`],
    ["a deep tree", renderJson(strip, { deep: JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) })],
  ])("refuses %s", (_, text) => {
    expect(parseReport(text)).toBeNull();
  });
});

describe("formats", () => {
  test.each(FORMATS)("%s renders every state and a change of any size", (format) => {
    for (const decision of [...Object.values(allFixtures), massStrip(2_000)])
      expect(render(format, decision, { color: false, width: 80, facts: null }).length).toBeGreaterThan(50);
  });

  test("facts go into JSON only when given", () => {
    const facts = { schemaVersion: 1 } as Facts;
    expect(parseReport(render("json", strip, { color: false, width: 80, facts }))?.facts).toEqual(facts);
  });
});
