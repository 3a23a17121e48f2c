import type { Contract, DataObject, Field, FieldType } from "../model.ts";
import { booleanAt, child, keyPosition, looseMaps, type MapNode, mapAt, mapsAt, type Node, textAt, textsOf } from "../source/node.ts";
import { tagsIn } from "../tags.ts";
import {
  blankContract,
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
  requiredText,
} from "./build.ts";
import { odcsLinks } from "./links.ts";
import { consumersOf, ownersOf, rolesOf, serverOf, slasOf } from "./parts.ts";
import type { Source } from "./source.ts";
import { logicalName, physicalType } from "./type-names.ts";

/** ODCS v2 said `kind: managedDataset` or `virtualDataset` before `DataContract`, and `standardVersion` before `apiVersion`. */
export function recogniseOdcs(root: MapNode): boolean {
  const kind = textAt(root, "kind");
  if (kind !== null && /^DataContract$/i.test(kind)) return true;
  return (
    root.entries.has("dataset") &&
    (root.entries.has("standardVersion") || root.entries.has("templateVersion") || root.entries.has("quantumName"))
  );
}

export function readOdcs(source: Source): Contract {
  const { root, file } = source;
  const place = { vocabulary: source.vocabulary, scope: "contract", via: [] } as const;
  const objects = objectNodes(root).map((node) => readObject(node, source));
  refuseDuplicates(
    objects.map(({ name, pos }) => ({ name, line: pos.line })),
    "schema object",
  );
  const about = child(root, "description");
  const servers = looseMaps(child(root, "servers"));
  return {
    ...blankContract("odcs", file, root.pos),
    key: textAt(root, "id", "uuid") ?? file,
    specVersion: textAt(root, "apiVersion", "standardVersion", "templateVersion") ?? "",
    name: textAt(root, "name", "dataProduct", "quantumName"),
    version: textAt(root, "version"),
    status: textAt(root, "status"),
    purpose: about?.kind === "map" ? purposeOf(about, "purpose") : prose(about),
    owners: ownersOf(root),
    ...slasOf(root),
    quality: qualityOf(root, "quality"),
    servers: [...servers.map((server) => serverOf(server, textAt(server, "server", "name") ?? "")), ...serverOfV2(root)],
    roles: [...rolesOf(root), ...servers.flatMap(rolesOf)],
    consumers: consumersOf(root),
    objects,
    examples: examplesOf(child(root, "examples")),
    links: odcsLinks(objectNodes(root)),
    tags: [...tagsIn(root, place), ...(about?.kind === "map" ? tagsIn(about, place) : [])],
  };
}

export function purposeOf(about: MapNode, key: string, usage: Node | null = child(about, "usage")): string | null {
  const told = [prose(child(about, key)), prose(usage)].filter((text) => text !== null);
  return told.length === 0 ? null : told.join(" / ");
}

function objectNodes(root: MapNode): readonly MapNode[] {
  const dataset = child(root, "dataset");
  if (dataset?.kind === "map") {
    refuseBoth(root, "schema", "dataset");
    refuseBoth(dataset, "tables", "table");
    return mapsAt(dataset, dataset.entries.has("tables") ? "tables" : "table");
  }
  return [...mapsAt(root, "schema"), ...mapsAt(root, "dataset")];
}

function readObject(node: MapNode, source: Source): DataObject {
  const name = requiredText(node, "a schema object", "name", "table");
  const fields = [...mapsAt(node, "properties"), ...mapsAt(node, "columns")].flatMap((property) =>
    readProperty(property, name, [], source),
  );
  refuseDuplicates(
    fields.map((field) => ({ name: field.path.join("."), line: field.pos.line })),
    "property",
  );
  return {
    name,
    stableId: textAt(node, "id"),
    physicalName: textAt(node, "physicalName"),
    description: prose(child(node, "description")),
    fields,
    tags: tagsIn(node, { vocabulary: source.vocabulary, scope: "object", via: [] }),
    quality: qualityOf(node, "quality"),
    examples: examplesOf(child(node, "examples"), child(node, "sampleValues")),
    pos: node.pos,
  };
}

/** The property itself, then everything inside it: `properties`, `items` as `[]`, `map` as `{key}` and `{value}`. */
function readProperty(node: MapNode, object: string, parents: readonly string[], source: Source, segment?: string): readonly Field[] {
  const path = [...parents, segment ?? requiredText(node, "a property", "name", "column")];
  source.budget.field(path, node.pos);
  const options = mapAt(node, "logicalTypeOptions");
  const customs = customProperties(node);
  const required = booleanAt(node, "required");
  const nullable = booleanAt(node, "isNullable", "nullable");
  const field: Field = {
    ...blankField(object, path, node.pos),
    physicalName: textAt(node, "physicalName"),
    stableId: textAt(node, "id"),
    type: typeOf(node),
    required: required ?? (nullable === null ? null : !nullable),
    unique: booleanAt(node, "unique", "isUnique"),
    primaryKey: booleanAt(node, "primaryKey", "isPrimary", "primary", "isPrimaryKey"),
    enum: enumOf(node, customs),
    format: options === null ? null : textAt(options, "format"),
    constraints: constraintsOf(options),
    default: textAt(node, "default"),
    examples: examplesOf(child(node, "examples"), child(node, "sampleValues")),
    masking: maskingOf([...pairsOf(node), ...customs]),
    description: prose(child(node, "description")),
    deprecated: booleanAt(node, "deprecated") === true,
    tags: [...tagsIn(node, { vocabulary: source.vocabulary, scope: "field", via: [] }), ...criticalTags(node)],
    quality: qualityOf(node, "quality"),
    origins: originsOf(node),
  };
  return [field, ...insideOf(node, object, path, source)];
}

function insideOf(node: MapNode, object: string, path: readonly string[], source: Source): readonly Field[] {
  const named = mapsAt(node, "properties").flatMap((property) => readProperty(property, object, path, source));
  const items = mapAt(node, "items");
  const map = mapAt(node, "map");
  const part = (inner: MapNode | null, segment: string) => (inner === null ? [] : readProperty(inner, object, path, source, segment));
  return [
    ...named,
    ...part(items, "[]"),
    ...(map === null ? [] : [...part(mapAt(map, "key"), "{key}"), ...part(mapAt(map, "value"), "{value}")]),
  ];
}

function typeOf(node: MapNode): FieldType {
  const logical = textAt(node, "logicalType")?.toLowerCase() ?? null;
  const physical = physicalType(textAt(node, "physicalType"));
  return { ...physical, logical: logical === null ? physical.logical : (logicalName(logical) ?? logical), ref: null, item: null };
}

function criticalTags(node: MapNode): Field["tags"] {
  const key = ["criticalDataElement", "criticalDataElementStatus"].find((each) => booleanAt(node, each) === true);
  if (key === undefined) return [];
  const pos = keyPosition(node, key);
  return [
    {
      key: "critical-data-element",
      value: "true",
      raw: "true",
      carrier: key,
      scope: "field",
      pos,
      via: [],
      opaque: false,
      known: true,
      classifies: true,
    },
  ];
}

/** 3.2 has `enum` items with a `value`; the converters write a JSON list into a custom property. */
function enumOf(node: MapNode, customs: readonly (readonly [string, Node])[]): readonly string[] | null {
  const own = child(node, "enum");
  if (own?.kind === "seq")
    return own.items.map((item) => (item.kind === "map" ? (textAt(item, "value") ?? "") : textsOf(item).join())).sort();
  const custom = customs.find(([key]) => key === "enum")?.[1];
  if (custom === undefined) return null;
  if (custom.kind !== "scalar") return [...textsOf(custom)].sort();
  try {
    const values: unknown = JSON.parse(custom.text);
    return Array.isArray(values) ? values.map(String).sort() : [custom.text];
  } catch {
    return [custom.text];
  }
}

/** v2 names one server by its parts at the top of the file. */
function serverOfV2(root: MapNode): Contract["servers"] {
  const server = textAt(root, "server");
  const database = textAt(root, "database");
  if ((server === null && database === null) || root.entries.has("servers")) return [];
  const [name, schema] = (database ?? "").split(".", 2);
  const parts = [
    database === null ? null : `database=${JSON.stringify(name)}`,
    schema === undefined ? null : `schema=${JSON.stringify(schema)}`,
    server === null ? null : `host=${JSON.stringify(server)}`,
  ];
  const identity = parts
    .filter((part) => part !== null)
    .sort()
    .join(" ");
  return [{ name: "", environment: null, region: null, identity, pos: keyPosition(root, "server") }];
}

export const ODCS_REQUIRED = [
  ["kind"],
  ["apiVersion", "standardVersion", "templateVersion"],
  ["version"],
  ["status"],
  ["id", "uuid"],
] as const;
