import type { Position } from "../../model.ts";
import { child, type Entry, type MapNode, type Node, type ScalarNode, textAt } from "../../source/node.ts";
import type { Part } from "./closure.ts";
import type { SchemaDocument } from "./document.ts";
import { escaped } from "./recognise.ts";

/** Data of one kind, as the schema that a discriminator names for it. */
export interface Kind {
  /** `{kind=person}` */
  readonly segment: string;
  /** A reference to the schema. */
  readonly node: Node;
  readonly pos: Position;
}

/**
 * OpenAPI: `discriminator: {propertyName, mapping}` says which schema holds for which value of a property, by reference or by name. Where the
 * mapping does not say it, the name of each schema that builds on this one, or is a choice of it, is the value: a mapping may turn that too.
 */
export function kindsOf({ source }: SchemaDocument, { map, via }: Part): readonly Kind[] {
  // Told where it is written: each schema that builds on this one would tell all kinds again.
  if (via.length > 0 || !map.entries.has("discriminator")) return [];
  const discriminator = child(map, "discriminator");
  if (discriminator?.kind !== "map") return [];
  const mapping = child(discriminator, "mapping");
  const schemas = componentsIn(source.root);
  const property = textAt(discriminator, "propertyName") ?? "";
  const mapped = mapping?.kind === "map" ? [...mapping.entries.values()] : [];
  const said = new Set(mapped.map(({ key }) => key));
  const kinds = new Map<string, Kind>();
  for (const { key, keyPos, value } of [...mapped, ...impliedIn(map, schemas).filter(({ key }) => !said.has(key))]) {
    if (value.kind !== "scalar") continue;
    const name = value.text.trim();
    const ref = schemas?.entries.has(name) ? { ...value, text: refTo(name) } : value;
    const node: MapNode = { kind: "map", entries: new Map([["$ref", { key: "$ref", keyPos, value: ref }]]), pos: value.pos };
    kinds.set(key, { segment: `{${property}=${key}}`, node, pos: keyPos });
  }
  return [...kinds.values()];
}

/** References to the schemas that are kinds by their names alone. */
function impliedIn(map: MapNode, schemas: MapNode | null): readonly Entry[] {
  const choices = ["oneOf", "anyOf"].flatMap((keyword) => refsIn(map, keyword));
  const own = [...(schemas?.entries.values() ?? [])].find(({ value }) => value === map)?.key;
  const builds = own === undefined ? [] : (buildingOn(schemas!).get(refTo(own)) ?? []);
  return [
    ...choices.flatMap((value): Entry[] => {
      const key = /^#\/components\/schemas\/([^/]+)$/.exec(value.text)?.[1];
      return key === undefined ? [] : [{ key: unescaped(key), keyPos: value.pos, value }];
    }),
    ...builds,
  ];
}

const BUILDING = new WeakMap<MapNode, ReadonlyMap<string, readonly Entry[]>>();

/** By reference, the schemas that build on the one it leads to. Looked through once for each document. */
function buildingOn(schemas: MapNode): ReadonlyMap<string, readonly Entry[]> {
  const known = BUILDING.get(schemas);
  if (known !== undefined) return known;
  const all = [...schemas.entries.values()].flatMap(({ key, keyPos, value }) =>
    value.kind !== "map"
      ? []
      : refsIn(value, "allOf").map((ref) => ({ on: ref.text, entry: { key, keyPos, value: { ...ref, text: refTo(key), pos: keyPos } } })),
  );
  const found = new Map([...Map.groupBy(all, ({ on }) => on)].map(([on, own]) => [on, own.map(({ entry }) => entry)] as const));
  BUILDING.set(schemas, found);
  return found;
}

function refsIn(map: MapNode, keyword: string): readonly ScalarNode[] {
  const items = child(map, keyword);
  if (items?.kind !== "seq") return [];
  return items.items.flatMap((item) => {
    const ref = item.kind === "map" ? child(item, "$ref") : null;
    return ref?.kind === "scalar" ? [ref] : [];
  });
}

function refTo(name: string): string {
  return `#/components/schemas/${escaped(name)}`;
}

function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

function componentsIn(root: MapNode): MapNode | null {
  const components = child(root, "components");
  const schemas = components?.kind === "map" ? child(components, "schemas") : null;
  return schemas?.kind === "map" ? schemas : null;
}
