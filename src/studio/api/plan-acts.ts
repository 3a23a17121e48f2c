import { createRoute, z } from "@hono/zod-openapi";
import type { PlanOutcome, Role } from "../../gate/ports.ts";
import type { Api } from "./api.ts";
import { ApiProblem, PROBLEMS, problemResponses } from "./problems.ts";
import { PATH, personOf, readable, text, type WorkspaceApiDeps, workspaceParams, writers } from "./workspace-acts.ts";

const planBody = z.strictObject({ approval_id: z.uuid(), reason: text.optional() }).openapi("PlanAct");
const planSchema = z
  .strictObject({
    agent: z.string(),
    environment: z.string(),
    status: z.enum(["LEARNING", "READY", "APPROVED", "ENFORCING"]),
    compiled_hash: z.string().nullable(),
    /** What is published; null = nothing is. */
    approval_id: z.uuid().nullable(),
    /** false = it stood so already. */
    created: z.boolean(),
  })
  .openapi("WorkspacePlan");

const PROBLEM_CODES = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "CROSS_SITE",
  "WORKSPACE_NOT_FOUND",
  "NOT_FOUND",
  "INVALID_STATE",
  "VERSION_CONFLICT",
  "CONTRACTS_MISSING",
  "APPROVED_ARTIFACT_INVALID",
  "INVALID_BODY",
  "INVALID_PARAMETER",
  "UNSUPPORTED_MEDIA_TYPE",
  "TOO_LARGE",
  "RATE_LIMITED",
  "UNAVAILABLE",
] as const;

/** What an admin alone may do of it, the gate decides: publishing after something unapproved landed is an admin's. */
const ACTS = {
  promote: { roles: ["approver"], summary: "Publish an approval's artifact to the plan" },
  enforce: { roles: [], summary: "Make the published plan enforcing" },
  revoke: { roles: [], summary: "Take the published artifact back from the plan" },
} as const satisfies Record<string, { readonly roles: readonly Role[]; readonly summary: string }>;

/** promote, enforce and revoke: acts on what runtimes read, apart from approving. `approval_id`: what the caller saw published, but to promote. */
export function registerPlanActs(api: Api, deps: WorkspaceApiDeps): void {
  const { records, plans } = deps;
  for (const act of ["promote", "enforce", "revoke"] as const) {
    const route = createRoute({
      method: "post",
      path: `${PATH}/{workspace_id}/${act}` as const,
      summary: ACTS[act].summary,
      middleware: writers(deps, ACTS[act].roles),
      request: { params: workspaceParams, body: { required: true, content: { "application/json": { schema: planBody } } } },
      responses: {
        200: { description: "the plan as it stands now", content: { "application/json": { schema: planSchema } } },
        ...problemResponses(...PROBLEM_CODES),
      },
    });
    api.openapi(route, async (context) => {
      const { tenantId, personId, roles } = personOf(context);
      const workspaceId = context.req.valid("param").workspace_id;
      const { approval_id: approvalId, reason } = context.req.valid("json");
      const view = await records.workspace(tenantId, workspaceId);
      if (view === null) throw new ApiProblem("WORKSPACE_NOT_FOUND");
      const actor = { personId, isAdmin: roles.includes("admin") };
      const { plan, created } = done(await readable(plans[act]({ tenantId, workspaceId, approvalId, actor, rationale: reason ?? null })));
      const { agent, environment } = view.workspace;
      const { status, compiledHash, approvalId: published } = plan;
      return context.json({ agent, environment, status, compiled_hash: compiledHash, approval_id: published, created }, 200);
    });
  }
}

function done(outcome: PlanOutcome): Extract<PlanOutcome, { status: "done" }> {
  if (outcome.status === "done") return outcome;
  const { code, because, details } = outcome;
  const hint = code === "FORBIDDEN" ? "ask an admin of the organisation to publish it" : PROBLEMS[code].hint;
  throw new ApiProblem(code, { message: because, hint, ...(details === undefined ? {} : { details }) });
}
