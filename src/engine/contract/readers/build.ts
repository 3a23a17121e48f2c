import type { Contract, Field, Format, Position } from "../model.ts";
import { canonical, child, keyPosition, type MapNode, type Node, ReadFailure, textAt, textsOf } from "../source/node.ts";

/** A contract with nothing declared, known by its file; readers override what their format says. */
export function blankContract(format: Format, file: string, pos: Position): Contract {
  return {
    key: file,
    format,
    specVersion: "",
    file,
    name: null,
    version: null,
    status: null,
    description: null,
    purpose: null,
    owners: [],
    slas: {},
    retention: null,
    quality: [],
    servers: [],
    roles: [],
    consumers: [],
    objects: [],
    examples: [],
    tags: [],
    definitions: [],
    links: [],
    problems: [],
    pos,
  };
}

/** A field with nothing declared; readers override what their format says. */
export function blankField(object: string, path: readonly string[], pos: Position): Field {
  return {
    object,
    path,
    name: path.at(-1)!,
    physicalName: null,
    aliases: [],
    stableId: null,
    number: null,
    type: { logical: null, physical: null, params: {}, ref: null, item: null },
    nullable: null,
    required: null,
    unique: null,
    primaryKey: null,
    enum: null,
    format: null,
    constraints: {},
    default: null,
    examples: [],
    masking: null,
    description: null,
    deprecated: false,
    tags: [],
    quality: [],
    definitionRefs: [],
    origins: [],
    inside: [],
    pos,
  };
}

/** Two list items with one name: nobody can say which one holds, so the file is refused. */
export function refuseDuplicates(items: readonly { readonly name: string; readonly line: number }[], what: string): void {
  const seen = new Set<string>();
  for (const { name, line } of items) {
    if (seen.has(name)) throw new ReadFailure(`duplicate ${what} \`${name}\``, line);
    seen.add(name);
  }
}

/** Two keys for one thing: tools read one of them, and nobody can say which. */
export function refuseBoth(map: MapNode, one: string, other: string): void {
  if (child(map, one) === null || child(map, other) === null) return;
  throw new ReadFailure(`\`${one}\` and \`${other}\` both stand here, and only one of them is read`, keyPosition(map, other).line);
}

export function requiredText(map: MapNode, what: string, ...keys: readonly string[]): string {
  const text = textAt(map, ...keys);
  if (text === null) throw new ReadFailure(`${what} without \`${keys[0]}\``, map.pos.line, "E002");
  return text;
}

/** Whitespace does not make another description. */
export function prose(node: Node | null): string | null {
  if (node === null) return null;
  const text = node.kind === "scalar" ? node.text.replace(/\s+/g, " ").trim() : canonical(node);
  return text === "" ? null : text;
}

const CONSTRAINTS = [
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "pattern",
  "multipleOf",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "precision",
  "scale",
] as const;

export function constraintsOf(map: MapNode | null): Readonly<Record<string, string>> {
  if (map === null) return {};
  return Object.fromEntries(
    CONSTRAINTS.flatMap((key) => {
      const text = textAt(map, key);
      return text === null ? [] : [[key, text]];
    }),
  );
}

/** Encryption and masking under any of its usual keys, canonical; null when none is declared. */
export function maskingOf(entries: readonly (readonly [string, Node])[]): string | null {
  const told = entries
    .flatMap(([key, node]) => (MASKING.test(key) ? [[key, node] as const] : nestedMasks(node)))
    .filter(([key, node]) => MASKING.test(key) && !/^("?(none|false|no|null)"?|null)$/i.test(canonical(node)))
    .map(([key, node]) => `${/^encrypted(Column)?Name$/.test(key) ? "encryptedName" : key}=${canonical(node)}`)
    .sort();
  return told.length === 0 ? null : told.join("; ");
}

/** `x-privacy: {pii: true, mask: sha}` */
function nestedMasks(node: Node): readonly (readonly [string, Node])[] {
  if (node.kind !== "map") return [];
  return pairsOf(node).flatMap(([key, value]) => (MASKING.test(key) ? [[key, value] as const] : nestedMasks(value)));
}

const MASKING = /mask|encrypt|anonymi[sz]|pseudonymi[sz]|tokeni[sz]|redact|obfuscat/i;

export function customProperties(map: MapNode): readonly (readonly [string, Node])[] {
  const node = child(map, "customProperties");
  if (node?.kind === "map") return [...node.entries.values()].map((entry) => [entry.key, entry.value] as const);
  if (node?.kind !== "seq") return [];
  return node.items.flatMap((item) => {
    const property = item.kind === "map" ? textAt(item, "property") : null;
    const value = item.kind === "map" ? child(item, "value") : null;
    return property === null || value === null ? [] : [[property, value] as const];
  });
}

/** Plain entries of a mapping, for carriers that may stand beside the standard's keys. */
export function pairsOf(map: MapNode): readonly (readonly [string, Node])[] {
  return [...map.entries.values()].map((entry) => [entry.key, entry.value] as const);
}

/** Examples in an order of their own. */
export function examplesOf(...nodes: readonly (Node | null)[]): readonly string[] {
  return nodes.flatMap((node) => textsOf(node)).sort();
}

export function originsOf(map: MapNode): readonly string[] {
  const node = child(map, "authoritativeDefinitions");
  if (node?.kind !== "seq") return [];
  return node.items
    .map((item) => (item.kind === "map" ? `${textAt(item, "type") ?? ""} ${textAt(item, "url") ?? ""}`.trim() : canonical(item)))
    .sort();
}

export function qualityOf(map: MapNode, ...keys: readonly string[]): readonly string[] {
  return keys
    .flatMap((key) => {
      const node = child(map, key);
      return node === null ? [] : node.kind === "seq" ? node.items.map(canonical) : [canonical(node)];
    })
    .sort();
}
