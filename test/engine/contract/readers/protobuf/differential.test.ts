import { readdirSync, readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { parseProto } from "../../../../../src/engine/contract/readers/protobuf/parse.ts";
import type { ProtoFile } from "../../../../../src/engine/contract/readers/protobuf/syntax.ts";

const CORPUS = new URL("../../../../fixtures/contract/corpus/protobuf/", import.meta.url);
const files = readdirSync(CORPUS).filter((name) => name.endsWith(".proto"));

const told = (label: string, type: string, name: string, number: string) => `${label} ${type} ${name} ${number}`;

/** `message: label type name number` of every field, by our parser. */
function ours(proto: ProtoFile): readonly string[] {
  return proto.messages.flatMap(({ name, fields }) =>
    fields.map((field) => {
      const type = field.mapKey === null ? field.type : `map<${field.mapKey},${field.type}>`;
      return `${name}: ${told(field.label === "repeated" ? "repeated" : "-", type.replace(/^\./, ""), field.name, field.number)}`;
    }),
  );
}

/** The same by protobufjs. */
function theirs(space: protobuf.NamespaceBase): readonly string[] {
  const own =
    space instanceof protobuf.Type
      ? space.fieldsArray.map((field) => {
          const type = field instanceof protobuf.MapField ? `map<${field.keyType},${field.type}>` : field.type;
          return `${space.fullName.slice(1)}: ${told(field.repeated ? "repeated" : "-", type.replace(/^\./, ""), field.name, String(field.id))}`;
        })
      : [];
  return [...own, ...space.nestedArray.flatMap((nested) => (nested instanceof protobuf.Namespace ? theirs(nested) : []))];
}

const parsedBy = (text: string) => protobuf.parse(text, new protobuf.Root(), { keepCase: true }).root;

describe("our parser and protobufjs", () => {
  it.each(files)("%s: names, numbers, types and labels agree", (name) => {
    const text = readFileSync(new URL(name, CORPUS), "utf8");
    const fields = ours(parseProto(text));
    expect(fields.toSorted()).toEqual(theirs(parsedBy(text)).toSorted());
  });

  it.each(files)("%s: options of fields agree", (name) => {
    const text = readFileSync(new URL(name, CORPUS), "utf8");
    const parsed = parsedBy(text);
    for (const message of parseProto(text).messages) {
      const type = parsed.lookupType(message.name);
      for (const field of message.fields) {
        const known = (type.fields[field.name]!.parsedOptions ?? []) as readonly Record<string, unknown>[];
        const names = new Set(
          known.flatMap((option) => Object.keys(option)).map((option) => option.replace(/[()]/g, "").replace(/^\./, "")),
        );
        const own = new Set(field.options.map((option) => option.name));
        expect([...names].filter((option) => !own.has(option))).toEqual([]);
        expect([...own].filter((option) => !names.has(option) && option !== "packed" && option !== "deprecated")).toEqual([]);
      }
    }
  });
});

/** Why its tokenizer is not used: what the language's compiler takes for a comment is an option to protobufjs, and the other way round. */
describe("where protobufjs cuts tokens differently from the language", () => {
  const optionsOf = (text: string) => parseProto(text).messages[0]!.fields.map((field) => field.options.map(({ name }) => name));

  it("`/*/` opens a comment, and does not close it", () => {
    const text = 'syntax = "proto3"; message M { string a = 1 /*/ [(acme.pii) = true] /*/; }';
    expect(optionsOf(text)).toEqual([[]]);
    expect(parsedBy(text).lookupType("M").fields["a"]!.options).toMatchObject({ "(acme.pii)": true });
  });

  it("a comment may touch a word", () => {
    const text = 'syntax = "proto3"; message M { string a = 1 [(acme.pii) = true/* no; */]; }';
    expect(parseProto(text).messages[0]!.fields[0]!.options[0]!.value).toMatchObject({ text: "true" });
    const theirOptions = () => parsedBy(text).lookupType("M").fields["a"]!.options?.["(acme.pii)"];
    expect(theirOptions).toThrow();
  });

  it("a text ends on its line", () => {
    const text = 'syntax = "proto3"; message M { string a = 1 [(b) = "\\\n"]; string c = 2 [(d) = "x"]; }';
    expect(() => parseProto(text)).toThrow("a text does not end on its line");
  });
});
