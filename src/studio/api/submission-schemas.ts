import { z } from "@hono/zod-openapi";
import type { Submission, SubmissionRow } from "../../gate/ports.ts";
import { baseOf, baseSchema } from "./base-standing.ts";
import { overrideOf, overrideSchema } from "./submission-override.ts";

/** Files of one change, and characters of one side of a file. The whole body has a limit in bytes of its own. */
export const FILES_MAX = 1_000;
export const FILE_TEXT_MAX = 2_097_152;

const wellFormed = (text: string) => text.isWellFormed();
const word = (max: number) => z.string().trim().min(1).max(max).refine(wellFormed, "is not Unicode text");

/** Inside the repository, and spelled in one way only. */
const path = z
  .string()
  .min(1)
  .max(1_024)
  .refine(wellFormed, "is not Unicode text")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is refused
  .refine((text) => !/[\u0000-\u001f\\]/.test(text), "holds a control character or a backslash")
  .refine((text) => text.split("/").every((part) => !["", ".", ".."].includes(part)), "must be relative, without empty or dot segments");
const side = z.string().max(FILE_TEXT_MAX).refine(wellFormed, "is not Unicode text").nullable();
const revision = z.strictObject({ name: word(255), revision: word(255) });

const files = z
  .array(z.strictObject({ path, before: side, after: side }))
  .min(1)
  .max(FILES_MAX)
  .refine((all) => new Set(all.map((file) => file.path)).size === all.length, "names a path twice");

const version = {
  base: revision.openapi({ description: "branch or environment that it goes to, and its commit" }),
  head: revision,
  actor: word(100).optional().openapi({ description: "who caused it; loses their own vote by it, and gains nothing" }),
  files: files.openapi({ description: "UTF-8 text before and after; null = not there. The same on both sides: read along" }),
  message: word(4_000).optional(),
  idempotency_key: z.string().min(1).max(255).optional(),
};

export const submitBody = z
  .strictObject({
    agent: word(255)
      .refine((text) => !text.includes("#"), "must not hold a #: names with one are given by the server")
      .openapi({ description: "of the workspace: the repository's full name" }),
    environment: z.enum(["production", "staging", "development"]).optional(),
    repository_id: z.int().positive().optional().openapi({ description: "GitHub's id; its policy in force decides" }),
    ...version,
  })
  .openapi("Submit");
export const versionBody = z.strictObject({ expected_version: z.int().min(1), ...version }).openapi("SubmitVersion");

const state = z.enum(["pending_approval", "approved", "rejected", "expired"]);
export const stateQuery = z.strictObject({ state: state.optional() });
const instant = z.iso.datetime();

const summary = {
  id: z.uuid(),
  state,
  agent: z.string(),
  environment: z.string(),
  title: z.string().nullable(),
  version: z.int(),
  ready: z.boolean(),
  blockers: z.array(z.string()),
  created_at: instant,
  updated_at: instant,
};
export const summarySchema = z.strictObject(summary).openapi("SubmissionSummary");

export const submissionSchema = z
  .strictObject({
    ...summary,
    url: z.string(),
    workspace_id: z.uuid(),
    snapshot_id: z.uuid(),
    /** Whether the workspace's active draft is this one: only that can be approved. */
    active: z.boolean(),
    /** null = nobody vouches for who it was: a key submitted it. */
    author: z.strictObject({ id: z.int(), login: z.string() }).nullable(),
    /** While it is pending, its contracts count as proposed. */
    contracts: z.array(z.strictObject({ file: z.string(), status: z.enum(["proposed", "approved", "unchanged"]) })),
    decision: z.strictObject({ id: z.uuid(), state: z.string(), exit_code: z.int(), verdict: z.string() }),
    risk: z.strictObject({ score: z.number(), level: z.string(), because: z.array(z.string()) }),
    findings: z.array(
      z.strictObject({
        code: z.string(),
        severity: z.string(),
        file: z.string(),
        line: z.int().nullable(),
        object: z.string().nullable(),
        field: z.string().nullable(),
        message: z.string(),
      }),
    ),
    requirements: z.array(
      z.strictObject({
        id: z.string(),
        have: z.int(),
        need: z.int(),
        source: z.array(z.string()),
        approved_by: z.array(z.string()),
        completers: z.array(z.string()),
      }),
    ),
    problems: z.array(
      z.strictObject({
        code: z.string(),
        severity: z.string(),
        message: z.string(),
        file: z.string().nullable(),
        line: z.int().nullable(),
      }),
    ),
    pending_since: instant,
    expires_at: instant.nullable(),
    ended: z
      .strictObject({ how: z.enum(["reject", "expire"]), by: z.int().nullable(), reason: z.string().nullable(), at: instant })
      .nullable(),
    override: overrideSchema.nullable(),
    /** null = it is not pending. Only what `stands` can be approved. */
    base: baseSchema.nullable(),
    approval: z
      .strictObject({ id: z.uuid(), kind: z.enum(["regular", "forced"]), approved_by: z.array(z.string()), approved_at: instant })
      .nullable(),
    artifact_hash: z.string().nullable(),
  })
  .openapi("Submission");

export function summaryOf(row: SubmissionRow): z.infer<typeof summarySchema> {
  const { isReady: ready, blockerIds, createdAt: created_at, updatedAt: updated_at, ...rest } = row;
  return { ...rest, ready, blockers: [...blockerIds], created_at, updated_at };
}

const CONTRACT_STATUS = { pending_approval: "proposed", approved: "approved", rejected: "unchanged", expired: "unchanged" } as const;

export function submissionOf(
  { state: now, context, approval, end, override, base }: Submission,
  at: { readonly publicUrl: string; readonly expireAfterMs: number },
): z.infer<typeof submissionSchema> {
  const { draft, workspace } = context;
  const snapshot = context.snapshot!;
  const { decision, facts, id } = context.evaluation!;
  const isPending = now === "pending_approval";
  return {
    ...{ id: draft.id, state: now, agent: workspace.agent, environment: workspace.environment, title: draft.title },
    version: draft.currentVersion,
    ready: snapshot.status === "ready_for_approval",
    blockers: [...snapshot.blockerIds],
    created_at: draft.createdAt,
    updated_at: draft.updatedAt,
    url: `${at.publicUrl}/workspaces/${workspace.id}`,
    ...{ workspace_id: workspace.id, snapshot_id: snapshot.id },
    active: workspace.activeDraftId === draft.id,
    author: draft.authorId === null ? null : { id: draft.authorId, login: draft.author ?? "-" },
    contracts: facts.diff.files.map(({ path }) => ({ file: path, status: CONTRACT_STATUS[now] })),
    decision: { id, state: decision.state, exit_code: decision.exitCode, verdict: decision.verdict },
    risk: {
      score: decision.risk.score,
      level: decision.risk.level,
      because: [...decision.risk.factors.map(({ name, because }) => `${name}: ${because}`), ...decision.risk.floors],
    },
    findings: decision.findings.map(({ code, severity, file, line, object, field, message }) => ({
      ...{ code, severity, file, line, object, field, message },
    })),
    requirements: decision.requirements.map((each) => ({
      ...{ id: each.id, have: each.have, need: each.minApprovals, source: [...each.source] },
      approved_by: each.approvals.map(({ user }) => user),
      completers: [...each.completers],
    })),
    problems: decision.problems.map(({ code, severity, message, file, line }) => ({ code, severity, message, file, line })),
    pending_since: snapshot.createdAt,
    expires_at: isPending ? new Date(Date.parse(snapshot.createdAt) + at.expireAfterMs).toISOString() : null,
    ended: end === null ? null : { how: end.kind, by: end.actorId, reason: end.reason, at: end.at },
    override: override === null ? null : overrideOf(override),
    base: base === null ? null : baseOf(base),
    approval:
      approval === null
        ? null
        : {
            ...{ id: approval.approval.id, kind: approval.approval.kind, approved_at: approval.approval.approvedAt },
            approved_by: approval.approval.approvedBy.map(({ login }) => login),
          },
    artifact_hash: approval?.artifact.compiledHash ?? null,
  };
}
