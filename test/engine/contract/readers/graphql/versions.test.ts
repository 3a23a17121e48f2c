import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readContract } from "../../../../../src/engine/contract/read.ts";
import type { SchemaVersions } from "../../../../../src/engine/contract/readers/graphql/versions.ts";
import { NO_REFERENCES } from "../../../../../src/engine/contract/references.ts";
import { diffOf, fileOf, rules } from "../../support.ts";
import { damaged, FORMS, REAL } from "./texts.ts";

/** The second version as it reads after the first, and as it reads alone. */
function bothWays(earlier: string, text: string) {
  const versions: SchemaVersions = new Map();
  readContract(fileOf("a.graphql", earlier), rules, NO_REFERENCES, versions);
  return [readContract(fileOf("a.graphql", text), rules, NO_REFERENCES, versions), readContract(fileOf("a.graphql", text), rules)] as const;
}

const SCHEMA = `directive @data(class: String = "PII") on FIELD_DEFINITION
scalar Email @pii
enum Kind { A B }
union Any = User | Order
type User @masked { email: Email, kind: Kind, order: Order, note: String @data }
type Order { user: User, total: Int @sensitive }
extend type Order { any: Any }
input New { user: ID!, kind: Kind = A }
`;

describe("a version that is read after another one", () => {
  it.each<[string, string, string]>([
    ["a field", "total: Int", "total: Float"],
    ["a tag", " @sensitive", ""],
    ["the default of a directive", '"PII"', '"none"'],
    ["a tagged scalar", "Email @pii", "Email"],
    ["values of an enum", "A B", "A C"],
    ["members of a union", "User | Order", "User"],
    ["masking on a type", " @masked", ""],
    ["the name of a type", "type User", "type Person"],
    ["a type that becomes an input", "type User", "input User"],
    ["an extension", "extend type Order", "extend type User"],
    ["a line more", "\nenum", "\n\nenum"],
    ["a type more", "\nenum", "\ntype More { a: Int }\nenum"],
    ["a type less", "input New { user: ID!, kind: Kind = A }\n", ""],
    ["a type twice", "input New", "input User"],
    ["a field twice", "any: Any", "user: User"],
    ["what is no GraphQL", "input New", "input"],
    ["nothing", "Kind", "Kind"],
  ])("says the same as alone, changed in %s", (_, from, to) => {
    const [after, alone] = bothWays(SCHEMA, SCHEMA.replace(from, to));
    expect(after).toEqual(alone);
  });

  it.each<[string, string, string]>([
    ["comes to this file", "input New", "type Far { a: Int }\nscalar Away\ninput New"],
    ["leaves this file", "type Near { a: Int }\nenum Level { LOW }", ""],
    ["comes in place of what extends it", "extend type Far", "type Far"],
    ["goes, and what extends it stays", "scalar Close", "extend scalar Close @deprecated"],
    ["stays elsewhere", "a: Int", "a: Float"],
  ])("marks what is only extended as alone, where a definition %s", (_, from, to) => {
    const schema = `type Near { a: Int }\nenum Level { LOW }\nscalar Close\nextend type Near @pii { b: Int }\nextend type Far @pii { b: Int, c: Away }
extend enum Level { HIGH }\nextend scalar Close @pii\nextend scalar Away @pii\ninput New { n: Level }\n`;
    for (const [earlier, text] of [
      [schema, schema.replace(from, to)],
      [schema.replace(from, to), schema],
    ] as const) {
      const [after, alone] = bothWays(earlier, text);
      expect(after).toEqual(alone);
      expect(after.status).toBe("contract");
    }
    const [first] = bothWays(schema, schema);
    expect(first.status === "contract" && first.contract.objects.filter(({ extension }) => extension).map(({ name }) => name)).toEqual([
      "Far",
      "Away",
    ]);
  });

  it("says the same as alone after any damage", () => {
    const pairs = fc
      .constantFrom(SCHEMA, ...FORMS, ...REAL.map(([, text]) => text))
      .chain((text) => fc.tuple(fc.constant(text), damaged(text)));
    fc.assert(
      fc.property(pairs, ([earlier, text]) => {
        const [after, alone] = bothWays(earlier, text);
        expect(after).toEqual(alone);
      }),
      { numRuns: 1000 },
    );
  });

  it("still charges the fields that it takes over", () => {
    const many = `type T {\n${Array.from({ length: 19_990 }, (_, at) => ` f${at}: Int\n`).join("")}}\ntype U { a: Int }`;
    const [after, alone] = bothWays(many, many.replace("a: Int", Array.from({ length: 20 }, (_, at) => `g${at}: Int`).join(" ")));
    expect(after).toEqual(alone);
    expect(after.status).toBe("unparseable");
  });
});

describe("what stands inside types", () => {
  const base = "type T { a: Tagged, b: Bare, c: String }\ntype Tagged { x: Int @pii }\ntype Bare { x: Int }\n";
  it.each<[string, string, string, readonly string[]]>([
    ["a field turned to an untagged twin", "a: Tagged", "a: Bare", ["block type.changed a"]],
    ["a list of it too", "a: Tagged", "a: [Bare]", ["block type.changed a"]],
    ["a field that is gone", "a: Tagged, ", "", ["block field.removed a"]],
    ["a field of a plain type that changes", "c: String", "c: Int", ["break type.changed c"]],
    ["a field in another place", "a: Tagged, b: Bare", "b: Bare, a: Tagged", []],
  ])("%s", (_, from, to, expected) => {
    const { findings } = diffOf({ "a.graphql": base }, { "a.graphql": base.replace(from, to) });
    expect(findings.map(({ severity, code, field }) => `${severity} ${code} ${field}`)).toEqual(expected);
  });
});
