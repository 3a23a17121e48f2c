import type { Position } from "../model.ts";

/** A YAML or JSON document with aliases and merge keys already resolved. Shared subtrees are the same object; never cyclic. */
export type Node = ScalarNode | MapNode | SeqNode;

export interface ScalarNode {
  readonly kind: "scalar";
  /** The resolved text, whatever the quoting. Our own rules say what is true, false or empty. */
  readonly text: string;
  /** Written without quotes: only then can it be a null. */
  readonly plain: boolean;
  readonly pos: Position;
}

export interface Entry {
  readonly key: string;
  readonly keyPos: Position;
  readonly value: Node;
}

export interface MapNode {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly pos: Position;
}

export interface SeqNode {
  readonly kind: "seq";
  readonly items: readonly Node[];
  readonly pos: Position;
}

/** Why a document cannot be taken as a contract. Thrown inside the reader only; `readContract` turns it into a value. */
export class ReadFailure extends Error {
  readonly line: number | null;
  readonly code: "E001" | "E002";
  constructor(message: string, line: number | null, code: "E001" | "E002" = "E001") {
    // A parser quotes what it stumbles over, and may cut a character in half.
    super(message.toWellFormed());
    this.name = "ReadFailure";
    this.line = line;
    this.code = code;
  }
}

export function child(map: MapNode, ...keys: readonly string[]): Node | null {
  for (const key of keys) {
    const entry = map.entries.get(key);
    if (entry !== undefined && !isNull(entry.value)) return entry.value;
  }
  return null;
}

/** Position of a key in a map: where an annotation for that entry belongs. */
export function keyPosition(map: MapNode, key: string): Position {
  return map.entries.get(key)?.keyPos ?? map.pos;
}

export function isNull(node: Node): boolean {
  return node.kind === "scalar" && node.plain && /^(~|null|Null|NULL)?$/.test(node.text);
}

/** The text of a scalar, trimmed; null for an absent key, a null or an empty text. A structure where a text belongs is refused. */
export function textAt(map: MapNode, ...keys: readonly string[]): string | null {
  const node = child(map, ...keys);
  if (node === null) return null;
  if (node.kind !== "scalar") return canonical(node);
  const text = node.text.trim();
  return text === "" ? null : text;
}

export function mapAt(map: MapNode, key: string): MapNode | null {
  const node = child(map, key);
  if (node === null) return null;
  if (node.kind !== "map") throw new ReadFailure(`\`${key}\` must be a mapping`, node.pos.line);
  return node;
}

export function listAt(map: MapNode, key: string): readonly Node[] {
  const node = child(map, key);
  if (node === null) return [];
  if (node.kind !== "seq") throw new ReadFailure(`\`${key}\` must be a list`, node.pos.line);
  return node.items;
}

/** A list whose items must all be mappings. */
export function mapsAt(map: MapNode, key: string): readonly MapNode[] {
  return listAt(map, key).map((item) => {
    if (item.kind !== "map") throw new ReadFailure(`every item of \`${key}\` must be a mapping`, item.pos.line);
    return item;
  });
}

/** For advisory parts (owners, prices, support) that may be written in many ways: what does not fit is skipped. */
export function looseMaps(node: Node | null): readonly MapNode[] {
  if (node === null || node.kind === "scalar") return [];
  return node.kind === "map" ? [node] : node.items.filter((item) => item.kind === "map");
}

/** true / false in the spellings of YAML 1.1 and 1.2; null when absent or another word. */
export function booleanAt(map: MapNode, ...keys: readonly string[]): boolean | null {
  const text = textAt(map, ...keys)?.toLowerCase();
  if (text === undefined) return null;
  if (/^(true|yes|on|y|1)$/.test(text)) return true;
  return /^(false|no|off|n|0)$/.test(text) ? false : null;
}

/** Text that does not depend on key order, quoting or layout. */
export function canonical(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return isNull(node) ? "null" : JSON.stringify(node.text.replace(/\s+/g, " ").trim());
    case "seq":
      return `[${node.items.map(canonical).join(",")}]`;
    case "map":
      return `{${[...node.entries.values()]
        .map((entry) => `${JSON.stringify(entry.key)}:${canonical(entry.value)}`)
        .sort()
        .join(",")}}`;
  }
}

/** Scalars of a list (or one scalar) as texts; structures by their canonical text. */
export function textsOf(node: Node | null): readonly string[] {
  if (node === null) return [];
  if (node.kind === "scalar") return [node.text.trim()];
  return node.kind === "seq" ? node.items.map((item) => (item.kind === "scalar" ? item.text.trim() : canonical(item))) : [canonical(node)];
}

const CHARACTERS_PER_VALUE = 64;

/** Values in a subtree as a walk would meet them; a long text counts as many. */
export function weigh(node: Node, inside: (node: Node) => number): number {
  switch (node.kind) {
    case "scalar":
      return 1 + Math.floor(node.text.length / CHARACTERS_PER_VALUE);
    case "seq":
      return node.items.reduce((total, item) => total + inside(item), 1);
    case "map":
      return [...node.entries.values()].reduce(
        (total, { key, value }) => total + Math.floor(key.length / CHARACTERS_PER_VALUE) + inside(value),
        1,
      );
  }
}
