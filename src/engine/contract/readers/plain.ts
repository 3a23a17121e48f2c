import { takesPath } from "../governed.ts";
import type { Contract, DataObject, Field, Tag, TagScope } from "../model.ts";
import type { PlainMapping } from "../rules.ts";
import { booleanAt, canonical, child, isNull, type MapNode, type Node, ReadFailure, textAt, textsOf } from "../source/node.ts";
import { tagsIn } from "../tags.ts";
import { isClassifyingKey, markerClass, type Vocabulary } from "../vocabulary.ts";
import { blankContract, blankField, constraintsOf, examplesOf, maskingOf, pairsOf, prose, refuseDuplicates } from "./build.ts";
import type { Source } from "./source.ts";
import { physicalType } from "./type-names.ts";

/** Plain YAML or JSON in a path that the configuration maps. */
export function recognisePlain(_root: MapNode, file: string, mappings: readonly PlainMapping[]): boolean {
  return mappingsOf(file, mappings).length > 0;
}

/** True when a mapping of the path finds fields in the file. */
export function fitsMapping(root: MapNode, file: string, mappings: readonly PlainMapping[]): boolean {
  return mappingsOf(file, mappings).some((mapping) => placesOf(root, mapping).length > 0);
}

export function mappingsOf(file: string, mappings: readonly PlainMapping[]): readonly PlainMapping[] {
  return mappings.filter(({ paths }) => takesPath(paths, file));
}

/** Reads with every mapping of the path that fits. A file that fits none is refused: somebody said that it declares fields. */
export function readPlain(source: Source): Contract {
  const { root, file, mappings, vocabulary } = source;
  const mapped = mappingsOf(file, mappings);
  const tags = [...new Set(mapped.flatMap((each) => each.tags))];
  const places = new Map<Node, { readonly place: Place; readonly mapping: PlainMapping }>();
  for (const mapping of mapped)
    for (const place of placesOf(root, mapping)) if (!places.has(place.fields)) places.set(place.fields, { place, mapping });
  if (places.size === 0)
    throw new ReadFailure(`no fields where the mapping of this path expects them: ${expected(mapped)}`, root.pos.line, "E002");
  const objects = [...places.values()].map(({ place, mapping }) => readObject(place, { mapping, tags, source }));
  refuseDuplicates(
    objects.map(({ name, pos }) => ({ name, line: pos.line })),
    "object",
  );
  const info = child(root, "info", "metadata");
  const about = info?.kind === "map" ? info : root;
  return {
    ...blankContract("plain", file, root.pos),
    key: textAt(root, "id") ?? file,
    name: textAt(root, "name", "title") ?? textAt(about, "name", "title"),
    version: textAt(root, "version") ?? textAt(about, "version"),
    status: textAt(root, "status") ?? textAt(about, "status"),
    owners: textsOf(child(root, "owner") ?? child(about, "owner")),
    objects,
    examples: examplesOf(child(root, "examples"), child(root, "example")),
    tags: mappedTags(root, tags, vocabulary, "contract"),
  };
}

function expected(mappings: readonly PlainMapping[]): string {
  return mappings.map(({ fields }) => `a list or mapping at \`${fields}\``).join(", or ");
}

/** Where fields stand, and what is around them. */
interface Place {
  readonly fields: Node;
  /** The mapping around the fields; the root itself where no step leads away from it. */
  readonly around: MapNode;
  /** Keys that `*` stood for. */
  readonly stars: readonly string[];
}

function placesOf(root: MapNode, mapping: PlainMapping): readonly Place[] {
  const steps = mapping.fields.split(".");
  let open: readonly { readonly node: Node; readonly around: MapNode; readonly stars: readonly string[] }[] = [
    { node: root, around: root, stars: [] },
  ];
  for (const step of steps) {
    open = open.flatMap(({ node, around, stars }) => {
      const inside = node.kind === "map" ? node : around;
      if (step === "*")
        return childrenOf(node, mapping).map(({ name, value }) => ({ node: value, around: inside, stars: [...stars, name] }));
      const next = node.kind === "map" ? child(node, step) : null;
      return next === null ? [] : [{ node: next, around: inside, stars }];
    });
  }
  return open.filter(({ node }) => node.kind !== "scalar").map(({ node, around, stars }) => ({ fields: node, around, stars }));
}

interface Named {
  readonly name: string;
  readonly value: Node;
  readonly pos: Node["pos"];
}

/** By key, or by the key that names the items of a list. An item without a name is nobody's field, so the file is refused. */
function childrenOf(node: Node, mapping: PlainMapping): readonly Named[] {
  if (node.kind === "scalar") return [];
  if (node.kind === "map") return [...node.entries.values()].map(({ key, keyPos, value }) => ({ name: key, value, pos: keyPos }));
  return node.items.map((item) => {
    const name = item.kind === "map" ? textAt(item, mapping.name) : item.kind === "scalar" && !isNull(item) ? item.text.trim() : null;
    if (name === null || name === "") throw new ReadFailure(`an item without \`${mapping.name}\``, item.pos.line, "E002");
    return { name, value: item, pos: item.pos };
  });
}

interface Reading {
  readonly mapping: PlainMapping;
  /** Tag keys of every mapping of the path. */
  readonly tags: readonly string[];
  readonly source: Source;
}

function readObject(place: Place, reading: Reading): DataObject {
  const { root, vocabulary } = reading.source;
  const own = place.around === root;
  const name = place.stars.length > 0 ? place.stars.join(".") : (textAt(root, "name") ?? "contract");
  return {
    name,
    stableId: place.stars.length > 0 ? null : reading.mapping.fields,
    physicalName: null,
    description: own ? null : prose(child(place.around, "description")),
    fields: fieldsIn(place.fields, demanded(place.around), name, [], reading),
    // What stands on the root is told for the file.
    tags: own ? [] : mappedTags(place.around, reading.tags, vocabulary, "object"),
    quality: [],
    examples: own ? [] : examplesOf(child(place.around, "examples"), child(place.around, "example")),
    pos: place.fields.pos,
  };
}

/** Names under `required`, where it is a list. */
function demanded(around: MapNode): ReadonlySet<string> {
  const node = child(around, "required");
  return new Set(node?.kind === "seq" ? textsOf(node) : []);
}

function fieldsIn(
  node: Node,
  required: ReadonlySet<string>,
  object: string,
  parents: readonly string[],
  reading: Reading,
): readonly Field[] {
  const named = childrenOf(node, reading.mapping);
  refuseDuplicates(
    named.map(({ name, pos }) => ({ name, line: pos.line })),
    "field",
  );
  return named.flatMap((each) => readField(each, required.has(each.name), object, parents, reading));
}

/** The field, then what stands inside it under the key that fields stand under, and the items of a list as `[]`. */
function readField(
  { name, value, pos }: Named,
  required: boolean,
  object: string,
  parents: readonly string[],
  reading: Reading,
): readonly Field[] {
  const path = [...parents, name];
  reading.source.budget.field(path, pos);
  const map: MapNode = value.kind === "map" ? value : { kind: "map", entries: new Map(), pos };
  const type = value.kind === "scalar" ? bareType(value, name) : textAt(map, "type", "data_type");
  const field: Field = {
    ...blankField(object, path, pos),
    type: { ...physicalType(type), ref: textAt(map, "$ref"), item: null },
    required: required ? true : booleanAt(map, "required"),
    nullable: booleanAt(map, "nullable"),
    unique: booleanAt(map, "unique"),
    primaryKey: booleanAt(map, "primary_key", "primaryKey", "primary"),
    enum: child(map, "enum") === null ? null : [...textsOf(child(map, "enum"))].sort(),
    format: textAt(map, "format"),
    constraints: constraintsOf(map),
    default: textAt(map, "default"),
    examples: examplesOf(child(map, "examples"), child(map, "example")),
    masking: maskingOf(pairsOf(map)),
    description: prose(child(map, "description")),
    deprecated: booleanAt(map, "deprecated") === true,
    tags: mappedTags(map, reading.tags, reading.source.vocabulary, "field"),
  };
  const key = reading.mapping.fields.split(".").at(-1)!;
  const inside = key === "*" ? null : child(map, key);
  const items = child(map, "items");
  return [
    field,
    ...(inside === null || inside.kind === "scalar" ? [] : fieldsIn(inside, demanded(map), object, path, reading)),
    ...(items?.kind === "map" ? readField({ name: "[]", value: items, pos: items.pos }, false, object, path, reading) : []),
  ];
}

/** `email: string`; in a list of names the text is the name. */
function bareType(value: Node, name: string): string | null {
  const text = value.kind === "scalar" && !isNull(value) ? value.text.trim() : "";
  return text === "" || text === name ? null : text;
}

/** Tags under the mapped keys of one mapping, each at its dotted place. */
function mappedTags(map: MapNode, keys: readonly string[], vocabulary: Vocabulary, scope: TagScope): readonly Tag[] {
  return keys.flatMap((key) => {
    const found = at(map, key);
    return found === null ? [] : tagsUnder(found, key, vocabulary, scope);
  });
}

interface Found {
  readonly key: string;
  readonly keyPos: Node["pos"];
  readonly value: Node;
}

/** A key that holds dots itself comes first. */
function at(map: MapNode, path: string): Found | null {
  const whole = map.entries.get(path);
  if (whole !== undefined) return whole;
  let inside: Node = map;
  let found: Found | null = null;
  for (const step of path.split(".")) {
    found = inside.kind === "map" ? (inside.entries.get(step) ?? null) : null;
    if (found === null) return null;
    inside = found.value;
  }
  return found;
}

/** A key that the vocabulary knows is read as everywhere. Any other classifies because the mapping says so: `true` is then the class named by the key. */
function tagsUnder(found: Found, carrier: string, vocabulary: Vocabulary, scope: TagScope): readonly Tag[] {
  const place = { vocabulary, scope, via: [] };
  const read = (key: string, value: Node) =>
    tagsIn({ kind: "map", entries: new Map([[key, { ...found, key, value }]]), pos: found.keyPos }, place);
  const known =
    /^(tags?|labels|customProperties|policy_?tags)$/i.test(found.key) ||
    isClassifyingKey(found.key) ||
    markerClass(vocabulary, found.key) !== null;
  const tags = known ? read(found.key, found.value) : read("classification", answered(found));
  return tags.map((tag) => ({ ...tag, carrier }));
}

const YES = /^(true|yes|on|y|1)$/i;
const NO = /^(false|no|off|n|0|none)$/i;

function answered({ key, value }: Found): Node {
  if (value.kind !== "scalar" || isNull(value))
    return value.kind === "map" ? { kind: "scalar", text: canonical(value), plain: false, pos: value.pos } : value;
  if (NO.test(value.text.trim())) return { ...value, text: "" };
  return YES.test(value.text.trim()) ? { ...value, text: key, plain: false } : value;
}
