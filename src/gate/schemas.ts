import { agentSchemas } from "../engine/agents/schema.ts";
import { approvalsJsonSchema } from "../engine/approvals-file.ts";
import { casesJsonSchema } from "../engine/cases/schema.ts";
import { complianceJsonSchema, complianceReportSchema } from "../engine/compliance.ts";
import { decisionJsonSchema } from "../engine/decision-schema.ts";
import { policySchemas } from "../engine/policy/schema.ts";
import { replayLineJsonSchema } from "../engine/replay-schema.ts";

export const SCHEMA_NAMES = ["policies", "config", "cases", "decision", "replay", "approvals", "agents", "system-card", "report"] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** What a server's report is read with. */
export const reportSchema = complianceReportSchema;

/** The published JSON Schema of one of our own files. */
export function schemaOf(name: SchemaName): object {
  switch (name) {
    case "decision":
      return decisionJsonSchema();
    case "report":
      return complianceJsonSchema();
    case "replay":
      return replayLineJsonSchema();
    case "approvals":
      return approvalsJsonSchema();
    case "cases":
      return casesJsonSchema();
    case "agents":
    case "system-card":
      return agentSchemas()[name];
    case "policies":
    case "config":
      return policySchemas()[name];
  }
}
