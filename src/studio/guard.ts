import type { Context, MiddlewareHandler } from "hono";

/** No inline script or style, nothing from elsewhere, no framing: what an injected string could use is not there. */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Cache-Control": "no-store",
} as const;

/** Of a page with a form: other sites are told nothing either. */
export const FORM_REFERRER = "same-origin";

/** On every response of the Station, refusals included. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  // Under `no-referrer` a browser does not say where a form came from, and a form of ours must say it.
  const form = context.res.headers.get("Referrer-Policy") === FORM_REFERRER;
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  if (form) context.res.headers.set("Referrer-Policy", FORM_REFERRER);
};

/** Pages change nothing, so nothing but a read is taken. */
export const readsOnly: MiddlewareHandler = async (context, next) => {
  if (context.req.method === "GET" || context.req.method === "HEAD") return next();
  return context.json({ error: { code: "METHOD_NOT_ALLOWED", message: "this page can only be read" } }, 405, { Allow: "GET, HEAD" });
};

/** Answers only under its own name or loopback: a foreign name that resolves here (DNS rebinding) gets nothing. */
export function hostAllowList(publicUrl: string): MiddlewareHandler {
  const own = new URL(publicUrl).host;
  return async (context, next) => {
    const host = requestHost(context);
    if (host === own || isLoopbackHost(host)) return next();
    return context.text("This host name is not served here.\n", 421);
  };
}

export function requestHost(context: Context): string {
  return (context.req.header("host") ?? new URL(context.req.url).host).toLowerCase();
}

/** `host[:port]` is this machine by name or by address. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host);
}
