import type { Field } from "../../model.ts";
import { booleanAt, child, isNull, type MapNode, type Node, textAt, textsOf } from "../../source/node.ts";
import { constraintsOf, examplesOf, maskingOf, pairsOf, prose } from "../build.ts";
import { logicalName } from "../type-names.ts";
import type { Closure, Part } from "./closure.ts";
import { KEYWORDS } from "./keywords.ts";

type Facets = Pick<
  Field,
  | "type"
  | "nullable"
  | "enum"
  | "format"
  | "constraints"
  | "default"
  | "examples"
  | "masking"
  | "description"
  | "deprecated"
  | "definitionRefs"
>;

/** The shape of one place, from all parts that hold there: 3.0's `nullable`, 3.1's type lists and a branch of type null say the same. */
export function facetsOf({ parts, refs }: Closure): Facets {
  const full = parts.filter((part) => !part.tagsOnly);
  const types = new Set(parts.flatMap(typesOf));
  const values = full.flatMap(({ map }) => enumOf(map));
  const nullable = types.has("null") || values.some(isNull) || full.some(({ map }) => booleanAt(map, "nullable") === true);
  const enumerated = full.some(({ map }) => map.entries.has("enum") || map.entries.has("const"));
  const formats = new Set(full.flatMap(({ map }) => textAt(map, "format") ?? []));
  return {
    type: {
      ...namedType([...types].filter((type) => type !== "null")),
      ref: refs.length === 0 ? null : [...new Set(refs)].sort().join(" | "),
    },
    nullable: nullable ? true : null,
    enum: enumerated ? [...new Set(values.filter((value) => !isNull(value)).flatMap(textsOf))].sort() : null,
    format: formats.size === 0 ? null : [...formats].sort().join(" | "),
    constraints: merged(full.map(limitsOf)),
    default: first(full, ({ map }) => textAt(map, "default")),
    examples: [...new Set(full.flatMap(({ map }) => examplesOf(child(map, "examples"), child(map, "example"))))].sort(),
    masking: masked(parts),
    description: first(full, ({ map }) => prose(child(map, "description"))),
    deprecated: full.some(({ map }) => booleanAt(map, "deprecated") === true),
    definitionRefs: refs,
  };
}

function typesOf({ map }: Part): readonly string[] {
  const declared = textsOf(child(map, "type"));
  if (declared.length > 0) return declared;
  if (map.entries.get("type") !== undefined) return ["null"];
  if (map.entries.has("properties")) return ["object"];
  return map.entries.has("items") || map.entries.has("prefixItems") ? ["array"] : [];
}

function namedType(types: readonly string[]): { logical: string | null; physical: null; params: Record<string, string>; item: null } {
  const names = [...new Set(types.map((type) => logicalName(type) ?? type))].sort();
  return { logical: names.length === 0 ? null : names.join(" | "), physical: null, params: {}, item: null };
}

function enumOf(map: MapNode): readonly Node[] {
  const listed = child(map, "enum");
  const constant = map.entries.get("const")?.value;
  return [...(listed?.kind === "seq" ? listed.items : []), ...(constant === undefined ? [] : [constant])];
}

/** A boolean exclusiveMinimum (draft 4, OpenAPI 3.0) makes the limit beside it exclusive. */
function limitsOf({ map }: Part): Readonly<Record<string, string>> {
  const limits: Record<string, string> = { ...constraintsOf(map) };
  for (const [limit, exclusive] of [
    ["minimum", "exclusiveMinimum"],
    ["maximum", "exclusiveMaximum"],
  ] as const) {
    if (!/^(true|false)$/i.test(limits[exclusive] ?? "")) continue;
    const [on, value] = [/^true$/i.test(limits[exclusive]!), limits[limit]];
    delete limits[exclusive];
    if (!on || value === undefined) continue;
    limits[exclusive] = value;
    delete limits[limit];
  }
  for (const flag of ["uniqueItems"]) if (/^false$/i.test(limits[flag] ?? "")) delete limits[flag];
  for (const flag of ["readOnly", "writeOnly"]) if (booleanAt(map, flag) === true) limits[flag] = "true";
  return limits;
}

function merged(all: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const limits: Record<string, string> = {};
  for (const [name, value] of all.flatMap((each) => Object.entries(each))) {
    limits[name] = limits[name] === undefined || limits[name] === value ? value : `${limits[name]}, ${value}`;
  }
  return limits;
}

function masked(parts: readonly Part[]): string | null {
  return maskingOf(parts.flatMap(({ map }) => pairsOf(map).filter(([key]) => !KEYWORDS.has(key))));
}

function first(parts: readonly Part[], read: (part: Part) => string | null): string | null {
  for (const part of parts) {
    const found = read(part);
    if (found !== null) return found;
  }
  return null;
}
