import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../../src/engine/contract/diff.ts";
import type { ReadingRules } from "../../../../src/engine/contract/rules.ts";
import { brief, inputOf, rules, type Tree } from "../support.ts";

const PROTO = 'syntax = "proto3"; message User { string email = 1 [(acme.pii) = true]; }';
const ODCS = "{id: x, kind: DataContract, apiVersion: v3.0.2, schema: [{name: t, properties: [{name: a, tags: [pii]}]}]}";
const DCS = "dataContractSpecification: 1.2.1\nid: x\nmodels: {m: {fields: {f: {$ref: 'common.yaml#/definitions/f'}}}}";
const TABLES = "tables: {t: {columns: {a: {level: high}}}}";
const MAPPINGS = [{ paths: ["tables/**"], fields: "tables.*.columns", name: "name", tags: ["level"] }];

interface Rename {
  readonly base: Tree;
  readonly head: Tree;
  readonly unchanged?: Tree;
  readonly mappings?: ReadingRules["mappings"];
}

function briefs({ base, head, unchanged = {}, mappings = [] }: Rename): readonly string[] {
  const files = inputOf({}, unchanged).head;
  const input = inputOf(base, head);
  return diffContracts({ ...input, referenced: { ...input.referenced, base: files, head: files }, rules: { ...rules, mappings } })
    .findings.map(brief)
    .sort();
}

describe("a file under another name, without another change", () => {
  it.each<[string, Rename, readonly string[]]>([
    ["T34 an extension that is another language", { base: { "a.proto": PROTO }, head: { "a.txt": PROTO } }, ["block contract.deleted"]],
    ["T34 an extension of binary files", { base: { "a.yaml": ODCS }, head: { "a.png": ODCS } }, ["block contract.deleted"]],
    [
      "T34 an extension without a contract on its first line",
      { base: { "a.json": ODCS }, head: { "a.md": ODCS } },
      ["block contract.deleted"],
    ],
    [
      "T34 a place where its references lead elsewhere",
      {
        base: { "a/x.yaml": DCS },
        head: { "b/x.yaml": DCS },
        unchanged: { "a/common.yaml": "definitions: {f: {pii: true}}", "b/common.yaml": "definitions: {f: {type: string}}" },
      },
      ["block tag.removed m.f", "block type.changed m.f", "info contract.moved"],
    ],
    [
      "T34 a place that no mapping takes",
      { base: { "tables/a.yaml": TABLES }, head: { "others/a.yaml": TABLES }, mappings: MAPPINGS },
      ["block contract.deleted"],
    ],
    ["a place where it says the same", { base: { "a/x.yaml": ODCS }, head: { "b/y.yaml": ODCS } }, ["info contract.moved"]],
    [
      "a folder with what its files refer to",
      {
        base: { "a/x.yaml": DCS, "a/common.yaml": "definitions: {f: {pii: true}}" },
        head: { "b/x.yaml": DCS, "b/common.yaml": "definitions: {f: {pii: true}}" },
      },
      ["info contract.moved", "info contract.moved"],
    ],
    [
      "a schema that its file names",
      {
        base: { "a.json": '{"type": "object", "properties": {"e": {"type": "string", "x-pii": true}}}' },
        head: { "b.json": '{"type": "object", "properties": {"e": {"type": "string", "x-pii": true}}}' },
      },
      ["info contract.moved"],
    ],
  ])("%s", (_, rename, expected) => {
    expect(briefs(rename)).toEqual(expected);
  });
});
