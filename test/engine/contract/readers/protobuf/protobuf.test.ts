import { describe, expect, it } from "vitest";
import { readContract } from "../../../../../src/engine/contract/read.ts";
import { fileOf, rules } from "../../support.ts";

function read(text: string) {
  const reading = readContract(fileOf("a.proto", text), rules);
  if (reading.status !== "contract") throw new Error(JSON.stringify(reading));
  return reading.contract;
}

const HEAD = 'syntax = "proto3";\npackage p;\n';
const told = (tags: ReturnType<typeof read>["tags"]) =>
  tags.map(({ key, value, carrier, pos }) => `${key}${value === "true" ? "" : `=${value}`} ${carrier} ${pos.line}:${pos.column}`);

describe("tags of .proto files", () => {
  it.each<[string, string, readonly string[]]>([
    ["debug_redact", "debug_redact = true", ["sensitive debug_redact 4:16"]],
    ["an option", "(acme.pii) = true", ["pii (acme.pii) 4:16"]],
    ["an option that says no", "(acme.pii) = false, debug_redact = false", []],
    ["an option's value", "(acme.kind) = PII", ["pii (acme.kind) 4:30"]],
    ["a class", "(acme.sensitivity) = RESTRICTED", ["restricted (acme.sensitivity) 4:37"]],
    ["a constant with its type's name", "(acme.sensitivity) = SENSITIVITY_PII", ["pii (acme.sensitivity) 4:37"]],
    ["a constant that denies", "(acme.sensitivity) = SENSITIVITY_NON_PII", []],
    ["a class that nobody knows", "(acme.sensitivity) = PURPLE", ["unknown:purple (acme.sensitivity) 4:37"]],
    ["a path of an option", "(acme.data).pii = true", ["pii (acme.data).pii 4:16"]],
    ["a path that says no", "(acme.pii).enabled = false", []],
    ["an aggregate", '(acme.data) = { pii: true, level: "x", note: "gdpr" }', ["pii (acme.data) 4:32"]],
    ["an aggregate that says no", "(acme.pii) = { enabled: false }", []],
    ["an aggregate that says more", '(acme.pii) = { type: EMAIL reason: "x" }', ['pii={"type":"email"} (acme.pii) 4:16']],
    [
      "Confluent's pairs, repeated",
      '(confluent.field_meta).tags = {key: "PII" value: "yes"}, (confluent.field_meta).tags = {key: "GDPR"}',
      ["pii (confluent.field_meta).tags 4:52", "gdpr (confluent.field_meta).tags 4:109"],
    ],
    [
      "a name repeated in an aggregate, and a list",
      "(confluent.field_meta) = { tags: 'PII' tags: \"GDPR\"; tags: ['PHI'] }",
      ["pii (confluent.field_meta) 4:49", "gdpr (confluent.field_meta) 4:61", "phi (confluent.field_meta) 4:76"],
    ],
    ["messages in a list", "(a.meta) = { rules [ <name: 'x'>, { kind: PHI } ] }", ["phi (a.meta) 4:58"]],
    ["texts that are joined and escaped", '(a.kind) = "p" \'\\x69\' "\\151"', ["pii (a.kind) 4:27"]],
    ["an extension's name in an aggregate", "(a.meta) = { [acme.pii]: true }", ["pii (a.meta) 4:29"]],
    ["a vendor's prefix", "(csi_secret) = true", ["secret (csi_secret) 4:16"]],
    ["a package that names a class", "(pii.v1.kind) = EMAIL", ["pii=email (pii.v1.kind) 4:16"]],
    [
      "validation rules and the language's own options",
      '(validate.rules).string = {in: ["public", "pii"]}, json_name = "pii", deprecated = true',
      [],
    ],
    ["comments", "(a.b) = 1 /* , (acme.pii) = true */ // [(acme.pii) = true]\n", []],
  ])("%s", (_, options, expected) => {
    const contract = read(`${HEAD}message M {\n  string f = 1[${options}];\n}\n`);
    expect(contract.objects[0]!.fields.map(({ tags }) => told(tags))).toEqual([expected]);
  });

  it("options of a message, a file, a oneof and an enum value", () => {
    const contract = read(
      `${HEAD}option (acme.classification) = INTERNAL;\nmessage M {\n  option (acme.redacted) = true;\n  oneof o { option (acme.pii) = true; string f = 1; }\n  enum E { X = 0 [(acme.pii) = true]; }\n  message N { E e = 1; }\n}\n`,
    );
    expect(told(contract.tags)).toEqual(["internal (acme.classification) 3:32"]);
    expect(
      contract.objects.map(({ name, tags, fields }) => [name, told(tags), ...fields.map((field) => [field.name, told(field.tags)])]),
    ).toEqual([
      ["p.M", ["sensitive (acme.redacted) 5:10"], ["f", ["pii oneof (acme.pii) 6:20"]]],
      ["p.M.N", [], ["e", []]],
    ]);
  });

  it("definitions of options that stand for a class", () => {
    const contract = read(
      `${HEAD}extend google.protobuf.FieldOptions {\n  bool pii = 50001;\n  Level sensitivity = 50002;\n  string note = 50003;\n}\nextend google.protobuf.EnumValueOptions { bool pii = 1; }\n`,
    );
    expect(contract.objects).toEqual([]);
    expect(contract.definitions).toEqual([
      { name: "(p.pii)", key: "pii", says: "bool pii = 50001 on google.protobuf.FieldOptions", pos: { line: 4, column: 3 } },
      {
        name: "(p.sensitivity)",
        key: "classification",
        says: "Level sensitivity = 50002 on google.protobuf.FieldOptions",
        pos: { line: 5, column: 3 },
      },
    ]);
  });
});

describe("shapes of .proto files", () => {
  it("labels, numbers, maps, groups, enums, extensions and references", () => {
    const contract = read(
      'package p.v1;\nimport public "x/y.proto";\nmessage M {\n  required int64 a = 0x1 [default = 7, json_name = "aa"];\n  optional group G = 2 { optional .p.v1.M m = 1; }\n' +
        "  map<string, E> b = 3 [deprecated = true];\n  repeated N n = 4;\n  enum E { B = 1; A = 0; }\n  message N { optional google.protobuf.Timestamp t = 1 [(buf.validate.field).required = true]; }\n" +
        "  extensions 100 to max [verification = UNVERIFIED];\n  reserved 5, 7 to 9; reserved 'old';\n  oneof o { string c = 6; }\n}\n" +
        "extend M { optional E e = 100; }\nextend other.Thing { optional string z = 101; }\nservice S { rpc A (stream M) returns (stream .p.v1.M) { option (x) = { get: '/a' }; } }\n",
    );
    expect(contract.specVersion).toBe("proto2");
    expect(
      contract.objects.map(({ name, pos, fields }) => [
        name,
        pos.line,
        ...fields.map((field) => `${field.name} ${field.number} ${field.type.physical}`),
      ]),
    ).toEqual([
      ["p.v1.M", 3, "a 1 int64", "g 2 p.v1.M.G", "b 3 map<string, p.v1.M.E>", "n 4 repeated p.v1.M.N", "c 6 string", "(p.v1.e) 100 E"],
      ["p.v1.M.G", 5, "m 1 p.v1.M"],
      ["p.v1.M.N", 9, "t 1 google.protobuf.Timestamp"],
      ["other.Thing", 15, "(p.v1.z) 101 string"],
      ["service p.v1.S", 16, "request null p.v1.M", "response null p.v1.M"],
    ]);
    const fields = Object.fromEntries(contract.objects.flatMap((object) => object.fields.map((field) => [field.name, field])));
    expect(fields["a"]).toMatchObject({ required: true, nullable: null, default: "7", physicalName: "aa", pos: { line: 4, column: 3 } });
    expect(fields["b"]).toMatchObject({ enum: ["A = 0", "B = 1"], deprecated: true, type: { logical: "map" } });
    expect(fields["c"]).toMatchObject({ constraints: { oneof: "o" } });
    expect(fields["t"]).toMatchObject({
      nullable: null,
      type: { logical: "timestamp" },
      constraints: { "(buf.validate.field).required": '"true"' },
    });
    expect(contract.links.map(({ upstream, carrier }) => upstream.contract ?? `${carrier} ${upstream.object}`)).toContain("x/y.proto");
  });

  it("editions: presence, names without quotes, visibility", () => {
    const contract = read(
      'edition = "2024";\nexport message M {\n  reserved old;\n  string a = 1 [features.field_presence = LEGACY_REQUIRED];\n  local enum E { X = 0; }\n}\n',
    );
    expect(contract).toMatchObject({ specVersion: "editions 2024", objects: [{ name: "M", fields: [{ name: "a", required: true }] }] });
  });

  it.each<[string, string, string, number]>([
    ["nothing", "// only a comment\n", "the file declares nothing: it is empty or holds only comments", 1],
    ["a comment that does not end", "message M {}\n/*/ string a = 1;\n", "a comment does not end", 2],
    ["a text over two lines", 'message M {\n string a = 1 [(x) = "a\\\nb"];\n}', "a text does not end on its line", 2],
    [
      "a homoglyph in an option's name",
      "message M {\n string a = 1 [(acme.\u0440ii) = true];\n}",
      "the character `\u0440` does not belong here",
      2,
    ],
    ["two fields with one name", "message M {\n string a = 1;\n string a = 2;\n}", "duplicate field `a`", 3],
    ["two fields with one number", "message M {\n string a = 1;\n oneof o { string b = 0x1; }\n}", "duplicate field number `1`", 3],
    ["two messages with one name", "message M {}\nmessage M {}\n", "duplicate name `M`", 2],
    ["one extension twice", "extend M { optional int32 a = 1; }\nextend M { optional int32 a = 2; }\n", "duplicate field `(a)`", 2],
    ["a reserved number", "message M { reserved 2 to 4;\n string a = 3;\n}", "the field number `3` is reserved", 2],
    ["a reserved name", 'message M {\n string a = 3;\n reserved "a"; }', "the field name `a` is reserved", 2],
    ["a number that is none", "message M {\n string a = 0;\n}", "`0` is no field number", 2],
    ["the end too early", "message M {\n string a = 1;\n", "expected a name, found the end of the file", 3],
    ["something else", "message M {}\n---\n", "expected a declaration, found `-`", 2],
    ["a lone surrogate", 'message M {\n string a = 1 [(x) = "\\ud800"];\n}', "a lone surrogate (half a character) is not allowed", 2],
    ["messages nested without end", "message M {".repeat(5000), "nested more than 100 levels deep", 1],
    ["nested messages", Array.from({ length: 200 }, (_, at) => `message M${at} {\n`).join(""), "nested more than 100 levels deep", 101],
    [
      "nested groups",
      `message M {${Array.from({ length: 200 }, (_, at) => `repeated group G${at} = 1 {\n`).join("")}`,
      "nested more than 100 levels deep",
      100,
    ],
    ["nested aggregates", `option (a) = {${"b {\n".repeat(5000)}`, "nested more than 100 levels deep", 100],
    ["nested lists and messages", `option (a) = {${"b [{\n".repeat(5000)}`, "nested more than 100 levels deep", 100],
    ["a long option's path", `option (a)${".b".repeat(5000)} = 1;`, "nested more than 100 levels deep", 1],
    ["a long name", `package ${"a.".repeat(5000)}b;`, "a name of more than 2000 letters", 1],
  ])("refused: %s", (_, text, message, line) => {
    const reading = readContract(fileOf("a.proto", text), rules);
    expect(reading).toMatchObject({ status: "unparseable", problems: [{ message, line }] });
  });
});
