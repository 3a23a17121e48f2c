import type { Field } from "../../model.ts";
import { booleanAt, isNull, type MapNode, type Node, textAt, textsOf } from "../../source/node.ts";
import { constraintsOf, maskingOf, prose } from "../build.ts";
import { logicalName } from "../type-names.ts";
import type { Closure } from "./closure.ts";
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
  const types = new Set<string>();
  const values: Node[] = [];
  const formats = new Set<string>();
  const examples = new Set<string>();
  const extensions: (readonly [string, Node])[] = [];
  const limits: Record<string, string> = {};
  const told: { nullable: boolean; enumerated: boolean; deprecated: boolean; default: string | null; description: string | null } = {
    nullable: false,
    enumerated: false,
    deprecated: false,
    default: null,
    description: null,
  };
  for (const { map, tagsOnly } of parts) {
    for (const type of typesOf(map)) types.add(type);
    let limited = false;
    for (const { key, value } of map.entries.values()) {
      if (!KEYWORDS.has(key)) extensions.push([key, value]);
      if (tagsOnly || (isNull(value) && key !== "const")) continue;
      if (key === "enum" || key === "const") {
        told.enumerated = true;
        values.push(...(key === "enum" && value.kind === "seq" ? value.items : key === "const" ? [value] : []));
      } else if (key === "format") formats.add(textAt(map, key) ?? "");
      else if (SAMPLES.has(key)) for (const text of textsOf(value)) examples.add(text);
      else if (key === "nullable") told.nullable ||= booleanAt(map, key) === true;
      else if (key === "deprecated") told.deprecated ||= booleanAt(map, key) === true;
      else if (key === "default") told.default ??= textAt(map, key);
      else if (key === "description") told.description ??= prose(value);
      else if (LIMITS.has(key)) limited = true;
    }
    if (limited) addLimits(limits, limitsOf(map));
  }
  const { enumerated, nullable, ...rest } = told;
  return {
    ...rest,
    type: { ...namedType(types), ref: refs.length === 0 ? null : [...new Set(refs)].sort().join(" | ") },
    nullable: nullable || types.has("null") || values.some(isNull) ? true : null,
    enum: enumerated ? [...new Set(values.filter((value) => !isNull(value)).flatMap(textsOf))].sort() : null,
    format: formats.size === 0 ? null : [...formats].sort().join(" | "),
    constraints: limits,
    examples: [...examples].sort(),
    masking: extensions.length === 0 ? null : maskingOf(extensions),
    definitionRefs: refs,
  };
}

const SAMPLES = new Set(["example", "examples", "x-example", "x-examples"]);

const LIMITS = new Set(
  `minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum pattern multipleOf minItems maxItems uniqueItems minProperties maxProperties
  readOnly writeOnly`.split(/\s+/),
);

function typesOf(map: MapNode): readonly string[] {
  const type = map.entries.get("type")?.value;
  if (type !== undefined) return isNull(type) ? ["null"] : textsOf(type);
  if (map.entries.has("properties")) return ["object"];
  return map.entries.has("items") || map.entries.has("prefixItems") ? ["array"] : [];
}

function namedType(types: ReadonlySet<string>): { logical: string | null; physical: null; params: Record<string, string>; item: null } {
  const names = [...new Set([...types].filter((type) => type !== "null").map((type) => logicalName(type) ?? type))].sort();
  return { logical: names.length === 0 ? null : names.join(" | "), physical: null, params: {}, item: null };
}

/** A boolean exclusiveMinimum (draft 4, OpenAPI 3.0) makes the limit beside it exclusive. */
function limitsOf(map: MapNode): Readonly<Record<string, string>> {
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

function addLimits(limits: Record<string, string>, more: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(more)) {
    const known = limits[name];
    limits[name] = known === undefined || known === value ? value : `${known}, ${value}`;
  }
}
