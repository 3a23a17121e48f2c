import type { Role, Scope } from "../../src/gate/ports.ts";
import { sampleEvaluation } from "./sample-evaluation.ts";
import type { Station } from "./station.ts";
import { STUDIO_EXAMPLES } from "./studio-examples.ts";

/** How one route is asked in the contract test. */
export interface Example {
  /** Who may: everybody else of the tenant is answered 403. `admin` may always. */
  readonly roles: readonly Exclude<Role, "admin">[];
  readonly scopes: readonly Scope[];
  /** Path parameters that name something of this tenant, made anew each time. */
  params?(station: Station, tenantId: string): Promise<Readonly<Record<string, string>>>;
  query?(station: Station, tenantId: string): Promise<string>;
  /** A good body, made anew each time, about what the path names. */
  body?(station: Station, tenantId: string, params: Readonly<Record<string, string>>): Promise<unknown>;
  /** What names the thing, if the path does not: a foreign one is 404 to those who may. */
  readonly named?: "body" | "query";
  /** Statuses that a good request of somebody who may can have. Default: 200, 201, 204. */
  readonly good?: readonly number[];
}

const EVERYBODY = { roles: ["approver", "developer", "auditor"], scopes: ["submit", "read", "plan"] } as const;
const NOBODY_ELSE = { roles: [], scopes: [] } as const;

/**
 * One row for each route of the API: `METHOD /template`. The contract test walks the routes of /openapi.json and fails on one that has
 * no row here, so a new route is asked by every role, every key and every stranger as soon as it exists.
 */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "GET /api/v1/sign-in": EVERYBODY,
  "POST /api/v1/sessions": { ...EVERYBODY, body: async ({ hub }) => ({ github_token: hub.appUserToken("ana") }) },
  "GET /api/v1/sessions/current": EVERYBODY,
  // A key has no session: 404.
  "DELETE /api/v1/sessions/current": { ...EVERYBODY, good: [204, 404] },
  "PUT /api/v1/sessions/current/tenant": {
    ...EVERYBODY,
    body: async (_, tenantId) => ({ tenant_id: tenantId }),
    named: "body",
    good: [204, 404],
  },
  "GET /api/v1/keys": NOBODY_ELSE,
  "POST /api/v1/keys": { ...NOBODY_ELSE, body: async () => ({ name: "contract", scopes: ["read"] }) },
  "DELETE /api/v1/keys/{id}": {
    ...NOBODY_ELSE,
    params: async ({ access }, tenantId) => ({
      id: (await access.createKey(tenantId, { name: "contract", scopes: ["plan"], createdBy: null, expiresAt: null })).key.id,
    }),
  },
  "GET /api/v1/decisions/{id}": {
    roles: ["approver", "developer", "auditor"],
    scopes: ["read"],
    params: async (station, tenantId) => ({ id: await sampleEvaluation(station.db, tenantId) }),
  },
  "GET /api/v1/audit": { roles: ["approver", "auditor"], scopes: [] },
  ...STUDIO_EXAMPLES,
};
