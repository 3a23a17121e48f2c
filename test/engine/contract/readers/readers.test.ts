import { describe, expect, it } from "vitest";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../support.ts";

const HEAD = "kind: DataContract\napiVersion: v3.1.0\nid: c\n";

function read(text: string | Uint8Array, path = "contracts/c.yaml") {
  return readContract(fileOf(path, text), rules);
}

describe("what is read", () => {
  it("a byte order mark, CRLF and tabs between tokens", () => {
    expect(read(`\uFEFF${HEAD.replaceAll("\n", "\r\n")}name:\tx\r\n`).status).toBe("contract");
  });

  it.each([
    ["odcs", HEAD],
    ["odcs", "dataset: [{table: t}]\nquantumName: q\n"],
    ["dcs", "dataContractSpecification: 1.2.1\n"],
    ["dbt", "sources: [{name: s, tables: [{name: t}]}]\n"],
    ["choochoo", "models: {t: {fields: {a: {}}}}\n"],
    ["choochoo", "models: [{name: t, fields: [{name: a}]}]\n"],
  ])("%s by its content: %j", (format, text) => {
    const reading = read(text, "contracts/anything.yml");
    expect(reading.status === "contract" ? reading.contract.format : reading).toBe(format);
  });

  it.each([
    ["contracts/README.md", "# Contracts\n\n```yaml\nkind: DataContract\n  broken: [\n```\n"],
    ["contracts/deploy.yaml", "apiVersion: apps/v1\nkind: Deployment\n"],
    ["dbt_project.yml", "models:\n  shop:\n    +materialized: view\n"],
    ["contracts/.gitkeep", ""],
    ["contracts/list.yaml", "- a\n- b\n"],
  ])("%s is no contract", (path, text) => {
    expect(read(text, path).status).toBe("ignored");
  });

  it("positions are 1-based and point at the field and its tag", () => {
    const reading = read(`${HEAD}schema:\n  - name: t\n    properties:\n      - name: a\n      - name: b\n        tags: [x, pii]\n`);
    if (reading.status !== "contract") throw new Error(reading.status);
    const field = reading.contract.objects[0]!.fields[1]!;
    expect(field.pos).toEqual({ line: 8, column: 9 });
    expect(field.tags[1]).toMatchObject({ key: "pii", pos: { line: 9, column: 19 } });
  });

  it("nested fields, arrays and maps have paths of their own", () => {
    const odcs = read(
      `${HEAD}schema:\n  - name: t\n    properties:\n      - name: a\n        properties: [{name: b, items: {tags: [pii]}}]\n      - name: m\n        map: {key: {}, value: {tags: [phi]}}\n`,
    );
    if (odcs.status !== "contract") throw new Error(odcs.status);
    expect(odcs.contract.objects[0]!.fields.map((field) => [field.path.join("."), ...field.tags.map((tag) => tag.key)])).toEqual([
      ["a"],
      ["a.b"],
      ["a.b.[]", "pii"],
      ["m"],
      ["m.{key}"],
      ["m.{value}", "phi"],
    ]);
  });

  it("tags on quality rules, teams and enum values classify nothing", () => {
    const reading = read(
      `${HEAD}team: {name: x, tags: [pii]}\nschema:\n  - name: t\n    quality: [{metric: rowCount, tags: [pci]}]\n    properties:\n      - name: a\n        enum: [{value: x, tags: [pii]}]\n`,
    );
    if (reading.status !== "contract") throw new Error(reading.status);
    const { contract } = reading;
    expect([...contract.tags, ...contract.objects[0]!.tags, ...contract.objects[0]!.fields[0]!.tags]).toEqual([]);
  });
});
