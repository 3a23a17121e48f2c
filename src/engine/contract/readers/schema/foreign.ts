import { createHash } from "node:crypto";
import { canonical, type MapNode, type Node, textAt } from "../../source/node.ts";

const READ = /json-schema|schema\+(json|yaml)|vnd\.(aai|oai)\./i;

/** AsyncAPI 3 may wrap a schema: `{schemaFormat, schema}`. Null = it does not. */
export function wrapped(node: MapNode): { readonly schema: Node; readonly foreign: string | null } | null {
  const schema = node.entries.get("schema")?.value;
  const format = textAt(node, "schemaFormat");
  return schema === undefined || format === null ? null : { schema, foreign: foreignFormat(format, schema) };
}

/** A schema in a language of its own (Avro, Protobuf) is not read: nobody knows what it tags, or what a change of it takes away. */
export function foreignFormat(format: string, schema: Node): string | null {
  return READ.test(format) ? null : `schemaFormat ${format} ${createHash("sha256").update(canonical(schema)).digest("hex").slice(0, 12)}`;
}
