import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../../src/engine/contract/diff.ts";
import { brief, inputOf, rules } from "../support.ts";

const mapping = (fields: string) => ({ paths: ["contracts/**"], fields, name: "name", tags: ["zone"] });
const schema = (marks: object) => JSON.stringify({ type: "object", properties: { email: { type: "string", ...marks } } });
const models = (marks: string) => `models:\n  - name: m\n    fields:\n      - name: email\n        type: string\n${marks}`;
const odcs = (marks: string) =>
  `kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nschema:\n  - name: m\n    properties:\n      - name: email\n${marks}`;

describe("a mapped file that another format claims too", () => {
  it.each([
    ["a JSON Schema keeps its own tags", "a.json", "properties", schema({ "x-pii": true }), schema({}), "email"],
    ["and those of the mapping", "a.json", "properties", schema({ zone: "TOP" }), schema({}), "email"],
    ["models keep theirs", "m.yaml", "models.*.fields", models("        pii: true\n"), models(""), "email"],
    ["and those of the mapping", "m.yaml", "models.*.fields", models("        zone: TOP\n"), models(""), "email"],
    ["a contract that names itself keeps its own", "c.yaml", "schema.*.properties", odcs("        pii: true\n"), odcs(""), "email"],
    ["and those of the mapping", "c.yaml", "schema.*.properties", odcs("        zone: TOP\n"), odcs(""), "email"],
    ["a file that the mapping does not fit is read as ever", "c.yaml", "elsewhere", odcs("        pii: true\n"), odcs(""), "email"],
  ])("%s (%s)", (_name, file, fields, before, after, field) => {
    const input = inputOf({ [`contracts/${file}`]: before }, { [`contracts/${file}`]: after });
    const { findings, unparseable } = diffContracts({ ...input, rules: { ...rules, mappings: [mapping(fields)] } });
    expect(unparseable).toEqual([]);
    expect(findings.map(brief)).toEqual([expect.stringMatching(new RegExp(`^block tag\\.removed .*\\b${field}$`))]);
  });
});
