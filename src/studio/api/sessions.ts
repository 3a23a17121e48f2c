import { createRoute, z } from "@hono/zod-openapi";
import { type AccessStore, type Session, type SignInGitHub, TruthError } from "../../gate/ports.ts";
import { type SignIn, signIn } from "../../gate/sign-in.ts";
import type { Doorkeeper } from "../identify.ts";
import type { Api } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

export interface SessionRouteDeps {
  /** null = nobody can sign in. */
  readonly github: SignInGitHub | null;
  readonly access: AccessStore;
  readonly door: Doorkeeper;
}

/** What the device flow asks for: nothing, because the token is shown to us once to say who holds it. */
const SCOPES: readonly string[] = [];

const tenantSchema = z.strictObject({ id: z.uuid(), login: z.string() });
const currentSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("person"),
      person: z.strictObject({ id: z.int(), login: z.string() }),
      tenant: tenantSchema,
      /** Those that the session reaches. */
      tenants: z.array(tenantSchema),
      roles: z.array(z.enum(["admin", "approver", "developer", "auditor"])),
      authenticated_at: z.iso.datetime(),
      /** null = the demo's session. */
      expires_at: z.iso.datetime().nullable(),
    }),
    z.strictObject({
      kind: z.literal("key"),
      key: z.strictObject({ id: z.uuid(), name: z.string() }),
      tenant: tenantSchema,
      scopes: z.array(z.enum(["submit", "read", "plan"])),
    }),
  ])
  .openapi("CurrentSession");

const describeSignIn = createRoute({
  method: "get",
  path: "/api/v1/sign-in",
  summary: "How a person signs in from the command line: GitHub's device flow for this client",
  security: [],
  responses: {
    200: {
      description: "what the device flow needs",
      content: {
        "application/json": {
          schema: z
            .strictObject({
              client_id: z.string(),
              github_url: z.url(),
              device_code_url: z.url(),
              access_token_url: z.url(),
              scopes: z.array(z.string()),
            })
            .openapi("SignIn"),
        },
      },
    },
    ...problemResponses("SIGN_IN_OFF"),
  },
});

const begin = createRoute({
  method: "post",
  path: "/api/v1/sessions",
  summary: "Exchange a GitHub user token of our device flow for a session of 12 hours, 2 when idle",
  security: [],
  request: {
    body: { required: true, content: { "application/json": { schema: z.strictObject({ github_token: z.string().min(1).max(512) }) } } },
  },
  responses: {
    201: {
      description: "send the token as `Authorization: Bearer`",
      content: {
        "application/json": {
          schema: z
            .strictObject({ token: z.string(), expires_at: z.iso.datetime(), tenant: tenantSchema, tenants: z.array(tenantSchema) })
            .openapi("NewSession"),
        },
      },
    },
    ...problemResponses("WRONG_TOKEN", "NO_ORGANISATION", "SIGN_IN_OFF"),
  },
});

const current = createRoute({
  method: "get",
  path: "/api/v1/sessions/current",
  summary: "Who asks, in which tenant, and what they may do there",
  responses: { 200: { description: "the session or key", content: { "application/json": { schema: currentSchema } } } },
});

const end = createRoute({
  method: "delete",
  path: "/api/v1/sessions/current",
  summary: "Sign out: nobody who holds this session can use it afterwards",
  responses: { 204: { description: "signed out" }, ...problemResponses("NOT_FOUND") },
});

const choose = createRoute({
  method: "put",
  path: "/api/v1/sessions/current/tenant",
  summary: "Go on in another tenant of this session",
  request: { body: { required: true, content: { "application/json": { schema: z.strictObject({ tenant_id: z.uuid() }) } } } },
  responses: { 204: { description: "from now on, in that tenant" }, ...problemResponses("NOT_FOUND") },
});

/** Routes that need no session: they stand before the middleware that asks for one. */
export function registerSignIn(api: Api, { github, access, door }: SessionRouteDeps): void {
  api.openapi(describeSignIn, (context) => {
    const { clientId, webUrl } = configured(github);
    return context.json(
      {
        client_id: clientId,
        github_url: webUrl,
        device_code_url: `${webUrl}/login/device/code`,
        access_token_url: `${webUrl}/login/oauth/access_token`,
        scopes: [...SCOPES],
      },
      200,
    );
  });
  api.openapi(begin, async (context) => {
    const { github_token } = context.req.valid("json");
    const session = sessionOf(
      await answered(signIn({ github: configured(github), sessions: access }, github_token, { kind: "bearer", replaces: null })),
    );
    return context.json({ token: await door.sealed(session), expires_at: session.expiresAt, ...tenantsOf(session) }, 201);
  });
}

export function registerSessions(api: Api, { access, door }: SessionRouteDeps): void {
  api.openapi(current, async (context) => {
    const who = context.get("principal");
    const tenant = await access.tenant(who.tenantId);
    const shown = { id: who.tenantId, login: tenant?.login ?? "-" };
    if (who.kind === "key")
      return context.json({ kind: "key" as const, key: { id: who.keyId, name: who.name }, tenant: shown, scopes: [...who.scopes] }, 200);
    const session = await door.session(context);
    return context.json(
      {
        kind: "person" as const,
        person: { id: who.personId, login: who.login },
        tenant: shown,
        tenants: session === null ? [shown] : tenantsOf(session).tenants,
        roles: [...who.roles],
        authenticated_at: who.authenticatedAt,
        expires_at: session?.expiresAt ?? null,
      },
      200,
    );
  });
  api.openapi(end, async (context) => {
    const session = await door.session(context);
    if (session === null) throw new ApiProblem("NOT_FOUND", { message: "there is no session to end: keys are revoked" });
    await access.endSession(session.id);
    return context.body(null, 204);
  });
  api.openapi(choose, async (context) => {
    const session = await door.session(context);
    const { tenant_id } = context.req.valid("json");
    if (session === null || !(await access.switchTenant(session.id, tenant_id)))
      throw new ApiProblem("NOT_FOUND", { message: "this session reaches no such tenant" });
    return context.body(null, 204);
  });
}

function tenantsOf(session: Session) {
  const tenants = session.reaches.map(({ tenantId, account }) => ({ id: tenantId, login: account.login }));
  return { tenant: tenants.find(({ id }) => id === session.tenantId)!, tenants };
}

function configured(github: SignInGitHub | null): SignInGitHub {
  if (github === null) throw new ApiProblem("SIGN_IN_OFF");
  return github;
}

function sessionOf(outcome: SignIn): Session {
  if (outcome.status === "signed_in") return outcome.session;
  throw new ApiProblem(outcome.status === "wrong_token" ? "WRONG_TOKEN" : "NO_ORGANISATION");
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (!(error instanceof TruthError)) throw error;
    throw new ApiProblem("UNAVAILABLE", { message: "GitHub does not answer: nobody can sign in now" });
  });
}
