import type { Position } from "../../model.ts";
import type { MapNode, Node } from "../../source/node.ts";

/** A schema under a name. `pointer` is where it stands: `#/$defs/address`. */
export interface Definition {
  readonly name: string;
  readonly pointer: string;
  readonly node: Node;
  readonly pos: Position;
}

const CONTAINERS = ["$defs", "definitions"];
/** Where shared files keep their definitions, deepest first. */
const DEEPER = ["components", "schemas"];
const TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

/** True for a schema, and for a file of definitions. Files that name another format have been taken before. */
export function isSchemaFile(root: MapNode): boolean {
  const schema = root.entries.get("$schema")?.value;
  if (schema?.kind === "scalar" && /json-schema\.org|\/schema#?$|\/draft\//.test(schema.text) && isDeclared(root)) return true;
  return isRootSchema(root) || definitionsIn(root).length > 0 || pathItemsIn(root).length > 0;
}

/** Many JSON files name the schema that they follow; a schema names the meta-schema. */
function isDeclared(root: MapNode): boolean {
  const schema = root.entries.get("$schema")?.value;
  return schema?.kind === "scalar" && /^https?:\/\/json-schema\.org\/(draft[-/]|schema)/.test(schema.text.trim());
}

export function isRootSchema(root: MapNode): boolean {
  if (isDeclared(root)) return !(hasDefinitions(root) && !looksLikeSchema(root));
  return looksLikeSchema(root);
}

function hasDefinitions(root: MapNode): boolean {
  return CONTAINERS.some((key) => root.entries.get(key)?.value.kind === "map");
}

/** Schemas of `$defs` and `definitions` at any depth of containers, and of a file that is nothing but such a container. */
export function definitionsIn(root: MapNode): readonly Definition[] {
  const own = CONTAINERS.flatMap((key) => inContainer(root, key, "#"));
  if (own.length > 0 || isRootSchema(root)) return own;
  return looseDefinitions(root, "#", 0);
}

function inContainer(map: MapNode, key: string, base: string): readonly Definition[] {
  const node = map.entries.get(key)?.value;
  if (node?.kind !== "map") return [];
  return [...node.entries.values()].flatMap((entry): readonly Definition[] => {
    const pointer = `${base}/${escaped(key)}/${escaped(entry.key)}`;
    // A folder of definitions inside the definitions.
    if (entry.value.kind === "map" && !looksLikeSchema(entry.value) && holdsSchemas(entry.value))
      return inContainer(node, entry.key, `${base}/${escaped(key)}`);
    return [{ name: entry.key, pointer, node: entry.value, pos: entry.keyPos }];
  });
}

/** A plain mapping of names to schemas, or the same below `components`, `schemas` and the like. */
function looseDefinitions(map: MapNode, base: string, depth: number): readonly Definition[] {
  const entries = [...map.entries.values()].filter(({ value }) => value.kind === "map");
  if (holdsSchemas(map))
    return entries
      .filter(({ value }) => value.kind === "map" && !METHODS.some((method) => isOperation(value.entries.get(method)?.value)))
      .map(({ key, keyPos, value }) => ({ name: key, pointer: `${base}/${escaped(key)}`, node: value, pos: keyPos }));
  if (depth === DEEPER.length) return [];
  return entries
    .filter(({ key }) => depth > 0 || DEEPER.includes(key))
    .flatMap(({ key, value }) => (value.kind === "map" ? looseDefinitions(value, `${base}/${escaped(key)}`, depth + 1) : []));
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** Operations of an API that are kept in a file of their own: one path item, or several by name. */
export function pathItemsIn(root: MapNode): readonly Definition[] {
  const isItem = (node: Node) => node.kind === "map" && METHODS.some((method) => isOperation(node.entries.get(method)?.value));
  if (isItem(root)) return [{ name: "(path)", pointer: "#", node: root, pos: root.pos }];
  return [...root.entries.values()]
    .filter(({ value }) => isItem(value))
    .map(({ key, keyPos, value }) => ({ name: key, pointer: `#/${escaped(key)}`, node: value, pos: keyPos }));
}

function isOperation(node: Node | undefined): boolean {
  return node?.kind === "map" && node.entries.get("responses")?.value.kind === "map";
}

function holdsSchemas(map: MapNode): boolean {
  const entries = [...map.entries.values()];
  if (entries.some(({ key, value }) => !key.startsWith("x-") && value.kind === "map" && looksLikeSchema(value))) return true;
  return entries.every(({ value }) => value.kind === "map") && entries.some(({ key, value }) => !ABOUT.test(key) && isMarkedField(value));
}

const ABOUT = /^(info|metadata|about|header)$/i;

/** A definition that only says what it protects, or has a type of another format: contracts take it over by `$ref` all the same. */
function isMarkedField(node: Node): boolean {
  if (node.kind !== "map") return false;
  const kind = (key: string) => node.entries.get(key)?.value.kind;
  return kind("pii") === "scalar" || kind("classification") === "scalar" || (kind("type") === "scalar" && kind("tags") === "seq");
}

/** A mapping with what only a schema has: properties, composition, a reference, or a type of JSON. */
/** What only a schema says of itself: a shared part may hold nothing else. */
const CLASSIFYING_EXTENSION = /^x-[\w-]*(pii|phi|gdpr|hipaa|pci|class|sensitiv|confiden|privacy|personal|categor|complian)/i;

export function looksLikeSchema(map: MapNode): boolean {
  const value = (key: string) => map.entries.get(key)?.value;
  const properties = value("properties");
  const type = value("type");
  const isType =
    (type?.kind === "scalar" && TYPES.has(type.text)) ||
    (type?.kind === "seq" && type.items.length > 0 && type.items.every((item) => item.kind === "scalar" && TYPES.has(item.text)));
  if (properties?.kind === "map" && (isType || type === undefined)) return allMaps(properties);
  if (isType) return true;
  if (value("$ref")?.kind === "scalar") return true;
  const isPart = ["in", "schema", "content", "payload"].some((key) => map.entries.has(key));
  if (!isPart && [...map.entries.keys()].some((key) => CLASSIFYING_EXTENSION.test(key))) return true;
  return ["allOf", "anyOf", "oneOf"].some((key) => {
    const branches = value(key);
    return branches?.kind === "seq" && branches.items.length > 0 && branches.items.every((item) => item.kind === "map");
  });
}

function allMaps(map: MapNode): boolean {
  return [...map.entries.values()].every(
    ({ value }) => value.kind === "map" || (value.kind === "scalar" && /^(true|false|)$/.test(value.text)),
  );
}

export function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
