import { describe, expect, it } from "vitest";
import { brief, diffOf, type Tree } from "../support.ts";

const odcs = (fields: string, id = "c", object = "t") =>
  `kind: DataContract\napiVersion: v3.1.0\nid: ${id}\nschema: [{name: ${object}, properties: [${fields}]}]\n`;
const dcs = (fields: string) =>
  `dataContractSpecification: 1.2.1\nid: c\nmodels: {t: {fields: {${fields}}}}\ndefinitions: {d: {pii: true, type: text}, e: {type: text}}\n`;
const proto = (fields: string) => `syntax = "proto3";\nmessage M {\n${fields}\n}\n`;

/** What changed, without the consequences of a break. */
function found(base: Tree, head: Tree): readonly string[] {
  return diffOf(base, head)
    .findings.filter(({ code }) => !/^(version|description)\./.test(code))
    .map((finding) => `${brief(finding)}${/\.(renamed|moved)$/.test(finding.code) ? ` < ${finding.before}` : ""}`)
    .sort();
}

describe("a field is found again, step by step", () => {
  it.each<[string, Tree, Tree, readonly string[]]>([
    [
      "by its path, whatever its id says",
      { a: odcs("{name: x, id: one, tags: [pii]}") },
      { a: odcs("{name: x, id: two}") },
      ["block tag.removed t.x"],
    ],
    [
      "by its path before its number",
      { "a.proto": proto("string a = 1 [debug_redact = true];\nstring b = 2;") },
      { "a.proto": proto("string a = 2 [debug_redact = true];\nstring b = 1;") },
      ["block number.reused M.a", "block number.reused M.b"],
    ],
    [
      "by its number in the message",
      { "a.proto": proto("string a = 1 [debug_redact = true];") },
      { "a.proto": proto("string z = 1 [debug_redact = true];") },
      ["break field.renamed M.z < a"],
    ],
    [
      "by its id",
      { a: odcs("{name: x, id: one, tags: [pii]}") },
      { a: odcs("{name: y, id: one, tags: [pii]}") },
      ["break field.renamed t.y < x"],
    ],
    [
      "by its id, and the tag must come along",
      { a: odcs("{name: x, id: one, tags: [pii]}") },
      { a: odcs("{name: y, id: one}") },
      ["block field.renamed t.y < x", "block tag.removed t.y"],
    ],
    ["by an alias", { a: dcs("x: {pii: true}") }, { a: dcs("y: {pii: true, aliases: [x]}") }, ["break field.renamed t.y < x"]],
    [
      "by its physical name",
      { a: odcs("{name: x, physicalName: p, tags: [pii]}") },
      { a: odcs("{name: y, physicalName: p, tags: [pii]}") },
      ["break field.renamed t.y < x"],
    ],
    [
      "by the definition it refers to",
      { a: dcs("x: {$ref: '#/definitions/d'}") },
      { a: dcs("y: {$ref: '#/definitions/d'}") },
      ["break field.renamed t.y < x"],
    ],
    [
      "by object and name in another file",
      { "models/a.yml": "models: [{name: t, columns: [{name: x, meta: {pii: true}}]}, {name: u, columns: [{name: k}]}]\n" },
      {
        "models/a.yml": "models: [{name: u, columns: [{name: k}]}]\n",
        "models/b.yml": "models: [{name: t, columns: [{name: x}]}]\n",
      },
      ["block tag.removed t.x", "info contract.moved < models/a.yml"],
    ],
    [
      "never by its looks alone: those are shown",
      { a: odcs("{name: x_email, logicalType: string, description: same, tags: [pii]}") },
      { a: odcs("{name: email_x, logicalType: string, description: same, tags: [pii]}") },
      ["block field.removed t.x_email", "info field.added t.email_x", "info tag.added t.email_x"],
    ],
  ])("%s", (_name, base, head, expected) => {
    const named = (tree: Tree) => Object.fromEntries(Object.entries(tree).map(([path, text]) => [path === "a" ? "a.yaml" : path, text]));
    expect(found(named(base), named(head))).toEqual(expected);
  });
});

describe("decoys", () => {
  it.each<[string, string, string, readonly string[]]>([
    [
      "an id used twice identifies nothing",
      odcs("{name: x, id: one, tags: [pii]}"),
      odcs("{name: y, id: one, tags: [pii]}, {name: z, id: one}"),
      ["block field.removed t.x", "info field.added t.y", "info field.added t.z", "info tag.added t.y"],
    ],
    [
      "an id moved to a tagged twin while the field itself is stripped",
      odcs("{name: x, id: one, tags: [pii]}"),
      odcs("{name: x, id: two}, {name: y, id: one, tags: [pii]}"),
      ["block tag.removed t.x", "info field.added t.y", "info tag.added t.y"],
    ],
    [
      "an alias that two fields claim",
      dcs("x: {pii: true}"),
      dcs("y: {pii: true, aliases: [x]}, z: {aliases: [x]}"),
      ["block field.removed t.x", "info field.added t.y", "info field.added t.z", "info tag.added t.y"],
    ],
    [
      "a definition that was shared",
      dcs("x: {$ref: '#/definitions/d'}, w: {$ref: '#/definitions/d'}"),
      dcs("y: {$ref: '#/definitions/d'}, w: {$ref: '#/definitions/e'}"),
      ["block tag.removed t.w", "break field.renamed t.y < x"],
    ],
  ])("%s", (_name, base, head, expected) => expect(found({ "a.yaml": base }, { "a.yaml": head })).toEqual(expected));

  it("a number is no identity across messages", () => {
    const two = (m: string, n: string) => `syntax = "proto3";\nmessage M { ${m} }\nmessage N { ${n} }\n`;
    expect(
      found(
        { "a.proto": two("string a = 1 [debug_redact = true]; string k = 2;", "string k = 2;") },
        { "a.proto": two("string k = 2;", "string k = 2; string a = 1 [debug_redact = true];") },
      ),
    ).toEqual(["block field.moved N.a < M.a"]);
  });

  it("a tagged object of the same name elsewhere does not stand in for the stripped one", () => {
    const base = { "a.yaml": odcs("{name: x, tags: [pii]}") };
    const head = { "a.yaml": odcs("{name: x}"), "b.yaml": odcs("{name: x, tags: [pii]}", "d") };
    expect(found(base, head)).toEqual(["block tag.removed t.x", "info contract.added", "info field.added t.x", "info tag.added t.x"]);
  });
});
