import type { DataObject, Field } from "../../model.ts";
import type { Entry, MapNode, Node } from "../../source/node.ts";
import { readMessage } from "../asyncapi/messages.ts";
import { readResponse } from "../openapi/operations.ts";
import { objectOf, readParameter } from "./bodies.ts";
import type { SchemaDocument } from "./document.ts";

/** Containers around the parts of an API: `components`, then `parameters`, then the parts. */
const DEPTH_MAX = 3;
const ROOT = "(this)";

type Kind = "parameter" | "body" | "message";

/** True for a file that keeps parameters, headers, bodies, responses or messages of an API. */
export function holdsParts(root: MapNode): boolean {
  return isPart(root) || containersOf(root, 0).length > 0;
}

export function isPart(node: Node): boolean {
  return kindOf(node) !== null;
}

/** One object for each mapping of shared parts; a file that is one part is an object with that part alone. */
export function readLooseParts(document: SchemaDocument, root: MapNode, name: string): readonly DataObject[] {
  if (isPart(root)) return objectOf(name, root.pos, readPart(document, name, { key: ROOT, keyPos: root.pos, value: root }));
  return containersOf(root, 0).flatMap(({ path, entries }) => {
    const title = path === "" ? `${name} (parts)` : path;
    return objectOf(
      title,
      entries[0]!.keyPos,
      entries.flatMap((entry) => readPart(document, title, entry)),
    );
  });
}

function containersOf(map: MapNode, depth: number, path = ""): readonly { readonly path: string; readonly entries: readonly Entry[] }[] {
  const entries = [...map.entries.values()].filter(({ value }) => value.kind === "map");
  const parts = entries.filter(({ value }) => kindOf(value) !== null);
  const here = parts.length === 0 ? [] : [{ path, entries: parts }];
  if (depth === DEPTH_MAX) return here;
  const deeper = entries.filter(({ key, value }) => CONTAINERS.test(key) && kindOf(value) === null);
  return [
    ...here,
    ...deeper.flatMap(({ key, value }) =>
      value.kind === "map" ? containersOf(value, depth + 1, path === "" ? key : `${path}/${key}`) : [],
    ),
  ];
}

const CONTAINERS = /^(components|parameters|headers|requestBodies|responses|messages|messageTraits)$/;

function kindOf(node: Node): Kind | null {
  if (node.kind !== "map") return null;
  const kind = (key: string) => node.entries.get(key)?.value.kind;
  if (kind("payload") !== undefined) return "message";
  if (kind("in") === "scalar" && kind("name") === "scalar") return "parameter";
  if (kind("schema") === "map" && kind("type") === undefined) return "parameter";
  const content = node.entries.get("content")?.value;
  const isContent = content?.kind === "map" && [...content.entries.keys()].some((media) => media.includes("/"));
  return isContent ? "body" : null;
}

function readPart(document: SchemaDocument, object: string, { key, keyPos, value }: Entry): readonly Field[] {
  const part = { path: [key], node: value, pos: keyPos };
  switch (kindOf(value)) {
    case "parameter":
      return readParameter(document, object, part);
    case "body":
      return readResponse(document, object, part);
    case "message":
      return readMessage(document, object, part);
    case null:
      return [];
  }
}
