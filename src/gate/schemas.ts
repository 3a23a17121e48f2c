import { decisionJsonSchema } from "../engine/decision-schema.ts";
import { policySchemas } from "../engine/policy/schema.ts";

export const SCHEMA_NAMES = ["policies", "config", "decision"] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** The published JSON Schema of one of our own files. */
export function schemaOf(name: SchemaName): object {
  return name === "decision" ? decisionJsonSchema() : policySchemas()[name];
}
