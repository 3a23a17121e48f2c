import type { Outcome, PlanAsk, PlanPublisher, StudioRecords, WorkspacePlan } from "../../src/gate/ports.ts";
import { type Api, createApi, identified } from "../../src/studio/api/api.ts";
import type { Principal, Role, Scope } from "../../src/studio/api/principal.ts";
import type { WorkspaceApiDeps } from "../../src/studio/api/workspace-acts.ts";
import { registerWorkspaces } from "../../src/studio/api/workspaces.ts";
import { PEOPLE } from "./studio.ts";

export type Login = keyof typeof PEOPLE;

export function person(tenantId: string, login: Login, ...roles: readonly Role[]): Principal {
  return { kind: "person", tenantId, personId: PEOPLE[login], login, roles, authenticatedAt: "2026-11-26T10:00:00.000Z" };
}

export function key(tenantId: string, ...scopes: readonly Scope[]): Principal {
  return { kind: "key", tenantId, keyId: "k", name: "pipeline", scopes };
}

/** Plans that one publication sets and a revocation takes back, kept in memory. */
export function planShelf(records: () => StudioRecords): PlanPublisher & { readonly asked: PlanAsk[] } {
  const plans = new Map<string, WorkspacePlan>();
  const asked: PlanAsk[] = [];
  const change = async (ask: PlanAsk, status: "APPROVED" | "READY"): Promise<Outcome<WorkspacePlan>> => {
    asked.push(ask);
    const [view, record] = await Promise.all([
      records().workspace(ask.tenantId, ask.workspaceId),
      records().approvalIn(ask.tenantId, ask.workspaceId, ask.approvalId),
    ]);
    const { agent, environment } = view!.workspace;
    const artifact = status === "APPROVED" ? record!.artifact : null;
    const plan = { agent, environment, status, compiledHash: artifact?.compiledHash ?? null, artifactId: artifact?.id ?? null };
    plans.set(`${ask.tenantId} ${agent} ${environment}`, plan);
    return { status: "done", value: plan };
  };
  return {
    asked,
    planOf: async (tenantId, agent, environment) => plans.get(`${tenantId} ${agent} ${environment}`) ?? null,
    publishPlan: (ask) => change(ask, "APPROVED"),
    revokePlan: (ask) => change(ask, "READY"),
  };
}

/** The routes behind an identity that each request is given by the test. */
export function workspaceApi(deps: WorkspaceApiDeps): {
  as(principal: Principal | null, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
} {
  let current: Principal | null = null;
  const errors: unknown[] = [];
  const api: Api = createApi((error) => errors.push(error));
  api.use(
    "/api/*",
    identified(async () => current),
  );
  registerWorkspaces(api, deps);
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
