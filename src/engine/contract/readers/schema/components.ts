import type { DataObject, Field, Position } from "../../model.ts";
import type { Entry, MapNode } from "../../source/node.ts";
import { entriesOf, objectOf } from "./bodies.ts";
import type { SchemaDocument } from "./document.ts";
import { readObject } from "./fields.ts";
import { escaped } from "./recognise.ts";

/** Objects of one document, and those of them that references find by where they stand. */
export class Told {
  readonly objects: DataObject[] = [];
  readonly byPlace = new Map<string, DataObject>();

  add(objects: readonly DataObject[]): void {
    this.objects.push(...objects);
  }

  at(pointer: string, object: DataObject): void {
    this.byPlace.set(pointer, object);
  }
}

/** Each schema of a container (`components/schemas`) as an object of its own name. */
export function readSchemas(document: SchemaDocument, told: Told, container: MapNode | null, base: string, key: string): void {
  for (const { key: name, keyPos, value } of entriesOf(container, key)) {
    const object = readObject(document, { name, stableId: null, pos: keyPos, node: value });
    told.add([object]);
    told.at(`${base}/${key}/${escaped(name)}`, object);
  }
}

/** All entries of another container as the fields of one object: a shared response is a field of `components/responses`. */
export function readShared(
  told: Told,
  container: MapNode | null,
  base: string,
  key: string,
  read: (object: string, entry: Entry) => readonly Field[],
): void {
  const title = `${base.replace(/^#\/?/, "")}/${key}`.replace(/^\//, "");
  const fields = entriesOf(container, key).flatMap((entry) => {
    const found = read(title, entry);
    const inside = found.map((field) => ({ ...field, path: field.path.slice(1) }));
    told.at(`${base}/${key}/${escaped(entry.key)}`, soleObject(title, entry.keyPos, inside));
    return found;
  });
  if (fields.length > 0) told.add(objectOf(title, container!.entries.get(key)!.keyPos, fields));
}

export function soleObject(name: string, pos: Position, fields: readonly Field[]): DataObject {
  return { name, stableId: null, physicalName: null, description: null, fields, tags: [], quality: [], examples: [], pos };
}
