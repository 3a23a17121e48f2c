import type { Format } from "../model.ts";

/** Schemas that we wrote from a standard's text, `schemas/standard/<name>.json`, and how a warning calls them. */
export const WRITTEN = {
  "odcs-2.2": "ODCS 2.2",
  "odcs-3.0": "ODCS 3.0",
  "odcs-3.2": "ODCS 3.2",
  "dbt-properties": "dbt properties",
  "avro-1": "Avro",
  "fides-3": "Fides datasets",
} as const satisfies Readonly<Record<string, string>>;

/** `schemas/official/<name>.json`, as the standard publishes it; JSON Schema's own, save draft 4, come with the validator. */
export type PublishedSchema =
  | "odcs-3.1.0"
  | "dcs-1.2.1"
  | "swagger-2.0"
  | `openapi-3.${0 | 1 | 2}`
  | `asyncapi-1.${0 | 1 | 2}`
  | `asyncapi-2.${0 | 1 | 2 | 3 | 4 | 5 | 6}`
  | `asyncapi-3.${0 | 1}`
  | `json-schema-draft-0${4 | 6 | 7}`
  | "json-schema-2019-09"
  | "json-schema-2020-12";

export type SchemaName = PublishedSchema | keyof typeof WRITTEN;

/** One line of versions of a format. */
interface Line {
  readonly versions: RegExp;
  /** Null: the line exists, its schema is not on board. */
  readonly schema: SchemaName | null;
  /** The standard says of this line that a key without a value is the same as no key. */
  readonly emptyIsAbsent?: true;
}

interface Row {
  /** A version in no line is told as unknown; false where a file may name a schema of its own. */
  readonly closed: boolean;
  readonly lines: readonly Line[];
}

/** Formats with a schema. The others are languages whose parser judges them, and files without a standard. */
export const OFFICIAL: Readonly<Partial<Record<Format, Row>>> = {
  odcs: {
    closed: true,
    lines: [
      { versions: /^v?3\.1\b/, schema: "odcs-3.1.0" },
      // The schema of 3.1 names these versions too, and refuses the standard's own examples of them.
      { versions: /^v?2\.2\b/, schema: "odcs-2.2", emptyIsAbsent: true },
      { versions: /^v?3\.0\b/, schema: "odcs-3.0", emptyIsAbsent: true },
      { versions: /^v?3\.2\b/, schema: "odcs-3.2" },
      // A template of one company, before the standard had its name.
      { versions: /^v?2\.[01]\b/, schema: null },
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
      { versions: /^2\.0$/, schema: "swagger-2.0" },
    ],
  },
  asyncapi: {
    closed: true,
    lines: [
      { versions: /^1\.0\b/, schema: "asyncapi-1.0" },
      { versions: /^1\.1\b/, schema: "asyncapi-1.1" },
      { versions: /^1\.2\b/, schema: "asyncapi-1.2" },
      { versions: /^2\.0\b/, schema: "asyncapi-2.0" },
      { versions: /^2\.1\b/, schema: "asyncapi-2.1" },
      { versions: /^2\.2\b/, schema: "asyncapi-2.2" },
      { versions: /^2\.3\b/, schema: "asyncapi-2.3" },
      { versions: /^2\.4\b/, schema: "asyncapi-2.4" },
      { versions: /^2\.5\b/, schema: "asyncapi-2.5" },
      { versions: /^2\.6\b/, schema: "asyncapi-2.6" },
      { versions: /^3\.0\b/, schema: "asyncapi-3.0" },
      { versions: /^3\.1\b/, schema: "asyncapi-3.1" },
    ],
  },
  jsonschema: {
    closed: false,
    lines: [
      { versions: /^https?:\/\/json-schema\.org\/draft-04\/schema#?$/, schema: "json-schema-draft-04" },
      { versions: /^https?:\/\/json-schema\.org\/draft-06\/schema#?$/, schema: "json-schema-draft-06" },
      { versions: /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, schema: "json-schema-draft-07" },
      { versions: /^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, schema: "json-schema-2019-09" },
      { versions: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, schema: "json-schema-2020-12" },
    ],
  },
  dbt: { closed: true, lines: [{ versions: /^2?$/, schema: "dbt-properties" }] },
  // These name no version in the file.
  avro: { closed: true, lines: [{ versions: /^$/, schema: "avro-1" }] },
  fides: { closed: true, lines: [{ versions: /^$/, schema: "fides-3" }] },
};

export type Choice =
  | { readonly status: "schema"; readonly schema: SchemaName; readonly emptyIsAbsent: boolean }
  /** Nothing to compare with, and nothing wrong with that. */
  | { readonly status: "none" }
  /** The format has schemas, such as this one, and no version of this name exists. */
  | { readonly status: "unknown"; readonly schema: SchemaName };

/** Which schema judges a contract: the one of its own line of versions, never a neighbour's. */
export function officialSchemaFor(format: Format, specVersion: string): Choice {
  const row = OFFICIAL[format];
  const line = row?.lines.find(({ versions }) => versions.test(specVersion));
  if (line !== undefined)
    return line.schema === null
      ? { status: "none" }
      : { status: "schema", schema: line.schema, emptyIsAbsent: line.emptyIsAbsent ?? false };
  const known = row?.lines[0]?.schema ?? null;
  return row?.closed !== true || specVersion === "" || known === null ? { status: "none" } : { status: "unknown", schema: known };
}

/** How a warning calls a schema: nobody should take what we wrote for what a standard says. */
export function schemaTitle(schema: SchemaName): string {
  return schema in WRITTEN ? `schema of ${WRITTEN[schema as keyof typeof WRITTEN]} as Countersign writes it` : "official schema";
}
