import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { ApiKey, ApiKeys } from "../../gate/ports.ts";
import { type Api, type ApiEnv, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";

const scope = z.enum(["submit", "read", "plan"]);
const when = z.iso.datetime().nullable();
const keySchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(scope),
    /** GitHub account id; null = made on the server's command line. */
    created_by: z.int().nullable(),
    created_at: z.iso.datetime(),
    expires_at: when,
    revoked_at: when,
    last_used_at: when,
  })
  .openapi("ApiKey");
const json = <T extends z.ZodType>(description: string, schema: T) => ({ description, content: { "application/json": { schema } } });
const byId = z.strictObject({ id: z.string().max(64).openapi({ description: "the key's id" }) });

/** Keys are an admin's. */
const ADMIN = { roles: ["admin"], scopes: [] } as const;

/** `/api/v1/keys`: made, listed and revoked by admins of the tenant. `proof`: of whoever makes one; revoking asks for none. */
export function registerKeys(api: Api, store: ApiKeys, proof: MiddlewareHandler<ApiEnv>): void {
  const admins = access(ADMIN);
  const list = createRoute({
    method: "get",
    path: "/api/v1/keys",
    summary: "The keys of this tenant, newest first; secrets are not among what is kept",
    middleware: [admins],
    responses: { 200: json("keys", z.strictObject({ keys: z.array(keySchema) })) },
  });
  const create = createRoute({
    method: "post",
    path: "/api/v1/keys",
    summary:
      "A key for a pipeline or a runtime; the answer is the only place that shows its secret; needs a sign-in of the last 15 minutes",
    // It outlives every session, that of a thief too.
    middleware: [admins, proof],
    request: {
      body: {
        required: true,
        content: {
          "application/json": {
            schema: z.strictObject({
              name: z.string().trim().min(1).max(100),
              scopes: z.array(scope).min(1).max(3),
              expires_in_days: z.int().min(1).max(3650).optional(),
            }),
          },
        },
      },
    },
    responses: {
      201: json("the key and its secret", z.strictObject({ key: keySchema, secret: z.string() })),
      ...problemResponses("REAUTHENTICATE"),
    },
  });
  const revoke = createRoute({
    method: "delete",
    path: "/api/v1/keys/{id}",
    summary: "Revoke a key: whoever holds it is refused from now on",
    middleware: [access(ADMIN, { exists: async (tenantId, context) => isThere(store, tenantId, context.req.param("id") ?? "") })],
    request: { params: byId },
    responses: { 200: json("the key, revoked", keySchema), ...problemResponses("NOT_FOUND") },
  });

  api.openapi(list, async (context) => context.json({ keys: (await store.apiKeys(context.get("principal").tenantId)).map(shown) }, 200));
  api.openapi(create, async (context) => {
    const { name, scopes, expires_in_days: days } = context.req.valid("json");
    const who = context.get("principal");
    const expiresAt = days === undefined ? null : new Date(Date.now() + days * 86_400_000).toISOString();
    const createdBy = who.kind === "person" ? who.personId : null;
    const { key, secret } = await store.createKey(who.tenantId, { name, scopes, createdBy, expiresAt });
    return context.json({ key: shown(key), secret }, 201);
  });
  api.openapi(revoke, async (context) => {
    const who = context.get("principal");
    const key = await store.revokeKey(who.tenantId, context.req.valid("param").id, who.kind === "person" ? who.personId : null);
    if (key === null) throw new ApiProblem("NOT_FOUND", { message: "there is no such key" });
    return context.json(shown(key), 200);
  });
}

async function isThere(store: ApiKeys, tenantId: string, id: string): Promise<boolean> {
  return (await store.apiKeys(tenantId)).some((key) => key.id === id);
}

function shown(key: ApiKey): z.infer<typeof keySchema> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_by: key.createdBy,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  };
}
