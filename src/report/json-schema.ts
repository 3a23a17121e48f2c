import { z } from "zod";
import type { DecisionNode } from "../engine/decision.ts";
import { STATES } from "../engine/decision.ts";

/** Deeper than any decision; a file may be anything. */
const DEPTH_MAX = 60;

const text = z.string();
const texts = z.array(text);
const optional = text.nullable();

const finding = z.object({
  code: text,
  severity: z.enum(["block", "break", "warn", "info"]),
  contract: text,
  format: z.enum(["odcs", "dcs", "dbt", "choochoo"]).nullable(),
  object: optional,
  field: optional,
  tagsBefore: texts,
  tagsAfter: texts,
  unknownClasses: texts,
  before: optional,
  after: optional,
  message: text,
  file: text,
  line: z.int().nullable(),
  column: z.int().nullable(),
  side: z.enum(["head", "base"]),
  weight: z.enum(["loss", "exposure", "added", "other"]),
  fingerprint: text,
});

const factor = z.object({ id: z.enum(["S", "I", "A", "E", "H"]), name: text, points: z.number(), because: text });
const risk = z.object({
  score: z.number(),
  level: z.enum(["low", "medium", "high", "critical"]),
  factors: z.array(factor),
  floors: texts,
});
const policy = z.object({
  name: text,
  description: optional,
  mode: z.enum(["enforce", "warn", "shadow"]),
  matched: z.boolean(),
  because: texts,
  findings: texts,
  slaHours: z.number().nullable(),
});
const refused = z.object({ user: text, reviewId: z.int(), reason: text, because: text });
const requirement = z.object({
  id: text,
  team: optional,
  role: optional,
  users: texts,
  minApprovals: z.int(),
  have: z.int(),
  source: texts,
  approvals: z.array(z.object({ user: text, userId: z.int(), reviewId: z.int(), submittedAt: text })),
  refused: z.array(refused),
  completers: texts,
});
const problem = z.object({
  code: z.enum(["E001", "E002", "E003", "E004", "E005", "E006", "E007", "E008", "E009", "E010"]),
  message: text,
  file: optional,
  line: z.int().nullable(),
  severity: z.enum(["error", "warning"]),
  hint: text.exactOptional(),
});
const override = z.object({
  by: text,
  byId: z.int(),
  reason: text,
  incident: optional,
  at: text,
  expiresAt: text,
  postHocReviewDue: text,
});
const status = z.enum(["pass", "info", "warn", "pending", "rejected", "invalid", "blocked", "error", "overridden"]);
const node: z.ZodType<DecisionNode> = z.object({
  name: text,
  status,
  because: text,
  get children() {
    return z.array(node);
  },
});

/** What `check --format json` prints; the published JSON Schema is made from it. `facts` only with `--with-facts`. */
export const REPORT_SCHEMA = z.object({
  schemaVersion: z.literal(1),
  state: z.enum(STATES),
  exitCode: z.int(),
  verdict: text,
  environment: z.enum(["production", "staging", "development"]).nullable(),
  pattern: optional,
  risk,
  findings: z.array(finding),
  policies: z.array(policy),
  requirements: z.array(requirement),
  refused: z.array(refused),
  problems: z.array(problem),
  digests: z.object({ facts: text, policy: text, findings: text, content: text }),
  base: text,
  head: text,
  policyCommit: optional,
  override: override.nullable(),
  overrideNotes: texts,
  agent: optional,
  simulated: z.boolean(),
  peopleKnown: z.boolean(),
  tree: node,
  facts: z.unknown().optional(),
});

/** False for a tree that would exhaust a reader's stack. Looks without recursion. */
export function isShallow(value: unknown): boolean {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.depth > DEPTH_MAX) return false;
    if (typeof next.value !== "object" || next.value === null) continue;
    const depth = next.depth + 1;
    for (const child of Object.values(next.value)) open.push({ value: child, depth });
  }
  return true;
}
