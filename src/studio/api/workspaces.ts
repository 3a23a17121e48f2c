import { createRoute, z } from "@hono/zod-openapi";
import { consequencesOf } from "../../gate/consequences.ts";
import { examineWorkspace } from "../../gate/workspace-doctor.ts";
import type { Api } from "./api.ts";
import { registerApprovals } from "./approvals.ts";
import { baseOf, baseSchema } from "./base-standing.ts";
import { registerPlanActs } from "./plan-acts.ts";
import { ApiProblem, PROBLEMS, type ProblemCode, problemResponses } from "./problems.ts";
import { LISTERS, PATH, readers, type WorkspaceApiDeps, workspaceParams } from "./workspace-acts.ts";
import {
  approvalOf,
  approvalSchema,
  artifactOf,
  artifactSchema,
  draftOf,
  draftSchema,
  snapshotOf,
  snapshotSchema,
  workspaceOf,
  workspaceSchema,
} from "./workspace-schemas.ts";

const WORKSPACES_MAX = 500;

const listed = z.strictObject({
  workspaces: z.array(z.strictObject({ workspace: workspaceSchema, open_drafts: z.number().int(), ready_drafts: z.number().int() })),
});

const shown = z.strictObject({
  workspace: workspaceSchema,
  drafts: z.array(z.strictObject({ draft: draftSchema, snapshot: snapshotSchema.nullable() })),
  approval: approvalSchema.nullable(),
  artifact: artifactSchema.nullable(),
});

const preview = z.strictObject({
  workspace: workspaceSchema,
  draft: draftSchema.nullable(),
  snapshot: snapshotSchema.nullable(),
  approvable: z.boolean(),
  refusal: z
    .strictObject({
      code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
      message: z.string(),
      hint: z.string(),
      details: z.unknown().optional(),
    })
    .nullable(),
  blockers: z.array(z.string()),
  advisories: z.array(z.string()),
  missing: z.array(
    z.strictObject({ requirement: z.string(), have: z.number().int(), need: z.number().int(), completers: z.array(z.string()) }),
  ),
  consequences: z.array(z.string()),
  compiled_hash: z.string().nullable(),
  /** null = no draft is open, or a merge approves it. Only what `stands` can be approved. */
  base: baseSchema.nullable(),
});

const examined = z.strictObject({
  healthy: z.boolean(),
  questions: z.array(
    z.strictObject({
      id: z.string(),
      question: z.string(),
      answer: z.enum(["yes", "no", "not_yet", "overridden"]),
      detail: z.string(),
      next: z.string().nullable(),
    }),
  ),
});

const json = <S extends z.ZodType>(schema: S, description: string) => ({ description, content: { "application/json": { schema } } });
const READ = ["UNAUTHENTICATED", "FORBIDDEN", "WORKSPACE_NOT_FOUND", "INVALID_PARAMETER"] as const;

/** Every route of Studio's workspaces. Identity, cross-site refusal and rate limits stand in front of them. */
export function registerWorkspaces(api: Api, deps: WorkspaceApiDeps): void {
  registerReads(api, deps);
  registerApprovals(api, deps);
  registerPlanActs(api, deps);
}

function registerReads(api: Api, deps: WorkspaceApiDeps): void {
  const { records, plans } = deps;
  const one = { request: { params: workspaceParams }, middleware: [readers(deps)] };
  const list = createRoute({
    method: "get",
    path: PATH,
    summary: "The workspaces of your organisation",
    middleware: [LISTERS],
    responses: { 200: json(listed, "newest first"), ...problemResponses("UNAUTHENTICATED", "FORBIDDEN") },
  });
  api.openapi(list, async (context) => {
    const rows = await records.workspaces(context.get("principal").tenantId, WORKSPACES_MAX);
    const workspaces = rows.map((row) => ({
      workspace: workspaceOf(row.workspace),
      open_drafts: row.openDrafts,
      ready_drafts: row.readyDrafts,
    }));
    return context.json({ workspaces }, 200);
  });

  const show = createRoute({
    method: "get",
    path: `${PATH}/{workspace_id}`,
    summary: "One workspace, its drafts and its active approval",
    ...one,
    responses: { 200: json(shown, "the workspace"), ...problemResponses(...READ) },
  });
  api.openapi(show, async (context) => {
    const view = await records.workspace(context.get("principal").tenantId, context.req.valid("param").workspace_id);
    if (view === null) throw new ApiProblem("WORKSPACE_NOT_FOUND");
    const drafts = view.drafts.map(({ draft, snapshot }) => ({
      draft: draftOf(draft),
      snapshot: snapshot === null ? null : snapshotOf(snapshot),
    }));
    const approval = view.approval === null ? null : approvalOf(view.approval.approval);
    const artifact = view.approval === null ? null : artifactOf(view.approval.artifact);
    return context.json({ workspace: workspaceOf(view.workspace), drafts, approval, artifact }, 200);
  });

  const ahead = createRoute({
    method: "get",
    path: `${PATH}/{workspace_id}/approval-preview`,
    summary: "Blockers, advisories and enforced consequences of approving the active draft",
    ...one,
    responses: { 200: json(preview, "what an approval by you would do now"), ...problemResponses(...READ) },
  });
  api.openapi(ahead, async (context) => {
    const principal = context.get("principal");
    const { tenantId } = principal;
    const personId = principal.kind === "person" ? principal.personId : null;
    const found = await records.previewApproval(tenantId, context.req.valid("param").workspace_id, personId);
    if (found === null) throw new ApiProblem("WORKSPACE_NOT_FOUND");
    const { workspace, draft, snapshot, refusal, decision } = found;
    const plan = await plans.planOf({ tenantId, agent: workspace.agent, environment: workspace.environment });
    const missing = (decision?.requirements ?? []).filter(({ have, minApprovals }) => have < minApprovals);
    const body = {
      workspace: workspaceOf(workspace),
      draft: draft === null ? null : draftOf(draft),
      snapshot: snapshot === null ? null : snapshotOf(snapshot),
      approvable: refusal === null,
      refusal:
        refusal === null
          ? null
          : {
              code: refusal.code,
              message: refusal.message,
              hint: refusal.hint ?? PROBLEMS[refusal.code].hint,
              ...(refusal.details === undefined ? {} : { details: refusal.details as unknown }),
            },
      blockers: [...(snapshot?.blockerIds ?? [])],
      advisories: [...(snapshot?.advisoryIds ?? [])],
      missing: missing.map(({ id, have, minApprovals, completers }) => ({
        requirement: id,
        have,
        need: minApprovals,
        completers: [...completers],
      })),
      consequences: [...consequencesOf(found, plan)],
      compiled_hash: found.compiled?.compiledHash ?? null,
      base: found.base === null ? null : baseOf(found.base),
    };
    return context.json(body, 200);
  });

  const doctor = createRoute({
    method: "get",
    path: `${PATH}/{workspace_id}/doctor`,
    summary: "What to check when approval looks wrong: five questions, in order",
    ...one,
    responses: { 200: json(examined, "the answers"), ...problemResponses(...READ) },
  });
  api.openapi(doctor, async (context) => {
    const { tenantId } = context.get("principal");
    const questions = await examineWorkspace(records, plans, tenantId, context.req.valid("param").workspace_id);
    if (questions === null) throw new ApiProblem("WORKSPACE_NOT_FOUND");
    return context.json({ healthy: questions.every(({ answer }) => answer !== "no"), questions: [...questions] }, 200);
  });
}
