import type { Contract, Format } from "../model.ts";
import type { PlainMapping } from "../rules.ts";
import type { MapNode } from "../source/node.ts";
import { readAsyncApi, recogniseAsyncApi } from "./asyncapi.ts";
import { readAvro, recogniseAvro } from "./avro.ts";
import { readDbt, recogniseDbt } from "./dbt.ts";
import { readChooChoo, readDcs, recogniseChooChoo, recogniseDcs } from "./dcs.ts";
import { readFides, recogniseFides } from "./fides.ts";
import { readGraphql } from "./graphql.ts";
import { readJsonSchema, recogniseJsonSchema } from "./json-schema.ts";
import { ODCS_REQUIRED, readOdcs, recogniseOdcs } from "./odcs.ts";
import { readOpenApi, recogniseOpenApi } from "./openapi.ts";
import { fitsMapping, readPlain, recognisePlain } from "./plain.ts";
import { readProtobuf } from "./protobuf.ts";
import type { Source, TextSource } from "./source.ts";

/** One row per format that is written in YAML or JSON. `exclusive` formats name themselves by a marker: two markers in one file are refused. */
export interface TreeReader {
  readonly syntax: "tree";
  readonly title: string;
  readonly exclusive: boolean;
  readonly recognise: (root: MapNode, file: string, mappings: readonly PlainMapping[]) => boolean;
  readonly read: (source: Source) => Contract;
  /** Keys that `validate` asks for: each entry is satisfied by any of its alternatives, dots go inside. */
  readonly required: readonly (readonly string[])[];
}

/** One row per format with a language of its own, told by the file's name. `read` gives null for a file that declares no data (a query). */
export interface TextReader {
  readonly syntax: "text";
  readonly title: string;
  readonly extension: RegExp;
  readonly read: (source: TextSource) => Contract | null;
}

export type ReaderRow = TreeReader | TextReader;

export const READERS = {
  odcs: {
    syntax: "tree",
    title: "Open Data Contract Standard",
    exclusive: true,
    recognise: recogniseOdcs,
    read: readOdcs,
    required: ODCS_REQUIRED,
  },
  dcs: {
    syntax: "tree",
    title: "Data Contract Specification",
    exclusive: true,
    recognise: recogniseDcs,
    read: (source: Source) => readDcs(source, (format) => ROWS[format]),
    required: [["dataContractSpecification"], ["id"], ["info"], ["info.title"], ["info.version"]],
  },
  choochoo: {
    syntax: "tree",
    title: "ChooChoo contract",
    exclusive: false,
    recognise: recogniseChooChoo,
    read: readChooChoo,
    required: [["models", "fields"]],
  },
  dbt: { syntax: "tree", title: "dbt properties", exclusive: false, recognise: recogniseDbt, read: readDbt, required: [] },
  avro: { syntax: "tree", title: "Avro schema", exclusive: true, recognise: recogniseAvro, read: readAvro, required: [] },
  openapi: {
    syntax: "tree",
    title: "OpenAPI",
    exclusive: true,
    recognise: recogniseOpenApi,
    read: readOpenApi,
    required: [["info"], ["info.title"], ["info.version"]],
  },
  asyncapi: {
    syntax: "tree",
    title: "AsyncAPI",
    exclusive: true,
    recognise: recogniseAsyncApi,
    read: readAsyncApi,
    required: [["info"], ["info.title"], ["info.version"]],
  },
  fides: { syntax: "tree", title: "Fides", exclusive: true, recognise: recogniseFides, read: readFides, required: [] },
  plain: { syntax: "tree", title: "a mapped file", exclusive: false, recognise: recognisePlain, read: readPlain, required: [] },
  // Last: what no other format claims may still be a file of schemas.
  jsonschema: {
    syntax: "tree",
    title: "JSON Schema",
    exclusive: false,
    recognise: recogniseJsonSchema,
    read: readJsonSchema,
    required: [],
  },
  protobuf: { syntax: "text", title: "Protocol Buffers", extension: /\.proto$/i, read: readProtobuf },
  graphql: { syntax: "text", title: "GraphQL schema", extension: /\.(graphqls?|gql)$/i, read: readGraphql },
} as const satisfies Partial<Record<Format, ReaderRow>>;

const ROWS: Readonly<Partial<Record<Format, ReaderRow>>> = READERS;
const FORMATS = Object.keys(READERS) as Format[];

export function readerOf(format: Format): ReaderRow {
  const row = ROWS[format];
  if (row === undefined) throw new Error(`no reader for ${format}`);
  return row;
}

/** The reader whose language the file's name says it is written in; undefined for YAML, JSON and everything else. */
export function textReaderOf(file: string): TextReader | undefined {
  return FORMATS.map(readerOf).find((row): row is TextReader => row.syntax === "text" && row.extension.test(file));
}

/** The readers of what a document says it is, strongest marker first. Empty: no contract. */
export function recognise(root: MapNode, file: string, mappings: readonly PlainMapping[]): readonly TreeReader[] {
  const rows = FORMATS.map(readerOf).filter((row): row is TreeReader => row.syntax === "tree" && row.recognise(root, file, mappings));
  const exclusive = rows.filter((row) => row.exclusive);
  return exclusive.length > 0 ? exclusive : rows.slice(0, 1);
}

/** Of a mapped path: the other way in which the file can be read, beside the first one. */
export function recogniseSecond(first: TreeReader, root: MapNode, file: string, mappings: readonly PlainMapping[]): TreeReader | undefined {
  if (!recognisePlain(root, file, mappings)) return undefined;
  if (first !== READERS.plain) return fitsMapping(root, file, mappings) ? READERS.plain : undefined;
  return recogniseJsonSchema(root) ? READERS.jsonschema : undefined;
}
