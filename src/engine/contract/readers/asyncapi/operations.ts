import type { DataObject, Field, Position } from "../../model.ts";
import { child, type MapNode, type Node } from "../../source/node.ts";
import { entriesOf, objectOf, reach, referenceField, unknownField } from "../schema/bodies.ts";
import { soleObject } from "../schema/components.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { extensionTags } from "../schema/extras.ts";
import { nameOf, readMessage, traitsOf, unknownTraits } from "./messages.ts";

/** An operation of version 3: which messages of which channel it sends or takes, and what it answers with. */
export function readOperation(document: SchemaDocument, name: string, node: Node, pos: Position): readonly DataObject[] {
  const title = `operation ${name}`;
  const reached = reach(document, node);
  if (reached === null) return [];
  if (reached.kind === "unknown") return objectOf(title, pos, [unknownField(document, title, ["$ref"], pos, reached.ref)]);
  const { map } = reached;
  const at = reached.kind === "target" && reached.target.external ? pos : null;
  const tags = [...extensionTags(document, "object", map, ...traitsOf(document, map)), ...unknownTraits(document, map)];
  return objectOf(title, pos, [...usesOf(document, title, [], map, at), ...replyOf(document, title, map, pos, at)], tags);
}

function replyOf(document: SchemaDocument, object: string, operation: MapNode, pos: Position, at: Position | null): readonly Field[] {
  const node = child(operation, "reply");
  const reached = node === null ? null : reach(document, node);
  if (reached === null) return [];
  if (reached.kind === "unknown") return [unknownField(document, object, ["reply"], pos, reached.ref)];
  return usesOf(document, object, ["reply"], reached.map, reached.kind === "target" && reached.target.external ? pos : at);
}

/** The channel, with all that it carries, and the messages of it that are meant. */
function usesOf(document: SchemaDocument, object: string, path: readonly string[], map: MapNode, at: Position | null): readonly Field[] {
  const entry = map.entries.get("channel");
  const channel = entry === undefined ? [] : channelField(document, object, [...path, "channel"], entry.value, at ?? entry.keyPos);
  const messages = child(map, "messages");
  const listed = messages?.kind === "seq" ? messages.items : [];
  return [
    ...channel,
    ...listed.flatMap((item, index) =>
      readMessage(document, object, {
        path: [...path, "message", nameOf(document, item) ?? `[${index}]`],
        node: item,
        pos: at ?? item.pos,
      }),
    ),
  ];
}

function channelField(document: SchemaDocument, object: string, path: readonly string[], node: Node, pos: Position): readonly Field[] {
  const reached = reach(document, node);
  if (reached?.kind === "unknown") return [unknownField(document, object, path, pos, reached.ref)];
  if (reached?.kind !== "target") return [];
  const { map } = reached;
  const carried = (name: string) =>
    entriesOf(map, "messages").flatMap(({ key, keyPos, value }) => readMessage(document, name, { path: [key], node: value, pos: keyPos }));
  return [referenceField(document, object, { path, node, pos }, reached, (name) => soleObject(name, map.pos, carried(name)))];
}
