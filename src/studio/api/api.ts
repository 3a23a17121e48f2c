import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { type Access, isAllowed, type Principal } from "./principal.ts";
import { ApiProblem, problemResponse } from "./problems.ts";

export interface ApiEnv {
  Variables: { readonly principal: Principal };
}

export type Api = OpenAPIHono<ApiEnv>;

/** Who asks, from the session or the key that the request carries; null = nobody known. */
export type Identify = (context: Context) => Promise<Principal | null>;

/** An empty API: strict parsing and the one shape of errors. Routes are `createRoute` definitions with `middleware: [access(…)]`. */
export function createApi(onError: (error: unknown) => void): Api {
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return undefined;
      const code = result.target === "json" ? "INVALID_BODY" : "INVALID_PARAMETER";
      const details = result.error.issues.map(({ path, message }) => ({ at: path.join("."), message }));
      return problemResponse(new ApiProblem(code, { details }));
    },
  });
  api.onError((error) => {
    if (error instanceof ApiProblem) return problemResponse(error);
    onError(error);
    return problemResponse(new ApiProblem("INTERNAL_ERROR"));
  });
  api.notFound(() => problemResponse(new ApiProblem("NOT_FOUND")));
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

/** 403 unless the principal has one of the roles, or the key one of the scopes. */
export function access(needed: Access): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    if (!isAllowed(context.get("principal"), needed)) throw new ApiProblem("FORBIDDEN", { details: needed });
    return next();
  };
}
