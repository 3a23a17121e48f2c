import { createRoute, z } from "@hono/zod-openapi";
import { complianceReport } from "../../gate/compliance-report.ts";
import { instantOf } from "../../gate/instant.ts";
import { type Notary, Refusal, type TenantReads } from "../../gate/ports.ts";
import { schemaOf } from "../../gate/schemas.ts";
import { type Api, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/report",
  summary: "The governance records of a period as evidence, beside what the audit trail tells of it",
  middleware: [access({ roles: ["auditor"], scopes: [] })] as const,
  request: {
    query: z.strictObject({
      since: z.string().max(40).default("90d").openapi({ description: "days (`90d`), weeks (`13w`) or a date (`2026-01-31`)" }),
      until: z.string().max(40).optional().openapi({ description: "a date, not in it any more; default: now" }),
    }),
  },
  responses: {
    200: { description: "the report", content: { "application/json": { schema: { $ref: "#/components/schemas/ComplianceReport" } } } },
    ...problemResponses("UNAUTHENTICATED", "FORBIDDEN", "INVALID_PARAMETER", "INTERNAL_ERROR"),
  },
});

/** The report of an organisation, for its auditors. */
export function registerReport(api: Api, records: (tenantId: string) => TenantReads, notary: Notary): void {
  const { $schema: _, ...schema } = schemaOf("report") as Record<string, unknown>;
  api.openAPIRegistry.registerComponent("schemas", "ComplianceReport", schema);
  api.openapi(route, async (context) => {
    const { since, until } = context.req.valid("query");
    const found = await complianceReport(records(context.get("principal").tenantId), notary, periodOf(since, until ?? null));
    if ("status" in found) {
      const message = `there are more than ${found.max} ${found.what} in this period, and a report leaves nothing out`;
      throw new ApiProblem("INVALID_PARAMETER", { message, hint: "ask for a shorter period, and for several reports" });
    }
    return context.json(found, 200) as never;
  });
}

/** @throws ApiProblem when one of them is no time, or nothing is between them. */
export function periodOf(since: string, until: string | null): { readonly from: string; readonly to: string | null } {
  try {
    const now = new Date();
    const from = instantOf(since, now);
    const to = until === null ? null : instantOf(until, now, "until");
    if (Date.parse(from) >= Date.parse(to ?? now.toISOString())) throw new Refusal("usage", "the period ends before it begins");
    return { from, to };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ApiProblem("INVALID_PARAMETER", { message: error.message, ...(error.hint === null ? {} : { hint: error.hint }) });
  }
}
