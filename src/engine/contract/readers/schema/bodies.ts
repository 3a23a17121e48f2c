import type { DataObject, Field, Position, Tag } from "../../model.ts";
import { booleanAt, child, type Entry, isNull, type MapNode, type Node, textAt } from "../../source/node.ts";
import { blankField, examplesOf, prose } from "../build.ts";
import { type Place, unknownTag } from "./closure.ts";
import type { SchemaDocument, Target } from "./document.ts";
import { extensionTags } from "./extras.ts";
import { readField } from "./fields.ts";

/** Something named that holds schemas: a parameter, a body, a response, a message. */
export interface Part {
  readonly path: readonly string[];
  readonly node: Node;
  readonly pos: Position;
}

/** What a part's own `$ref` leads to. `own`: it is written at the place. */
type Reached =
  | { readonly kind: "own"; readonly map: MapNode }
  | { readonly kind: "target"; readonly map: MapNode; readonly target: Target }
  | { readonly kind: "unknown"; readonly ref: string };

const CHAIN_MAX = 20;

export function reach(document: SchemaDocument, node: Node): Reached | null {
  let at = node;
  let last: Target | null = null;
  for (let step = 0; step < CHAIN_MAX; step += 1) {
    if (at.kind !== "map") return null;
    const ref = at.entries.get("$ref")?.value;
    if (ref?.kind !== "scalar" || isNull(ref)) {
      if (last !== null) return { kind: "target", map: at, target: last };
      document.told.add(at);
      return { kind: "own", map: at };
    }
    const target = document.follow(ref);
    if (target?.node.kind !== "map") return { kind: "unknown", ref: ref.text.trim() };
    last = target;
    at = target.node;
  }
  return last === null ? null : { kind: "unknown", ref: last.ref };
}

/** A parameter or header: one field, with what its schema holds inside. A `$ref` to a shared one is followed. */
export function readParameter(document: SchemaDocument, object: string, { path, node, pos }: Part, required?: boolean): readonly Field[] {
  const reached = reach(document, node);
  if (reached === null || reached.kind === "unknown") return [unknownField(document, object, path, pos, reached?.ref ?? "(no parameter)")];
  const { map } = reached;
  const via = reached.kind === "target" ? [reached.target.ref] : [];
  const at = reached.kind === "target" && reached.target.external ? pos : null;
  const media = [...(mapOf(map, "content")?.entries.values() ?? [])].map(({ value }) => reach(document, value));
  const unknown = media.flatMap((each) => (each?.kind === "unknown" ? [unknownTag({ ref: each.ref, pos, via: [...via, each.ref] })] : []));
  const known = media.filter((each) => each?.kind !== "unknown");
  const marked = known.flatMap((each) => (each === null ? [] : throughTags(document, each.map, [...via, ...placesOf(each, pos).via], at)));
  const schema = child(map, "schema");
  // Swagger 2.0 and AsyncAPI 3 write the keywords beside the name.
  const written = schema === null ? [] : [{ node: schema, via, at, certain: true }];
  const places = [
    ...written,
    ...known.flatMap((each) => placesOf(each, pos).places.map((place) => ({ ...place, via: [...via, ...place.via], at: at ?? place.at }))),
  ];
  const slot = { path, pos, required: required ?? booleanAt(map, "required") };
  const [field, ...inside] = readField(document, object, {
    ...slot,
    places: places.length === 0 ? [{ node: map, via, at, certain: true }] : places,
  });
  const own = reached.kind === "own" ? [] : ownTags(document, node, []);
  const tags = places.length === 0 ? own : [...own, ...throughTags(document, map, via, at)];
  return [
    {
      ...field!,
      tags: [...tags, ...marked, ...unknown, ...field!.tags],
      description: prose(child(map, "description")) ?? field!.description,
      deprecated: field!.deprecated || booleanAt(map, "deprecated") === true,
      examples: [...new Set([...field!.examples, ...samplesOf(document, map)])].sort(),
      definitionRefs: [...via, ...field!.definitionRefs],
    },
    ...inside,
  ];
}

/** The schema of each media type. */
export function readContent(
  document: SchemaDocument,
  object: string,
  path: readonly string[],
  map: MapNode,
  tags: readonly Tag[],
): readonly Field[] {
  const media = mapOf(map, "content")?.entries.values() ?? [];
  return [...media].flatMap(({ key, keyPos, value }) =>
    readMedia(document, object, { path: [...path, key], node: value, pos: keyPos }, tags),
  );
}

/** One media type, which may be a shared one since OpenAPI 3.2. */
export function readMedia(
  document: SchemaDocument,
  object: string,
  { path, node, pos }: Part,
  tags: readonly Tag[] = [],
): readonly Field[] {
  const reached = reach(document, node);
  if (reached?.kind === "unknown") return [unknownField(document, object, path, pos, reached.ref)];
  const { places, via, at } = placesOf(reached, pos);
  const [field, ...inside] = readField(document, object, { path, pos, places, required: null });
  const own = [...ownTags(document, node, []), ...(reached?.kind === "target" ? throughTags(document, reached.map, via, at) : [])];
  const samples = reached === null ? [] : samplesOf(document, reached.map);
  return [
    { ...field!, tags: [...tags, ...own, ...field!.tags], examples: [...new Set([...field!.examples, ...samples])].sort() },
    ...inside,
  ];
}

/** The schemas of a media type, and the way there. */
function placesOf(reached: Exclude<Reached, { kind: "unknown" }> | null, pos: Position) {
  const via = reached?.kind === "target" ? [reached.target.ref] : [];
  const at = reached?.kind === "target" && reached.target.external ? pos : null;
  const schemas = reached === null ? [] : schemaOf(reached.map);
  return { places: schemas.map((node): Place => ({ node, via, at, certain: true })), via, at };
}

function schemaOf(media: MapNode): readonly Node[] {
  return ["schema", "itemSchema"].flatMap((key) => child(media, key) ?? []);
}

/** A `$ref` to a shared body, response or message: one field, its inside told where it is defined. */
export function referenceField(
  document: SchemaDocument,
  object: string,
  { path, node, pos }: Part,
  reached: Reached & { kind: "target" },
  read: (name: string) => DataObject,
): Field {
  document.source.budget.field(path, pos);
  document.referred.set(reached.target.ref, { node: reached.map, read });
  const tags = [...ownTags(document, node, []), ...throughTags(document, reached.map, [reached.target.ref], pos)];
  const blank = blankField(object, path, pos);
  return { ...blank, type: { ...blank.type, logical: "object", ref: reached.target.ref }, definitionRefs: [reached.target.ref], tags };
}

export function unknownField(document: SchemaDocument, object: string, path: readonly string[], pos: Position, ref: string): Field {
  document.source.budget.field(path, pos);
  return { ...blankField(object, path, pos), tags: [unknownTag({ ref, pos, via: [ref] })] };
}

export function ownTags(document: SchemaDocument, node: Node, via: readonly string[]): readonly Tag[] {
  return throughTags(document, node, via, null);
}

function throughTags(document: SchemaDocument, node: Node, via: readonly string[], at: Position | null): readonly Tag[] {
  const scope = via.length === 0 ? "field" : "definition";
  return extensionTags(document, scope, node).map((tag) => ({ ...tag, via, pos: at ?? tag.pos }));
}

/** `example`, and the values of named `examples`. */
export function samplesOf(document: SchemaDocument, map: MapNode): readonly string[] {
  const named = child(map, "examples");
  const values = named?.kind === "map" ? [...named.entries.values()].map(({ value }) => sampleOf(document, value)) : [named];
  return examplesOf(child(map, "example"), child(map, "x-example"), child(map, "x-examples"), ...values);
}

/** A named example, which may be a shared one. */
function sampleOf(document: SchemaDocument, node: Node): Node {
  const reached = reach(document, node);
  if (reached === null || reached.kind === "unknown") return node;
  return child(reached.map, "value") ?? reached.map;
}

export function mapOf(map: MapNode | null, key: string): MapNode | null {
  const node = map?.entries.get(key)?.value;
  return node?.kind === "map" ? node : null;
}

export function entriesOf(map: MapNode | null, key: string): readonly Entry[] {
  return [...(mapOf(map, key)?.entries.values() ?? [])];
}

/** An object that is a list of fields; left out when there are none and nothing tags it. */
export function objectOf(
  name: string,
  pos: Position,
  fields: readonly Field[],
  tags: readonly Tag[] = [],
  description: string | null = null,
): readonly DataObject[] {
  if (fields.length === 0 && tags.length === 0) return [];
  return [{ name, stableId: null, physicalName: null, description, fields, tags, quality: [], examples: [], pos }];
}

export function summaryOf(map: MapNode): string | null {
  const text = textAt(map, "summary", "description");
  return text === null ? null : text.replace(/\s+/g, " ");
}
