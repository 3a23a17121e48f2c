import type { Position, Tag } from "../../model.ts";
import type { Node } from "../../source/node.ts";
import type { TagPlace } from "../../tags.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { tagsDeclared } from "../declared.ts";
import type { Directive, FieldNode } from "./syntax.ts";
import { argumentsOf } from "./values.ts";

/** Directives about access, storage or composition: words in their arguments say nothing about the data. */
const NOT_ABOUT_DATA =
  /^([a-z]+_)?(deprecated|specifiedBy|oneOf|default|key|requires|provides|external|shareable|override|link|composeDirective|interfaceObject|join__\w+|auth|authenticated|authori[sz]e[dr]?|authori[sz]ation|has(Role|Permission|Scope)s?|requires(Scopes?|Roles?|Auth)|guard|policy|rls|grant|cost|listSize|cacheControl|rateLimit|constraint|fk|foreignKey|hasMany|hasOne|belongsTo|index|rpc)$/i;

/** `privacy_policy` is about data after all. */
const ABOUT_DATA = /^(\w*_)?(pii|phi|gdpr|privacy|compliance|classification|sensitivity)_/i;

/** Tags of every directive whose name or arguments are in the vocabulary. */
export function directiveTags(
  directives: readonly Directive[],
  place: TagPlace,
  defaults: DirectiveDefaults = NO_DEFAULTS,
): readonly Tag[] {
  if (directives.length === 0) return NONE;
  const memory = memoryOf(place.vocabulary);
  let tags: readonly Tag[] = NONE;
  for (const directive of directives) {
    const found = rememberedTags(directive, place, defaults.get(directive.name), memory);
    if (found.length > 0) tags = tags.length === 0 ? found : [...tags, ...found];
  }
  return tags;
}

/** By the name of a directive: what it says where an argument is not given. */
export type DirectiveDefaults = ReadonlyMap<string, Defaults>;

export interface Defaults {
  /** Arguments of its definition that have a default. */
  readonly fields: readonly FieldNode[];
  /** The same as written. */
  readonly text: string;
}

const NO_DEFAULTS: DirectiveDefaults = new Map();
const NONE: readonly Tag[] = [];
const LENGTH_MAX = 200;
const REMEMBERED_MAX = 10_000;

/** Memory of directiveTags: files repeat the same few directives. Where one stands changes nothing about what it says. */
const told = new WeakMap<Vocabulary, Map<string, readonly Tag[]>>();

function memoryOf(vocabulary: Vocabulary): Map<string, readonly Tag[]> {
  const known = told.get(vocabulary);
  if (known !== undefined) return known;
  const memory = new Map<string, readonly Tag[]>();
  told.set(vocabulary, memory);
  return memory;
}

function rememberedTags(
  directive: Directive,
  place: TagPlace,
  defaults: Defaults | undefined,
  memory: Map<string, readonly Tag[]>,
): readonly Tag[] {
  const asked = defaults === undefined ? directive.text : `${directive.text} ${defaults.text}`;
  const known = memory.get(asked);
  if (known !== undefined) return known.length === 0 ? NONE : known.map((tag) => placed(tag, place, directive.pos));
  const tags = tagsOf(directive, place, defaults?.fields);
  const isMovable = tags.every(({ pos }) => pos === directive.pos);
  if (isMovable && asked.length <= LENGTH_MAX && memory.size < REMEMBERED_MAX) memory.set(asked, tags);
  return tags;
}

function placed(tag: Tag, { scope, via }: TagPlace, pos: Position): Tag {
  const { key, value, raw, carrier, opaque, known, classifies } = tag;
  return { key, value, opaque, known, classifies, raw, carrier, scope, pos, via };
}

function tagsOf(directive: Directive, place: TagPlace, defaults: readonly FieldNode[] | undefined): readonly Tag[] {
  const { name, pos } = directive;
  if (NOT_ABOUT_DATA.test(name) && !ABOUT_DATA.test(name)) return NONE;
  const said = (value: Node) => tagsDeclared({ name, carrier: `@${name}`, value, pos }, place);
  const own = said(argumentsOf(directive));
  return own.length > 0 || defaults === undefined ? own : said(argumentsOf(directive, defaults));
}
