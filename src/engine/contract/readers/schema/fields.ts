import type { DataObject, Field, Position, Tag } from "../../model.ts";
import { child, isNull, type MapNode, type Node, ReadFailure, textsOf } from "../../source/node.ts";
import { blankField, examplesOf, prose } from "../build.ts";
import { type Closure, closureOf, type Part, type Place, unknownTag } from "./closure.ts";
import type { SchemaDocument } from "./document.ts";
import { facetsOf } from "./facets.ts";
import { INNER } from "./keywords.ts";
import { kindsOf } from "./kinds.ts";
import { listAsTags } from "./marks.ts";
import { spreadLists } from "./name-lists.ts";

/** How a field is called, where it is told, and the schemas that hold there. */
export interface Slot {
  readonly path: readonly string[];
  readonly pos: Position;
  readonly places: readonly Place[];
  readonly required: boolean | null;
}

/** The place of a definition where it stands. */
export const VALUE = "(value)";

/** A definition as an object: what is inside it, through all branches and references. A named scalar has one field, its value. */
export function readObject(
  document: SchemaDocument,
  named: { readonly name: string; readonly stableId: string | null; readonly pos: Position; readonly node: Node },
): DataObject {
  const { name, stableId, pos, node } = named;
  const closure = closureOf(document, [placeOf(node)], true);
  remember(document, closure);
  const about = { name, stableId, physicalName: null, quality: [], pos };
  const inside = isContainer(document, closure.parts) ? childrenOf(document, name, [], closure.parts) : null;
  if (inside === null) {
    const value = readField(document, name, { path: [VALUE], pos, places: [placeOf(node)], required: null });
    return { ...about, description: null, fields: value, tags: [], examples: [] };
  }
  const spread = spreadLists(document, closure.parts, inside);
  const { masking } = facetsOf(closure);
  const written = node.kind === "map" ? node : null;
  return {
    ...about,
    description: written === null ? null : prose(child(written, "description")),
    fields: masking === null ? spread.fields : spread.fields.map((field) => masked(field, masking)),
    tags: [...tagsOf(document, closure, "object"), ...spread.tags.map((tag): Tag => ({ ...tag, scope: "object" }))],
    examples: closure.parts
      .flatMap(({ map }) => ["examples", "example", "x-example", "x-examples"].flatMap((key) => examplesOf(child(map, key))))
      .sort(),
  };
}

/** Masking of an object holds for what is directly in it. */
function masked(field: Field, masking: string): Field {
  return field.path.length > 1 ? field : { ...field, masking: field.masking === null ? masking : `${masking}; ${field.masking}` };
}

export function placeOf(node: Node): Place {
  return { node, via: [], at: null, certain: true };
}

/** The field, then everything inside it that no definition tells. */
export function readField(document: SchemaDocument, object: string, { path, pos, places, required }: Slot): readonly Field[] {
  document.source.budget.field(path, pos);
  const closure = closureOf(document, places, false);
  const parts = closure.parts.filter((part) => !part.tagsOnly);
  remember(document, closure);
  const inside = isContainer(document, parts) ? childrenOf(document, object, path, parts) : [];
  const spread = spreadLists(document, parts, inside, path.length);
  const names = isContainer(document, parts) ? [] : listTags(document, closure.parts);
  const field: Field = {
    ...blankField(object, path, pos),
    ...facetsOf(closure),
    required,
    tags: [...tagsOf(document, closure, "field"), ...names, ...spread.tags],
  };
  return [field, ...spread.fields];
}

function remember(document: SchemaDocument, { parts }: Closure): void {
  for (const { map, tagsOnly } of parts) if (!tagsOnly) document.told.add(map);
}

function tagsOf(document: SchemaDocument, { parts, unknown }: Closure, scope: "field" | "object"): readonly Tag[] {
  const told = parts.flatMap((part) => document.marksOf(part.map).tags.map((tag) => tagThrough(tag, part, scope)));
  return [...told, ...unknown.map(unknownTag)];
}

function tagThrough(tag: Tag, { via, at }: Part, scope: "field" | "object"): Tag {
  return { ...tag, scope: via.length === 0 ? scope : "definition", via, pos: at ?? tag.pos };
}

/** `x-pii: [email]` where there is no property to name: the words say what kind it is. */
function listTags(document: SchemaDocument, parts: readonly Part[]): readonly Tag[] {
  return parts
    .filter((part) => !part.tagsOnly || part.via.length === 0)
    .flatMap((part) =>
      document
        .marksOf(part.map)
        .lists.flatMap((list) => listAsTags(part.map, list, document.source.vocabulary).map((tag) => tagThrough(tag, part, "field"))),
    );
}

const CONTAINERS = ["properties", "patternProperties", "prefixItems", ...Object.keys(INNER)];

function isContainer(document: SchemaDocument, parts: readonly Part[]): boolean {
  return parts.some((part) => {
    const { map, tagsOnly } = part;
    if (tagsOnly) return false;
    if (kindsOf(document, part).length > 0) return true;
    if (CONTAINERS.some((key) => (map.entries.get(key)?.value.kind ?? "scalar") !== "scalar")) return true;
    return textsOf(map.entries.get("type")?.value ?? null).includes("object");
  });
}

interface Slotted {
  readonly pos: Position;
  readonly places: Place[];
}

/** The properties, items and patterns that any part declares, one slot for each name. */
function childrenOf(document: SchemaDocument, object: string, parents: readonly string[], parts: readonly Part[]): readonly Field[] {
  const slots = new Map<string, Slotted>();
  const required = new Set<string>();
  const add = (segment: string, node: Node, pos: Position, { via, at, certain }: Part) => {
    const slot = slots.get(segment) ?? { pos: at ?? pos, places: [] };
    slots.set(segment, slot);
    slot.places.push({ node, via, at, certain });
  };
  for (const part of parts) {
    if (part.tagsOnly) continue;
    for (const { key, keyPos, value } of namedSchemas(part.map, "properties")) add(key, value, keyPos, part);
    for (const { key, keyPos, value } of namedSchemas(part.map, "patternProperties")) add(`{${key}}`, value, keyPos, part);
    for (const [keyword, segment] of Object.entries(INNER)) {
      const entry = part.map.entries.get(keyword);
      if (entry?.value.kind === "map") add(segment, entry.value, entry.keyPos, part);
    }
    for (const keyword of ["prefixItems", "items"]) {
      const tuple = part.map.entries.get(keyword)?.value;
      if (tuple?.kind === "seq") for (const [index, item] of tuple.items.entries()) add(`[${index}]`, item, item.pos, part);
    }
    for (const { segment, node, pos } of kindsOf(document, part)) add(segment, node, pos, part);
    if (part.certain) for (const name of requiredOf(part.map)) required.add(name);
  }
  return [...slots].flatMap(([segment, { pos, places }]) =>
    readField(document, object, { path: [...parents, segment], pos, places, required: required.has(segment) }),
  );
}

/** `required` is a list of names; as a boolean (draft 3, parameters) it says nothing about the properties. */
function requiredOf(map: MapNode): readonly string[] {
  const node = map.entries.get("required")?.value;
  return node?.kind === "seq" ? textsOf(node) : [];
}

function namedSchemas(map: MapNode, keyword: string) {
  const node = map.entries.get(keyword)?.value;
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== "map") throw new ReadFailure(`\`${keyword}\` must be a mapping`, node.pos.line);
  return node.entries.values();
}
