import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { PolicyStanding, TenantReads } from "../gate/ports.ts";
import { readStanding } from "../gate/read-standing.ts";
import { REPOSITORIES_MAX, type Simulation, simulatePolicy } from "../gate/simulate-policy.ts";
import type { ApiEnv, Identify } from "./api/api.ts";
import { isAllowed } from "./api/principal.ts";
import { ApiProblem, PROBLEMS } from "./api/problems.ts";
import { formFields, pass } from "./form-fields.ts";
import type { FormTokens } from "./form-token.ts";
import { FORM_REFERRER, hostAllowList, securityHeaders } from "./guard.ts";
import { ClosedPage, PlainPage, type WayIn } from "./layout.tsx";
import { PoliciesPage, PolicyPage } from "./policies-view.tsx";
import { sameOriginPath } from "./session.ts";

export interface PolicyPagesDeps {
  readonly reads: (tenantId: string) => Pick<TenantReads, "policyStandings" | "decidedPulls">;
  /** Id of the repository that holds the organisation's policy; absent, or null = none is pinned. */
  readonly policyRepositoryOf?: (tenantId: string) => Promise<number | null>;
  readonly identify: Identify;
  readonly tokens: FormTokens;
  readonly publicUrl: string;
  readonly wayIn: WayIn;
  /** How often one person may try. */
  readonly limit: MiddlewareHandler<ApiEnv>;
}

/** Both files, three bytes to a character that a form escapes. */
const FORM_MAX_BYTES = 786_432;
const ANY_ROLE = { roles: ["approver", "developer", "auditor"], scopes: [] } as const;
const NO_ROLE = "Policies are for admin, approver, developer, auditor. Ask an admin of the organisation; /account says what you are.";

/** `/policies`: what is in force where, and what another policy would have decided. The form reads; nothing is written by it. */
export function createPolicyPages(deps: PolicyPagesDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  for (const path of ["/policies", "/policies/*"]) {
    app.use(path, securityHeaders, hostAllowList(deps.publicUrl), async (context, next) => {
      const principal = await deps.identify(context);
      if (principal === null)
        return context.html(<ClosedPage wayIn={deps.wayIn} path={sameOriginPath(context.req.path, deps.publicUrl)} />, 401);
      if (!isAllowed(principal, ANY_ROLE)) return context.html(<PlainPage title="Not for your role" text={NO_ROLE} />, 403);
      context.set("principal", principal);
      context.header("Referrer-Policy", FORM_REFERRER);
      return next();
    });
  }
  app.get("/policies", async (context) => {
    const { tenantId } = context.get("principal");
    const [standings, organisation] = await Promise.all([
      deps.reads(tenantId).policyStandings(REPOSITORIES_MAX),
      organisationOf(deps, tenantId),
    ]);
    return context.html(<PoliciesPage standings={standings.map((each) => readStanding(each, standings, organisation))} />);
  });
  app.get("/policies/:id{[0-9]{1,15}}", (context) => onePolicy(context, deps, null, null, 200));
  const size = bodyLimit({
    maxSize: FORM_MAX_BYTES,
    onError: (context) => context.text("The policy is too large to be tried here.\n", 413),
  });
  app.post("/policies/:id{[0-9]{1,15}}", size, async (context) => {
    try {
      await pass(deps.limit, context);
      const fields = await formFields(context, deps, ANY_ROLE);
      const config = fields["config"] ?? "";
      const tried = { policies: fields["policies"] ?? "", config: config.trim() === "" ? null : config };
      const { tenantId } = context.get("principal");
      const organisation = await organisationOf(deps, tenantId);
      const found = await simulatePolicy(deps.reads(tenantId), Number(context.req.param("id")), tried, organisation);
      return onePolicy(context, deps, { tried, found }, null, found.status === "invalid" ? 422 : 200);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
      const refusal = `${error.message}. ${error.hint ?? PROBLEMS[error.code].hint}.`;
      return onePolicy(context, deps, null, refusal, PROBLEMS[error.code].status);
    }
  });
  return app;
}

async function organisationOf({ policyRepositoryOf }: PolicyPagesDeps, tenantId: string): Promise<number | null> {
  return policyRepositoryOf === undefined ? null : policyRepositoryOf(tenantId);
}

async function onePolicy(
  context: Context<ApiEnv>,
  deps: PolicyPagesDeps,
  simulation: { readonly tried: { readonly policies: string; readonly config: string | null }; readonly found: Simulation } | null,
  refusal: string | null,
  status: number,
): Promise<Response> {
  const principal = context.get("principal");
  const id = Number(context.req.param("id"));
  const [standings, organisation] = await Promise.all([
    deps.reads(principal.tenantId).policyStandings(REPOSITORIES_MAX),
    organisationOf(deps, principal.tenantId),
  ]);
  const own = standings.find((each: PolicyStanding) => each.repositoryId === id);
  if (own === undefined)
    return context.html(<PlainPage title="Nothing here" text="There is no policy of such a repository in your organisation." />, 404);
  const standing = readStanding(own, standings, organisation);
  const page = { standing, token: deps.tokens.issue(principal), simulation, refusal };
  return context.html(<PolicyPage {...page} />, status as 200);
}
