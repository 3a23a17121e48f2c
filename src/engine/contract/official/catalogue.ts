import type { Format } from "../model.ts";

/** A schema on board: `schemas/official/<name>.json`, or one of JSON Schema's own, which come with the validator. */
export type SchemaName =
  | "odcs-3.1.0"
  | "dcs-1.2.1"
  | "openapi-3.0"
  | "openapi-3.1"
  | "openapi-3.2"
  | "asyncapi-2.6"
  | "asyncapi-3.0"
  | "json-schema-draft-07"
  | "json-schema-2019-09"
  | "json-schema-2020-12";

/** One line of versions of a format. `schema` null: the line exists, its schema is not on board. */
interface Line {
  readonly versions: RegExp;
  readonly schema: SchemaName | null;
}

interface Row {
  /** A version in no line is told as unknown; false where a file may name a schema of its own. */
  readonly closed: boolean;
  readonly lines: readonly Line[];
}

/** Formats that publish a schema. The others are read with care and checked for required keys, which is all that can be said. */
export const OFFICIAL: Readonly<Partial<Record<Format, Row>>> = {
  odcs: {
    closed: true,
    lines: [
      { versions: /^v?3\.1\b/, schema: "odcs-3.1.0" },
      // The schema of 3.1 names these versions too, and refuses the standard's own examples of them.
      { versions: /^v?(2\.2|3\.0|3\.2)\b/, schema: null },
    ],
  },
  // The schema of 1.2.1 names all of them, and takes the specification's examples of all.
  dcs: { closed: true, lines: [{ versions: /^(0\.9\.[0-3]|1\.1\.0|1\.2\.[01])$/, schema: "dcs-1.2.1" }] },
  openapi: {
    closed: true,
    lines: [
      { versions: /^3\.0\b/, schema: "openapi-3.0" },
      { versions: /^3\.1\b/, schema: "openapi-3.1" },
      { versions: /^3\.2\b/, schema: "openapi-3.2" },
      { versions: /^2\.0$/, schema: null },
    ],
  },
  asyncapi: {
    closed: true,
    lines: [
      { versions: /^2\.6\b/, schema: "asyncapi-2.6" },
      { versions: /^3\.0\b/, schema: "asyncapi-3.0" },
      { versions: /^(1\.[0-2]|2\.[0-5]|3\.1)\b/, schema: null },
    ],
  },
  jsonschema: {
    closed: false,
    lines: [
      { versions: /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, schema: "json-schema-draft-07" },
      { versions: /^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, schema: "json-schema-2019-09" },
      { versions: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, schema: "json-schema-2020-12" },
    ],
  },
};

export type Choice =
  | { readonly status: "schema"; readonly schema: SchemaName }
  /** Nothing to compare with, and nothing wrong with that. */
  | { readonly status: "none" }
  /** The format publishes schemas, and no version of this name exists. */
  | { readonly status: "unknown" };

/** Which schema judges a contract: the one of its own line of versions, never a neighbour's. */
export function officialSchemaFor(format: Format, specVersion: string): Choice {
  const row = OFFICIAL[format];
  if (row === undefined || specVersion === "") return { status: "none" };
  const line = row.lines.find(({ versions }) => versions.test(specVersion));
  if (line === undefined) return { status: row.closed ? "unknown" : "none" };
  return line.schema === null ? { status: "none" } : { status: "schema", schema: line.schema };
}
