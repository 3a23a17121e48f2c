import { isUtf8 } from "node:buffer";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ApiProblem } from "./problems.ts";

/** Largest body of the API, in bytes. */
export const BODY_MAX_BYTES = 1_048_576;

/** Headers by which proxies tell applications who somebody is. Nobody tells us: they go before anything can read them. */
const IDENTITY =
  /^(x-session-|x-(auth|authenticated|remote|forwarded)-?(user|email|groups?|preferred-username|access-token)|x-user|x-role|x-tenant|remote-user)/;

export const stripIdentity: MiddlewareHandler = async (context, next) => {
  const { headers } = context.req.raw;
  for (const name of [...headers.keys()]) if (IDENTITY.test(name)) headers.delete(name);
  return next();
};

export function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/**
 * A write comes from our own pages, or carries its own credentials. A browser sends a session's cookie along with whatever another site
 * makes it send, JSON too; it never sends an Authorization header that another site did not set, and that takes a preflight that nobody
 * here answers. So whoever comes with a cookie must say that they come from us.
 */
export function crossSite(publicUrl: string): MiddlewareHandler {
  const own = new URL(publicUrl).origin;
  return async (context, next) => {
    if (isRead(context.req.method) || context.req.header("authorization") !== undefined) return next();
    const origin = context.req.header("origin");
    const site = context.req.header("sec-fetch-site");
    if (origin === own && (site === undefined || site === "same-origin")) return next();
    throw new ApiProblem("CROSS_SITE", { details: { origin: origin ?? null, allowed: own } });
  };
}

/** A form of another site can send text and urlencoded bodies without being asked; so bodies are JSON, and say so. */
export const jsonOnly: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  const hasBody = Number(context.req.header("content-length") ?? "0") > 0 || context.req.header("transfer-encoding") !== undefined;
  const type = context.req.header("content-type") ?? "";
  if (isRead(method) || (method === "DELETE" && !hasBody)) return next();
  if (/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)) return next();
  throw new ApiProblem("UNSUPPORTED_MEDIA_TYPE");
};

/**
 * JSON is UTF-8. Whatever else came would be read with U+FFFD in the place of what it is not, and something would be decided about that nobody sent.
 * Asked once it is known that the caller may: nobody else has a body read.
 */
export async function refuseOtherThanUtf8(context: Context): Promise<void> {
  if (isRead(context.req.method) || isUtf8(new Uint8Array(await context.req.arrayBuffer()))) return;
  throw new ApiProblem("INVALID_BODY", { message: "the body is not UTF-8", hint: "a file that is no UTF-8 text cannot be submitted" });
}

/** Of a submission, which carries its files. */
export const SUBMISSION_MAX_BYTES = 16_777_216;

const smallBody = cappedAt(BODY_MAX_BYTES);
const submissionBody = cappedAt(SUBMISSION_MAX_BYTES);

export const bodyCap: MiddlewareHandler = (context, next) =>
  (/^\/api\/v1\/submissions(\/|$)/.test(context.req.path) ? submissionBody : smallBody)(context, next);

function cappedAt(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiProblem("TOO_LARGE", { details: { maxBytes: maxSize } });
    },
  });
}
