import type {
  ConstArgumentNode,
  ConstDirectiveNode,
  ConstObjectFieldNode,
  ConstValueNode,
  InputValueDefinitionNode,
  Location,
} from "graphql/language";
import type { Position, Tag } from "../../model.ts";
import { type Entry, type MapNode, type Node, ReadFailure } from "../../source/node.ts";
import type { TagPlace } from "../../tags.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { tagsDeclared } from "../declared.ts";

/** Directives about access, storage or composition: words in their arguments say nothing about the data. */
const NOT_ABOUT_DATA =
  /^([a-z]+_)?(deprecated|specifiedBy|oneOf|default|key|requires|provides|external|shareable|override|link|composeDirective|interfaceObject|join__\w+|auth|authenticated|authori[sz]e[dr]?|authori[sz]ation|has(Role|Permission|Scope)s?|requires(Scopes?|Roles?|Auth)|guard|policy|rls|grant|cost|listSize|cacheControl|rateLimit|constraint|fk|foreignKey|hasMany|hasOne|belongsTo|index|rpc)$/i;

/** `privacy_policy` is about data after all. */
const ABOUT_DATA = /^(\w*_)?(pii|phi|gdpr|privacy|compliance|classification|sensitivity)_/i;

/** Tags of every directive whose name or arguments are in the vocabulary. */
export function directiveTags(
  directives: readonly ConstDirectiveNode[] | undefined,
  place: TagPlace,
  defaults: DirectiveDefaults = new Map(),
): readonly Tag[] {
  if (directives === undefined || directives.length === 0) return NONE;
  const silent = silentIn.get(place.vocabulary) ?? new Set<string>();
  if (silent.size === 0) silentIn.set(place.vocabulary, silent);
  return directives.flatMap((directive) => {
    const { name, loc } = directive;
    const fallback = defaults.get(name.value);
    const text =
      fallback !== undefined || loc === undefined || loc.end - loc.start > SILENT_LENGTH ? null : loc.source.body.slice(loc.start, loc.end);
    if (text !== null && silent.has(text)) return NONE;
    const isAboutData = !NOT_ABOUT_DATA.test(name.value) || ABOUT_DATA.test(name.value);
    const declared = () => ({ name: name.value, carrier: `@${name.value}`, value: argumentsOf(directive), pos: positionOf(loc) });
    const own = isAboutData ? tagsDeclared(declared(), place) : NONE;
    const tags =
      own.length > 0 || fallback === undefined || !isAboutData
        ? own
        : tagsDeclared({ ...declared(), value: argumentsOf(directive, fallback) }, place);
    if (tags.length === 0 && text !== null && silent.size < SILENT_REMEMBERED) silent.add(text);
    return tags;
  });
}

const NONE: readonly Tag[] = [];
const SILENT_LENGTH = 200;
const SILENT_REMEMBERED = 10_000;
/** Memory of directiveTags: directives, as they are written, that say nothing. Where they stand changes nothing about that. */
const silentIn = new WeakMap<Vocabulary, Set<string>>();

/** By the name of a directive: arguments of its definition that have a default. */
export type DirectiveDefaults = ReadonlyMap<string, readonly InputValueDefinitionNode[]>;

/** By name, with the defaults of those that are not given; a directive without any is true. */
export function argumentsOf(directive: ConstDirectiveNode, defaults: readonly InputValueDefinitionNode[] = []): Node {
  const pos = positionOf(directive.loc);
  const written = directive.arguments ?? [];
  const left = defaults.filter(({ name }) => !written.some((argument) => argument.name.value === name.value));
  const given = [...written, ...left.map(({ name, defaultValue }) => ({ name, value: defaultValue!, loc: directive.loc }))];
  return given.length === 0 ? { kind: "scalar", text: "true", plain: true, pos } : mapOf(given, pos);
}

/** A constant as the nodes that every format is read from. */
export function nodeOf(value: ConstValueNode): Node {
  const pos = positionOf(value.loc);
  switch (value.kind) {
    case "ListValue":
      return { kind: "seq", items: value.values.map(nodeOf), pos };
    case "ObjectValue":
      return mapOf(value.fields, pos);
    case "NullValue":
      return { kind: "scalar", text: "null", plain: true, pos };
    case "BooleanValue":
      return { kind: "scalar", text: String(value.value), plain: true, pos };
    case "IntValue":
    case "FloatValue":
    case "EnumValue":
    case "StringValue":
      if (!value.value.isWellFormed()) throw new ReadFailure("a lone surrogate (half a character) is not allowed", pos.line);
      return { kind: "scalar", text: value.value, plain: false, pos };
  }
}

function mapOf(parts: readonly Pick<ConstArgumentNode | ConstObjectFieldNode, "name" | "value" | "loc">[], pos: Position): MapNode {
  const entries = new Map<string, Entry>();
  for (const { name, value, loc } of parts) {
    const keyPos = positionOf(loc);
    if (entries.has(name.value)) throw new ReadFailure(`duplicate argument \`${name.value}\``, keyPos.line);
    entries.set(name.value, { key: name.value, keyPos, value: nodeOf(value) });
  }
  return { kind: "map", entries, pos };
}

export function positionOf(loc: Location | undefined): Position {
  return loc === undefined ? { line: 1, column: 1 } : { line: loc.startToken.line, column: loc.startToken.column };
}
