import type { ConstDirectiveNode, DefinitionNode, TypeNode } from "graphql/language";
import type { FieldType, Tag } from "../../model.ts";
import { ReadFailure } from "../../source/node.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { directiveTags, positionOf } from "./directives.ts";

/** A scalar, enum or union of the file: what stands on it reaches every field that has it. */
export interface NamedType {
  readonly name: string;
  readonly kind: "scalar" | "enum" | "union";
  readonly values: readonly string[] | null;
  /** Of scope `definition`. */
  readonly tags: readonly Tag[];
  readonly pos: Tag["pos"];
}

export interface SchemaTypes {
  readonly named: ReadonlyMap<string, NamedType>;
  /** Names of types, interfaces and inputs. */
  readonly objects: ReadonlySet<string>;
}

const NAMED = {
  ScalarTypeDefinition: "scalar",
  ScalarTypeExtension: "scalar",
  EnumTypeDefinition: "enum",
  EnumTypeExtension: "enum",
  UnionTypeDefinition: "union",
  UnionTypeExtension: "union",
} as const;

/** What the file's own types are, extensions included. */
export function typesOf(definitions: readonly DefinitionNode[], vocabulary: Vocabulary): SchemaTypes {
  const named = new Map<string, NamedType>();
  const objects = new Set<string>();
  for (const definition of definitions) {
    switch (definition.kind) {
      case "ObjectTypeDefinition":
      case "ObjectTypeExtension":
      case "InterfaceTypeDefinition":
      case "InterfaceTypeExtension":
      case "InputObjectTypeDefinition":
      case "InputObjectTypeExtension":
        objects.add(definition.name.value);
        break;
      case "ScalarTypeDefinition":
      case "ScalarTypeExtension":
      case "UnionTypeDefinition":
      case "UnionTypeExtension":
        extend(named, definition.name.value, NAMED[definition.kind], null, definition, vocabulary);
        break;
      case "EnumTypeDefinition":
      case "EnumTypeExtension": {
        const values = (definition.values ?? []).map((value) => value.name.value);
        extend(named, definition.name.value, "enum", values, definition, vocabulary);
        break;
      }
    }
  }
  return { named, objects };
}

function extend(
  named: Map<string, NamedType>,
  name: string,
  kind: NamedType["kind"],
  values: readonly string[] | null,
  { directives, loc }: { readonly directives?: readonly ConstDirectiveNode[] | undefined; readonly loc?: Parameters<typeof positionOf>[0] },
  vocabulary: Vocabulary,
): void {
  const before = named.get(name);
  if (before !== undefined && before.kind !== kind) throw new ReadFailure(`duplicate type \`${name}\``, positionOf(loc).line);
  const tags = directiveTags(directives, { vocabulary, scope: "definition", via: [name] });
  named.set(name, {
    name,
    kind,
    values: values === null ? null : [...(before?.values ?? []), ...values].sort(),
    tags: [...(before?.tags ?? []), ...tags],
    pos: before?.pos ?? positionOf(loc),
  });
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
