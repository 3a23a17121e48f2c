import type { Api } from "./api.ts";
import { type ProblemCode, problemResponses } from "./problems.ts";

type Json = Record<string, unknown>;
type Operation = { security?: readonly unknown[]; responses: Record<string, unknown>; requestBody?: unknown };

/** What any route can answer with, whatever it does. */
const ALWAYS: readonly ProblemCode[] = ["INVALID_PARAMETER", "RATE_LIMITED", "INTERNAL_ERROR", "UNAVAILABLE"];
const BEHIND_A_SESSION: readonly ProblemCode[] = ["UNAUTHENTICATED", "REAUTHENTICATE", "FORBIDDEN"];
const WITH_A_BODY: readonly ProblemCode[] = ["CROSS_SITE", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "INVALID_BODY"];

/** The OpenAPI 3.1 description, made from the route definitions themselves. Call it when every route is registered. */
export function describeApi(api: Api, version: string): Json {
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Countersign",
      version,
      description: "Errors are always `{error: {code, message, hint?, details?}}`; docs/api.md explains every code.",
    },
    security: [{ bearer: [] }, { session: [] }],
  }) as unknown as Json & { paths: Record<string, Record<string, Operation>>; components: Json };
  document.components["securitySchemes"] = {
    bearer: { type: "http", scheme: "bearer", description: "an API key (csk_…), or a session of the command line (cst_…)" },
    session: { type: "apiKey", in: "cookie", name: "__Host-countersign", description: "a browser's session; writes need our own Origin" },
  };
  for (const methods of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) addCommon(method, operation);
  }
  return document;
}

function addCommon(method: string, operation: Operation): void {
  const open = operation.security?.length === 0;
  const codes = [...ALWAYS, ...(open ? [] : BEHIND_A_SESSION), ...(method === "get" ? [] : WITH_A_BODY)];
  const schema = { $ref: "#/components/schemas/Problem" };
  for (const [status, { description }] of Object.entries(problemResponses(...codes))) {
    const own = operation.responses[status] as { description: string } | undefined;
    const named = own === undefined ? description : [...new Set([...own.description.split(", "), ...description.split(", ")])].join(", ");
    operation.responses[status] = { ...own, description: named, content: { "application/json": { schema } } };
  }
}
