import { protects } from "../diff/change.ts";
import type { DataObject, Field, FieldType, Position, Tag } from "../model.ts";
import { booleanAt, child, type Entry, isNull, type MapNode, mapAt, type Node, ReadFailure, textAt, textsOf } from "../source/node.ts";
import { tagsIn, unfollowed } from "../tags.ts";
import {
  blankField,
  constraintsOf,
  customProperties,
  examplesOf,
  maskingOf,
  originsOf,
  pairsOf,
  prose,
  qualityOf,
  refuseBoth,
  refuseDuplicates,
} from "./build.ts";
import type { Source } from "./source.ts";
import { physicalType } from "./type-names.ts";

/** `models` by name, or a list of models that name themselves; a file of bare `fields` is one model. */
export function readModels(source: Source): readonly DataObject[] {
  const models = child(source.root, "models");
  const named = models === null ? [] : namedMaps(models, "model");
  const read = named.map(({ name, node, pos }) => readModel(name, node, pos, source, true));
  if (!source.root.entries.has("fields")) return read;
  const bare = models === null ? (textAt(source.root, "name") ?? "contract") : "(fields)";
  return [...read, readModel(bare, source.root, source.root.pos, source, false)];
}

/** Protected definitions that no field of the file takes as they are: other files may, and what protects them is seen nowhere else. */
export function readShared(source: Source, models: readonly DataObject[]): readonly DataObject[] {
  const definitions = child(source.root, "definitions");
  if (definitions?.kind !== "map") return [];
  const plain = models.flatMap(({ fields }) => fields).filter(({ tags }) => tags.every(({ scope }) => scope === "definition"));
  const taken = new Set(plain.flatMap(({ definitionRefs }) => definitionRefs));
  const fields = sharedIn(definitions, [], taken, source);
  return fields.length === 0
    ? []
    : [{ ...readModel(SHARED, { ...definitions, entries: new Map() }, definitions.pos, source, false), fields }];
}

const SHARED = "(definitions)";
const FOLDERS_MAX = 5;

/** A mapping that holds nothing but mappings is a folder of definitions, unless its keys are those of a field. */
function sharedIn(folder: MapNode, parents: readonly string[], taken: ReadonlySet<string>, source: Source): readonly Field[] {
  return [...folder.entries.values()].flatMap(({ key, keyPos, value }): readonly Field[] => {
    if (value.kind !== "map") return [];
    const path = [...parents, key];
    const isFolder =
      value.entries.size > 0 && [...value.entries.values()].every((entry) => entry.value.kind === "map" && !INSIDE.test(entry.key));
    if (isFolder && path.length < FOLDERS_MAX) return sharedIn(value, path, taken, source);
    if (taken.has(`#/definitions/${path.join("/")}`)) return [];
    return readField({ name: key, node: value, pos: keyPos }, SHARED, parents, source).filter(({ tags }) => tags.some(protects));
  });
}

const INSIDE = /^(fields|items|keys|values)$/;

interface Named {
  readonly name: string;
  readonly node: MapNode;
  readonly pos: Position;
}

/** A mapping of name to body, or a list of bodies with a `name`. Names are unique or the file is refused. */
function namedMaps(node: Node, what: string): readonly Named[] {
  if (node.kind === "scalar") throw new ReadFailure(`${what}s must be a mapping or a list`, node.pos.line);
  const found: Named[] =
    node.kind === "map"
      ? [...node.entries.values()].map(({ key, keyPos, value }) => ({ name: key, node: bodyOf(value, key, what), pos: keyPos }))
      : node.items.map((item) => {
          const body = bodyOf(item, "?", what);
          const name = textAt(body, "name", "field", "column", "id");
          if (name === null) throw new ReadFailure(`a ${what} without \`name\``, item.pos.line, "E002");
          return { name, node: body, pos: item.pos };
        });
  refuseDuplicates(
    found.map(({ name, pos }) => ({ name, line: pos.line })),
    what,
  );
  return found;
}

function bodyOf(node: Node, name: string, what: string): MapNode {
  if (node.kind === "map") return node;
  if (isNull(node)) return { kind: "map", entries: new Map(), pos: node.pos };
  throw new ReadFailure(`the ${what} \`${name}\` must be a mapping`, node.pos.line);
}

function readModel(name: string, node: MapNode, pos: Position, source: Source, ownTags: boolean): DataObject {
  refuseBoth(node, "fields", "columns");
  const fields = child(node, "fields", "columns");
  const keys = new Set([...textsOf(child(node, "primaryKey"))]);
  const read = fields === null ? [] : namedMaps(fields, "field").flatMap((field) => readField(field, name, [], source));
  return {
    name,
    stableId: null,
    physicalName: textAt(node, "physicalName"),
    description: prose(child(node, "description")),
    fields: read.map((field) => (keys.has(field.path.join(".")) ? { ...field, primaryKey: true } : field)),
    tags: ownTags ? tagsIn(node, { vocabulary: source.vocabulary, scope: "object", via: [] }) : [],
    quality: qualityOf(node, "quality"),
    // A file of bare fields is its only model: what it samples is told for the contract.
    examples: ownTags ? examplesOf(child(node, "examples"), child(node, "example")) : [],
    pos,
  };
}

/** The field, then everything inside it: `fields`, `items` as `[]`, `keys` and `values` of maps. */
function readField({ name, node, pos }: Named, object: string, parents: readonly string[], source: Source): readonly Field[] {
  const path = [...parents, name];
  source.budget.field(path, pos);
  const { map, own, inherited, refs, unresolved } = resolveRef(node, source);
  const customs = customProperties(map);
  const place = { vocabulary: source.vocabulary, via: refs };
  const written = tagsIn(own, { ...place, scope: "field", via: [] });
  const taken = inherited === null ? [] : tagsIn(inherited, { ...place, scope: "definition" });
  // What only comes from a definition stays one list for all of its fields.
  const known = written.length === 0 ? taken : [...written, ...taken];
  const tags = unresolved.length === 0 ? known : [...known, ...unresolved.map((ref): Tag => unfollowed(ref, pos, [ref]))];
  const required = booleanAt(map, "required");
  const nullable = booleanAt(map, "nullable");
  const field: Field = {
    ...blankField(object, path, pos),
    physicalName: textAt(map, "physicalName"),
    aliases: [...textsOf(child(map, "aliases", "alias"))],
    stableId: textAt(map, "id"),
    type: typeOf(map),
    required: required ?? (nullable === null ? null : !nullable),
    unique: booleanAt(map, "unique"),
    primaryKey: booleanAt(map, "primaryKey", "primary"),
    enum: child(map, "enum") === null ? null : [...textsOf(child(map, "enum"))].sort(),
    format: textAt(map, "format"),
    constraints: constraintsOf(map),
    default: textAt(map, "default"),
    examples: examplesOf(child(map, "examples"), child(map, "example")),
    masking: maskingOf([...pairsOf(map), ...customs]),
    description: prose(child(map, "description")),
    deprecated: booleanAt(map, "deprecated") === true,
    tags,
    quality: qualityOf(map, "quality"),
    definitionRefs: refs,
    origins: originsOf(map),
  };
  return [field, ...insideOf(map, object, path, source)];
}

function insideOf(map: MapNode, object: string, path: readonly string[], source: Source): readonly Field[] {
  const fields = child(map, "fields");
  const named = fields === null ? [] : namedMaps(fields, "field").flatMap((field) => readField(field, object, path, source));
  const part = (key: string, segment: string) => {
    const inner = mapAt(map, key);
    return inner === null ? [] : readField({ name: segment, node: inner, pos: inner.pos }, object, path, source);
  };
  return [...named, ...part("items", "[]"), ...part("keys", "{key}"), ...part("values", "{value}")];
}

function typeOf(map: MapNode): FieldType {
  return { ...physicalType(textAt(map, "type")), ref: textAt(map, "$ref"), item: null };
}

interface Resolved {
  /** Definition and local keys together; local keys win. */
  readonly map: MapNode;
  readonly own: MapNode;
  readonly inherited: MapNode | null;
  readonly refs: readonly string[];
  readonly unresolved: readonly string[];
}

/** What cannot be followed (URL, file that is not governed, cycle, missing) stays an unknown class, never nothing. */
function resolveRef(node: MapNode, source: Source): Resolved {
  const entries = new Map(node.entries);
  const taken = new Map<string, Entry>();
  const refs: string[] = [];
  const seen = new Set<string>();
  let next = textAt(node, "$ref");
  while (next !== null) {
    const target: Node | null = seen.has(next) ? null : source.references.follow(source, next, node.pos);
    refs.push(next);
    seen.add(next);
    if (target?.kind !== "map")
      return { map: { ...node, entries }, own: node, inherited: { ...node, entries: taken }, refs, unresolved: [next] };
    source.budget.reference(refs.length, target.entries.values(), node.pos);
    for (const [key, entry] of target.entries) {
      if (key === "$ref" || entries.has(key)) continue;
      entries.set(key, entry);
      taken.set(key, entry);
    }
    next = textAt(target, "$ref");
  }
  return { map: { ...node, entries }, own: node, inherited: refs.length === 0 ? null : { ...node, entries: taken }, refs, unresolved: [] };
}
