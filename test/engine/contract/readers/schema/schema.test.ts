import { describe, expect, it } from "vitest";
import { rowsOf, type Written } from "./rows.ts";

const DRAFT = "https://json-schema.org/draft/2020-12/schema";
const schema = (more: object): Written => ({ $schema: DRAFT, title: "C", type: "object", ...more });
const properties = (each: object, more: object = {}): Written => schema({ properties: each, ...more });

describe("tags of schemas", () => {
  it.each<[string, Written, readonly string[]]>([
    ["a marker", properties({ m: { type: "string", "x-pii": true } }), ["C.m string pii"]],
    ["a marker that says no", properties({ m: { "x-pii": false } }), ["C.m"]],
    ["a class", properties({ m: { "x-data-classification": "restricted" } }), ["C.m restricted"]],
    ["a class that nobody knows", properties({ m: { "x-sensitivity": "purple" } }), ["C.m unknown:purple"]],
    ["Confluent's tags", properties({ m: { "confluent:tags": ["PII", "team-a"] } }), ["C.m pii team-a"]],
    ["a vendor's keyword", properties({ m: { "pi2schema-personal-data": true } }), ["C.m pii"]],
    [
      "a vendor's object",
      properties({ m: { "x-twilio": { pii: { handling: "sensitive" } } } }),
      ['C.m pii={"handling":"sensitive"} sensitive'],
    ],
    ["a property named pii", properties({ pii: { type: "boolean" }, tags: { type: "array" } }), ["C.pii boolean", "C.tags array"]],
    [
      "words of descriptions, samples and enumerations",
      properties({ m: { description: "pii", default: "pii", "x-enum-names": ["pii"] } }),
      ["C.m"],
    ],
    ["weights by property", properties({ level: {}, tags: {} }, { "x-weights": { level: "high", tags: "low" } }), ["C.level", "C.tags"]],
    ["a mark on the root", schema({ "x-pii": true, properties: { m: {} } }), ["C.m", "C * pii"]],
    ["names of properties", properties({ m: {}, n: {} }, { "x-pii": ["m"] }), ["C.m pii", "C.n"]],
    ["names of inner properties", properties({ m: { properties: { n: {} } } }, { "x-pii": ["m.n"] }), ["C.m object", "C.m.n pii"]],
    ["names on an inner object", properties({ m: { "x-pii": ["n"], properties: { n: {} } } }), ["C.m object", "C.m.n pii"]],
    ["names that no property has", properties({ m: {} }, { "x-pii": ["gone"] }), ["C.m", "C * pii=gone"]],
    ["kinds on a scalar", properties({ m: { type: "string", "x-pii": ["email"] } }), ['C.m string pii=["email"]']],
    ["an unknown reference", properties({ m: { $ref: "https://x.org/y" } }), ["C.m unknown:$ref https://x.org/y"]],
    [
      "a definition's tags",
      properties({ m: { $ref: "#/$defs/E" } }, { $defs: { E: { type: "string", "x-pii": true } } }),
      ["C.m string pii", "E.(value) string pii"],
    ],
    [
      "a reference by anchor",
      properties({ m: { $ref: "#e" } }, { $defs: { E: { $anchor: "e", "x-pii": true } } }),
      ["C.m pii", "E.(value) pii"],
    ],
    [
      "a reference by the file's own $id",
      properties({ m: { $ref: "https://x.org/c#/$defs/E" } }, { $id: "https://x.org/c", $defs: { E: { "x-pii": true } } }),
      ["C.m pii", "E.(value) pii"],
    ],
    [
      "an object's own inside, told once",
      properties({ m: { $ref: "#/$defs/E" } }, { $defs: { E: { "x-phi": true, properties: { n: { "x-pii": true } } } } }),
      ["C.m object phi", "E.n pii", "E * phi"],
    ],
    [
      "all branches",
      schema({
        allOf: [{ properties: { a: { "x-pii": true } } }],
        anyOf: [{ properties: { b: { "x-pii": true } } }],
        else: { properties: { c: { "x-pii": true } } },
        dependentSchemas: { x: { properties: { d: { "x-pii": true } } } },
      }),
      ["C.a pii", "C.b pii", "C.c pii", "C.d pii"],
    ],
    ["nothing from what must not be", properties({ m: { not: { "x-pii": true } } }), ["C.m"]],
    ["a circle of composition ends", schema({ allOf: [{ $ref: "#" }], properties: { m: { $ref: "#" } } }), ["C.m object"]],
  ])("%s", (_, written, rows) => expect(rowsOf(written)).toEqual(rows));

  it("what stands beside a reference holds since 2019-09; its tags count in every draft", () => {
    const beside = { properties: { m: { $ref: "#/$defs/E", "x-pii": true, enum: ["a"] } }, $defs: { E: { type: "string" } } };
    expect(rowsOf(schema(beside), (field) => `${field.enum}`)).toEqual(["C.m string pii a", "E.(value) string null"]);
    const old = { ...schema(beside), $schema: "http://json-schema.org/draft-07/schema#" };
    expect(rowsOf(old, (field) => `${field.enum}`)).toEqual(["C.m string pii null", "E.(value) string null"]);
  });
});

describe("shapes of schemas", () => {
  it.each<[string, object, object]>([
    ["a type list with null", { type: ["string", "null"] }, { nullable: true, type: { logical: "string" } }],
    ["a branch of type null", { anyOf: [{ type: "string" }, { type: "null" }] }, { nullable: true, type: { logical: "string" } }],
    ["nullable", { type: "string", nullable: true }, { nullable: true, type: { logical: "string" } }],
    ["two types", { type: ["string", "integer"] }, { type: { logical: "integer | string" } }],
    ["a boolean exclusive limit", { minimum: 3, exclusiveMinimum: true }, { constraints: { exclusiveMinimum: "3" } }],
    ["an exclusive limit", { exclusiveMinimum: 3 }, { constraints: { exclusiveMinimum: "3" } }],
    ["a constant", { const: "a" }, { enum: ["a"] }],
    ["an enumeration with null", { enum: ["b", "a", null] }, { enum: ["a", "b"], nullable: true }],
    ["samples", { example: "x", examples: ["y"], default: "d" }, { examples: ["x", "y"], default: "d" }],
    [
      "the rest",
      { format: "email", deprecated: true, readOnly: true },
      { format: "email", deprecated: true, constraints: { readOnly: "true" } },
    ],
    ["masking", { "x-masking": "hash" }, { masking: 'x-masking="hash"' }],
  ])("%s", (_, written, shape) => {
    let found: unknown = null;
    rowsOf(properties({ m: written }), (field) => {
      found = field;
      return "";
    });
    expect(found).toMatchObject(shape);
  });

  it("a list on the object makes properties required, a branch of several does not", () => {
    const written = properties(
      { a: {}, b: {}, c: {} },
      { required: ["a"], allOf: [{ required: ["b"] }], anyOf: [{ required: ["c"] }, {}] },
    );
    expect(rowsOf(written, (field) => String(field.required))).toEqual(["C.a true", "C.b true", "C.c false"]);
  });
});
