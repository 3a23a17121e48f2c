import { describe, expect, it } from "vitest";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../support.ts";

function read(schema: unknown, path = "s.avsc") {
  const reading = readContract(fileOf(path, typeof schema === "string" ? schema : JSON.stringify(schema)), rules);
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  return reading.contract;
}

/** `object field key@carrier …` for every field, then for every object and the contract that carries tags of its own. */
function tagsOf(schema: unknown): readonly string[] {
  const contract = read(schema);
  const told = (tags: (typeof contract)["tags"]) =>
    tags.map(({ key, value, carrier }) => `${key}${value === "true" ? "" : `=${value}`}@${carrier}`);
  return [
    ...contract.objects.flatMap(({ fields }) => fields.map((field) => [field.object, field.path.join("."), ...told(field.tags)].join(" "))),
    ...contract.objects.filter(({ tags }) => tags.length > 0).map(({ name, tags }) => [name, "*", ...told(tags)].join(" ")),
    ...(contract.tags.length > 0 ? [["*", ...told(contract.tags)].join(" ")] : []),
  ];
}

const record = (fields: readonly object[], more: object = {}) => ({ type: "record", name: "U", namespace: "a.b", fields, ...more });
const field = (more: object, name = "f") => ({ name, type: "string", ...more });

describe("tags of Avro schemas", () => {
  it.each<[string, object, readonly string[]]>([
    ["Confluent's tags", record([field({ "confluent:tags": ["PII", "team-a"] })]), ["a.b.U f pii@confluent:tags team-a@confluent:tags"]],
    ["a marker on the field", record([field({ pii: true })]), ["a.b.U f pii@pii"]],
    ["a marker that says no", record([field({ pii: false, "x-phi": "no" })]), ["a.b.U f"]],
    ["a vendor's key", record([field({ "com.acme.pii": "yes" })]), ["a.b.U f pii@com.acme.pii"]],
    ["a marker on the type", record([field({ type: { type: "string", pii: true } })]), ["a.b.U f pii@pii"]],
    ["a marker inside a union", record([field({ type: ["null", { type: "string", pii: true }] })]), ["a.b.U f pii@pii"]],
    [
      "a nested property object",
      record([field({ governance: { data: { classification: "restricted" }, labels: ["gdpr"] } })]),
      ["a.b.U f restricted@governance gdpr@governance"],
    ],
    ["a word of the vocabulary under any key", record([field({ "x-kind": "PHI", "x-note": "speak" })]), ["a.b.U f phi@x-kind"]],
    ["texts for people", record([field({ doc: "pii", description: "pii", comment: "gdpr" })]), ["a.b.U f"]],
    ["an unknown class", record([field({ classification: "purple" })]), ["a.b.U f unknown:purple@classification"]],
    ["a look-alike key", record([field({ "\u0440ii": true })]), ["a.b.U f unknown:\u0440ii@\u0440ii"]],
    ["a record's attribute", record([field({})], { pii: true }), ["a.b.U f", "a.b.U * pii@pii"]],
    ["a record's tag list", record([field({})], { tags: ["gdpr"] }), ["a.b.U f", "a.b.U * gdpr@tags"]],
    [
      "an array's items and a map's values",
      record([field({ type: { type: "array", items: { type: "map", values: { type: "string", pii: true } } } })]),
      ["a.b.U f", "a.b.U f.[]", "a.b.U f.[].{value} pii@pii"],
    ],
    [
      "a tagged enum reaches its fields, also through a union",
      record([field({ type: { type: "enum", name: "E", symbols: ["x"], pii: true } }), field({ type: ["null", "string", "E"] }, "g")]),
      ["a.b.U f pii@pii", "a.b.U g pii@pii"],
    ],
    ["an enum by itself", { type: "enum", name: "E", symbols: ["x"], pii: true }, ["* pii@pii"]],
    [
      "metadata of the registry",
      record([field({}, "ssn")], { metadata: { tags: { "**.ssn": ["PII"] } } }),
      ["a.b.U ssn pii@metadata.tags"],
    ],
    ["a path map at the root", record([field({}, "ssn")], { tags: { "a.b.U.ssn": ["PII"] } }), ["a.b.U ssn pii@tags"]],
    ["one star stays inside a name", record([field({}, "ssn")], { tags: { "a.*.ssn": ["PII"] } }), ["a.b.U ssn"]],
    ["a shorter name", record([field({}, "ssn")], { tags: { "U.s?n": ["PII"] } }), ["a.b.U ssn pii=true by its short name@tags"]],
    ["a path to the record", record([field({})], { tags: { "**.U": ["PII"] } }), ["a.b.U f", "a.b.U * pii@tags"]],
    ["a flag instead of a path", record([field({})], { tags: { pii: true } }), ["a.b.U f", "* pii@tags.pii"]],
    ["metadata without a path", record([field({})], { metadata: { classification: "PHI" } }), ["a.b.U f", "* phi@metadata.classification"]],
    [
      "a registry's request with the schema quoted",
      { schemaType: "AVRO", schema: JSON.stringify(record([field({ pii: true })])), metadata: { tags: { "**.f": ["GDPR"] } } },
      ["a.b.U f pii@pii gdpr@metadata.tags"],
    ],
    ["a union at the root", [record([field({ pii: true })]), { type: "record", name: "V", fields: [] }], ["a.b.U f pii@pii"]],
  ])("%s", (_, schema, expected) => {
    expect(tagsOf(schema)).toEqual(expected);
  });

  it("a path that matches nothing is a warning with its line", () => {
    const contract = read(
      '{"type": "record", "name": "U", "fields": [{"name": "mail", "type": "string"}],\n "tags": {\n  "**.email": ["PII"]}}',
    );
    expect(contract.problems).toMatchObject([
      { severity: "warning", line: 3, message: "the tag path `**.email` matches no field of this file" },
    ]);
    expect(contract.objects[0]!.fields[0]!.tags).toEqual([]);
  });

  it("a plain word that names no field tags the whole, and is a warning", () => {
    const contract = read(record([field({}, "mail")], { tags: { email: ["PII"] } }));
    expect(contract.tags.map(({ key }) => key)).toEqual(["pii"]);
    expect(contract.problems).toHaveLength(1);
  });
});

describe("shapes of Avro schemas", () => {
  it("nullability, defaults, aliases, logical types, enums and places", () => {
    const contract = read(
      '{"type": "record", "name": "U", "fields": [\n' +
        '  {"name": "a", "type": ["null", "string"], "default": null, "aliases": ["old"], "doc": "what  it\\n is"},\n' +
        '  {"name": "b", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},\n' +
        '  {"name": "c", "type": {"type": "enum", "name": "E", "symbols": ["y", "x"]}, "default": "x",\n   "pii": true},\n' +
        '  {"name": "d", "type": {"type": "record", "name": "n.V", "fields": [{"name": "e", "type": "E"}, {"name": "g", "type": "U"}]}}]}',
    );
    expect(contract.objects.map(({ name, pos }) => [name, pos.line])).toEqual([
      ["U", 1],
      ["n.V", 6],
    ]);
    const [a, b, c, d] = contract.objects[0]!.fields;
    expect(a).toMatchObject({
      nullable: true,
      required: false,
      default: "null",
      aliases: ["old"],
      description: "what it is",
      pos: { line: 2, column: 3 },
    });
    expect(b).toMatchObject({ type: { physical: "bytes decimal", logical: "number", params: { size: "10", scale: "2" } }, required: true });
    expect(c).toMatchObject({ enum: ["x", "y"], default: '"x"', tags: [{ key: "pii", pos: { line: 5, column: 4 } }] });
    expect(d).toMatchObject({ type: { ref: "n.V", logical: "object" } });
    // A name inside `n.V` is looked for in its namespace, as Avro says.
    expect(contract.objects[1]!.fields.map(({ type }) => type.ref)).toEqual(["n.E", "n.U"]);
    expect(contract.links).toContainEqual({
      upstream: { contract: null, object: "n.V", field: null },
      downstream: { contract: null, object: "U", field: "d" },
      carrier: "type",
      pos: d!.pos,
    });
  });

  it.each<[string, unknown, string, number]>([
    ["two fields with one name", record([field({}), field({ pii: true })]), "duplicate field `f`", 1],
    ["two records with one name", [record([]), record([])], "duplicate record `a.b.U`", 1],
    ["a field without a type", '{"type": "record", "name": "U", "fields": [\n{"name": "x"}]}', "the field `x` has no `type`", 2],
    ["fields that are no mappings", record(["x"] as never), "every item of `fields` must be a mapping", 1],
    [
      "two arrays in one union",
      record([field({ type: [1, 2].map(() => ({ type: "array", items: "int" })) })]),
      "a union holds one array and one map at most",
      1,
    ],
    ["an array of nothing", record([field({ type: { type: "array" } })]), "a type `array` without `items`", 1],
    [
      "a nesting bomb",
      `{"type": "record", "name": "U", "fields": [{"name": "f", "type": ${'{"type":'.repeat(200)}"int"${"}".repeat(200)}}]}`,
      "nested more than 100 levels deep",
      1,
    ],
    ["a broken quotation", { schemaType: "AVRO", schema: '[{"type":"record"}]' }, "the quoted `schema` is no Avro schema", 1],
    [
      "paths that cost too much",
      record(
        Array.from({ length: 300 }, (_, at) => field({}, `f${at}${"x".repeat(500)}`)),
        { tags: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`**.${"y*".repeat(200)}${at}`, ["PII"]])) },
      ),
      "more tag paths and fields than can be compared",
      1,
    ],
  ])("refused: %s", (_, schema, message, line) => {
    const reading = readContract(fileOf("s.avsc", typeof schema === "string" ? schema : JSON.stringify(schema)), rules);
    expect(reading).toMatchObject({ status: "unparseable", problems: [{ message, line }] });
  });

  it("a list without records, and JSON of another kind, are no contracts", () => {
    expect(readContract(fileOf("s.json", '[{"type": "a"}, 1]'), rules).status).toBe("ignored");
    expect(readContract(fileOf("s.json", '{"type": "fixed", "name": "x", "size": 3}'), rules).status).toBe("ignored");
  });
});
