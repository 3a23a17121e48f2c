import type { DataObject, Field, Position } from "../../model.ts";
import { child, type Entry, type MapNode, type Node, textAt } from "../../source/node.ts";
import {
  entriesOf,
  objectOf,
  ownTags,
  type Part,
  reach,
  readContent,
  readParameter,
  referenceField,
  samplesOf,
  summaryOf,
  unknownField,
} from "../schema/bodies.ts";
import { soleObject } from "../schema/components.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { extensionTags } from "../schema/extras.ts";
import { placeOf, readField } from "../schema/fields.ts";

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]);

/** One object for each operation of `paths` or `webhooks`: `GET /customers/{id}`. A path item that is a `$ref` is followed. */
export function readPathItem(document: SchemaDocument, name: string, node: Node, pos: Position): readonly DataObject[] {
  const reached = reach(document, node);
  if (reached === null) return [];
  if (reached.kind === "unknown") return objectOf(name, pos, [unknownField(document, name, ["$ref"], pos, reached.ref)]);
  const { map } = reached;
  // What stands beside the reference holds for the tools that look at it first.
  const beside = node.kind === "map" && node !== map ? node : null;
  const external = reached.kind === "target" && reached.target.external;
  const shared = itemsOf(child(map, "parameters"));
  const methods = new Map([...map.entries, ...(beside?.entries ?? [])].filter(([key]) => METHODS.has(key.toLowerCase())));
  const more = entriesOf(map, "additionalOperations").map((entry) => [entry.key, entry] as const);
  return [...methods, ...more].flatMap(([, { key, keyPos, value }]) =>
    value.kind === "map"
      ? readOperation(document, `${key.toUpperCase()} ${name}`, { key, keyPos: external ? pos : keyPos, value }, value, shared, [
          map,
          beside,
        ])
      : [],
  );
}

function readOperation(
  document: SchemaDocument,
  name: string,
  { keyPos }: Entry,
  operation: MapNode,
  shared: readonly Node[],
  items: readonly (MapNode | null)[],
): readonly DataObject[] {
  const parameters = new Map<string, Part>();
  // A parameter of the operation replaces the one of the path.
  for (const node of [...shared, ...itemsOf(child(operation, "parameters"))]) {
    const part = parameterAt(document, node);
    parameters.set(JSON.stringify(part.path), part);
  }
  const fields = [
    ...[...parameters.values()].flatMap((part) =>
      part.path[0] === "request" ? bodyParameter(document, name, part) : readParameter(document, name, part),
    ),
    ...bodyOf(document, name, operation),
    ...entriesOf(operation, "responses").flatMap((entry) =>
      readResponse(document, name, { path: ["response", entry.key], node: entry.value, pos: entry.keyPos }),
    ),
  ];
  const callbacks = entriesOf(operation, "callbacks").flatMap((callback) =>
    readCallback(document, `${name} callback ${callback.key}`, callback),
  );
  const shownElsewhere = entriesOf(operation, "callbacks").flatMap((callback) => sharedCallback(document, name, callback));
  const all = [...fields, ...shownElsewhere];
  const told = objectOf(name, keyPos, all, extensionTags(document, "object", ...items, operation), summaryOf(operation));
  // What a parameter of the path is called makes no other path.
  const stableId = name.includes("{") ? name.replace(/\{[^{}]*\}/g, "{}") : null;
  return [...told.map((object) => ({ ...object, stableId })), ...callbacks];
}

export function readCallback(document: SchemaDocument, name: string, { value, keyPos }: Entry): readonly DataObject[] {
  const reached = reach(document, value);
  if (reached === null) return [];
  if (reached.kind === "unknown") return objectOf(name, keyPos, [unknownField(document, name, ["$ref"], keyPos, reached.ref)]);
  // A shared callback is told where it is defined.
  if (reached.kind === "target" && !reached.target.external) return [];
  return [...reached.map.entries.values()].flatMap((item) => readPathItem(document, `${name} ${item.key}`, item.value, item.keyPos));
}

/** One that is told where it is defined: the operation refers to it. */
function sharedCallback(document: SchemaDocument, object: string, { key, keyPos: pos, value: node }: Entry): readonly Field[] {
  const reached = reach(document, node);
  if (reached?.kind !== "target" || reached.target.external) return [];
  const inside = (name: string) =>
    [...reached.map.entries.values()].flatMap((item) =>
      readPathItem(document, item.key, item.value, item.keyPos).flatMap((each) =>
        each.fields.map((field): Field => ({ ...field, object: name, path: [each.name, ...field.path] })),
      ),
    );
  return [referenceField(document, object, { path: ["callback", key], node, pos }, reached, (name) => soleObject(name, pos, inside(name)))];
}

/** `query.email`, `header.X-User`: place and name identify a parameter. */
function parameterAt(document: SchemaDocument, node: Node): Part {
  const reached = reach(document, node);
  const pos = node.pos;
  if (reached === null || reached.kind === "unknown") return { path: ["parameter", reached?.ref ?? `line ${pos.line}`], node, pos };
  const place = textAt(reached.map, "in") ?? "parameter";
  const name = textAt(reached.map, "name") ?? "(no name)";
  if (place === "body") return { path: ["request", "body"], node, pos };
  return { path: [place === "formData" ? "form" : place, name], node, pos };
}

/** Swagger 2.0: the body is a parameter. */
function bodyParameter(document: SchemaDocument, object: string, { path, node, pos }: Part): readonly Field[] {
  const reached = reach(document, node);
  if (reached === null || reached.kind === "unknown") return [];
  const schema = child(reached.map, "schema");
  const [field, ...inside] = readField(document, object, { path, pos, places: schema === null ? [] : [placeOf(schema)], required: null });
  return [{ ...field!, tags: [...ownTags(document, reached.map, []), ...field!.tags] }, ...inside];
}

function bodyOf(document: SchemaDocument, object: string, operation: MapNode): readonly Field[] {
  const entry = operation.entries.get("requestBody");
  return entry === undefined ? [] : readBody(document, object, { path: ["request", "body"], node: entry.value, pos: entry.keyPos });
}

export function readBody(document: SchemaDocument, object: string, part: Part): readonly Field[] {
  const reached = reach(document, part.node);
  if (reached === null) return [];
  if (reached.kind === "unknown") return [unknownField(document, object, part.path, part.pos, reached.ref)];
  const inside = (name: string, path: readonly string[], map: MapNode) =>
    readContent(document, name, path, map, ownTags(document, map, []));
  if (reached.kind === "own") return inside(object, part.path, reached.map);
  const { map } = reached;
  return [referenceField(document, object, part, reached, (name) => soleObject(name, map.pos, inside(name, [], map)))];
}

export function readResponse(document: SchemaDocument, object: string, part: Part): readonly Field[] {
  const reached = reach(document, part.node);
  if (reached === null) return [];
  if (reached.kind === "unknown") return [unknownField(document, object, part.path, part.pos, reached.ref)];
  if (reached.kind === "own") return insideResponse(document, object, part.path, reached.map);
  const { map } = reached;
  return [referenceField(document, object, part, reached, (name) => soleObject(name, map.pos, insideResponse(document, name, [], map)))];
}

function insideResponse(document: SchemaDocument, object: string, path: readonly string[], map: MapNode): readonly Field[] {
  const schema = map.entries.get("schema");
  const tags = ownTags(document, map, []);
  const body =
    schema === undefined
      ? []
      : readField(document, object, { path: [...path, "body"], pos: schema.keyPos, places: [placeOf(schema.value)], required: null });
  const [first, ...rest] = body;
  return [
    ...(first === undefined
      ? []
      : [{ ...first, tags: [...tags, ...first.tags], examples: [...first.examples, ...samplesOf(document, map)].sort() }, ...rest]),
    ...entriesOf(map, "headers").flatMap((header) =>
      readParameter(document, object, { path: [...path, "header", header.key], node: header.value, pos: header.keyPos }),
    ),
    ...readContent(document, object, path, map, tags),
  ];
}

function itemsOf(node: Node | null): readonly Node[] {
  return node?.kind === "seq" ? node.items : [];
}
