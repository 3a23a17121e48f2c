import { z } from "@hono/zod-openapi";

/**
 * Every refusal of the HTTP API: the status it answers with, what it says when the route says nothing better, and what to do next.
 * Documented in docs/api.md, which a test holds to this table.
 */
export const PROBLEMS = {
  UNAUTHENTICATED: { status: 401, message: "a session or an API key is required", hint: "sign in, or send `Authorization: Bearer <key>`" },
  REAUTHENTICATE: {
    status: 401,
    message: "prove again that it is you: this needs a sign-in of the last 15 minutes",
    hint: "sign in again where `details` says, or exchange a fresh token at POST /api/v1/sessions; then repeat the request",
  },
  WRONG_TOKEN: {
    status: 401,
    message: "GitHub did not give this token to our app",
    hint: "get one by the device flow that GET /api/v1/sign-in describes; tokens of other apps and personal tokens open nothing",
  },
  NO_ORGANISATION: {
    status: 403,
    message: "you reach no organisation that has this app",
    hint: "ask an owner to install the app, and sign in to the organisation's single sign-on first if it has one",
  },
  FORBIDDEN: {
    status: 403,
    message: "your roles do not allow this",
    hint: "ask an admin of the organisation for the role that `details` names",
  },
  OWN_CHANGE: {
    status: 403,
    message: "nobody approves their own change",
    hint: "ask somebody who has no part in this draft; no role lifts this",
  },
  NOT_ELIGIBLE: {
    status: 403,
    message: "your vote would not count",
    hint: "the approval preview names who may fill what is missing",
  },
  CROSS_SITE: {
    status: 403,
    message: "this write did not come from the Station",
    hint: "send it from the Station's own pages, or with an API key",
  },
  NOT_FOUND: {
    status: 404,
    message: "there is nothing at this address",
    hint: "check the id; what belongs to another organisation is not shown",
  },
  WORKSPACE_NOT_FOUND: { status: 404, message: "there is no such workspace", hint: "list the workspaces of your organisation" },
  PLAN_NOT_FOUND: { status: 404, message: "no such agent and environment", hint: "a plan begins with the first draft of its workspace" },
  SIGN_IN_OFF: {
    status: 404,
    message: "nobody can sign in to this server",
    hint: "its operator sets GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and SESSION_SECRET: docs/self-hosting.md",
  },
  METHOD_NOT_ALLOWED: { status: 405, message: "this address does not take that method", hint: "see /openapi.json" },
  NO_ACTIVE_DRAFT: { status: 409, message: "the workspace has no active draft", hint: "activate a draft, or submit one" },
  STALE_LINEAGE: { status: 409, message: "the draft has moved since you read it", hint: "read the approval preview again, then decide" },
  NOT_READY: { status: 409, message: "the snapshot is not ready for approval", hint: "the approval preview says what is missing" },
  BLOCKED: { status: 409, message: "blockers stand", hint: "clear the blockers that `details` lists" },
  BASE_MOVED: {
    status: 409,
    message: "it does not begin from what was approved before",
    hint: "`details` names the differences: submit the change again from the content that was approved last; docs/submissions.md",
  },
  VERSION_CONFLICT: { status: 409, message: "it changed since you last read it", hint: "read it again, then repeat" },
  INVALID_STATE: { status: 409, message: "its state does not allow this", hint: "read its state" },
  CONTRACTS_MISSING: {
    status: 409,
    message: "runtimes would lose contracts that are in force",
    hint: "`details` names them: approve a change that holds them or removes them, or have an admin revoke the plan first",
  },
  NO_POLICY: {
    status: 409,
    message: "no policy is in force here",
    hint: "an admin runs `countersign policy push`, or brings the policy of the repository in force",
  },
  GONE: { status: 410, message: "this was superseded or revoked", hint: "fetch the current one" },
  TOO_LARGE: { status: 413, message: "the body is too large", hint: "see docs/limits.md" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: "the body must be JSON", hint: "send `Content-Type: application/json`" },
  INVALID_BODY: {
    status: 422,
    message: "the body is not what this route takes",
    hint: "see `details` and /openapi.json; unknown keys are refused",
  },
  INVALID_PARAMETER: { status: 422, message: "a parameter is not what this route takes", hint: "see `details` and /openapi.json" },
  INVALID_POLICY: {
    status: 422,
    message: "the policy cannot be read, or loosens the organisation's",
    hint: "`details` lists what is wrong; `countersign validate` and `countersign policy lint` say more",
  },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    message: "this idempotency key was used with another body",
    hint: "use a new key for a new request",
  },
  APPROVED_ARTIFACT_INVALID: {
    status: 422,
    message: "the plan is approved, but its artifact is missing or does not verify",
    hint: "do not run; tell an admin, who publishes again",
  },
  RATE_LIMITED: { status: 429, message: "too many requests", hint: "wait as long as Retry-After says" },
  INTERNAL_ERROR: {
    status: 500,
    message: "the answer could not be made",
    hint: "nothing was changed by it; try again, and look into the server's log",
  },
  UNAVAILABLE: { status: 503, message: "the database does not answer", hint: "nothing was changed by it; try again" },
} as const satisfies Record<string, { readonly status: number; readonly message: string; readonly hint: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The one shape of every error. */
export const problemSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
      message: z.string(),
      hint: z.string().optional(),
      details: z.unknown().optional(),
    }),
  })
  .openapi("Problem");

/** Thrown by a route or a middleware; the API answers with it. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: ProblemCode;
  readonly details: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** What to do next, where the table's hint is too general. */
  readonly hint: string | undefined;

  constructor(
    code: ProblemCode,
    given: { message?: string; details?: unknown; hint?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(given.message ?? PROBLEMS[code].message);
    this.code = code;
    this.details = given.details;
    this.hint = given.hint;
    this.headers = given.headers ?? {};
  }
}

/** The answer to a problem. */
export function problemResponse({ code, message, details, headers, hint: own }: ApiProblem): Response {
  const { status, hint: general } = PROBLEMS[code];
  const hint = own ?? general;
  return Response.json({ error: { code, message, hint, ...(details === undefined ? {} : { details }) } }, { status, headers });
}

/** The `responses` entries of a route for the problems it can answer with, one per status. */
export function problemResponses(
  ...codes: ProblemCode[]
): Record<number, { description: string; content: { "application/json": { schema: typeof problemSchema } } }> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      { description: named.join(", "), content: { "application/json": { schema: problemSchema } } },
    ]),
  );
}
