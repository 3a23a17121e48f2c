import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import type { ApproveDeps } from "../gate/approve-draft.ts";
import type { PlanPublishing, PlanReading, PlanShowing } from "../gate/ports.ts";
import type { Api, ApiEnv, Identify } from "./api/api.ts";
import { freshlySignedIn, type Limiter } from "./api/limits.ts";
import { registerPlan } from "./api/plan.ts";
import { registerWorkspaces } from "./api/workspaces.ts";
import { createFormTokens } from "./form-token.ts";
import type { WayIn } from "./layout.tsx";
import { createPolicyPages, type PolicyPagesDeps } from "./policy-pages.tsx";
import { createWorkspacePages } from "./workspace-pages.tsx";

/** Drafts and their approval in Studio, and the plans that runtimes read. */
export interface GovernanceDeps extends ApproveDeps {
  readonly plans: PlanPublishing & PlanShowing & PlanReading;
}

interface PagesDoor extends Pick<PolicyPagesDeps, "reads"> {
  readonly identify: Identify;
  readonly publicUrl: string;
  readonly wayIn: WayIn;
}

/** The routes, behind the API's guards. */
export function registerGovernance(api: Api, limiter: Limiter, deps: GovernanceDeps): void {
  registerWorkspaces(api, { ...deps, guards: guardsOf(limiter) });
  registerPlan(api, deps);
}

/** The pages. `secrets`: of the sessions, so that every replica knows the forms of the others; none = this process alone knows them. */
export function governancePages(
  deps: GovernanceDeps,
  { limiter, secrets, reads, ...door }: PagesDoor & { readonly limiter: Limiter; readonly secrets: readonly string[] },
): Hono<ApiEnv> {
  const tokens = createFormTokens(secrets.length > 0 ? secrets : [randomBytes(32).toString("hex")]);
  const app = createWorkspacePages({ ...deps, ...door, tokens, guards: guardsOf(limiter) });
  const { policyRepositoryOf } = deps;
  app.route("/", createPolicyPages({ ...door, reads, tokens, limit: limiter.trials, policyRepositoryOf }));
  return app;
}

function guardsOf(limiter: Limiter) {
  return { limit: limiter.approvals, proof: freshlySignedIn() };
}
