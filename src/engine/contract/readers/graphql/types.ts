import type { ConstDirectiveNode, DefinitionNode, NamedTypeNode, TypeNode } from "graphql/language";
import type { FieldType, Tag } from "../../model.ts";
import { ReadFailure } from "../../source/node.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { type DirectiveDefaults, directiveTags, positionOf } from "./directives.ts";

/** A scalar, enum or union of the file: what stands on it reaches every field that has it. */
export interface NamedType {
  readonly name: string;
  readonly kind: "scalar" | "enum" | "union";
  readonly values: readonly string[] | null;
  /** Of a union. */
  readonly members: readonly NamedTypeNode[];
  /** Of scope `definition`. */
  readonly tags: readonly Tag[];
  readonly pos: Tag["pos"];
}

export interface SchemaTypes {
  readonly named: ReadonlyMap<string, NamedType>;
  /** Names of types, interfaces and inputs. */
  readonly objects: ReadonlySet<string>;
  /** Masking that is written on a type holds for its fields, and for the fields of that type. */
  readonly masks: ReadonlyMap<string, readonly ConstDirectiveNode[]>;
  readonly defaults: DirectiveDefaults;
}

const NAMED: Readonly<Record<string, NamedType["kind"] | undefined>> = {
  ScalarTypeDefinition: "scalar",
  ScalarTypeExtension: "scalar",
  EnumTypeDefinition: "enum",
  EnumTypeExtension: "enum",
  UnionTypeDefinition: "union",
  UnionTypeExtension: "union",
};

/** Redaction says that data is sensitive, and is read as a tag. */
export const MASKS = /mask|encrypt|anonymi|pseudonymi|tokeni|obfuscat/i;

/** What the file's own types are, extensions included. */
export function typesOf(definitions: readonly DefinitionNode[], vocabulary: Vocabulary): SchemaTypes {
  const defaults = defaultsOf(definitions);
  const named = new Map<string, NamedType>();
  const objects = new Set<string>();
  const masks = new Map<string, readonly ConstDirectiveNode[]>();
  const types = definitions.filter((node): node is TypeNodes => isTypeNode(node));
  for (const [name, nodes] of Map.groupBy(types, (node) => node.name.value)) {
    const [first] = nodes;
    const masking = nodes.flatMap(({ directives }) => (directives ?? []).filter((directive) => MASKS.test(directive.name.value)));
    if (masking.length > 0) masks.set(name, masking);
    const kinds = new Set(nodes.map(({ kind }) => NAMED[kind] ?? null));
    if (kinds.has(null)) objects.add(name);
    const kind = NAMED[first!.kind];
    if (kinds.size > 1) throw new ReadFailure(`duplicate type \`${name}\``, positionOf(nodes[1]!.loc).line);
    if (kind === undefined) continue;
    const values = nodes.flatMap((node) => ("values" in node ? (node.values ?? []) : [])).map((value) => value.name.value);
    const members = nodes.flatMap((node) => ("types" in node ? (node.types ?? []) : []));
    const tags = nodes.flatMap(({ directives }) => directiveTags(directives, { vocabulary, scope: "definition", via: [name] }, defaults));
    named.set(name, { name, kind, values: kind === "enum" ? values.sort() : null, members, tags, pos: positionOf(first!.loc) });
  }
  return { named, objects, masks, defaults };
}

type TypeNodes = Extract<DefinitionNode, { readonly kind: `${string}Type${"Definition" | "Extension"}` }>;

function isTypeNode(node: DefinitionNode): boolean {
  return /Type(Definition|Extension)$/.test(node.kind);
}

/** What a directive says where it is used without arguments. */
function defaultsOf(definitions: readonly DefinitionNode[]): DirectiveDefaults {
  return new Map(
    definitions.flatMap((node) => {
      if (node.kind !== "DirectiveDefinition") return [];
      const given = (node.arguments ?? []).filter(({ defaultValue }) => defaultValue !== undefined);
      return given.length === 0 ? [] : [[node.name.value, given] as const];
    }),
  );
}

const SCALARS: Readonly<Record<string, string>> = { String: "string", ID: "string", Int: "integer", Float: "number", Boolean: "boolean" };

/** The type without its outermost `!`: `[String!]`. */
export function fieldType(node: TypeNode, types: SchemaTypes): FieldType {
  const bare = node.kind === "NonNullType" ? node.type : node;
  if (bare.kind === "ListType") {
    return { logical: "array", physical: typeText(bare), params: {}, ref: null, item: fieldType(bare.type, types) };
  }
  const name = bare.name.value;
  const builtIn = Object.hasOwn(SCALARS, name) ? SCALARS[name]! : null;
  const logical = builtIn ?? (types.objects.has(name) ? "object" : types.named.get(name)?.kind === "enum" ? "string" : null);
  return { logical, physical: name, params: {}, ref: builtIn === null ? name : null, item: null };
}

/** The named type inside lists. */
export function innermost(node: TypeNode): string {
  return node.kind === "NamedType" ? node.name.value : innermost(node.type);
}

function typeText(node: TypeNode): string {
  switch (node.kind) {
    case "NonNullType":
      return `${typeText(node.type)}!`;
    case "ListType":
      return `[${typeText(node.type)}]`;
    case "NamedType":
      return node.name.value;
  }
}
