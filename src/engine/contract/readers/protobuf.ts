import type { Contract, DataObject, Field, FieldType, Link, Tag, TagDefinition, TagScope } from "../model.ts";
import { canonical, type MapNode, type Node } from "../source/node.ts";
import { blankContract, blankField, maskingOf, refuseDuplicates } from "./build.ts";
import { classNamed, tagsDeclared } from "./declared.ts";
import { resolveName, scalarType } from "./protobuf/names.ts";
import type { Option } from "./protobuf/options.ts";
import { parseProto } from "./protobuf/parse.ts";
import type { Extension, ProtoField, ProtoFile } from "./protobuf/syntax.ts";
import type { TextSource } from "./source.ts";

/** Rules of validators: what they allow as a value is no statement about the data. */
const VALIDATION = /^(buf\.)?validate\./;
const OPTION_MESSAGE = /^(google\.protobuf\.)?(File|Message|Field)Options$/;
const OWN_OPTIONS = /^(google\.protobuf\.)?[A-Za-z]+Options$/;

/** A .proto file: its messages under their full names, and the options that it defines. Comments carry nothing. */
export function readProtobuf(source: TextSource): Contract {
  const { file, text } = source;
  const proto = parseProto(text);
  const links: Link[] = [];
  const objects = proto.messages.map((message): DataObject => {
    const fields = message.fields.map((field) => readField(field, message.name, field.name, message.name, proto, source, links));
    return { ...blankObject(message.name, message.pos), fields, tags: optionTags(message.options, "object", source) };
  });
  return {
    ...blankContract("protobuf", file, { line: 1, column: 1 }),
    specVersion: proto.syntax,
    name: proto.package === "" ? null : proto.package,
    objects: [...extended(objects, proto, source, links), ...taggedEnums(proto, source), ...servicesOf(proto, source)],
    types: [...proto.enums].map(([name, values]) => ({ name, logical: "string", values, tags: enumTags(name, proto, source) })),
    tags: optionTags(proto.options, "contract", source),
    definitions: proto.extensions.flatMap((extension) => definitionsOf(extension, source)),
    links: [
      ...links,
      // Types that come with every compiler are nobody's data.
      ...proto.imports
        .filter(({ path }) => !path.startsWith("google/protobuf/"))
        .map(({ path, pos }): Link => {
          const whole = { object: null, field: null };
          return { upstream: { contract: path, ...whole }, downstream: { contract: null, ...whole }, carrier: "import", pos };
        }),
    ],
  };
}

function readField(
  field: ProtoField,
  object: string,
  name: string,
  scope: string,
  proto: ProtoFile,
  source: TextSource,
  links: Link[],
): Field {
  source.budget.field([name], field.pos);
  const own = (option: string) =>
    field.options.find((each) => !each.isExtension && each.name === option && each.inside.length === 0)?.value;
  const type = typeOf(field, scope, proto);
  const named = type.item ?? type;
  if (named.ref !== null) {
    const downstream = { contract: null, object, field: name };
    links.push({ upstream: { contract: null, object: named.ref, field: null }, downstream, carrier: "type", pos: field.pos });
  }
  return {
    ...blankField(object, [name], field.pos),
    physicalName: scalarText(own("json_name")),
    number: field.number,
    type,
    // Elsewhere `optional` says nothing, or says what holds without it.
    nullable: field.label === "optional" && proto.syntax === "proto3" && type.logical !== "object" ? true : null,
    required: field.label === "required" || isLegacyRequired(field) ? true : null,
    enum: named.ref === null ? null : (proto.enums.get(named.ref) ?? null),
    constraints: constraintsOf(field),
    default: scalarText(own("default")),
    masking: maskingOf(field.options.filter(({ name }) => !/redact/i.test(name)).map((option) => [lastName(option), option.value])),
    deprecated: scalarText(own("deprecated")) === "true",
    tags: [...optionTags(field.options, "field", source), ...sharedTags(field, named.ref, proto, source)],
  };
}

function typeOf(field: ProtoField, scope: string, proto: ProtoFile): FieldType {
  const type = namedType(field.type, scope, proto);
  if (field.mapKey !== null) {
    return { logical: "map", physical: `map<${field.mapKey}, ${type.physical}>`, params: {}, ref: null, item: type };
  }
  if (field.label !== "repeated") return type;
  return { logical: "array", physical: `repeated ${type.physical}`, params: {}, ref: null, item: type };
}

function namedType(name: string, scope: string, proto: ProtoFile): FieldType {
  const scalar = scalarType(name);
  if (scalar !== null) return { logical: scalar, physical: name, params: {}, ref: null, item: null };
  const full = resolveName(name, scope, proto);
  const logical = full === "google.protobuf.Timestamp" ? "timestamp" : proto.enums.has(full) ? "string" : "object";
  return { logical, physical: full, params: {}, ref: full, item: null };
}

function constraintsOf(field: ProtoField): Readonly<Record<string, string>> {
  const rules = field.options.filter((option) => option.isExtension && VALIDATION.test(option.name));
  return {
    ...(field.oneof === null ? {} : { oneof: field.oneof }),
    ...Object.fromEntries(rules.map((option) => [option.told, canonical(option.value)])),
  };
}

function isLegacyRequired({ options }: ProtoField): boolean {
  return options.some(({ name, inside, value }) => {
    const said =
      inside.length === 0 && value.kind === "map"
        ? value.entries.get("field_presence")?.value
        : inside[0] === "field_presence"
          ? value
          : undefined;
    return name === "features" && scalarText(said) === "LEGACY_REQUIRED";
  });
}

/** The language's own options say nothing about the data, but for `debug_redact`. */
function optionTags(options: readonly Option[], scope: TagScope, source: TextSource): readonly Tag[] {
  const place = { vocabulary: source.vocabulary, scope, via: [] };
  return options
    .filter((option) => (option.isExtension ? !VALIDATION.test(option.name) : option.name === "debug_redact"))
    .flatMap((option) => tagsDeclared({ name: option.name, carrier: option.told, value: nestedValue(option), pos: option.pos }, place));
}

/** What the `oneof` around a field and the enum that it has say reaches it. Tools that look at the field's own options do not see it. */
function sharedTags(field: ProtoField, enumName: string | null, proto: ProtoFile, source: TextSource): readonly Tag[] {
  const around = optionTags(field.oneofOptions, "object", source).map((tag) => ({ ...tag, carrier: `oneof ${tag.carrier}` }));
  return enumName === null ? around : [...around, ...enumTags(enumName, proto, source)];
}

function enumTags(name: string, proto: ProtoFile, source: TextSource): readonly Tag[] {
  const options = proto.enumOptions.get(name)?.options ?? [];
  return optionTags(options, "definition", source).map((tag) => ({ ...tag, carrier: `enum ${tag.carrier}`, via: [name] }));
}

/** What a method takes and gives: turned to another message, all that calls it finds other data. */
function servicesOf(proto: ProtoFile, source: TextSource): readonly DataObject[] {
  return proto.services.map(({ name, methods, pos }) => {
    const object = `service ${name}`;
    const fields = methods.flatMap((method) =>
      (["request", "response"] as const).map((part): Field => {
        const path = [method.name, part];
        source.budget.field(path, method.pos);
        return { ...blankField(object, path, method.pos), type: namedType(method[part], proto.package, proto) };
      }),
    );
    refuseDuplicates(
      fields.map((field) => ({ name: field.path.join("."), line: field.pos.line })),
      "method",
    );
    return { ...blankObject(object, pos), fields };
  });
}

/** A tagged enum stands by itself too: fields of other files may have it. */
function taggedEnums(proto: ProtoFile, source: TextSource): readonly DataObject[] {
  return [...proto.enumOptions].flatMap(([name, { options, pos }]) => {
    const tags = optionTags(options, "object", source);
    return tags.length === 0 ? [] : [{ ...blankObject(name, pos), tags }];
  });
}

/** `(a).b.c = 1` is `(a) = {b: {c: 1}}`. */
function nestedValue(option: Option): Node {
  return option.inside.reduceRight<Node>(
    (value, key): MapNode => ({ kind: "map", entries: new Map([[key, { key, keyPos: option.pos, value }]]), pos: option.pos }),
    option.value,
  );
}

/** Fields that `extend` gives to messages; those of the compiler's own options are definitions instead. */
function extended(objects: readonly DataObject[], proto: ProtoFile, source: TextSource, links: Link[]): readonly DataObject[] {
  const byName = new Map(objects.map((object) => [object.name, object]));
  for (const extension of proto.extensions) {
    if (OWN_OPTIONS.test(extension.of.replace(/^\./, ""))) continue;
    const name = resolveName(extension.of, extension.scope, proto);
    const object = byName.get(name) ?? { ...blankObject(name, extension.pos), extension: true };
    const fields = extension.fields.map((field) =>
      readField(field, name, `(${inScope(field.name, extension.scope)})`, extension.scope, proto, source, links),
    );
    byName.set(name, { ...object, fields: [...object.fields, ...fields] });
  }
  for (const { fields } of byName.values())
    refuseDuplicates(
      fields.map((field) => ({ name: field.name, line: field.pos.line })),
      "field",
    );
  return [...byName.values()];
}

function definitionsOf(extension: Extension, source: TextSource): readonly TagDefinition[] {
  const of = extension.of.replace(/^\./, "");
  if (!OPTION_MESSAGE.test(of)) return [];
  return extension.fields.flatMap((field): readonly TagDefinition[] => {
    const key = classNamed(field.name, source.vocabulary);
    if (key === null) return [];
    const says = [
      field.label,
      field.mapKey === null ? field.type : `map<${field.mapKey}, ${field.type}>`,
      field.name,
      "=",
      field.number,
      "on",
      of,
    ];
    return [
      { name: `(${inScope(field.name, extension.scope)})`, key, says: says.filter((word) => word !== null).join(" "), pos: field.pos },
    ];
  });
}

function inScope(name: string, scope: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

function lastName(option: Option): string {
  return option.inside.at(-1) ?? option.name.slice(option.name.lastIndexOf(".") + 1);
}

function scalarText(node: Node | undefined): string | null {
  return node?.kind === "scalar" ? node.text : null;
}

function blankObject(name: string, pos: DataObject["pos"]): DataObject {
  return { name, stableId: null, physicalName: null, description: null, fields: [], tags: [], quality: [], examples: [], pos };
}
