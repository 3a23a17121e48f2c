import type { Position } from "../model.ts";
import { isNull, type Node, type ScalarNode } from "../source/node.ts";

/**
 * The document as plain values, numbers and truth values by the core schema of YAML 1.2: what a schema is about.
 * @param emptyIsAbsent leaves out keys without a value
 */
export function plainValue(root: Node, emptyIsAbsent = false): unknown {
  // Shared subtrees stay shared: an alias costs nothing again.
  const known = new Map<Node, unknown>();
  const value = (node: Node): unknown => {
    if (node.kind === "scalar") return scalarValue(node);
    const told = known.get(node);
    if (told !== undefined) return told;
    const made =
      node.kind === "seq"
        ? node.items.map(value)
        : Object.fromEntries(
            [...node.entries.values()]
              .filter((entry) => !emptyIsAbsent || !isNull(entry.value))
              .map((entry) => [entry.key, value(entry.value)]),
          );
    known.set(node, made);
    return made;
  };
  return value(root);
}

function scalarValue(node: ScalarNode): unknown {
  if (!node.plain) return node.text;
  if (isNull(node)) return null;
  if (/^(true|True|TRUE)$/.test(node.text)) return true;
  if (/^(false|False|FALSE)$/.test(node.text)) return false;
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(node.text)) return Number(node.text);
  return /^0(x[\da-fA-F]+|o[0-7]+)$/.test(node.text) ? Number(node.text) : node.text;
}

/** A place that a validator names, in the document's own nodes. */
export interface Found {
  readonly node: Node;
  readonly pos: Position;
  /** Keys on the way; list items by the name they give themselves, so that the words do not change when an item is put before them. */
  readonly words: readonly string[];
}

/** Follows a JSON pointer as far as it leads. `pos` is the key's, or the item's. */
export function find(root: Node, pointer: string): Found {
  let node = root;
  let pos = root.pos;
  const words: string[] = [];
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (node.kind === "map") {
      const entry = node.entries.get(key);
      if (entry === undefined) break;
      ({ keyPos: pos, value: node } = entry);
      words.push(key);
    } else if (node.kind === "seq") {
      const item = node.items[Number(key)];
      if (item === undefined) break;
      node = item;
      pos = item.pos;
      const name = nameOf(item);
      if (name !== null) words.push(name);
    } else break;
  }
  return { node, pos, words };
}

/** How an item of a list calls itself. */
function nameOf(item: Node): string | null {
  if (item.kind !== "map") return null;
  for (const key of ["name", "server", "property", "id"]) {
    const value = item.entries.get(key)?.value;
    if (value?.kind === "scalar" && value.text.trim() !== "") return value.text.trim();
  }
  return null;
}
