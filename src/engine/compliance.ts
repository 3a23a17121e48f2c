import { z } from "zod";

const instant = z.string().describe("ISO 8601 UTC");
const event = z.int().describe("number of its event in the audit trail");
const person = z.strictObject({
  id: z.int().describe("GitHub's account id; 0 = GitHub named nobody"),
  login: z.string().nullable().describe("null = unknown, or erased"),
});
const somebody = person.nullable();

const approval = z.strictObject({
  ...{ id: z.string(), event, at: instant, kind: z.enum(["regular", "forced"]) },
  ...{ agent: z.string(), environment: z.string(), repository: z.string().nullable(), pullRequest: z.int().nullable() },
  ...{ commit: z.string().nullable(), channel: z.enum(["studio_ui", "api", "github"]) },
  approvedBy: z.array(z.strictObject({ id: z.int(), login: z.string() })).describe("empty = no approval was needed, or it was forced"),
  actor: person.describe("who merged it, or called approve"),
  rationale: z.string().nullable(),
  overrideId: z.string().nullable(),
  policies: z.array(z.string()).describe("that matched and are enforced"),
  teams: z.array(z.string()).describe("that were asked"),
  blockers: z.int().describe("what stood against it; a regular one has none"),
  artifact: z.string().describe("compiled hash"),
});

const review = z.strictObject({
  state: z.enum(["open", "overdue", "done", "done_late"]),
  ...{ dueAt: instant, issue: z.int().nullable(), closedAt: instant.nullable(), closedBy: somebody, finding: z.string().nullable() },
});

const override = z.strictObject({
  ...{ id: z.string(), event, at: instant },
  isInPeriod: z.boolean().describe("false = an older one whose review was open, or was done, in the period"),
  ...{ repository: z.string().nullable(), pullRequest: z.int().nullable(), draftId: z.string().nullable(), by: somebody },
  status: z.enum(["refused", "not_used", "used"]),
  because: z.string().describe("why it was, or was not, given"),
  ...{ reason: z.string().nullable(), incident: z.string().nullable() },
  became: z.array(z.strictObject({ kind: z.string(), at: instant })),
  review: review.nullable(),
});

const incident = z.strictObject({
  ...{ id: z.string(), event, at: instant, kind: z.enum(["bypass", "push", "content_mismatch", "policy"]) },
  ...{ repository: z.string().nullable(), pullRequest: z.int().nullable(), branch: z.string().nullable(), commit: z.string() },
  ...{ actor: somebody, because: z.string() },
});

const policyChange = z.strictObject({
  ...{ event, at: instant, repository: z.string().nullable().describe("null = pushed for changes that are no pull requests") },
  ...{ version: z.int(), how: z.string(), commit: z.string().nullable(), digest: z.string(), by: somebody },
});

const wait = z.strictObject({
  about: z.string().describe("`owner/name#7`, or the agent of a submission"),
  ...{ asked: z.string(), policies: z.array(z.string()), from: instant, until: instant.nullable().describe("null = it still waits") },
  ...{ slaHours: z.number().nullable(), dueAt: instant.nullable(), isBreached: z.boolean() },
});

const coverage = z.strictObject({
  repository: z.string(),
  standing: z.enum(["enforced", "not_enforced", "unknown", "not_enrolled", "not_looked_at", "unguarded"]),
  ...{ because: z.string().nullable(), checkedAt: instant.nullable() },
});

const chain = z.strictObject({
  ...{ status: z.enum(["intact", "broken", "empty"]), because: z.string().nullable(), events: z.int() },
  ...{ sealedTo: z.int(), sealedAt: instant.nullable(), sinks: z.array(z.string()) },
});

/** What the records of one organisation hold about one period, and how they stand against the audit trail. */
export const complianceRecordsSchema = z.strictObject({
  organisation: z.string(),
  generatedAt: instant,
  period: z.strictObject({ from: instant, to: instant.describe("not in it any more") }),
  trail: z.strictObject({
    ...{ first: z.int().nullable(), last: z.int().nullable() },
    events: z.record(z.string(), z.int()).describe("type -> how many in the period"),
  }),
  approvals: z.array(approval),
  overrides: z.array(override),
  incidents: z.array(incident),
  policyChanges: z.array(policyChange),
  waits: z.array(wait),
  boundaryViolations: z.array(z.strictObject({ event, at: instant, subject: z.string() })),
  coverage: z.array(coverage),
  checkpoints: z.array(z.strictObject({ size: z.int(), at: instant, keyId: z.string(), sinks: z.array(z.string()) })),
  reconciliation: z
    .array(z.strictObject({ what: z.string(), records: z.int(), events: z.int() }))
    .describe("records of the period beside the events that tell of them: equal, or something is missing"),
});
export type ComplianceRecords = Readonly<z.infer<typeof complianceRecordsSchema>>;

/** The compliance report, whole. */
export const complianceReportSchema = z.strictObject({ schemaVersion: z.literal(1), ...complianceRecordsSchema.shape, chain });
export type ComplianceReport = Readonly<z.infer<typeof complianceReportSchema>>;

export function complianceJsonSchema(): object {
  return { ...z.toJSONSchema(complianceReportSchema), title: "Countersign compliance report (countersign report --format json)" };
}

export interface Period {
  /** ISO 8601 UTC */
  readonly from: string;
  /** Not in it any more; null = until now. */
  readonly to: string | null;
}

/** More records than one report can hold. */
export interface TooManyRecords {
  readonly status: "too_many";
  readonly what: string;
  readonly max: number;
}
