import type { FieldType } from "../model.ts";

/** Names that mean the same storage: no change between them. */
const SAME: Readonly<Record<string, string>> = {
  string: "text",
  varchar: "text",
  int: "integer",
  long: "bigint",
  decimal: "numeric",
  struct: "object",
  record: "object",
  bool: "boolean",
};

/** Each may become any later one of its row without losing a value. */
const WIDER: readonly (readonly string[])[] = [
  ["tinyint", "smallint", "short", "integer", "bigint", "numeric", "number"],
  ["int2", "int4", "int8"],
  ["float", "double"],
  ["date", "timestamp"],
];

const INSTANTS = ["date", "timestamp", "time"];

export type TypeChange = "same" | "widened" | "changed";

/** A physical type is compared only where both sides declare one; a logical one likewise. */
export function compareTypes(before: FieldType, after: FieldType): TypeChange {
  const physical = before.physical !== null && after.physical !== null ? compareNames(before, after) : null;
  const logical = before.logical !== null && after.logical !== null ? compareLogical(before.logical, after.logical) : null;
  if (physical === null && logical === null) return describeType(before) === describeType(after) ? "same" : "changed";
  if (physical === "changed" || (physical === null && logical === "changed")) return "changed";
  // ODCS 3.0 has no logical type for instants and says `date`: where the physical type stands, it decides.
  const instants = physical === "same" && INSTANTS.includes(before.logical ?? "") && INSTANTS.includes(after.logical ?? "");
  if (instants) return "same";
  if (logical === "changed" && physical !== "widened") return "changed";
  return physical === "widened" || logical === "widened" ? "widened" : "same";
}

function compareNames(before: FieldType, after: FieldType): TypeChange {
  const [b, a] = [nameOf(before), nameOf(after)];
  if (b !== a) return isWider(b, a) ? "widened" : "changed";
  const keys = new Set([...Object.keys(before.params), ...Object.keys(after.params)]);
  const steps = [...keys].map((key) => compareSizes(before.params[key], after.params[key]));
  if (steps.includes("changed")) return "changed";
  return steps.includes("widened") ? "widened" : "same";
}

function compareSizes(before: string | undefined, after: string | undefined): TypeChange {
  if (before === after) return "same";
  if (after === undefined) return "widened";
  return before !== undefined && Number(after) > Number(before) ? "widened" : "changed";
}

function compareLogical(before: string, after: string): TypeChange {
  if (before === after) return "same";
  return isWider(before, after) ? "widened" : "changed";
}

function isWider(before: string, after: string): boolean {
  return WIDER.some((row) => row.includes(before) && row.indexOf(after) > row.indexOf(before));
}

function nameOf(type: FieldType): string {
  const name = type.physical ?? "";
  return Object.hasOwn(SAME, name) ? SAME[name]! : name;
}

/** Both types in words that differ. */
export function describeTypes(before: FieldType, after: FieldType): readonly [string | null, string | null] {
  const [was, is] = [describeType(before), describeType(after)];
  return was === is ? [`${before.logical} (${was})`, `${after.logical} (${is})`] : [was, is];
}

/** As people write it: `varchar(18)`, else the logical name; null when no type is declared. */
export function describeType(type: FieldType): string | null {
  if (type.physical === null) return type.logical;
  const inside = [type.params["size"], type.params["scale"]].filter((part) => part !== undefined).join(",");
  return inside === "" ? type.physical : `${type.physical}(${inside})`;
}
