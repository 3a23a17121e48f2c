import { createRoute, z } from "@hono/zod-openapi";
import type { DecisionTrace, TenantReads } from "../../gate/ports.ts";
import { type Api, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

const PATH = "/api/v1/traces";
const LISTED = { most: 500, usually: 100 } as const;
const readers = { roles: ["approver", "developer", "auditor"], scopes: ["read"] } as const;

const outcome = z.enum(["pending", "approved", "rejected", "auto-applied", "overridden", "blocked"]);
const traceSchema = z
  .strictObject({
    traceId: z.uuid(),
    timestamp: z.iso.datetime(),
    action: z.literal("change"),
    /** `<repository id>#<number>` */
    artifact: z.string(),
    actor: z.strictObject({ type: z.literal("agent"), id: z.string(), systemCard: z.string().nullable() }),
    change: z.strictObject({
      description: z.string(),
      diff: z.array(z.strictObject({ code: z.string(), contract: z.string(), message: z.string() })),
    }),
    policy: z.array(z.string()),
    riskScore: z.number(),
    reasoning: z.string(),
    violations: z.array(z.strictObject({ boundary: z.string(), because: z.string() })),
    outcome,
    /** null = the action has not ended. */
    ending: z.enum(["merged", "closed", "blocked"]).nullable(),
    approvals: z.array(z.strictObject({ approver: z.int(), requirement: z.string(), timestamp: z.string(), channel: z.literal("github") })),
    severity: z.enum(["info", "warning", "critical"]),
    evaluationId: z.uuid(),
    headSha: z.string(),
  })
  .openapi("DecisionTrace");
const json = <S extends z.ZodType>(schema: S, description: string) => ({ description, content: { "application/json": { schema } } });

/** `/api/v1/traces`: what was decided about agents' actions, step by step. */
export function registerTraces(api: Api, records: (tenantId: string) => Pick<TenantReads, "decisionTraces" | "decisionTrace">): void {
  const list = createRoute({
    method: "get",
    path: PATH,
    summary: "Decision traces, newest first",
    middleware: [access(readers)],
    request: {
      query: z.strictObject({
        agent: z.string().min(1).max(255).optional(),
        artifact: z.string().min(1).max(64).optional(),
        outcome: outcome.optional(),
        limit: z.coerce.number().int().min(1).max(LISTED.most).optional(),
      }),
    },
    responses: { 200: json(z.strictObject({ traces: z.array(traceSchema) }), `at most ${LISTED.usually}, or as many as asked for`) },
  });
  api.openapi(list, async (context) => {
    const { agent, artifact, outcome: wanted, limit = LISTED.usually } = context.req.valid("query");
    const found = await records(context.get("principal").tenantId).decisionTraces({
      limit,
      ...(agent === undefined ? {} : { agent }),
      ...(artifact === undefined ? {} : { subject: artifact }),
      ...(wanted === undefined ? {} : { outcome: wanted }),
    });
    return context.json({ traces: found.map(traceOf) }, 200);
  });

  const one = createRoute({
    method: "get",
    path: `${PATH}/{id}`,
    summary: "One decision trace",
    middleware: [
      access(readers, {
        exists: async (tenantId, context) => (await records(tenantId).decisionTrace(context.req.param("id") ?? "")) !== null,
      }),
    ],
    request: { params: z.strictObject({ id: z.uuid().openapi({ description: "the trace's id" }) }) },
    responses: { 200: json(traceSchema, "the trace"), ...problemResponses("NOT_FOUND") },
  });
  api.openapi(one, async (context) => {
    const found = await records(context.get("principal").tenantId).decisionTrace(context.req.valid("param").id);
    if (found === null) throw new ApiProblem("NOT_FOUND", { message: "there is no such trace" });
    return context.json(traceOf(found), 200);
  });
}

function traceOf({ action, approvals, ...trace }: DecisionTrace): z.infer<typeof traceSchema> {
  return {
    traceId: trace.id,
    timestamp: trace.at,
    action: "change",
    artifact: trace.subject,
    actor: { type: "agent", id: trace.agentId, systemCard: action.systemCard },
    change: { description: action.description, diff: action.findings.map(({ code, contract, message }) => ({ code, contract, message })) },
    policy: [...action.policies],
    riskScore: action.riskScore,
    reasoning: action.reasoning,
    violations: action.violations.map(({ boundary, because }) => ({ boundary, because })),
    outcome: trace.outcome,
    ending: trace.ending,
    approvals: approvals.map(({ approverId, requirement, timestamp, channel }) => ({
      approver: approverId,
      requirement,
      timestamp,
      channel,
    })),
    severity: trace.severity,
    evaluationId: trace.evaluationId,
    headSha: trace.headSha,
  };
}
