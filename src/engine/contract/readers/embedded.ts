import type { Contract, Format, Position } from "../model.ts";
import { child, type MapNode, ReadFailure, textAt } from "../source/node.ts";
import { parseTree } from "../source/tree.ts";
import type { Source, TextSource } from "./source.ts";

/** A reader of another format, as the table has it. */
export type EmbeddedReader =
  | {
      readonly syntax: "tree";
      readonly recognise: (root: MapNode, file: string, mappings: Source["mappings"]) => boolean;
      readonly read: (source: Source) => Contract;
    }
  | { readonly syntax: "text"; readonly read: (source: TextSource) => Contract | null };

/** Finds the reader of a format; undefined = there is none. */
export type ReaderLookup = (format: Format) => EmbeddedReader | undefined;

/** Names of schema types in the Data Contract Specification 0.9, to the formats that they are. */
const TYPES: Readonly<Record<string, Format>> = {
  dbt: "dbt",
  avro: "avro",
  "json-schema": "jsonschema",
  jsonschema: "jsonschema",
  protobuf: "protobuf",
  proto: "protobuf",
};

/** `schema: {type, specification}` of version 0.9: the specification as its own format reads it, text or not. Refused where nobody can read it. */
export function readEmbedded(schema: MapNode, source: Source, readerOf: ReaderLookup): Contract {
  const type = textAt(schema, "type")?.toLowerCase() ?? "";
  const format = Object.hasOwn(TYPES, type) ? TYPES[type]! : null;
  const reader = format === null ? undefined : readerOf(format);
  const specification = child(schema, "specification");
  if (reader === undefined || specification === null)
    throw new ReadFailure(`fields inside an embedded \`schema\` of type \`${type}\` cannot be read: declare \`models\``, schema.pos.line);
  if (specification.kind !== "scalar") return asTree(reader, specification.kind === "map" ? specification : null, type, source, schema.pos);
  const { pos } = specification;
  try {
    const contract =
      reader.syntax === "text"
        ? reader.read({ ...source, text: specification.text })
        : asTree(reader, mapIn(specification.text), type, source, pos);
    if (contract === null) throw new ReadFailure(`the embedded \`schema\` declares no data (${type})`, pos.line);
    return placedAt(contract, pos);
  } catch (error) {
    // Lines inside the text are no lines of the file.
    throw error instanceof ReadFailure ? new ReadFailure(`in the embedded \`schema\`: ${error.message}`, pos.line, error.code) : error;
  }
}

function asTree(reader: EmbeddedReader, root: MapNode | null, type: string, source: Source, pos: Position): Contract {
  if (reader.syntax === "text" || root === null || !reader.recognise(root, source.file, []))
    throw new ReadFailure(`the embedded \`schema\` is not of its type \`${type}\``, pos.line);
  return reader.read({ ...source, root });
}

function mapIn(text: string): MapNode | null {
  const root = parseTree(text);
  return root?.kind === "map" ? root : null;
}

/** The same data with one position everywhere. */
function placedAt<T>(value: T, pos: Position): T {
  if (Array.isArray(value)) return value.map((item) => placedAt(item, pos)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [key, key === "pos" && typeof inside === "object" ? pos : placedAt(inside, pos)]),
  ) as T;
}
