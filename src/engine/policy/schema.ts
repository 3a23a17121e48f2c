import { z } from "zod";
import { ENVIRONMENTS } from "./environment-words.ts";

const text = z.string().min(1).max(1000);
const name = z.string().min(1).max(200);
const words = z.array(name).max(500);
/** Their caps are told by `globProblem`, in words. */
const globs = z.array(text).max(500);
const hours = z.number().positive().max(8760);

const trigger = z.strictObject({
  tags: words.min(1).optional().describe("Compliance tags: a finding touches a field that carries one at base or head"),
  env: words.min(1).optional().describe("Environments; omitted = every environment"),
  paths: globs.min(1).optional().describe("Globs over the contract's path"),
  findings: words.min(1).optional().describe("Finding codes or severities"),
  classification: name.optional().describe("`>=confidential`, `>internal`, `=restricted` or a bare class"),
  agents: z.boolean().optional().describe("true = changes that an agent wrote, only"),
  ignore: words.optional().describe("Finding codes that do not trigger; default [description.changed]"),
});

const approver = z.strictObject({
  role: name.optional().describe("Narrows the team through `roles` of .choochoorc"),
  team: name.optional().describe("Team slug"),
  users: words.optional().describe("Logins, for accounts without teams"),
  minApprovals: z.number().int().min(1).max(50).optional().describe("Default 1"),
});

export const policySchema = z.strictObject({
  name,
  description: text.optional(),
  trigger,
  approvers: z.array(approver).min(1).max(50).describe("Every entry must be filled"),
  slaHours: hours.optional(),
  mode: z.enum(["enforce", "warn", "shadow"]).optional().describe("Only enforce counts anywhere; default enforce"),
  distinctApprovers: z.boolean().optional().describe("Default true: one person fills at most one requirement"),
  tests: z.array(z.record(z.string(), z.unknown())).optional().describe("Inline cases, run by `countersign policy test`"),
});
export type RawPolicy = z.infer<typeof policySchema>;

export const policiesSchema = z.strictObject({ policies: z.array(policySchema).max(500) });

const perEnvironment = <T extends z.ZodType>(value: T) =>
  z.strictObject({ production: value.optional(), staging: value.optional(), development: value.optional() });

const teams = z.strictObject({ designated: words.optional(), executive: words.optional() });
const approvals = z.strictObject({
  bindTo: z.enum(["content", "head"]).optional(),
  includeChildTeams: z.boolean().optional(),
  unknownContributors: z.enum(["add-one", "block"]).optional(),
  apps: z.array(z.number().int().positive()).max(100).optional().describe("App ids whose reviews count"),
});
const override = z.strictObject({
  label: name.optional(),
  teams: words.optional(),
  repositoryAdmins: z.boolean().optional(),
  ttlHours: hours.optional(),
  postHocReviewHours: hours.optional(),
  blockWhileOverdue: z.boolean().optional(),
});
const check = z.strictObject({
  name: z.string().min(1).max(60).optional().describe("`per-pattern`, or one fixed name"),
  pending: z.enum(["action_required", "in_progress"]).optional(),
  perPolicy: z.boolean().optional(),
  comment: z.boolean().optional(),
});
const points = z.number().min(0).max(10);
const risk = z.strictObject({
  tagWeights: z.record(name, z.number().min(0).max(5)).optional(),
  thresholds: z.strictObject({ low: points.optional(), medium: points.optional(), high: points.optional() }).optional(),
});
const mapping = z.strictObject({
  paths: globs.min(1).describe("Globs over the file's path; these files are governed"),
  fields: name.describe("Dotted path from the root to the fields, a list or a mapping; `*` stands for every key or item"),
  name: name.describe("Key that names a field of a list"),
  tags: words.min(1).describe("Keys that tag a field, an object or the file; dots go inside"),
});
const vocabulary = z.strictObject({
  synonyms: z.record(name, name).optional().describe("Word -> class"),
  keywords: words.optional().describe("Further classes"),
  order: words.optional().describe("`weaker < stronger`, also in chains; only added to the built-in order"),
  categories: z.record(name, name).optional().describe("Own data categories: name -> the category or class that it is at least"),
});

const TARGET = "Name of a target that the operator of the server has set up, never an address";

export const configSchema = z.strictObject({
  governance: z.strictObject({ requireApproval: words.optional(), agent: name.optional() }).optional(),
  contracts: z
    .strictObject({
      include: globs.optional(),
      exclude: globs.optional(),
      mappings: z.array(mapping).max(100).optional(),
      maxFileBytes: z.number().int().min(1024).max(104_857_600).optional(),
    })
    .optional(),
  environments: perEnvironment(globs).optional().describe("Branch patterns of each environment"),
  teams: teams.optional(),
  roles: z.record(name, z.strictObject({ team: name.optional(), users: words.optional() })).optional(),
  approvals: approvals.optional(),
  override: override.optional(),
  agents: z.strictObject({ automation: words.optional() }).optional(),
  enrolment: z
    .record(name, z.enum(["off", "observe", "enforce"]))
    .optional()
    .describe("Organisation file only: repository glob -> mode"),
  check: check.optional(),
  risk: risk.optional(),
  plan: z
    .strictObject({ branch: perEnvironment(name).optional(), promote: perEnvironment(z.enum(["on-merge", "manual"])).optional() })
    .optional(),
  vocabulary: vocabulary.optional(),
  lineage: z.strictObject({ files: words.optional() }).optional(),
  notify: z
    .array(
      z.strictObject({
        slack: text.optional().describe(TARGET),
        webhook: text.optional().describe(TARGET),
        on: z.array(z.enum(["pending", "overdue", "override", "bypass"])),
      }),
    )
    .max(20)
    .optional(),
});
export type RawConfig = z.infer<typeof configSchema>;

/** JSON Schemas of the two files, as published in schemas/. */
export function policySchemas(): { policies: object; config: object } {
  return {
    policies: published(policiesSchema, "Countersign approval policies (.choochoo/approval-policies.yaml)"),
    config: published(configSchema, `Countersign configuration (.choochoorc); environments are ${ENVIRONMENTS.join(", ")}`),
  };
}

function published(schema: z.ZodType, title: string): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return { $schema, title, ...rest };
}
