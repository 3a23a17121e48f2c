import type {
  ConstDirectiveNode,
  DefinitionNode,
  DirectiveDefinitionNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
} from "graphql/language";
import { Kind } from "graphql/language";
import type { Contract, DataObject, Field, Link, Tag, TagDefinition } from "../model.ts";
import { canonical, ReadFailure } from "../source/node.ts";
import { boundedName } from "./budget.ts";
import { blankContract, blankField, maskingOf, refuseDuplicates } from "./build.ts";
import { classNamed } from "./declared.ts";
import { argumentsOf, directiveTags, nodeOf, positionOf } from "./graphql/directives.ts";
import { parseSchema } from "./graphql/parse.ts";
import { fieldType, innermost, MASKS, type SchemaTypes, typesOf } from "./graphql/types.ts";
import type { TextSource } from "./source.ts";

/** What a schema is read with. */
interface Reading {
  readonly source: TextSource;
  readonly types: SchemaTypes;
  readonly links: Link[];
}

type ObjectNode = Extract<DefinitionNode, { readonly fields?: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] | undefined }>;

/**
 * A GraphQL schema: its types, interfaces and inputs, each with its extensions in this file. A document of queries declares no data: null.
 * Only what is written counts: tags of an interface do not reach the types that implement it.
 */
export function readGraphql(source: TextSource): Contract | null {
  const definitions = parseSchema(source.text);
  if (definitions === null) return null;
  const types = typesOf(definitions, source.vocabulary);
  const reading: Reading = { source, types, links: [] };
  const place = { vocabulary: source.vocabulary, scope: "contract", via: [] } as const;
  return {
    ...blankContract("graphql", source.file, { line: 1, column: 1 }),
    objects: [...objectsOf(definitions, reading), ...fieldlessTypes(types)].map((object) => extensionOf(object, definitions)),
    types: [...types.named.values()].map(({ name, kind, values, tags }) =>
      extensionOf({ name, logical: kind === "enum" ? "string" : null, values, tags }, definitions),
    ),
    tags: definitions.flatMap((each) =>
      each.kind === "SchemaDefinition" || each.kind === "SchemaExtension" ? directiveTags(each.directives, place, types.defaults) : [],
    ),
    definitions: definitions.flatMap((each) => (each.kind === "DirectiveDefinition" ? definitionOf(each, source) : [])),
    links: reading.links,
  };
}

/** Marks what this file extends and does not define. */
function extensionOf<T extends { readonly name: string }>(type: T, definitions: readonly DefinitionNode[]): T {
  return definedIn(definitions).has(type.name) ? type : { ...type, extension: true };
}

/** Memory of definedIn: every type asks. */
const definedNames = new WeakMap<readonly DefinitionNode[], ReadonlySet<string>>();

function definedIn(definitions: readonly DefinitionNode[]): ReadonlySet<string> {
  const known = definedNames.get(definitions);
  if (known !== undefined) return known;
  const names = new Set(
    definitions.flatMap((node) => (/TypeDefinition$/.test(node.kind) && "name" in node ? (node.name?.value ?? []) : [])),
  );
  definedNames.set(definitions, names);
  return names;
}

/** Types by name, extensions laid together. An extension of another file's type is an object of that name. */
function objectsOf(definitions: readonly DefinitionNode[], reading: Reading): readonly DataObject[] {
  const { vocabulary } = reading.source;
  const objects = new Map<string, DataObject>();
  const defined = new Set<string>();
  for (const node of definitions) {
    if (!isObject(node)) continue;
    const name = node.name.value;
    const pos = positionOf(node.name.loc);
    if (!node.kind.endsWith("Extension")) {
      if (defined.has(name)) throw new ReadFailure(`duplicate type \`${name}\``, pos.line);
      defined.add(name);
    }
    const before = objects.get(name) ?? blankObject(name, pos);
    const description = "description" in node ? (node.description?.value ?? null) : null;
    objects.set(name, {
      ...before,
      ...(node.kind.startsWith("InputObject") ? { input: true } : {}),
      description: before.description ?? prose(description),
      fields: [...before.fields, ...(node.fields ?? []).flatMap((field) => readField(field, name, reading))],
      tags: [...before.tags, ...directiveTags(node.directives, { vocabulary, scope: "object", via: [] }, reading.types.defaults)],
    });
  }
  for (const { fields } of objects.values())
    refuseDuplicates(
      fields.map(({ name, pos }) => ({ name, line: pos.line })),
      "field",
    );
  return [...objects.values()];
}

const OBJECTS: ReadonlySet<string> = new Set(
  ["Object", "Interface", "InputObject"].flatMap((kind) => [`${kind}TypeDefinition`, `${kind}TypeExtension`]),
);

function isObject(node: DefinitionNode): node is ObjectNode {
  return OBJECTS.has(node.kind);
}

/** The field, then its arguments as `field(argument)`. */
function readField(node: FieldDefinitionNode | InputValueDefinitionNode, object: string, reading: Reading): readonly Field[] {
  const field = fieldOf(node, node.name.value, object, reading);
  if (node.kind !== "FieldDefinition") return [field];
  const given = (node.arguments ?? []).map((argument) => fieldOf(argument, `${node.name.value}(${argument.name.value})`, object, reading));
  return [field, ...given];
}

function fieldOf(
  node: FieldDefinitionNode | InputValueDefinitionNode,
  name: string,
  object: string,
  { source, types, links }: Reading,
): Field {
  const pos = positionOf(node.name.loc);
  const path = [boundedName(name, pos.line)];
  source.budget.field(path, pos);
  const inner = innermost(node.type);
  const named = types.named.get(inner);
  const type = fieldType(node.type, types);
  if (named !== undefined || types.objects.has(inner)) {
    const downstream = { contract: null, object, field: name };
    links.push({ upstream: { contract: null, object: inner, field: null }, downstream, carrier: "type", pos });
  }
  const isRequired = node.type.kind === "NonNullType";
  const fallback = node.kind === "InputValueDefinition" ? node.defaultValue : undefined;
  const directives = node.directives ?? [];
  const own = directives.filter(({ name: { value } }) => MASKS.test(value));
  const masks = [...own, ...(types.masks.get(object) ?? []), ...(types.masks.get(inner) ?? [])];
  return {
    ...blankField(object, path, pos),
    type,
    required: isRequired && fallback === undefined,
    enum: named?.values ?? null,
    default: fallback === undefined ? null : canonical(nodeOf(fallback)),
    masking: maskingOf(masks.map((directive) => [directive.name.value, argumentsOf(directive)])),
    description: prose(node.description?.value ?? null),
    deprecated: directives.some((directive) => directive.name.value === "deprecated"),
    tags: [
      ...directiveTags(directives, { vocabulary: source.vocabulary, scope: "field", via: [] }, types.defaults),
      ...(named?.tags ?? []),
    ],
  };
}

/** Scalars, enums and unions stand by themselves too: fields of other files may have them. The members of a union are its fields. */
function fieldlessTypes({ named }: SchemaTypes): readonly DataObject[] {
  return [...named.values()].map(({ name, members, tags, pos }) => ({
    ...blankObject(name, pos),
    fields: members.map(({ name: { value, loc } }): Field => {
      const blank = blankField(name, [`on ${boundedName(value, pos.line)}`], positionOf(loc));
      return { ...blank, type: { ...blank.type, logical: "object", physical: value, ref: value } };
    }),
    tags: tags.map((tag): Tag => ({ ...tag, scope: "object", via: [] })),
  }));
}

function definitionOf(node: DirectiveDefinitionNode, source: TextSource): readonly TagDefinition[] {
  const name = node.name.value;
  const key = classNamed(name, source.vocabulary) ?? defaultClass(node, source);
  if (key === null) return [];
  const given = (node.arguments ?? []).map(({ name: argument, type, defaultValue }) => {
    const fallback = defaultValue === undefined ? "" : ` = ${canonical(nodeOf(defaultValue))}`;
    const { physical } = fieldType(type, { named: new Map(), objects: new Set(), masks: new Map(), defaults: new Map() });
    return `${argument.value}: ${physical}${type.kind === "NonNullType" ? "!" : ""}${fallback}`;
  });
  const places = node.locations.map((location) => location.value).sort();
  const says = `${given.length === 0 ? "" : `(${given.sort().join(", ")}) `}${node.repeatable ? "repeatable " : ""}on ${places.join(" | ")}`;
  return [{ name: `@${name}`, key, says, pos: positionOf(node.loc) }];
}

/** `directive @data(class: String = "PII")`: the class stands in a default. */
function defaultClass(node: DirectiveDefinitionNode, { vocabulary }: TextSource): string | null {
  const defaults = (node.arguments ?? []).filter(({ defaultValue }) => defaultValue !== undefined);
  if (defaults.length === 0) return null;
  const used = { kind: Kind.DIRECTIVE, name: node.name, loc: node.loc } as const;
  const told = directiveTags(
    [used as ConstDirectiveNode],
    { vocabulary, scope: "definition", via: [] },
    new Map([[node.name.value, defaults]]),
  );
  return told.find(({ classifies }) => classifies)?.key ?? null;
}

function prose(text: string | null): string | null {
  const plain = text?.replace(/\s+/g, " ").trim() ?? "";
  return plain === "" ? null : plain;
}

function blankObject(name: string, pos: DataObject["pos"]): DataObject {
  return { name, stableId: null, physicalName: null, description: null, fields: [], tags: [], quality: [], examples: [], pos };
}
