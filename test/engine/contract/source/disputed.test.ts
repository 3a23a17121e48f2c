import { describe, expect, it } from "vitest";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { brief, diffOf, fileOf, rules } from "../support.ts";

const HEAD = "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\n";
const contract = (property: string, before = "") =>
  `${HEAD}${before}schema:\n  - name: t\n    properties:\n      - name: email\n        ${property}\n`;

describe("YAML that PyYAML and others read as something else", () => {
  it.each([
    ["a text under `!!null`", "pii: !!null true", /!!null/],
    ["a word of a list under `!!null`", "tags: [!!null pii]", /!!null/],
    ["a class under `!!null`", "classification: !!null confidential", /!!null/],
    ["a tag of another kind", "tags: !!str [pii]", /not allowed/],
    ["an anchor whose name ends before its colon", "&a: pii: true", /disagree/],
  ])("%s is refused", (_name, property, message) => {
    const reading = readContract(fileOf("contracts/c.yaml", contract(property)), rules);
    if (reading.status !== "unparseable") throw new Error(reading.status);
    expect(reading.problems[0]!.message).toMatch(message);
  });

  it("a byte order mark before the first key, where it is a letter of that key elsewhere, is refused", () => {
    const reading = readContract(fileOf("contracts/c.yaml", `# c\n\uFEFFtags: [pii]\n${contract("")}`), rules);
    expect(reading).toMatchObject({ status: "unparseable", problems: [{ line: 2 }] });
  });

  it("a merge key that is tagged as a text merges nothing, so what it brought is lost", () => {
    const shared = "customProperties:\n  - &shared {pii: true}\n";
    const [before, after] = ["<<", "!!str <<"].map((key) => contract(`${key}: *shared`, shared));
    const told = diffOf({ "contracts/c.yaml": before! }, { "contracts/c.yaml": after! }).findings.map(brief);
    expect(told).toContain("block tag.removed t.email");
  });

  it("tags that say what stands there anyway change nothing", () => {
    const told = diffOf(
      { "contracts/c.yaml": contract("pii: true\n        required: null\n        tags: [a]") },
      { "contracts/c.yaml": contract("pii: !!bool true\n        required: !!null null\n        tags: !!seq [!!str a]") },
    );
    expect(told.findings).toEqual([]);
  });
});
