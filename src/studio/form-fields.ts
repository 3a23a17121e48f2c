import type { Context, MiddlewareHandler } from "hono";
import type { ApiEnv } from "./api/api.ts";
import { type Access, isAllowed } from "./api/principal.ts";
import { ApiProblem } from "./api/problems.ts";
import type { FormTokens } from "./form-token.ts";

/** A guard either goes on or throws: it is asked, and answers nothing itself. */
export async function pass(guard: MiddlewareHandler<ApiEnv>, context: Context<ApiEnv>): Promise<void> {
  await guard(context, async () => {});
}

/**
 * The fields of a form from our own page, for this very session, by somebody who may; else nothing is looked at further.
 * @throws ApiProblem
 */
export async function formFields(
  context: Context<ApiEnv>,
  { publicUrl, tokens }: { readonly publicUrl: string; readonly tokens: FormTokens },
  needed: Access,
): Promise<Readonly<Record<string, string>>> {
  const site = context.req.header("sec-fetch-site");
  if (context.req.header("origin") !== new URL(publicUrl).origin || (site !== undefined && site !== "same-origin"))
    throw new ApiProblem("CROSS_SITE");
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(context.req.header("content-type") ?? ""))
    throw new ApiProblem("UNSUPPORTED_MEDIA_TYPE", { message: "this address takes forms", hint: "programs use the API" });
  const principal = context.get("principal");
  if (!isAllowed(principal, needed)) throw new ApiProblem("FORBIDDEN");
  const fields = Object.fromEntries(new URLSearchParams(await context.req.text()));
  if (!tokens.accepts(principal, fields["token"] ?? ""))
    throw new ApiProblem("CROSS_SITE", { message: "this form is not of your session", hint: "read the page again, then decide" });
  return fields;
}
