import type { Contract, DataObject, Field, Link, NamedType, Tag, TagDefinition } from "../model.ts";
import { canonical, ReadFailure } from "../source/node.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { boundedName } from "./budget.ts";
import { blankContract, blankField, maskingOf } from "./build.ts";
import { classNamed } from "./declared.ts";
import { directiveTags } from "./graphql/directives.ts";
import { importedDefinitions } from "./graphql/imported.ts";
import { parseSchema } from "./graphql/parse.ts";
import { rootsOf } from "./graphql/roots.ts";
import type { Definition, Directive, FieldNode, Schema } from "./graphql/syntax.ts";
import { TypeUses, typeText } from "./graphql/type-uses.ts";
import { defaultsGiven, isMasking, type SchemaTypes, typesOf } from "./graphql/types.ts";
import { argumentsOf, nodeOf, proseOf } from "./graphql/values.ts";
import { isReadAlike, type Part, type SchemaVersion } from "./graphql/versions.ts";
import type { TextSource } from "./source.ts";

/** What a schema is read with. */
interface Reading extends SchemaVersion {
  readonly source: TextSource;
}

/**
 * A GraphQL schema: its types, interfaces and inputs, each with its extensions in this file. A document of queries declares no data: null.
 * Only what is written counts: tags of an interface do not reach the types that implement it.
 */
export function readGraphql(source: TextSource): Contract | null {
  const { vocabulary, versions, file } = source;
  const known = versions?.get(file) ?? null;
  const earlier = known?.vocabulary === vocabulary ? known : null;
  const schema = parseSchema(source.text, earlier?.schema);
  if (schema === null) return null;
  const reading = { ...versionOf(schema, vocabulary, earlier), source };
  const { definitions } = schema;
  const { objects, links } = objectsOf(definitions, reading);
  const contract = {
    ...blankContract("graphql", file, { line: 1, column: 1 }),
    objects: [...objects, ...reading.fieldless, ...rootsOf(definitions, reading.uses)],
    types: reading.told,
    tags: definitions.flatMap((each) =>
      each.keyword === "schema"
        ? directiveTags(each.directives, { vocabulary, scope: "contract", via: NONE }, reading.types.defaults)
        : NONE,
    ),
    definitions: definitions.flatMap((each) => {
      if (each.keyword === "schema") return importedDefinitions(each, vocabulary);
      return each.keyword === "directive" && !each.isExtension ? definitionOf(each, reading) : NONE;
    }),
    links,
  };
  if (known === null) versions?.set(file, reading);
  return contract;
}

function versionOf(schema: Schema, vocabulary: Vocabulary, earlier: SchemaVersion | null): SchemaVersion {
  if (earlier !== null && isReadAlike(earlier.schema.definitions, schema.definitions)) return { ...earlier, schema };
  const types = typesOf(schema.definitions, vocabulary);
  const tagDefinitions = earlier?.tagDefinitions ?? new Map();
  return {
    schema,
    vocabulary,
    types,
    uses: new TypeUses(types),
    fieldless: fieldlessTypes(types),
    told: toldTypes(types),
    parts: new Map(),
    tagDefinitions,
  };
}

/** Types by name, extensions laid together. An extension of another file's type is an object of that name, and marked. */
function objectsOf(definitions: readonly Definition[], reading: Reading): Pick<Contract, "objects" | "links"> {
  const objects = new Map<string, DataObject>();
  const links: Link[] = [];
  const [defined, extended] = [new Set<string>(), new Set<string>()];
  for (const node of definitions) {
    if (!OBJECTS.has(node.keyword)) continue;
    const { name, namePos: pos } = node;
    if (!node.isExtension) {
      if (defined.has(name)) throw new ReadFailure(`duplicate type \`${name}\``, pos.line);
      defined.add(name);
    }
    const part = partOf(node, reading);
    for (const link of part.links) links.push(link);
    const before = objects.get(name);
    objects.set(name, before === undefined ? part.object : extendedBy(before, part.object));
    if (before !== undefined) extended.add(name);
  }
  for (const name of extended) refuseDoubled(objects.get(name)!.fields);
  return { objects: [...objects.values()], links };
}

function extendedBy({ extension, ...before }: DataObject, { description, fields, tags, input, ...more }: DataObject): DataObject {
  return {
    ...before,
    ...(extension === true && more.extension === true ? { extension } : {}),
    ...(input === true ? { input } : {}),
    description: before.description ?? description,
    fields: [...before.fields, ...fields],
    tags: [...before.tags, ...tags],
  };
}

function refuseDoubled(fields: readonly Field[]): void {
  const names = new Set<string>();
  for (const { name, pos } of fields) {
    if (names.has(name)) throw new ReadFailure(`duplicate field \`${name}\``, pos.line);
    names.add(name);
  }
}

function partOf(node: Definition, reading: Reading): Part {
  const { source, parts, types } = reading;
  const known = parts.get(node);
  if (known !== undefined) {
    for (const { path, pos } of known.object.fields) source.budget.field(path, pos);
    return known;
  }
  const links: Link[] = [];
  const object = {
    ...blankObject(node.name, node.namePos),
    ...(node.keyword === "input" ? { input: true } : {}),
    ...(node.isExtension ? { extension: true } : {}),
    description: proseOf(node.description),
    fields: readFields(node, reading, links),
    tags: directiveTags(node.directives, { vocabulary: source.vocabulary, scope: "object", via: NONE }, types.defaults),
  };
  refuseDoubled(object.fields);
  const part = { object, links };
  parts.set(node, part);
  return part;
}

const OBJECTS: ReadonlySet<string> = new Set<Definition["keyword"]>(["type", "interface", "input"]);

/** Each field, then its arguments as `field(argument)`. */
function readFields({ name: object, fields }: Definition, reading: Reading, links: Link[]): readonly Field[] {
  const found: Field[] = [];
  for (const node of fields) {
    found.push(fieldOf(node, node.name, object, reading, links));
    for (const argument of node.args) found.push(fieldOf(argument, `${node.name}(${argument.name})`, object, reading, links));
  }
  return found;
}

function fieldOf(node: FieldNode, name: string, object: string, { source, types, uses }: Reading, links: Link[]): Field {
  const { pos, directives, fallback } = node;
  const path = [boundedName(name, pos.line)];
  source.budget.field(path, pos);
  const { type, required, inner } = uses.of(node.type);
  const named = types.named.get(inner);
  if (named !== undefined || types.objects.has(inner)) {
    const downstream = { contract: null, object, field: name };
    links.push({ upstream: { contract: null, object: inner, field: null }, downstream, carrier: "type", pos });
  }
  return {
    ...BLANK,
    object,
    path,
    name,
    type,
    required: required && fallback === null,
    enum: named?.values ?? null,
    default: fallback === null ? null : canonical(nodeOf(fallback)),
    masking: maskingIn(directives, types.masks.get(object), types.masks.get(inner)),
    description: proseOf(node.description),
    deprecated: directives.some((directive) => directive.name === "deprecated"),
    tags: joined(
      directiveTags(directives, { vocabulary: source.vocabulary, scope: "field", via: NONE }, types.defaults),
      named?.tags ?? NONE,
    ),
    pos,
  };
}

const NONE: readonly never[] = [];
const BLANK = blankField("", [""], { line: 1, column: 1 });

function joined(own: readonly Tag[], around: readonly Tag[]): readonly Tag[] {
  return own.length === 0 ? around : around.length === 0 ? own : [...own, ...around];
}

/** What is written at the field, at the type that it stands in, and at its own type. */
function maskingIn(own: readonly Directive[], object: readonly Directive[] = NONE, type: readonly Directive[] = NONE): string | null {
  if (object.length === 0 && type.length === 0 && !own.some(isMasking)) return null;
  const masks = [...own.filter(isMasking), ...object, ...type];
  return maskingOf(masks.map((directive) => [directive.name, argumentsOf(directive)]));
}

/** Scalars, enums and unions stand by themselves too: fields of other files may have them. The members of a union are its fields. */
function fieldlessTypes({ named }: SchemaTypes): readonly DataObject[] {
  return [...named.values()].map(({ name, isExtension, members, tags, pos }) => ({
    ...blankObject(name, pos),
    ...(isExtension ? { extension: true } : {}),
    fields: members.map((member): Field => {
      const blank = blankField(name, [`on ${boundedName(member.name, pos.line)}`], member.pos);
      return { ...blank, type: { ...blank.type, logical: "object", physical: member.name, ref: member.name } };
    }),
    tags: tags.map((tag): Tag => ({ ...tag, scope: "object", via: [] })),
  }));
}

/** The same for fields of other files, with what stands on them. */
function toldTypes({ named }: SchemaTypes): readonly NamedType[] {
  return [...named.values()].map(({ name, kind, isExtension, values, tags }) => {
    const type = { name, logical: kind === "enum" ? "string" : null, values, tags };
    return isExtension ? { ...type, extension: true } : type;
  });
}

function definitionOf(node: Definition, { source, tagDefinitions }: Reading): readonly TagDefinition[] {
  const known = tagDefinitions.get(node);
  if (known !== undefined) return known;
  const told = tagDefinitionOf(node, source);
  tagDefinitions.set(node, told);
  return told;
}

function tagDefinitionOf(node: Definition, source: TextSource): readonly TagDefinition[] {
  const key = classNamed(node.name, source.vocabulary) ?? defaultClass(node, source);
  if (key === null) return [];
  const uses = new TypeUses({ named: new Map(), objects: new Set() });
  const given = node.fields.map(({ name, type, fallback }) => {
    const value = fallback === null ? "" : ` = ${canonical(nodeOf(fallback))}`;
    return `${name}: ${typeText(uses.of(type))}${value}`;
  });
  const args = given.length === 0 ? "" : `(${given.sort().join(", ")}) `;
  const says = `${args}${node.repeatable ? "repeatable " : ""}on ${node.places.toSorted().join(" | ")}`;
  return [{ name: `@${node.name}`, key, says, pos: node.pos }];
}

/** `directive @data(class: String = "PII")`: the class stands in a default. */
function defaultClass({ name, fields, pos }: Definition, { vocabulary }: TextSource): string | null {
  const defaults = fields.filter(({ fallback }) => fallback !== null);
  if (defaults.length === 0) return null;
  const used = { name, text: `@${name}`, pos };
  const told = directiveTags([used], { vocabulary, scope: "definition", via: [] }, new Map([[name, defaultsGiven(defaults)]]));
  return told.find(({ classifies }) => classifies)?.key ?? null;
}

function blankObject(name: string, pos: DataObject["pos"]): DataObject {
  return { name, stableId: null, physicalName: null, description: null, fields: [], tags: [], quality: [], examples: [], pos };
}
