import type { FieldType } from "../model.ts";

/** Names of types across the formats, to the logical names of ODCS 3. */
const LOGICAL: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    string: "string text varchar char nvarchar character uuid str clob",
    integer: "integer int long bigint smallint tinyint int2 int4 int8 int16 int32 int64 serial bigserial short byteint",
    number: "number decimal numeric float double float4 float8 float64 real money bignumeric",
    boolean: "boolean bool bit",
    timestamp: "timestamp timestamp_tz timestamp_ntz timestamptz datetime datetime2 timestamp_ltz",
    date: "date",
    time: "time",
    array: "array list repeated",
    object: "object record struct json jsonb variant super",
    map: "map",
    bytes: "bytes binary bytea varbinary blob",
    null: "null",
  }).flatMap(([logical, names]) => names.split(" ").map((name) => [name, logical])),
);

/** A type named by one word (`varchar(18)`): its logical name where we know it, and the word with its parameters. */
export function physicalType(word: string | null): Pick<FieldType, "logical" | "physical" | "params"> {
  if (word === null) return { logical: null, physical: null, params: {} };
  const text = word
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/\[(\d+)\]/, "($1)")
    .replace(/\s*([(),<>])\s*/g, "$1")
    .trim();
  const [, name, inside] = /^([^(<]+)\(([\d,]+)\)$/.exec(text) ?? [];
  const base = (name ?? text.replace(/[(<].*$/s, "")).trim();
  return { logical: logicalName(base), physical: name ?? text, params: inside === undefined ? {} : sizes(inside) };
}

export function logicalName(word: string | null): string | null {
  const name = word?.toLowerCase().trim() ?? "";
  return Object.hasOwn(LOGICAL, name) ? LOGICAL[name]! : null;
}

function sizes(inside: string): Record<string, string> {
  const [size, scale] = inside.split(",");
  return scale === undefined ? { size: size! } : { size: size!, scale };
}
