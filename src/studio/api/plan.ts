import { createRoute, z } from "@hono/zod-openapi";
import type { PlanAnswer, PlanReading } from "../../gate/ports.ts";
import { type Api, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

export interface PlanRouteDeps {
  readonly plans: PlanReading;
}

type Published = Extract<PlanAnswer, { status: "published" }>;

const query = z.strictObject({
  agent: z
    .string()
    .min(1)
    .max(300)
    .openapi({ description: "The workspace's agent: the repository's full name unless configured", example: "acme/contracts" }),
  environment: z.string().min(1).max(100).openapi({ example: "production" }),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits")
    .optional()
    .openapi({ description: "The compiled hash that is meant: 410 once it is superseded or revoked" }),
});

const place = { agent: z.string(), environment: z.string() };

/** What a runtime reads. `compiled_hash` can be computed from `compiled_session` alone. */
export const planSchema = z
  .discriminatedUnion("status", [
    z.strictObject({ ...place, status: z.enum(["LEARNING", "READY"]) }),
    z.strictObject({
      ...place,
      status: z.enum(["APPROVED", "ENFORCING"]),
      compiled_hash: z.string(),
      compiled_session: z.strictObject({
        runtime_projection: z.looseObject({}),
        review_hash: z.string(),
        compiler_version: z.string(),
      }),
    }),
  ])
  .openapi("Plan");

const headers = z.object({ ETag: z.string().openapi({ description: "Strong; changes with hash and status" }) });

/** `GET /api/v1/governance/plan`: for keys with the scope `plan`, in the key's tenant. Identity and rate limits stand in front of it. */
export function registerPlan(api: Api, { plans }: PlanRouteDeps): void {
  /** A session is the same object as long as the plan is the same: it is written once. */
  const written = new WeakMap<Published["session"], string>();
  const route = createRoute({
    method: "get",
    path: "/api/v1/governance/plan",
    summary: "The governance plan of an agent in an environment",
    middleware: [access({ roles: [], scopes: ["plan"] })] as const,
    request: { query, headers: z.object({ "if-none-match": z.string().optional() }) },
    responses: {
      200: {
        description: "The plan; an artifact only when it is published",
        headers,
        content: { "application/json": { schema: planSchema } },
      },
      304: { description: "What If-None-Match names is still the plan", headers },
      ...problemResponses(
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "PLAN_NOT_FOUND",
        "GONE",
        "APPROVED_ARTIFACT_INVALID",
        "INVALID_PARAMETER",
        "INTERNAL_ERROR",
      ),
    },
  });
  api.openapi(route, async (context) => {
    const { agent, environment, hash } = context.req.valid("query");
    const { tenantId } = context.get("principal");
    const answer = shown(await plans.read({ tenantId, agent, environment }, hash ?? null), hash !== undefined);
    const etag = etagOf(answer);
    const headers = { ETag: etag, "Cache-Control": "private, no-cache", Vary: "Authorization" };
    if (names(context.req.header("If-None-Match"), etag)) return context.body(null, 304, headers);
    const body = answer.status === "published" ? publishedBody(answer, written) : `"status":"${answer.planStatus}"`;
    const whole = `{"agent":${JSON.stringify(agent)},"environment":${JSON.stringify(environment)},${body}}`;
    // Written once and sent as it is; a test holds it to the schema above.
    return context.body(whole, 200, { ...headers, "Content-Type": "application/json" }) as never;
  });
}

/** @throws ApiProblem for all that is no plan. */
function shown(answer: PlanAnswer, asksHash: boolean): Published | Extract<PlanAnswer, { status: "in_review" }> {
  switch (answer.status) {
    case "published":
    case "in_review":
      return answer;
    case "not_found":
      throw new ApiProblem(
        "PLAN_NOT_FOUND",
        asksHash ? { message: "no such agent and environment, or this hash was never published there" } : {},
      );
    case "gone":
      throw new ApiProblem("GONE");
    case "invalid":
      throw new ApiProblem("APPROVED_ARTIFACT_INVALID", { details: { because: answer.because } });
  }
}

function publishedBody({ planStatus, compiledHash, session }: Published, written: WeakMap<Published["session"], string>): string {
  const text = written.get(session) ?? JSON.stringify(session);
  written.set(session, text);
  return `"status":"${planStatus}","compiled_hash":"${compiledHash}","compiled_session":${text}`;
}

/** Strong: the same tag is the same bytes, for one address. */
function etagOf(answer: Extract<PlanAnswer, { status: "published" | "in_review" }>): string {
  return `"${answer.planStatus}${answer.status === "published" ? `-${answer.compiledHash}` : ""}"`;
}

/** RFC 9110: any of a list, weak or strong. `*` matches any plan, which there is. */
function names(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((each) => each.trim() === "*" || each.trim().replace(/^W\//, "") === etag);
}
