import { agentSchemas } from "../engine/agents/schema.ts";
import { decisionJsonSchema } from "../engine/decision-schema.ts";
import { policySchemas } from "../engine/policy/schema.ts";
import { replayLineJsonSchema } from "../engine/replay-schema.ts";

export const SCHEMA_NAMES = ["policies", "config", "decision", "replay", "agents", "system-card"] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** The published JSON Schema of one of our own files. */
export function schemaOf(name: SchemaName): object {
  if (name === "decision") return decisionJsonSchema();
  if (name === "agents" || name === "system-card") return agentSchemas()[name];
  return name === "replay" ? replayLineJsonSchema() : policySchemas()[name];
}
