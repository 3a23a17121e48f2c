import { z } from "zod";
import type { Decision, DecisionNode } from "./decision.ts";
import { STATES } from "./decision.ts";

const environment = z.enum(["production", "staging", "development"]);
const severity = z.enum(["block", "break", "warn", "info"]);
const text = z.string();
const words = z.array(z.string());
const count = z.number().int().min(0);

export const findingSchema = z.strictObject({
  code: text,
  severity,
  contract: text,
  format: text.nullable(),
  object: text.nullable(),
  field: text.nullable(),
  tagsBefore: words,
  tagsAfter: words,
  unknownClasses: words,
  before: text.nullable(),
  after: text.nullable(),
  message: text,
  file: text,
  line: z.number().int().min(1).nullable(),
  column: z.number().int().min(1).nullable(),
  side: z.enum(["head", "base"]),
  weight: z.enum(["loss", "exposure", "added", "other"]),
  fingerprint: text,
});

const factor = z.strictObject({
  id: z.enum(["S", "I", "A", "E", "H"]),
  name: text,
  points: z.number().min(0).max(5).describe("Points, at most two decimals"),
  because: text,
});
const risk = z.strictObject({
  score: z.number().min(0).max(10).describe("One decimal"),
  level: z.enum(["low", "medium", "high", "critical"]),
  factors: z.array(factor),
  floors: words,
});

const refused = z.strictObject({ user: text, reviewId: z.number().int(), reason: text, because: text });
const approval = z.strictObject({ user: text, userId: z.number().int(), reviewId: z.number().int(), submittedAt: text });
const requirement = z.strictObject({
  id: text,
  team: text.nullable(),
  role: text.nullable(),
  users: words,
  minApprovals: z.number().int().min(1),
  have: count,
  source: words,
  approvals: z.array(approval),
  refused: z.array(refused),
  completers: words,
  because: words.exactOptional(),
});
const policy = z.strictObject({
  name: text,
  description: text.nullable(),
  mode: z.enum(["enforce", "warn", "shadow"]),
  matched: z.boolean(),
  because: words,
  findings: words.describe("Fingerprints"),
  slaHours: z.number().nullable(),
});
const problem = z.strictObject({
  code: text.regex(/^E0\d\d$/),
  message: text,
  file: text.nullable(),
  line: z.number().int().min(1).nullable(),
  severity: z.enum(["error", "warning"]),
  hint: text.optional(),
});
const override = z.strictObject({
  by: text,
  byId: z.number().int(),
  reason: text,
  incident: text.nullable(),
  at: text,
  expiresAt: text,
  postHocReviewDue: text,
  delivery: text.optional(),
});

const agentUse = z.strictObject({
  id: text,
  registered: z.boolean(),
  status: text.nullable(),
  systemCard: text.nullable().describe("Path at the trusted commit"),
  evidence: words.describe("How it was recognised"),
  launchedBy: words,
  violations: z.array(z.strictObject({ boundary: text, because: text })).describe("Boundaries crossed: E007"),
});

const node: z.ZodType<DecisionNode> = z
  .strictObject({
    name: text,
    status: z.enum(["pass", "info", "warn", "pending", "rejected", "invalid", "blocked", "error", "overridden"]),
    because: text,
    get children() {
      return z.array(node);
    },
  })
  .meta({ id: "DecisionNode" });

const version = z.strictObject({
  seq: z.number().int().min(1),
  how: z.enum(["bootstrap", "installed", "approved", "overridden"]),
  commit: text,
});
const verdictChange = z.strictObject({ pull: text, from: z.enum(STATES), to: z.enum(STATES) });
const proposal = z
  .strictObject({
    files: words,
    loosens: words.describe("What is not provably at least as strict as before; empty = it only tightens"),
    problems: z.array(problem),
    preview: z.strictObject({ pulls: z.array(verdictChange), looked: count }).nullable(),
  })
  .describe("The change edits policy files");

/** `check --format json`, version 1. `facts` is there with --with-facts only. */
export const decisionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  state: z.enum(STATES),
  exitCode: z.number().int().min(0).max(99),
  environment: environment.nullable(),
  pattern: text.nullable(),
  verdict: text,
  tree: node,
  findings: z.array(findingSchema),
  risk,
  policies: z.array(policy),
  requirements: z.array(requirement),
  refused: z.array(refused),
  problems: z.array(problem),
  override: override.nullable(),
  overrideNotes: words,
  agent: text.nullable(),
  agents: z.array(agentUse).optional(),
  group: z.array(z.number().int()).optional().describe("Pull requests of a merge group"),
  base: text,
  head: text,
  policyCommit: text.nullable(),
  inForce: z.strictObject({ repository: version.nullable(), organisation: version.nullable() }).optional(),
  proposal: proposal.optional(),
  peopleKnown: z.boolean(),
  simulated: z.boolean(),
  digests: z.strictObject({ facts: text, policy: text, findings: text, content: text }),
  facts: z.record(z.string(), z.unknown()).optional(),
});
export type DecisionJson = z.infer<typeof decisionSchema>;

/** JSON Schema of the above, as published in schemas/. */
export function decisionJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(decisionSchema);
  return { $schema, title: "Countersign decision (check --format json)", ...rest };
}

/** A decision as it is printed: factors in points instead of hundredths. */
export function decisionJson(decision: Decision): DecisionJson {
  const factors = decision.risk.factors.map((each) => ({ ...each, points: each.points / 100 }));
  return structuredClone({ ...decision, risk: { ...decision.risk, factors } }) as DecisionJson;
}
