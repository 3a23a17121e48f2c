import type { AccessStore, Notary, SignInGitHub, TenantReads } from "../../gate/ports.ts";
import type { ClientAddress } from "../client-address.ts";
import { pass } from "../form-fields.ts";
import type { Doorkeeper } from "../identify.ts";
import { type Api, createApi, identified } from "./api.ts";
import { registerAudit } from "./audit.ts";
import { registerDecisions } from "./decisions.ts";
import { describeApi } from "./document.ts";
import { registerKeys } from "./keys.ts";
import { createLimiter, DEFAULT_LIMITS, freshlySignedIn, type Limiter, type Limits } from "./limits.ts";
import { registerReport } from "./report.ts";
import { bodyCap, crossSite, jsonOnly, stripIdentity } from "./request-guards.ts";
import { registerSessions, registerSignIn } from "./sessions.ts";
import { registerTraces } from "./traces.ts";

export interface StationApiDeps {
  readonly access: AccessStore;
  readonly door: Doorkeeper;
  readonly github: SignInGitHub | null;
  readonly records: (tenantId: string) => TenantReads;
  readonly notary: Notary;
  readonly publicUrl: string;
  readonly address: ClientAddress;
  readonly limits?: Limits;
  readonly version: string;
  readonly onError: (error: unknown) => void;
  /** More routes, registered behind the session and its guards. */
  readonly register?: (api: Api, limiter: Limiter) => void;
}

/** The whole HTTP API. The guards stand in the order of duties: identity, cross-site, rate, then what GitHub says of the role, which the route asks for, and body. */
export function createStationApi(deps: StationApiDeps): Api {
  const { access, door, records, publicUrl } = deps;
  const limiter = createLimiter(access, deps.limits ?? DEFAULT_LIMITS, deps.address);
  const api = createApi(deps.onError, () => access.ping());
  const beforeRole = [crossSite(publicUrl), limiter.requests];
  let described: object | null = null;

  api.use("*", stripIdentity);
  api.get("/openapi.json", (context) => {
    described ??= describeApi(api, deps.version);
    return context.json(described);
  });
  api.on("POST", "/api/v1/sessions", limiter.signIns, bodyCap, jsonOnly);
  const sessionDeps = { github: deps.github, access, door };
  registerSignIn(api, sessionDeps);

  api.use(
    "/api/*",
    identified(async (context) => {
      const principal = await door.identify(context, async (who) => {
        context.set("principal", who);
        for (const guard of beforeRole) await pass(guard, context);
      });
      if (principal === null && door.carriesCredentials(context)) await limiter.refused(context);
      return principal;
    }),
    bodyCap,
    jsonOnly,
  );
  registerSessions(api, sessionDeps);
  registerKeys(api, access, freshlySignedIn());
  registerDecisions(api, records);
  registerAudit(api, records);
  registerReport(api, records, deps.notary);
  registerTraces(api, records);
  deps.register?.(api, limiter);
  return api;
}
