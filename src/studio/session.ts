import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isLoopbackHost, requestHost } from "./guard.ts";

const COOKIE = "countersign_session";
const LIFETIME_MS = 12 * 60 * 60 * 1000;

/** The dev login of the demo: a one-off token from the console becomes a session of this process. */
export interface DevSessions {
  /** When the session was given that the request carries, ISO 8601 UTC; null = none that this process gave out and that has not ended. */
  openedAt(context: Context): string | null;
  /** Gives a session when the token is right and the caller sits on this machine; false = refused. */
  open(context: Context, token: string): boolean;
}

/** null `devLogin`, or a public URL that is not loopback: there is no way in. */
export function createDevSessions(devLogin: { readonly token: string } | null, publicUrl: string): DevSessions | null {
  if (devLogin === null || !isLoopbackHost(new URL(publicUrl).host)) return null;
  const secret = randomBytes(32);
  const seal = (issued: string) => createHmac("sha256", secret).update(issued).digest("base64url");
  return {
    openedAt(context) {
      const [at, nonce, mac] = (getCookie(context, COOKIE) ?? "").split(".");
      if (at === undefined || nonce === undefined || mac === undefined) return null;
      if (!sameText(mac, seal(`${at}.${nonce}`))) return null;
      return Date.now() - Number(at) < LIFETIME_MS ? new Date(Number(at)).toISOString() : null;
    },
    open(context, token) {
      if (!isFromThisMachine(context) || !sameText(token, devLogin.token)) return false;
      const issued = `${Date.now()}.${randomBytes(16).toString("base64url")}`;
      setCookie(context, COOKIE, `${issued}.${seal(issued)}`, {
        httpOnly: true,
        sameSite: "Strict",
        path: "/",
        maxAge: LIFETIME_MS / 1000,
      });
      return true;
    },
  };
}

/** Constant time, whatever the lengths. */
export function sameText(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** Loopback by name and by peer address, and not through a proxy, behind which everyone looks local. */
function isFromThisMachine(context: Context): boolean {
  const forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"].some(
    (name) => context.req.header(name) !== undefined,
  );
  const peer: unknown = context.env?.incoming?.socket?.remoteAddress;
  const peerIsLocal = peer === undefined || (typeof peer === "string" && /^(127\.|::1$|::ffff:127\.)/.test(peer));
  return !forwarded && peerIsLocal && isLoopbackHost(requestHost(context));
}

/** Path and query of `next` when it stays on this origin, else the overview. */
export function sameOriginPath(next: string | undefined, publicUrl: string): string {
  if (next === undefined || !next.startsWith("/") || !URL.canParse(next, publicUrl)) return "/";
  const url = new URL(next, publicUrl);
  const path = `${url.pathname}${url.search}`;
  // `/.//host` has the right origin and a path that a browser would read as another host.
  return url.origin === new URL(publicUrl).origin && !path.startsWith("//") ? path : "/";
}
