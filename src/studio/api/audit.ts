import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { TenantReads } from "../../gate/ports.ts";
import { type Api, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

const LIMIT_MAX = 200;
/** Numbers of events are 32-bit integers in the database. */
const LAST_SEQ = 2 ** 31 - 1;

const eventSchema = z
  .strictObject({
    seq: z.int().openapi({ description: "1-based, gapless" }),
    at: z.string(),
    type: z.string(),
    severity: z.enum(["info", "warning", "critical"]),
    actor: z.string().nullable().openapi({ description: "GitHub's account id" }),
    actorLogin: z.string().nullable().openapi({ description: "null = unknown, or erased" }),
    subject: z.string(),
    payload: z.unknown(),
    prevHash: z.string(),
    hash: z.string(),
  })
  .openapi("AuditEvent");

const auditPage = createRoute({
  method: "get",
  path: "/api/v1/audit",
  summary: "The audit trail of your organisation, newest first",
  middleware: [access({ roles: ["approver", "auditor"], scopes: [] })] as const,
  request: {
    query: z.strictObject({
      before: z.coerce
        .number()
        .int()
        .min(1)
        .max(LAST_SEQ)
        .optional()
        .openapi({ description: "events before this one; `nextBefore` of the page before" }),
      type: z.string().min(1).max(200).optional().openapi({ description: "a type, or its first words: `governance`" }),
      actor: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional()
        .openapi({ description: "account id" }),
      subject: z.string().min(1).max(200).optional().openapi({ description: "part of the subject" }),
      limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
    }),
  },
  responses: {
    200: {
      description: "One page",
      content: { "application/json": { schema: z.strictObject({ events: z.array(eventSchema), nextBefore: z.int().nullable() }) } },
    },
    ...problemResponses("UNAUTHENTICATED", "FORBIDDEN", "INVALID_PARAMETER", "INTERNAL_ERROR"),
  },
});

const envelopeSchema = z
  .strictObject({
    payloadType: z.string(),
    payload: z.string().openapi({ description: "base64 of an in-toto Statement v1" }),
    signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })),
  })
  .openapi("Envelope");

const evidence = {
  method: "get",
  path: "/api/v1/approvals/{id}/evidence",
  summary: "The signed statement about one approval",
  request: { params: z.strictObject({ id: z.uuid() }) },
  responses: {
    200: { description: "In a DSSE envelope", content: { "application/json": { schema: envelopeSchema } } },
    ...problemResponses("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "INVALID_STATE", "INVALID_PARAMETER", "INTERNAL_ERROR"),
  },
} as const;

/** What an auditor asks over HTTP; each principal sees its own tenant. */
export function registerAudit(api: Api, records: (tenantId: string) => Pick<TenantReads, "auditEvents" | "evidenceOf">): void {
  api.openapi(auditPage, async (context) => {
    const { before, type, actor, subject, limit } = context.req.valid("query");
    const query = { before: before ?? null, type: type ?? null, actor: actor ?? null, subject: subject ?? null, limit };
    const found = await records(context.get("principal").tenantId).auditEvents(query);
    const events = found.map(({ tenantId: _own, ...event }) => event);
    const last = events.at(-1);
    return context.json({ events, nextBefore: events.length === limit && last !== undefined && last.seq > 1 ? last.seq : null }, 200);
  });
  const exists = async (tenantId: string, context: Context) => (await records(tenantId).evidenceOf(context.req.param("id") ?? "")) !== null;
  const mayRead = access({ roles: ["approver", "auditor"], scopes: ["read"] }, { exists });
  api.openapi(createRoute({ ...evidence, middleware: [mayRead] as const }), async (context) => {
    const found = await records(context.get("principal").tenantId).evidenceOf(context.req.valid("param").id);
    if (found === null) throw new ApiProblem("NOT_FOUND", { message: "there is no such approval" });
    if (found.envelope === null) throw new ApiProblem("INVALID_STATE", { message: "its statement is not signed yet" });
    return context.json({ ...found.envelope, signatures: [...found.envelope.signatures] }, 200);
  });
}
