import { protects } from "../diff/change.ts";
import type { Contract, DataObject, Field, Position, Tag } from "../model.ts";
import type { MapNode, Node } from "../source/node.ts";
import { tagsIn } from "../tags.ts";
import { blankContract, blankField } from "./build.ts";
import { tagsDeclared } from "./declared.ts";
import type { Source } from "./source.ts";

const UNRECOGNISED = "unrecognised";

/** True for a file that no reader knows, and that is watched for its tags alone. */
export function isUnrecognised({ format, specVersion }: Contract): boolean {
  return format === "plain" && specVersion === UNRECOGNISED;
}

/**
 * A governed file of no known format that says of some things that they are protected: another file may take them over by a reference.
 * Each mapping with such tags is a field, at its path. Only words of the vocabulary count, for nobody knows what else stands here.
 * null = it protects nothing.
 */
export function readUnrecognised(root: Node, source: Omit<Source, "root">): Contract | null {
  const fields = protectedIn(root, source);
  if (fields.length === 0) return null;
  const pos = { line: 1, column: 1 };
  return {
    ...blankContract("plain", source.file, pos),
    specVersion: UNRECOGNISED,
    objects: [watched(source.file, fields, pos)],
  };
}

/** The same for what stands beside the sections that a reader knows: `known` are the keys that it reads, or that hold no data. */
export function watchedSections(source: Source, known: ReadonlySet<string>): readonly DataObject[] {
  const entries = new Map([...source.root.entries].filter(([key, { value }]) => !known.has(key) && value.kind === "seq"));
  const fields = protectedIn({ ...source.root, entries }, source);
  return fields.length === 0 ? [] : [watched("(other sections)", fields, fields[0]!.pos)];
}

function watched(name: string, fields: readonly Field[], pos: Position): DataObject {
  const object = { name, stableId: null, physicalName: null, description: null, tags: [], quality: [], examples: [] };
  return { ...object, fields: distinct(fields), pos };
}

function protectedIn(root: Node, source: Omit<Source, "root">): readonly Field[] {
  const fields: Field[] = [];
  const walk = (node: Node, path: readonly string[]) => {
    if (node.kind === "seq") {
      for (const [index, item] of node.items.entries()) walk(item, [...path, nameOf(item) ?? `[${index}]`]);
    } else if (node.kind === "map") {
      const tags = protecting(node, source);
      if (tags.length > 0) {
        const at = path.length === 0 ? ["(file)"] : path;
        source.budget.field(at, node.pos);
        fields.push({ ...blankField(source.file, at, tags[0]!.pos), tags });
      }
      for (const { key, value } of node.entries.values()) walk(value, [...path, key]);
    }
  };
  walk(root, []);
  return fields;
}

function protecting(node: MapNode, { vocabulary }: Pick<Source, "vocabulary">): readonly Tag[] {
  const place = { vocabulary, scope: "field", via: [] } as const;
  const vendors = [...node.entries.values()].filter(({ key }) => VENDORED.test(key));
  const told = vendors.flatMap(({ key, keyPos, value }) => tagsDeclared({ name: key, carrier: key, value, pos: keyPos }, place));
  return [...tagsIn(node, place), ...told].filter((tag) => tag.known && protects(tag));
}

/** Names that a tool has made its own: `confluent:tags`, `x-acme-class`. */
const VENDORED = /^x-|[:/]/i;

function nameOf(item: Node): string | null {
  const name = item.kind === "map" ? (item.entries.get("name") ?? item.entries.get("fides_key"))?.value : undefined;
  return name?.kind === "scalar" && name.text !== "" ? name.text : null;
}

/** Items of one name keep their order. */
function distinct(fields: readonly Field[]): readonly Field[] {
  const seen = new Map<string, number>();
  return fields.map((field) => {
    const key = field.path.join("\0");
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    if (times === 1) return field;
    const path = [...field.path.slice(0, -1), `${field.path.at(-1)!} (${times})`];
    return { ...field, path, name: path.at(-1)! };
  });
}
