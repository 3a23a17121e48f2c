import type { Position } from "../../model.ts";
import { child, type MapNode, type Node, textAt } from "../../source/node.ts";
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

/** OpenAPI: `discriminator: {propertyName, mapping}` says which schema holds for which value of a property, by reference or by name. */
export function kindsOf({ source }: SchemaDocument, { map, via }: Part): readonly Kind[] {
  // Told where it is written: each schema that builds on this one would tell all kinds again.
  if (via.length > 0 || !map.entries.has("discriminator")) return [];
  const discriminator = child(map, "discriminator");
  const mapping = discriminator?.kind === "map" ? child(discriminator, "mapping") : null;
  if (discriminator?.kind !== "map" || mapping?.kind !== "map") return [];
  const schemas = componentsIn(source.root);
  const property = textAt(discriminator, "propertyName") ?? "";
  return [...mapping.entries.values()].flatMap(({ key, keyPos, value }) => {
    if (value.kind !== "scalar") return [];
    const name = value.text.trim();
    const ref = schemas?.entries.has(name) ? { ...value, text: `#/components/schemas/${escaped(name)}` } : value;
    const node: MapNode = { kind: "map", entries: new Map([["$ref", { key: "$ref", keyPos, value: ref }]]), pos: value.pos };
    return [{ segment: `{${property}=${key}}`, node, pos: keyPos }];
  });
}

function componentsIn(root: MapNode): MapNode | null {
  const components = child(root, "components");
  const schemas = components?.kind === "map" ? child(components, "schemas") : null;
  return schemas?.kind === "map" ? schemas : null;
}
