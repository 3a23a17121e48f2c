import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { type Access, isAllowed, type Principal } from "./principal.ts";
import { ApiProblem, problemResponse } from "./problems.ts";
import { refuseOtherThanUtf8 } from "./request-guards.ts";

export interface ApiEnv {
  Variables: { readonly principal: Principal };
}

export type Api = OpenAPIHono<ApiEnv>;

/** Who asks, from the session or the key that the request carries; null = nobody known. */
export type Identify = (context: Context) => Promise<Principal | null>;
/** Asked once it is known who asks, and before GitHub is asked what they may: their roles are none yet. Rejects when they may not go on. */
export type Admit = (who: Principal) => Promise<void>;

/**
 * An empty API: strict parsing and the one shape of errors. Routes are `createRoute` definitions with `middleware: [access(…)]`.
 * `isDatabaseUp`: asked when something failed, so that an outage is not taken for a fault of ours.
 */
export function createApi(onError: (error: unknown) => void, isDatabaseUp: () => Promise<boolean> = async () => true): Api {
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return undefined;
      const code = result.target === "json" ? "INVALID_BODY" : "INVALID_PARAMETER";
      const details = result.error.issues.map(({ path, message }) => ({ at: path.join("."), message }));
      return problemResponse(new ApiProblem(code, { details }));
    },
  });
  api.onError(async (error) => {
    if (error instanceof ApiProblem) return problemResponse(error);
    if (error instanceof HTTPException && error.status === 400)
      return problemResponse(new ApiProblem("INVALID_BODY", { message: error.message }));
    if (error instanceof HTTPException && error.status === 415) return problemResponse(new ApiProblem("UNSUPPORTED_MEDIA_TYPE"));
    onError(error);
    const isUp = await isDatabaseUp().catch(() => false);
    return problemResponse(new ApiProblem(isUp ? "INTERNAL_ERROR" : "UNAVAILABLE"));
  });
  api.notFound((context) => {
    const methods = methodsOf(api, context.req.path);
    if (methods.length === 0) return problemResponse(new ApiProblem("NOT_FOUND"));
    return problemResponse(new ApiProblem("METHOD_NOT_ALLOWED", { headers: { Allow: methods.join(", ") } }));
  });
  return api;
}

/** Sets `principal`, or answers 401. */
export function identified(identify: Identify): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const principal = await identify(context);
    if (principal === null) throw new ApiProblem("UNAUTHENTICATED");
    context.set("principal", principal);
    return next();
  };
}

/** Whether what the address names is there for this tenant. */
export type Exists = (tenantId: string, context: Context) => Promise<boolean>;

/**
 * 403 unless the principal has one of the roles, or the key one of the scopes. `exists`: for routes that name something; what is not
 * there, or belongs to another tenant, is 404 for whoever may not use the route too, so that a refusal never tells that it exists.
 */
export function access(
  needed: Access,
  exists?: { readonly exists: Exists; readonly problem?: "NOT_FOUND" | "WORKSPACE_NOT_FOUND" },
): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const principal = context.get("principal");
    if (isAllowed(principal, needed)) {
      await refuseOtherThanUtf8(context);
      return next();
    }
    if (exists !== undefined && !(await exists.exists(principal.tenantId, context))) throw new ApiProblem(exists.problem ?? "NOT_FOUND");
    throw new ApiProblem("FORBIDDEN", { details: needed });
  };
}

/** The methods that some route takes at this address. */
function methodsOf(api: Api, path: string): readonly string[] {
  const fits = (template: string) =>
    new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);
  return api.openAPIRegistry.definitions.flatMap((each) =>
    each.type === "route" && fits(each.route.path) ? [each.route.method.toUpperCase()] : [],
  );
}
