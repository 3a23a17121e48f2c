import type { Contract, DataObject, Field, Tag } from "../model.ts";
import { child, type MapNode, type Node, ReadFailure, type SeqNode, textAt } from "../source/node.ts";
import { parseTree } from "../source/tree.ts";
import { type RegistryTags, registryTags } from "./avro/registry-tags.ts";
import { SchemaWalk } from "./avro/walk.ts";
import { blankContract, prose, refuseDuplicates } from "./build.ts";
import type { Source } from "./source.ts";

/** An Avro schema: a named type, a union that holds a record, or a registry's request around one. */
export function recogniseAvro(root: MapNode, file: string): boolean {
  return schemaOf(root, file) !== null;
}

/** A list at the root of a document is a union; as a mapping it reads like every other schema. Null: the list holds no record. */
export function avroUnion(root: SeqNode): MapNode | null {
  if (!root.items.some((item) => item.kind === "map" && isRecord(item))) return null;
  return { kind: "map", entries: new Map([["type", { key: "type", keyPos: root.pos, value: root }]]), pos: root.pos };
}

/** The JSON is walked as it stands: Avro's own tools drop the attributes that carry tags. Types that are not in the file are never looked up. */
export function readAvro(source: Source): Contract {
  const { root, file } = source;
  const schema = schemaOf(root, file)!;
  const walk = new SchemaWalk(source, schema);
  const tags = walk.schema();
  const objects = walk.objects.map((object) => ({ ...object, fields: object.fields.map((field) => settled(field, walk)) }));
  refuseDuplicates(
    objects.map(({ name, pos }) => ({ name, line: pos.line })),
    "record",
  );
  const given = registryTags(root, schema, objects, source);
  return {
    ...blankContract("avro", file, root.pos),
    name: textAt(schema, "name"),
    description: prose(child(schema, "doc")),
    objects: objects.map((object) => withRegistryTags(object, given)),
    types: [...walk.named].map(([name, { symbols, tags }]) => ({
      name,
      logical: symbols === null ? "bytes" : "string",
      values: symbols,
      tags: tags.map((tag): Tag => ({ ...tag, scope: "definition", via: [name] })),
    })),
    tags: [...tags, ...given.contract],
    links: walk.links,
    problems: given.problems,
  };
}

/** What the types that a field names say: symbols of an enum, and tags that stand with the type. */
function settled(field: Field, walk: SchemaWalk): Field {
  const refs = walk.refs.get(field) ?? [];
  const tags = refs.flatMap((ref) => (walk.named.get(ref)?.tags ?? []).map((tag): Tag => ({ ...tag, scope: "definition", via: [ref] })));
  const symbols = field.type.ref === null ? undefined : walk.named.get(field.type.ref)?.symbols;
  return refs.length === 0 ? field : { ...field, enum: symbols ?? null, tags: [...field.tags, ...tags] };
}

function withRegistryTags(object: DataObject, given: RegistryTags): DataObject {
  if (given.fields.size === 0 && given.objects.size === 0) return object;
  const fields = object.fields.map((field) => {
    const tags = given.fields.get(field);
    return tags === undefined ? field : { ...field, tags: [...field.tags, ...tags] };
  });
  return { ...object, fields, tags: [...object.tags, ...(given.objects.get(object) ?? [])] };
}

/** The schema itself: the root, or what a registry's request holds under `schema`, also when it is quoted. */
function schemaOf(root: MapNode, file: string): MapNode | null {
  if (isRecord(root) || holdsRecord(root) || (/\.avsc$/i.test(file) && isNamed(root))) return root;
  const inside = root.entries.get("schema")?.value;
  if (inside === undefined) return null;
  if (inside.kind === "map") return isRecord(inside) || holdsRecord(inside) ? inside : null;
  const declared = textAt(root, "schemaType");
  if (inside.kind !== "scalar" || !/"type"\s*:\s*"record"/.test(inside.text)) return null;
  if (declared !== null && declared.toUpperCase() !== "AVRO") return null;
  const quoted = at(parseTree(inside.text), inside.pos);
  const schema = quoted?.kind === "seq" ? avroUnion(quoted) : quoted;
  if (schema?.kind !== "map") throw new ReadFailure("the quoted `schema` is no Avro schema", inside.pos.line);
  return schema;
}

/** A quoted document has one place: where the quotation stands. */
function at(node: Node | null, pos: MapNode["pos"]): Node | null {
  switch (node?.kind) {
    case "scalar":
      return { ...node, pos };
    case "seq":
      return { ...node, items: node.items.map((item) => at(item, pos)!), pos };
    case "map":
      return {
        ...node,
        entries: new Map([...node.entries].map(([key, entry]) => [key, { key, keyPos: pos, value: at(entry.value, pos)! }])),
        pos,
      };
    default:
      return null;
  }
}

function isRecord(node: MapNode): boolean {
  return /^(record|error)$/.test(plainType(node)) && node.entries.get("fields")?.value.kind === "seq";
}

/** Enums and fixed types are schemas without fields. */
function isNamed(node: MapNode): boolean {
  if (textAt(node, "name") === null) return false;
  const type = plainType(node);
  return (type === "enum" && node.entries.get("symbols")?.value.kind === "seq") || (type === "fixed" && node.entries.has("size"));
}

function holdsRecord(node: MapNode): boolean {
  const type = node.entries.get("type")?.value;
  if (type?.kind === "map") return isRecord(type);
  if (type?.kind === "seq") return type.items.some((item) => item.kind === "map" && isRecord(item));
  const inner = node.entries.get(plainType(node) === "array" ? "items" : "values")?.value;
  return inner?.kind === "map" && isRecord(inner);
}

function plainType(node: MapNode): string {
  const type = node.entries.get("type")?.value;
  return type?.kind === "scalar" ? type.text : "";
}
