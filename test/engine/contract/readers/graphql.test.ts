import { describe, expect, it } from "vitest";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../support.ts";

function read(text: string, path = "a.graphql") {
  const reading = readContract(fileOf(path, text), rules);
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  return reading.contract;
}

const told = (tags: ReturnType<typeof read>["tags"]) =>
  tags.map(({ key, value, carrier, pos }) => `${key}${value === "true" ? "" : `=${value}`} ${carrier} ${pos.line}:${pos.column}`);

describe("tags of GraphQL schemas", () => {
  it.each<[string, string, readonly string[]]>([
    ["a marker", "@pii", ["pii @pii 2:14"]],
    ["a marker with a reason", '@pii(reason: "x")', ["pii @pii 2:14"]],
    ["a marker that says more", '@pii(type: "email")', ['pii={"type":"email"} @pii 2:14']],
    ["a marker switched off", "@pii(enabled: false) @sensitive(if: false)", []],
    ["a marker with another argument", "@pii(masked: false)", ['pii={"masked":"false"} @pii 2:14']],
    ["a tag by name", '@tag(name: "pii") @tag(name: "team-a")', ["pii @tag 2:25", "team-a @tag 2:43"]],
    ["a list of tags", '@tags(list: ["PII", "gdpr"])', ["pii @tags 2:27", "gdpr @tags 2:34"]],
    ["a class", "@classification(level: CONFIDENTIAL)", ["confidential @classification 2:37"]],
    ["a class under another argument", "@classification(is: CONFIDENTIAL)", ["confidential @classification 2:34"]],
    ["a class that nobody knows", "@classification(level: PURPLE)", ["unknown:purple @classification 2:37"]],
    ["nobody knows it under any argument", "@classification(x: PURPLE)", ["unknown:purple @classification 2:33"]],
    ["a word in any argument", "@data(kind: PII, retention: 3, meta: {kind: PHI})", ["pii @data 2:26", "phi @data 2:58"]],
    ["a boolean argument", "@data(pii: true, phi: false)", ["pii @data 2:20"]],
    ["a vendor's prefix", "@wes_pii @non_pii", ["pii @wes_pii 2:14"]],
    ["access, storage and texts", '@auth(requires: INTERNAL) @wes_fk(ref: "User.id") @deprecated(reason: "pii") @x(note: "gdpr")', []],
    ["a comment", '# @pii\n "@pii" g: Int', []],
  ])("%s", (_, directives, expected) => {
    const contract = read(`type T {\n  f: String! ${directives}\n}\n`);
    expect(told(contract.objects[0]!.fields[0]!.tags)).toEqual(expected);
  });

  it("types, their extensions, arguments, inputs, interfaces and the schema", () => {
    const contract = read(
      "schema @classification(level: INTERNAL) { query: Query }\n" +
        "type Query @pii { user(id: ID!, email: String @pii): User }\n" +
        "extend type Query @gdpr { more(in: In = {a: 1}): Int @phi }\n" +
        "interface I { name: String @pii }\ntype User implements I { name: String }\n" +
        "input In { a: Int = 1 @sensitive }\nextend type Elsewhere { ssn: String @pii }\n",
    );
    expect(told(contract.tags)).toEqual(["internal @classification 1:31"]);
    expect(
      contract.objects.map(({ name, tags, fields }) => [
        name,
        ...tags.map(({ key }) => key),
        ...fields.map((field) => [field.name, ...field.tags.map(({ key }) => key)].join(" ")),
      ]),
    ).toEqual([
      ["Query", "pii", "gdpr", "user", "user(id)", "user(email) pii", "more phi", "more(in)"],
      ["I", "name pii"],
      // Only what is written: nobody tells a client that this name is the one of the interface.
      ["User", "name"],
      ["In", "a sensitive"],
      ["Elsewhere", "ssn pii"],
      ["(schema)", "query"],
    ]);
  });

  it("a tagged scalar, enum or union reaches the fields of its type, and stands by itself", () => {
    const contract = read(
      "scalar Email @pii\nenum E { A @pii B }\nextend enum E @phi { C }\nunion U @gdpr = T\ntype T {\n  a: [Email!]!\n  b: E\n  c(e: Email): U\n}\n",
    );
    expect(
      contract.objects[0]!.fields.map((field) => [field.name, ...field.tags.map(({ key, scope, via }) => `${key} ${scope} ${via}`)]),
    ).toEqual([
      ["a", "pii definition Email"],
      ["b", "phi definition E"],
      ["c", "gdpr definition U"],
      ["c(e)", "pii definition Email"],
    ]);
    expect(contract.objects.slice(1).map(({ name, tags, fields }) => [name, tags[0]!.key, tags[0]!.scope, fields.length])).toEqual([
      ["Email", "pii", "object", 0],
      ["E", "phi", "object", 0],
      ["U", "gdpr", "object", 1],
    ]);
  });

  it("definitions of directives that stand for a class", () => {
    const contract = read(
      "directive @pii(level: [Int!] = [1], reason: String!) repeatable on OBJECT | FIELD_DEFINITION\ndirective @uid(value: String) on OBJECT\n",
    );
    expect(contract.definitions).toEqual([
      {
        name: "@pii",
        key: "pii",
        says: '(level: [Int!] = ["1"], reason: String!) repeatable on FIELD_DEFINITION | OBJECT',
        pos: { line: 1, column: 1 },
      },
    ]);
  });
});

describe("shapes of GraphQL schemas", () => {
  it("required, lists, enums, defaults, descriptions and places", () => {
    const contract = read(
      'type T {\n  "what\n it is" \n}'.replace('"what\n it is"', '"""what\n it is"""\n  a: [String!]! @deprecated') +
        "\nenum E { B A }\nextend enum E { C }\ninput I { e: E! = B, i: [I] }\n",
    );
    const [a] = contract.objects[0]!.fields;
    expect(a).toMatchObject({
      type: { logical: "array", physical: "[String!]", item: { logical: "string" } },
      required: true,
      description: "what it is",
      deprecated: true,
      pos: { line: 4, column: 3 },
    });
    expect(contract.objects[1]!.fields).toMatchObject([
      { name: "e", required: false, enum: ["A", "B", "C"], default: '"B"', type: { logical: "string", ref: "E" } },
      { name: "i", type: { physical: "[I]", item: { logical: "object", ref: "I" } } },
    ]);
  });

  it("queries declare no data", () => {
    expect(readContract(fileOf("q.graphql", "query Q { user { email } }\nfragment F on User { email }"), rules).status).toBe("ignored");
  });

  it.each<[string, string, string, number]>([
    ["a query beside a schema", "type T { a: Int }\nquery { a }\n", "the file holds both a schema and queries", 2],
    ["nothing", "# only a comment\n", "Unexpected <EOF>", 2],
    ["a type twice", "type T { a: Int @pii }\ntype T { a: Int }\n", "duplicate type `T`", 2],
    ["a scalar that is an enum too", "scalar T @pii\nenum T { A }\n", "duplicate type `T`", 2],
    ["a field twice", "type T { a: Int @pii }\nextend type T { a: Int }\n", "duplicate field `a`", 2],
    ["an argument twice", 'type T {\n a: Int @tag(name: "pii", name: "x") }', "duplicate argument `name`", 2],
    ["a homoglyph in a directive", "type T {\n a: Int @\u0440ii }", "Unexpected character: U+0440", 2],
    ["what is no GraphQL", 'type T {\n a: Int\n @@index(fields: ["a"]) }', 'Expected Name, found "@"', 3],
    ["nested lists", `type T { a: Int }\ntype U { a: ${"[".repeat(5000)}Int`, "nested more than 100 levels deep", 2],
    ["nested values", `type T {\n a: Int @x(b: ${"[{a: ".repeat(5000)}`, "nested more than 100 levels deep", 2],
    ["nested selections", `{a\n${"{a".repeat(5000)}`, "nested more than 100 levels deep", 2],
    ["a flood of tokens", `type T {\n${"a:Int\n".repeat(110_000)}}`, "Document contains more than 300000 tokens. Parsing aborted", 100_001],
  ])("refused: %s", (_, text, message, line) => {
    const reading = readContract(fileOf("a.gql", text), rules);
    expect(reading).toMatchObject({ status: "unparseable", problems: [{ message: expect.stringContaining(message), line }] });
  });

  it("brackets in texts and comments are no nesting", () => {
    const noise = "([{".repeat(60);
    const contract = read(`# ${noise}\n"""${noise} \\""" ${noise}"""\ntype T {\n  "${noise} \\" ${noise}"\n  a: Int\n}\n`);
    expect(contract.objects[0]!.fields).toHaveLength(1);
  });
});
