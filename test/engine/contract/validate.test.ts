import { describe, expect, it } from "vitest";
import { validateContract } from "../../../src/engine/contract/validate.ts";
import { fileOf, rules } from "./support.ts";

function problems(path: string, content: Parameters<typeof fileOf>[1]) {
  return validateContract(fileOf(path, content), rules).map(({ code, line, severity }) => `${code}:${line} ${severity}`);
}

describe("validate", () => {
  it.each<[string, string, Parameters<typeof fileOf>[1], readonly string[]]>([
    ["a whole ODCS contract", "c.yaml", "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nstatus: active\n", []],
    ["keys missing", "c.yaml", "# x\nkind: DataContract\nid: ''\nversion: 1.0.0\n", ["E002:2 error", "E002:2 error", "E002:2 error"]],
    ["a DCS contract without a title", "c.yaml", "dataContractSpecification: 1.2.1\nid: c\ninfo:\n  version: 1.0.0\n", ["E002:4 error"]],
    ["a syntax error", "c.yaml", "kind: DataContract\nschema: [\n", ["E001:3 error"]],
    [
      "a property without a name",
      "c.yaml",
      "kind: DataContract\nschema:\n  - name: t\n    properties:\n      - {tags: [pii]}\n",
      ["E002:5 error"],
    ],
    ["another extension", "c.txt", "kind: DataContract\napiVersion: v3.1.0\nid: c\nversion: 1.0.0\nstatus: active\n", ["E003:null error"]],
    [
      "an unknown class",
      "m.yml",
      "models:\n  - name: t\n    columns:\n      - name: a\n        meta: {classification: tier-9}\n",
      ["E001:5 warning"],
    ],
    ["a symbolic link", "c.yaml", { mode: "120000", text: "x" }, ["E001:null error"]],
    ["no contract", "README.md", "# hello\n", []],
    ["dbt properties", "m.yml", "models: [{name: t, columns: [{name: a}]}]\n", []],
  ])("%s", (_name, path, content, expected) => expect(problems(path, content)).toEqual(expected));
});
