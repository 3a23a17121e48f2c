import { createRoute, z } from "@hono/zod-openapi";
import type { TenantReads } from "../../gate/ports.ts";
import { schemaOf } from "../../gate/schemas.ts";
import { renderJson } from "../../report/json.ts";
import { type Api, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

/** `/api/v1/decisions/{id}`: what `check --format json` prints, of a decision of the server. */
export function registerDecisions(api: Api, records: (tenantId: string) => Pick<TenantReads, "evaluation">): void {
  api.openAPIRegistry.registerComponent("schemas", "Decision", decisionComponent());
  const route = createRoute({
    method: "get",
    path: "/api/v1/decisions/{id}",
    summary: "One decision with its whole explanation",
    middleware: [
      access(
        { roles: ["approver", "developer", "auditor"], scopes: ["read"] },
        { exists: async (tenantId, context) => (await records(tenantId).evaluation(context.req.param("id") ?? "")) !== null },
      ),
    ],
    request: {
      params: z.strictObject({ id: z.string().max(64).openapi({ description: "the evaluation's id, `external_id` of the check run" }) }),
    },
    responses: {
      200: { description: "the decision", content: { "application/json": { schema: { $ref: "#/components/schemas/Decision" } } } },
      ...problemResponses("NOT_FOUND"),
    },
  });
  api.openapi(route, async (context) => {
    const evaluation = await records(context.get("principal").tenantId).evaluation(context.req.valid("param").id);
    if (evaluation === null) throw new ApiProblem("NOT_FOUND", { message: "there is no such decision" });
    // Rendered with its own escapes: the types know `context.json` only.
    return context.body(renderJson(evaluation.decision), 200, { "Content-Type": "application/json; charset=utf-8" }) as never;
  });
}

/** The published schema, with its references at home in the document. */
function decisionComponent(): Record<string, unknown> {
  const { $schema: _, ...schema } = JSON.parse(
    JSON.stringify(schemaOf("decision")).replaceAll('"#/$defs/', '"#/components/schemas/Decision/$defs/'),
  ) as Record<string, unknown>;
  return schema;
}
