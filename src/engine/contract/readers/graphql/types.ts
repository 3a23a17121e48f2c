import type { Tag } from "../../model.ts";
import { ReadFailure } from "../../source/node.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { type Defaults, type DirectiveDefaults, directiveTags } from "./directives.ts";
import type { Definition, Directive, FieldNode, Member } from "./syntax.ts";

/** A scalar, enum or union of the file: what stands on it reaches every field that has it. */
export interface NamedType {
  readonly name: string;
  readonly kind: "scalar" | "enum" | "union";
  /** True: this file only adds to one that another file defines. */
  readonly isExtension: boolean;
  readonly values: readonly string[] | null;
  /** Of a union. */
  readonly members: readonly Member[];
  /** Of scope `definition`. */
  readonly tags: readonly Tag[];
  readonly pos: Tag["pos"];
}

export interface SchemaTypes {
  readonly named: ReadonlyMap<string, NamedType>;
  /** Names of types, interfaces and inputs. */
  readonly objects: ReadonlySet<string>;
  /** Masking that is written on a type holds for its fields, and for the fields of that type. */
  readonly masks: ReadonlyMap<string, readonly Directive[]>;
  readonly defaults: DirectiveDefaults;
}

/** Redaction says that data is sensitive, and is read as a tag. */
export function isMasking({ name }: Directive): boolean {
  return MASKS.test(name);
}

const MASKS = /mask|encrypt|anonymi|pseudonymi|tokeni|obfuscat/i;

/** What the file's own types are, extensions included. */
export function typesOf(definitions: readonly Definition[], vocabulary: Vocabulary): SchemaTypes {
  const defaults = defaultsOf(definitions);
  const named = new Map<string, NamedType>();
  const objects = new Set<string>();
  const masks = new Map<string, readonly Directive[]>();
  const types = definitions.filter(({ keyword }) => keyword !== "schema" && keyword !== "directive");
  for (const [name, nodes] of Map.groupBy(types, (node) => node.name)) {
    const [first] = nodes;
    const masking = nodes.flatMap(({ directives }) => directives.filter(isMasking));
    if (masking.length > 0) masks.set(name, masking);
    const kinds = new Set(nodes.map(kindOf));
    if (kinds.has(null)) objects.add(name);
    const kind = kindOf(first!);
    if (kinds.size > 1) throw new ReadFailure(`duplicate type \`${name}\``, nodes[1]!.pos.line);
    if (kind === null) continue;
    const values = kind === "enum" ? nodes.flatMap((node) => node.values).sort() : null;
    const members = nodes.flatMap((node) => node.members);
    const tags = nodes.flatMap(({ directives }) => directiveTags(directives, { vocabulary, scope: "definition", via: [name] }, defaults));
    const isExtension = nodes.every((node) => node.isExtension);
    named.set(name, { name, kind, isExtension, values, members, tags, pos: first!.pos });
  }
  return { named, objects, masks, defaults };
}

/** Null for types, interfaces and inputs, which have fields. */
function kindOf({ keyword }: Definition): NamedType["kind"] | null {
  return keyword === "scalar" || keyword === "enum" || keyword === "union" ? keyword : null;
}

/** What a directive says where it is used without arguments. */
function defaultsOf(definitions: readonly Definition[]): DirectiveDefaults {
  return new Map(
    definitions.flatMap(({ keyword, isExtension, name, fields }) => {
      if (keyword !== "directive" || isExtension) return [];
      const given = fields.filter(({ fallback }) => fallback !== null);
      return given.length === 0 ? [] : [[name, defaultsGiven(given)] as const];
    }),
  );
}

export function defaultsGiven(fields: readonly FieldNode[]): Defaults {
  return { fields, text: JSON.stringify(fields.map(({ name, fallback }) => [name, fallback!.text])) };
}
