import { createRoute, z } from "@hono/zod-openapi";
import type { Api } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";
import { channelOf, PATH, personOf, settled, text, type WorkspaceApiDeps, workspaceParams, writers } from "./workspace-acts.ts";

const planBody = z.strictObject({ approval_id: z.uuid(), reason: text.optional() }).openapi("PlanAct");
const planSchema = z
  .strictObject({
    agent: z.string(),
    environment: z.string(),
    status: z.enum(["LEARNING", "READY", "APPROVED", "ENFORCING"]),
    compiled_hash: z.string().nullable(),
    artifact_id: z.uuid().nullable(),
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
  "INVALID_BODY",
  "INVALID_PARAMETER",
  "UNSUPPORTED_MEDIA_TYPE",
  "TOO_LARGE",
  "RATE_LIMITED",
  "UNAVAILABLE",
] as const;

/** promote and revoke: an admin's acts on the runtime's stratum, which decides for itself what it publishes. */
export function registerPlanActs(api: Api, deps: WorkspaceApiDeps): void {
  const { records, plans } = deps;
  for (const act of ["promote", "revoke"] as const) {
    const route = createRoute({
      method: "post",
      path: `${PATH}/{workspace_id}/${act}` as const,
      summary: act === "promote" ? "Publish an approval's artifact to the plan" : "Take an approval's artifact back from the plan",
      middleware: writers(deps, []),
      request: { params: workspaceParams, body: { required: true, content: { "application/json": { schema: planBody } } } },
      responses: {
        200: { description: "the plan as it stands now", content: { "application/json": { schema: planSchema } } },
        ...problemResponses(...PROBLEM_CODES),
      },
    });
    api.openapi(route, async (context) => {
      const { tenantId, personId } = personOf(context);
      const workspaceId = context.req.valid("param").workspace_id;
      const { approval_id: approvalId, reason } = context.req.valid("json");
      if ((await records.workspace(tenantId, workspaceId)) === null) throw new ApiProblem("WORKSPACE_NOT_FOUND");
      if ((await records.approvalIn(tenantId, workspaceId, approvalId)) === null)
        throw new ApiProblem("NOT_FOUND", { message: "the workspace has no such approval" });
      const asked = { tenantId, workspaceId, approvalId, actorId: personId, channel: channelOf(context), reason: reason ?? null };
      const plan = await settled(act === "promote" ? plans.publishPlan(asked) : plans.revokePlan(asked));
      const { agent, environment, status, compiledHash, artifactId } = plan;
      return context.json({ agent, environment, status, compiled_hash: compiledHash, artifact_id: artifactId }, 200);
    });
  }
}
