import type { Field, Position, Tag } from "../../model.ts";
import { canonical, child, type MapNode, type Node, textAt } from "../../source/node.ts";
import { blankField } from "../build.ts";
import {
  entriesOf,
  objectOf,
  ownTags,
  type Part,
  reach,
  readParameter,
  referenceField,
  summaryOf,
  unknownField,
} from "../schema/bodies.ts";
import { unknownTag } from "../schema/closure.ts";
import { soleObject, type Told } from "../schema/components.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { extensionTags } from "../schema/extras.ts";
import { placeOf, readField } from "../schema/fields.ts";
import { foreignFormat, wrapped } from "../schema/foreign.ts";
import { escaped } from "../schema/recognise.ts";

/** A channel: its parameters and its messages; `publish` and `subscribe` in version 2, `messages` in version 3, which is found by its address. */
export function readChannel(document: SchemaDocument, told: Told, base: string, name: string, node: Node, pos: Position): void {
  const title = `channel ${name}`;
  const reached = reach(document, node);
  if (reached === null) return;
  if (reached.kind === "unknown") {
    told.add(objectOf(title, pos, [unknownField(document, title, ["$ref"], pos, reached.ref)]));
    return;
  }
  const { map } = reached;
  const pointer = `${base}/${escaped(name)}`;
  const at = (here: Position) => (reached.kind === "target" && reached.target.external ? pos : here);
  const parameters = entriesOf(map, "parameters").flatMap(({ key, keyPos, value }) =>
    readParameter(document, title, { path: ["parameter", key], node: value, pos: at(keyPos) }),
  );
  const sent = ["publish", "subscribe"].flatMap((action) => {
    const operation = map.entries.get(action)?.value;
    if (operation?.kind !== "map") return [];
    const tags = extensionTags(document, "field", operation, ...traitsOf(document, operation)).concat(unknownTraits(document, operation));
    const entry = operation.entries.get("message");
    if (entry === undefined) return tags.length === 0 ? [] : [{ ...blankField(title, [action], at(operation.pos)), tags }];
    return withTags(messagesOf(document, title, { path: [action], node: entry.value, pos: at(entry.keyPos) }), tags);
  });
  const listed = entriesOf(map, "messages").flatMap(({ key, keyPos, value }) => {
    const fields = readMessage(document, title, { path: [key], node: value, pos: at(keyPos) });
    const place = `${pointer}/messages/${escaped(key)}`;
    told.at(
      place,
      soleObject(
        place,
        keyPos,
        fields.map((field) => ({ ...field, path: field.path.slice(1) })),
      ),
    );
    return fields;
  });
  const tags = extensionTags(document, "object", map, node === map ? null : node);
  const channel = objectOf(title, pos, [...parameters, ...sent, ...listed], tags, summaryOf(map));
  told.add(channel.map((object) => ({ ...object, physicalName: textAt(map, "address") })));
}

/** Version 2: one message, or any of several. */
function messagesOf(document: SchemaDocument, object: string, { path, node, pos }: Part): readonly Field[] {
  const several = node.kind === "map" ? child(node, "oneOf") : null;
  if (several?.kind !== "seq") return readMessage(document, object, { path, node, pos });
  const named = several.items.map((item, index) => ({ item, name: nameOf(document, item) ?? `[${index}]` }));
  return named.flatMap(({ item, name }) => readMessage(document, object, { path: [...path, name], node: item, pos: item.pos }));
}

/** What one branch is called, so that the order of branches says nothing. */
export function nameOf(document: SchemaDocument, node: Node): string | null {
  const reached = reach(document, node);
  if (reached?.kind === "target") return reached.target.ref.split("/").at(-1)!;
  if (reached?.kind === "unknown") return reached.ref;
  return reached === null ? null : textAt(reached.map, "messageId", "name", "title");
}

export function readMessage(document: SchemaDocument, object: string, part: Part): readonly Field[] {
  const reached = reach(document, part.node);
  if (reached === null) return [];
  if (reached.kind === "unknown") return [unknownField(document, object, part.path, part.pos, reached.ref)];
  if (reached.kind === "own") return insideMessage(document, object, part.path, reached.map, part.pos);
  const { map } = reached;
  return [
    referenceField(document, object, part, reached, (name) => soleObject(name, map.pos, insideMessage(document, name, [], map, map.pos))),
  ];
}

/** Payload and headers, with what the traits add. */
function insideMessage(document: SchemaDocument, object: string, path: readonly string[], map: MapNode, pos: Position): readonly Field[] {
  const traits = traitsOf(document, map);
  const tags = [...ownTags(document, map, []), ...traits.flatMap((trait) => ownTags(document, trait, [])), ...unknownTraits(document, map)];
  const sources = [map, ...traits.filter((trait): trait is MapNode => trait.kind === "map")];
  const fields = ["payload", "headers"].flatMap((key) => {
    const entries = sources.flatMap((each) => each.entries.get(key) ?? []);
    const first = entries[0];
    if (first === undefined) return [];
    const foreign = foreignPayload(map, first.value);
    const schemas = entries.map(({ value }) => schemaOf(value));
    const places = key === "payload" && foreign !== null ? [] : schemas.map(placeOf);
    const [field, ...inside] = readField(document, object, { path: [...path, key], pos: first.keyPos, places, required: null });
    const unknown = key === "payload" && foreign !== null ? [unknownTag({ ref: foreign, pos: first.keyPos, via: [foreign] })] : [];
    return [
      {
        ...field!,
        examples: [...field!.examples, ...sources.flatMap((each) => samplesOf(each, key))].sort(),
        tags: [...tags, ...unknown, ...field!.tags],
      },
      ...inside,
    ];
  });
  if (fields.length > 0 || tags.length === 0) return fields;
  return [{ ...blankField(object, path.length === 0 ? ["(message)"] : path, pos), tags }];
}

/** Version 2 names the language beside the payload. */
function foreignPayload(message: MapNode, payload: Node): string | null {
  const inner = payload.kind === "map" ? wrapped(payload) : null;
  if (inner !== null) return inner.foreign;
  const format = textAt(message, "schemaFormat");
  return format === null ? null : foreignFormat(format, payload);
}

/** Version 3 may wrap a schema: `{schemaFormat, schema}`. */
function schemaOf(node: Node): Node {
  const inner = node.kind === "map" && node.entries.has("schemaFormat") ? node.entries.get("schema")?.value : undefined;
  return inner ?? node;
}

function samplesOf(message: MapNode, key: string): readonly string[] {
  const examples = child(message, "examples");
  if (examples?.kind !== "seq") return [];
  return examples.items.flatMap((item) => {
    const sample = item.kind === "map" ? child(item, key) : null;
    return sample === null ? [] : [canonical(sample)];
  });
}

export function traitsOf(document: SchemaDocument, map: MapNode): readonly Node[] {
  const traits = child(map, "traits");
  if (traits?.kind !== "seq") return [];
  return traits.items.flatMap((trait) => {
    const reached = reach(document, trait);
    return reached === null || reached.kind === "unknown" ? [] : [reached.map];
  });
}

/** A trait that cannot be followed may have tagged something. */
export function unknownTraits(document: SchemaDocument, map: MapNode): readonly Tag[] {
  const traits = child(map, "traits");
  if (traits?.kind !== "seq") return [];
  return traits.items.flatMap((trait) => {
    const reached = reach(document, trait);
    return reached?.kind === "unknown" ? [unknownTag({ ref: reached.ref, pos: trait.pos, via: [reached.ref] })] : [];
  });
}

function withTags(fields: readonly Field[], tags: readonly Tag[]): readonly Field[] {
  const [first, ...rest] = fields;
  return first === undefined || tags.length === 0 ? fields : [{ ...first, tags: [...tags, ...first.tags] }, ...rest];
}
