import type { Role, Scope } from "../../src/gate/ports.ts";
import { sampleEvaluation, sampleTrace } from "./sample-evaluation.ts";
import type { Station } from "./station.ts";
import { STUDIO_EXAMPLES } from "./studio-examples.ts";
import { CHANGE, PUSHED, pushedVersion, sampleSubmission } from "./submissions.ts";

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

const SUBMITTERS = { roles: ["approver", "developer"], scopes: ["submit"] } as const;
const READERS = { roles: ["approver", "developer", "auditor"], scopes: ["submit", "read"] } as const;
const submissionOf = async ({ db, hub }: Station, tenantId: string) => ({ id: await sampleSubmission(db, hub, tenantId) });

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
  "GET /api/v1/report": { roles: ["auditor"], scopes: [], query: async () => "?since=30d" },
  ...STUDIO_EXAMPLES,
  "GET /api/v1/traces": { roles: ["approver", "developer", "auditor"], scopes: ["read"] },
  "GET /api/v1/traces/{id}": {
    roles: ["approver", "developer", "auditor"],
    scopes: ["read"],
    params: async ({ db }, tenantId) => ({ id: await sampleTrace(db, tenantId) }),
  },
  "GET /api/v1/policy": READERS,
  "PUT /api/v1/policy": {
    ...NOBODY_ELSE,
    body: async ({ db }, tenantId) => ({ ...PUSHED, expected_version: await pushedVersion(db, tenantId) }),
  },
  "GET /api/v1/submissions": READERS,
  "POST /api/v1/submissions": {
    ...SUBMITTERS,
    body: async ({ db }, tenantId) => {
      await pushedVersion(db, tenantId);
      return { agent: `org/${crypto.randomUUID()}`, ...CHANGE };
    },
  },
  "GET /api/v1/submissions/{id}": { ...READERS, params: submissionOf },
  "POST /api/v1/submissions/{id}/override": {
    ...NOBODY_ELSE,
    params: submissionOf,
    // Of another version than the one that is there: 409 to whoever may.
    body: async () => ({ snapshot_id: crypto.randomUUID(), draft_version: 1, reason: "it burns", incident: "INC-1" }),
    good: [409],
  },
  "POST /api/v1/submissions/{id}/override-review": {
    roles: ["approver"],
    scopes: [],
    params: submissionOf,
    body: async () => ({ finding: "it had to be" }),
    good: [409],
  },
  "POST /api/v1/submissions/{id}/snapshots": {
    ...SUBMITTERS,
    params: submissionOf,
    body: async () => ({ expected_version: 1, ...CHANGE }),
  },
};
