import { z } from "zod";
import { STATES } from "./decision.ts";
import { findingSchema } from "./decision-schema.ts";

const text = z.string();
const count = z.number().int().min(0);
const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const state = z.enum(STATES);

const commit = z.strictObject({ sha: text.describe("Empty when git could not say which"), committedAt: text.nullable(), subject: text });
const verdict = z.strictObject({
  state,
  exitCode: count,
  headline: text,
  risk: z.strictObject({ score: z.number().min(0).max(10), level: z.enum(["low", "medium", "high", "critical"]) }),
  policies: z.array(z.strictObject({ name: text, mode: z.enum(["enforce", "warn", "shadow"]) })),
  asks: z.array(z.strictObject({ id: text, minApprovals: z.number().int().min(1), source: z.array(text) })),
});
const tallies = z.array(z.strictObject({ name: text, commits: count }));

/** Also what a state file keeps. */
export const replayTotalsSchema = z.strictObject({
  commits: count,
  touched: count,
  withFindings: count,
  states: z.partialRecord(state, count),
  findings: z.strictObject({ block: count, break: count, warn: count, info: count }),
  tagLosses: count,
  taggedFieldsLost: count,
  moves: count,
  renames: count,
  matched: tallies,
  asked: tallies,
  unreadableFiles: count,
  unreadableCommits: count,
  faults: count,
  changedVerdicts: count,
});

const commitLine = z.strictObject({
  kind: z.literal("commit"),
  ...commit.shape,
  files: count,
  ...verdict.shape,
  changesVerdict: z.boolean(),
  atTip: verdict.nullable(),
  taggedFieldsLost: count,
  notes: z.array(text).describe("What could not be taken into account"),
  findings: z.array(findingSchema),
  unreadable: z.array(z.strictObject({ path: text, line: z.number().int().min(1).nullable(), because: text })),
});
const unreadableLine = z.strictObject({
  kind: z.literal("unreadable"),
  ...commit.shape,
  because: text,
  fault: z.enum(["git", "bug"]),
});
const summaryLine = z.strictObject({
  kind: z.literal("summary"),
  schemaVersion: z.literal(1),
  complete: z.boolean().describe("False when it was stopped before the last commit"),
  of: count.describe("Commits of the range"),
  repository: text,
  branch: text,
  to: objectId,
  from: objectId.nullable(),
  since: text.nullable(),
  policy: text.describe("Digest of the policy that was tried"),
  policyAtTip: text.nullable().describe("Digest of the policy that it was compared with"),
  elapsedMs: count,
  totals: replayTotalsSchema,
});

/** One line of `policy simulate --format json`. */
export const replayLineSchema = z.discriminatedUnion("kind", [commitLine, unreadableLine, summaryLine]);

/** JSON Schema (draft 2020-12) of one line. */
export function replayLineJsonSchema(): object {
  return z.toJSONSchema(replayLineSchema);
}
