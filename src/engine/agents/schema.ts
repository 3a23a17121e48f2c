import { z } from "zod";
import { CAPABILITY_WORDS } from "./capabilities.ts";
import { AGENT_STATUSES } from "./model.ts";

const text = z.string().min(1).max(1000);
const word = z.string().min(1).max(200);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@/-]{0,99}(\[bot\])?$/, "must be one word of letters, digits and `._@/-`");
const capabilities = z
  .array(z.enum(CAPABILITY_WORDS as [(typeof CAPABILITY_WORDS)[number]]))
  .max(50)
  .optional()
  .describe("What it may do; left out = not limited by this list; [] = nothing");
const environments = z.array(word).min(1).max(20).describe("Environments that it may work in");
const scopes = z.array(text).min(1).max(100).describe("Globs: every path it changes must match one");

const boundaries = z.strictObject({
  "read-only": z.boolean().optional().describe("It changes nothing that is governed"),
  "no-pii": z.boolean().optional().describe("It touches no field tagged as personal data, at base or head"),
  "requires-approval": z.boolean().optional().describe("A person approves every action, whatever the score"),
  "env-restricted": environments.optional(),
  "scope-limited": scopes.optional(),
});

const agent = z.strictObject({
  id,
  name: word.optional(),
  card: text.optional().describe("Path of its System Card from the root of the repository"),
  status: z.enum(AGENT_STATUSES).describe("Any but active is blocked"),
  accounts: z
    .array(z.union([word, z.number().int().positive()]))
    .max(20)
    .optional()
    .describe("Logins or numeric ids of its GitHub accounts"),
  emails: z.array(word).max(20).optional().describe("Addresses in its commits and Co-authored-by trailers"),
  tools: z.array(word).max(20).optional().describe("Tool names in its Agent Traces"),
  capabilities,
  boundaries: boundaries.optional(),
});

/** The declared block of AGENTS.md. */
export const agentsSchema = z.strictObject({ agents: z.array(agent).max(100) });
export type RawAgent = z.infer<typeof agent>;

const limitation = z.union([
  text,
  z.strictObject({
    note: text.optional(),
    contract: text.optional().describe("Glob over the contract's path"),
    tag: word.optional(),
  }),
]);

/** A System Card. What does not decide anything (`info`, `compliance`) may hold what it likes. */
export const systemCardSchema = z.strictObject({
  systemCardSpecification: word.optional(),
  id: id.optional(),
  info: z.looseObject({ id: id.optional() }).optional().describe("Its `id` may stand here"),
  capabilities,
  confidence: z.number().min(0).max(1).optional().describe("How far its work is trusted: 1 = wholly"),
  limitations: z.array(limitation).max(100).optional().describe("A change that touches the contract or tag named raises the risk"),
  environments: environments.optional(),
  scopes: scopes.optional(),
  intendedUse: z.array(text).max(100).optional(),
  compliance: z.looseObject({}).optional(),
});
export type RawSystemCard = z.infer<typeof systemCardSchema>;

/** JSON Schemas of the block and of the card, as published in schemas/. */
export function agentSchemas(): { agents: object; "system-card": object } {
  return {
    agents: published(agentsSchema, "Countersign agents: the declared block of AGENTS.md"),
    "system-card": published(systemCardSchema, "Countersign System Card"),
  };
}

function published(schema: z.ZodType, title: string): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return { $schema, title, ...rest };
}
