/** One schema in one form, as our reader and as the library `graphql` has it. */
import { type ConstDirectiveNode, type ConstValueNode, type DefinitionNode, GraphQLError, type Location, parse, print } from "graphql";
import { parseSchema } from "../../../../../src/engine/contract/readers/graphql/parse.ts";
import type { Definition, Directive, FieldNode } from "../../../../../src/engine/contract/readers/graphql/syntax.ts";
import { TypeUses, typeText } from "../../../../../src/engine/contract/readers/graphql/type-uses.ts";
import { argumentsOf, nodeOf, proseOf } from "../../../../../src/engine/contract/readers/graphql/values.ts";
import { type Node, ReadFailure } from "../../../../../src/engine/contract/source/node.ts";

const TOKENS_MAX = 300_000;
const plain = (text: string | undefined) => text?.replace(/\s+/g, " ").trim() || null;
const at = (loc: Location | undefined) => `${loc!.startToken.line}:${loc!.startToken.column}`;
const place = ({ line, column }: { readonly line: number; readonly column: number }) => `${line}:${column}`;

type Refused = { readonly refused: number | null };

/** Null for queries alone; a line where it is refused. */
export function ours(text: string, earlier: string | null = null) {
  return refusable(() => {
    const schema = parseSchema(text, earlier === null ? null : parseSchema(earlier));
    return schema === null ? null : schema.definitions.map(ourDefinition);
  });
}

export function theirs(text: string) {
  return refusable(() => {
    const { definitions } = parse(text, { maxLexicalTokens: TOKENS_MAX });
    const asks = definitions.filter(({ kind }) => kind === "OperationDefinition" || kind === "FragmentDefinition");
    if (asks.length === definitions.length) return null;
    if (asks.length > 0) return { refused: asks[0]!.loc!.startToken.line };
    return definitions.map(theirDefinition);
  });
}

function refusable<T>(read: () => T): T | Refused {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReadFailure) return { refused: error.line };
    if (error instanceof GraphQLError) return { refused: error.locations?.[0]?.line ?? null };
    throw error;
  }
}

function ourDefinition(node: Definition) {
  const kind = node.keyword === "directive" || node.keyword === "schema" ? node.keyword : `${node.keyword} type`;
  return {
    kind: `${node.isExtension ? "extend " : ""}${kind}`,
    name: node.keyword === "schema" ? null : `${node.name} ${place(node.namePos)}`,
    at: place(node.pos),
    description: proseOf(node.description),
    directives: node.directives.map(ourDirective),
    fields: node.fields.map(ourField),
    values: node.values,
    members: node.members.map(({ name, pos }) => `${name} ${place(pos)}`),
    places: node.places,
    repeatable: node.repeatable,
  };
}

function ourField(node: FieldNode): unknown {
  return {
    name: `${node.name} ${place(node.pos)}`,
    description: proseOf(node.description),
    args: node.args.map(ourField),
    type: typeText(new TypeUses({ named: new Map(), objects: new Set() }).of(node.type)),
    fallback: node.fallback === null ? null : entriesOnce(() => nodeOf(node.fallback!)),
    directives: node.directives.map(ourDirective),
  };
}

function ourDirective(node: Directive) {
  return { name: `${node.name} ${place(node.pos)}`, args: entriesOnce(() => argumentsOf(node)) };
}

/** Arguments of one name are refused when they are asked for: not by the grammar. */
function entriesOnce(read: () => Node): unknown {
  try {
    return written(read());
  } catch (error) {
    if (error instanceof ReadFailure) return `twice in line ${error.line}`;
    throw error;
  }
}

function written(node: Node): unknown {
  if (node.kind === "scalar") return [node.text, node.plain, place(node.pos)];
  if (node.kind === "seq") return [place(node.pos), node.items.map(written)];
  return [place(node.pos), [...node.entries.values()].map(({ key, keyPos, value }) => [key, place(keyPos), written(value)])];
}

const KINDS: Readonly<Record<string, string>> = {
  Object: "type",
  InputObject: "input",
  Scalar: "scalar",
  Enum: "enum",
  Union: "union",
  Interface: "interface",
};

function theirDefinition(node: DefinitionNode) {
  const [, what, type, form] = /^(\w+?)(Type)?(Definition|Extension)$/.exec(node.kind)!;
  const kind = type === undefined ? what!.toLowerCase() : `${KINDS[what!]} type`;
  const list = <T>(key: string): readonly T[] => (node as unknown as Record<string, readonly T[] | undefined>)[key] ?? [];
  const named = list<{ readonly name: { readonly value: string; readonly loc?: Location } }>;
  return {
    kind: `${form === "Extension" ? "extend " : ""}${kind}`,
    name: "name" in node && node.name !== undefined ? `${node.name.value} ${at(node.name.loc)}` : null,
    at: at(node.loc),
    description: "description" in node ? plain(node.description?.value) : null,
    directives: list<ConstDirectiveNode>("directives").map(theirDirective),
    fields: [...list<TheirField>("fields"), ...list<TheirField>("arguments"), ...list<TheirRoot>("operationTypes").map(asField)].map(
      theirField,
    ),
    values: named("values").map(({ name }) => name.value),
    members: named("types").map(({ name }) => `${name.value} ${at(name.loc)}`),
    places: list<{ readonly value: string }>("locations").map(({ value }) => value),
    repeatable: "repeatable" in node && node.repeatable,
  };
}

interface TheirField {
  readonly name: { readonly value: string; readonly loc?: Location };
  readonly description?: { readonly value: string };
  readonly arguments?: readonly TheirField[];
  readonly type: Parameters<typeof print>[0];
  readonly defaultValue?: ConstValueNode;
  readonly directives?: readonly ConstDirectiveNode[];
}

interface TheirRoot {
  readonly operation: string;
  readonly type: TheirField["type"];
  readonly loc?: Location;
}

function asField({ operation, type, loc }: TheirRoot): TheirField {
  return { name: { value: operation, ...(loc === undefined ? {} : { loc }) }, type };
}

function theirField(node: TheirField): unknown {
  return {
    name: `${node.name.value} ${at(node.name.loc)}`,
    description: plain(node.description?.value),
    args: (node.arguments ?? []).map(theirField),
    type: print(node.type),
    fallback: node.defaultValue === undefined ? null : twice(() => theirValue(node.defaultValue!)),
    directives: (node.directives ?? []).map(theirDirective),
  };
}

function theirDirective(node: ConstDirectiveNode) {
  const given = node.arguments ?? [];
  const args = () => (given.length === 0 ? ["true", true, at(node.loc)] : theirEntries(given, at(node.loc)));
  return { name: `${node.name.value} ${at(node.loc)}`, args: twice(args) };
}

class Twice extends Error {}

function twice(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof Twice) return error.message;
    throw error;
  }
}

function theirValue(node: ConstValueNode): unknown {
  switch (node.kind) {
    case "ListValue":
      return [at(node.loc), node.values.map(theirValue)];
    case "ObjectValue":
      return theirEntries(node.fields, at(node.loc));
    case "NullValue":
      return ["null", true, at(node.loc)];
    case "BooleanValue":
      return [String(node.value), true, at(node.loc)];
    default:
      return [node.value, false, at(node.loc)];
  }
}

interface Entry {
  readonly name: { readonly value: string };
  readonly value: ConstValueNode;
  readonly loc?: Location;
}

function theirEntries(entries: readonly Entry[], where: string): unknown {
  const seen = new Set<string>();
  const told = entries.map(({ name, value, loc }) => {
    if (seen.has(name.value)) throw new Twice(`twice in line ${loc!.startToken.line}`);
    seen.add(name.value);
    return [name.value, at(loc), theirValue(value)];
  });
  return [where, told];
}
