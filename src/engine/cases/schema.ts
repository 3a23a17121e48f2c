import { z } from "zod";
import { FINDING_CODES } from "../contract/finding-codes.ts";
import { STATES } from "../decision.ts";
import { ENVIRONMENTS } from "../policy/environment-words.ts";
import { REFUSALS } from "../policy/refusals.ts";
import { configSchema } from "../policy/schema.ts";

const login = z.string().min(1).max(100);
const logins = z.array(login).max(200);
const tag = z.string().min(1).max(200);

const change = z
  .strictObject({
    path: z.string().min(1).max(1000).describe("The file in the repository, e.g. contracts/customers.odcs.yaml"),
    before: z.string().nullable().optional().describe("The whole file at the base; left out = it is new"),
    after: z.string().nullable().optional().describe("The whole file at the head; left out = it is deleted"),
  })
  .describe("A contract, or a governance file, before and after");

const finding = z
  .strictObject({
    code: z.enum(Object.keys(FINDING_CODES) as [keyof typeof FINDING_CODES]),
    tags: z.array(tag).max(50).optional().describe("Tags on the field; a loss takes them away at the head"),
    path: z.string().min(1).max(1000).optional().describe("Default contracts/example.odcs.yaml"),
    field: z.string().min(1).max(200).optional().describe("Default `field`"),
  })
  .describe("A finding in short, where a whole contract would say no more");

export const givenSchema = z.strictObject({
  changes: z.array(change).min(1).max(100).optional(),
  findings: z.array(finding).min(1).max(100).optional(),
  environment: z
    .enum(ENVIRONMENTS as readonly [string, ...string[]])
    .optional()
    .describe("Default production"),
  author: login.optional().describe("Default `author`"),
  writtenBy: z.enum(["person", "agent", "automation"]).optional().describe("Default person; an agent is one whose launcher is unknown"),
  pushedBy: logins.optional().describe("Others who pushed to the branch"),
  approvals: logins.optional().describe("Who approved the head"),
  staleApprovals: logins.optional().describe("Who approved an earlier head, before a governed file changed"),
  changesRequested: logins.optional().describe("Who asks for changes"),
  teams: z.record(tag, logins.nullable()).optional().describe("Slug -> members; null = GitHub will not let the team be read"),
  owners: logins.optional().describe("Owners of the organisation"),
});
export type RawGiven = z.infer<typeof givenSchema>;

export const expectSchema = z.strictObject({
  policies: z.array(tag).optional().describe("Every policy that matches, whatever its mode, without `repo/`"),
  state: z.enum(STATES).optional(),
  level: z.enum(["low", "medium", "high", "critical"]).optional(),
  requirements: z
    .record(z.string().min(1), z.number().int().min(1))
    .optional()
    .describe("Every requirement, as the check names it -> approvals wanted"),
  refused: z
    .record(login, z.enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS]))
    .optional()
    .describe("Approvals that do not count, and why"),
  exitCode: z.number().int().min(0).max(99).optional(),
});
export type RawExpect = z.infer<typeof expectSchema>;

const caseSchema = z.strictObject({
  name: z.string().min(1).max(300),
  given: givenSchema.optional(),
  expect: expectSchema,
});

/** `<name>.cases.yaml` beside `<name>.yaml`. */
export const casesSchema = z.strictObject({
  config: configSchema.optional().describe("Configuration in place of .choochoorc"),
  given: givenSchema.optional().describe("Holds for every case that does not say otherwise"),
  cases: z.array(caseSchema).min(1).max(1000),
});

/** `tests` inside a policy: the same, and `matches` for that policy alone. */
export const inlineCaseSchema = caseSchema.extend({
  expect: expectSchema.extend({ matches: z.boolean().optional().describe("Whether this policy matches") }),
});
export type RawCase = z.infer<typeof inlineCaseSchema>;

/** JSON Schema of a cases file, as published in schemas/. */
export function casesJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(casesSchema, { io: "input" });
  return { $schema, title: "Countersign policy cases (<name>.cases.yaml)", ...rest };
}
