import { createPlanPublishing } from "../../src/gate/publish-plan.ts";
import type { SubmissionPolicyDeps } from "../../src/gate/submission-policy.ts";
import type { Database } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { type Api, createApi, identified } from "../../src/studio/api/api.ts";
import type { Principal, Role, Scope } from "../../src/studio/api/principal.ts";
import type { WorkspaceApiDeps } from "../../src/studio/api/workspace-acts.ts";
import { registerWorkspaces } from "../../src/studio/api/workspaces.ts";
import { PEOPLE, policySources } from "./studio.ts";

export type Login = keyof typeof PEOPLE;

export function person(tenantId: string, login: Login, ...roles: readonly Role[]): Principal {
  return { kind: "person", tenantId, personId: PEOPLE[login], login, roles, authenticatedAt: "2026-11-26T10:00:00.000Z" };
}

export function key(tenantId: string, ...scopes: readonly Scope[]): Principal {
  return { kind: "key", tenantId, keyId: "k", name: "pipeline", scopes };
}

/** The real publishing. What is approved in Studio has no repository whose history could be asked for. */
export function plansOf(db: Database) {
  const content = () => {
    throw new Error("nothing landed: there is no history to read");
  };
  return createPlanPublishing({ ledger: createLedger(db), pulls: { content } });
}

/** Neither a limit nor a proof: tests of those bring their own. */
export const UNGUARDED: WorkspaceApiDeps["guards"] = { limit: (_, next) => next(), proof: (_, next) => next() };

/** What `submitted` was decided by is in force still. */
export const SAME_POLICY: SubmissionPolicyDeps = {
  submissions: {
    pushedPolicy: async () => ({ seq: 1, digest: "d", actorId: PEOPLE.ana, at: "2026-11-20T10:00:00.000Z", sources: policySources() }),
    pushPolicy: () => Promise.reject(new Error("nobody pushes a policy here")),
    repositoryPolicy: async () => null,
  },
  policyRepositoryOf: async () => null,
};

/** The routes behind an identity that each request is given by the test. */
export function workspaceApi(given: Omit<WorkspaceApiDeps, "guards" | keyof SubmissionPolicyDeps> & Partial<WorkspaceApiDeps>): {
  as(principal: Principal | null, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
} {
  let current: Principal | null = null;
  const errors: unknown[] = [];
  const api: Api = createApi((error) => errors.push(error));
  api.use(
    "/api/*",
    identified(async () => current),
  );
  registerWorkspaces(api, { ...SAME_POLICY, guards: UNGUARDED, ...given });
  return {
    async as(principal, method, path, body, headers = {}) {
      current = principal;
      const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } };
      const response = await api.request(`http://station.test/api/dashboard/studio/workspaces${path}`, { method, ...init });
      if (response.status === 500) throw errors.at(-1);
      return { status: response.status, body: await response.json() };
    },
  };
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any;
}
