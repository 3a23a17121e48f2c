import { createHash, randomBytes } from "node:crypto";
import { accountByLogin } from "./lookup.ts";
import type { World } from "./state.ts";

/** GitHub's OAuth pages for the app: `/login/oauth/authorize`, the exchange of codes, the device flow. */
export interface OAuthDesk {
  clientSecret: string;
  /** The only addresses that people are sent back to. */
  readonly callbacks: Set<string>;
  readonly codes: Map<string, { userId: number; redirectUri: string; challenge: string | null; expiresAt: number }>;
  readonly devices: Map<string, { userCode: string; userId: number | null; expiresAt: number }>;
}

const MINUTES = 60_000;

export function newOAuthDesk(): OAuthDesk {
  return { clientSecret: "simulated-client-secret", callbacks: new Set(), codes: new Map(), devices: new Map() };
}

/** A user token as GitHub gives it to an app: 8 hours, and good for nothing at another app. */
export function mintUserToken(world: World, userId: number, clientId: string): string {
  const token = `ghu_${randomBytes(27).toString("base64url")}`;
  const expiresAt = world.clock().getTime() + 480 * MINUTES;
  world.tokens.set(token, { installationId: null, userId, expiresAt, permissions: {}, repositoryIds: null, clientId });
  return token;
}

/** null = not a page of OAuth. A browser that is signed in as somebody sends `user_session=<login>`. */
export async function oauthPage(world: World, request: Request): Promise<Response | null> {
  const url = new URL(request.url);
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /login/oauth/authorize") return authorize(world, url, request.headers.get("cookie") ?? "");
  if (route === "POST /login/oauth/access_token") return Response.json(exchange(world, await bodyOf(request)));
  if (route === "POST /login/device/code") return Response.json(deviceCode(world, await bodyOf(request)));
  return null;
}

async function bodyOf(request: Request): Promise<URLSearchParams> {
  const text = await request.text();
  if (!(request.headers.get("content-type") ?? "").includes("json")) return new URLSearchParams(text);
  return new URLSearchParams(JSON.parse(text) as Record<string, string>);
}

function authorize(world: World, url: URL, cookie: string): Response {
  const { searchParams: asked } = url;
  const login = /user_session=([^;]+)/.exec(cookie)?.[1];
  const redirectUri = asked.get("redirect_uri") ?? "";
  if (asked.get("client_id") !== world.app.clientId) return new Response("no such app", { status: 404 });
  // GitHub takes no address that is not registered, however alike.
  if (!world.oauth.callbacks.has(redirectUri)) return new Response("redirect_uri mismatch", { status: 400 });
  if (login === undefined) return new Response("sign in to GitHub", { status: 401 });
  const code = randomBytes(10).toString("hex");
  const challenge = asked.get("code_challenge_method") === "S256" ? asked.get("code_challenge") : null;
  const expiresAt = world.clock().getTime() + 10 * MINUTES;
  world.oauth.codes.set(code, { userId: accountByLogin(world, login).id, redirectUri, challenge, expiresAt });
  const back = new URL(redirectUri);
  back.searchParams.set("code", code);
  back.searchParams.set("state", asked.get("state") ?? "");
  return new Response(null, { status: 302, headers: { location: back.href } });
}

function exchange(world: World, body: URLSearchParams): object {
  if (body.get("client_id") !== world.app.clientId) return { error: "incorrect_client_credentials" };
  if (body.get("grant_type") === "urn:ietf:params:oauth:grant-type:device_code") return deviceToken(world, body.get("device_code") ?? "");
  if (body.get("client_secret") !== world.oauth.clientSecret) return { error: "incorrect_client_credentials" };
  const code = body.get("code") ?? "";
  const held = world.oauth.codes.get(code);
  world.oauth.codes.delete(code);
  if (held === undefined || held.expiresAt <= world.clock().getTime()) return { error: "bad_verification_code" };
  if (held.redirectUri !== body.get("redirect_uri")) return { error: "redirect_uri_mismatch" };
  const hash = createHash("sha256")
    .update(body.get("code_verifier") ?? "")
    .digest("base64url");
  if (held.challenge !== null && held.challenge !== hash) return { error: "bad_verification_code" };
  return { access_token: mintUserToken(world, held.userId, world.app.clientId), token_type: "bearer", scope: "" };
}

function deviceCode(world: World, body: URLSearchParams): object {
  if (body.get("client_id") !== world.app.clientId) return { error: "incorrect_client_credentials" };
  const device = randomBytes(20).toString("hex");
  const userCode = randomBytes(4).toString("hex").toUpperCase();
  world.oauth.devices.set(device, { userCode, userId: null, expiresAt: world.clock().getTime() + 15 * MINUTES });
  const verification_uri = `${new URL(world.url).origin}/login/device`;
  return { device_code: device, user_code: userCode, verification_uri, expires_in: 900, interval: 1 };
}

function deviceToken(world: World, code: string): object {
  const device = world.oauth.devices.get(code);
  if (device === undefined) return { error: "incorrect_device_code" };
  if (device.expiresAt <= world.clock().getTime()) return { error: "expired_token" };
  if (device.userId === null) return { error: "authorization_pending" };
  world.oauth.devices.delete(code);
  return { access_token: mintUserToken(world, device.userId, world.app.clientId), token_type: "bearer", scope: "" };
}
