import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { accountById, atLeast, installationFor, notFoundUnless, repoByName, roleOn } from "./lookup.ts";
import { HubRefusal } from "./refusal.ts";
import type { Installation, Permissions, Repo, Token, World } from "./state.ts";

export type Caller =
  | { readonly kind: "nobody" }
  | { readonly kind: "app" }
  | { readonly kind: "installation"; readonly installation: Installation; readonly token: Token }
  | { readonly kind: "user"; readonly userId: number; readonly clientId: string | null }
  /** The app by its client id and secret. */
  | { readonly kind: "client" };

let made: { readonly privateKey: string; readonly publicKey: string } | null = null;

/** One RSA key per process: making one takes long, and no test needs two apps that can sign in. */
export function appKey(): { readonly privateKey: string; readonly publicKey: string } {
  made ??= generateAppKey();
  return made;
}

function generateAppKey(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  return { privateKey: pem, publicKey: createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" }).toString() };
}

/** Reads the Authorization header; 401 for anything that is present and not good. */
export function identify(world: World, header: string | null): Caller {
  const basic = /^basic (\S+)$/i.exec(header ?? "")?.[1];
  if (basic !== undefined) {
    if (Buffer.from(basic, "base64").toString() === `${world.app.clientId}:${world.oauth.clientSecret}`) return { kind: "client" };
    throw new HubRefusal(401, "Bad credentials");
  }
  const token = /^(?:bearer|token)\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (token === undefined) return { kind: "nobody" };
  if (token.split(".").length === 3) {
    checkJwt(world, token);
    return { kind: "app" };
  }
  const known = world.tokens.get(token);
  if (known === undefined || known.expiresAt <= world.clock().getTime()) throw new HubRefusal(401, "Bad credentials");
  if (known.userId !== null) return { kind: "user", userId: known.userId, clientId: known.clientId ?? null };
  const installation = world.installations.get(known.installationId!);
  if (installation === undefined) throw new HubRefusal(401, "Bad credentials");
  if (installation.suspendedAt !== null) throw new HubRefusal(403, "This installation has been suspended");
  return { kind: "installation", installation, token: known };
}

function checkJwt(world: World, token: string): void {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const [head, claims] = [decode(header), decode(payload)];
  const signed = Buffer.from(`${header}.${payload}`);
  const good = head["alg"] === "RS256" && verify("RSA-SHA256", signed, world.app.publicKey, Buffer.from(signature, "base64url"));
  if (!good) throw new HubRefusal(401, "A JSON web token could not be decoded");
  const [now, iat, exp] = [Math.floor(world.clock().getTime() / 1000), Number(claims["iat"]), Number(claims["exp"])];
  if (!(iat <= now))
    throw new HubRefusal(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  if (!(exp > now)) {
    throw new HubRefusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + 600) throw new HubRefusal(401, "'Expiration time' claim ('exp') is too far in the future");
  const issuer = String(claims["iss"]);
  if (issuer !== String(world.app.id) && issuer !== world.app.clientId) throw new HubRefusal(404, "Integration not found");
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>;
  } catch {
    throw new HubRefusal(401, "A JSON web token could not be decoded");
  }
}

/** One hour, like GitHub; the long form that no `varchar(40)` holds. */
export function mintToken(
  world: World,
  installation: Installation,
  permissions: Permissions,
  repositoryIds: readonly number[] | null,
): { token: string; known: Token } {
  const token = `ghs_${world.app.id}_${randomBytes(48).toString("base64url")}`;
  const known = {
    installationId: installation.id,
    userId: null,
    expiresAt: world.clock().getTime() + 3_600_000,
    permissions,
    repositoryIds,
  };
  world.tokens.set(token, known);
  return { token, known };
}

/** A need: nothing, the app's JWT, or one of some `permission:level`. */
export type Need = "public" | "jwt" | readonly string[];

/** Throws what GitHub answers when the caller may not do this. */
export function authorise(world: World, caller: Caller, need: Need, repo: Repo | null): void {
  if (need === "public") return;
  if (need === "jwt") {
    if (caller.kind !== "app") throw new HubRefusal(401, "A JSON web token could not be decoded");
    return;
  }
  if (caller.kind === "nobody" || caller.kind === "client") throw new HubRefusal(401, "Requires authentication");
  if (caller.kind === "app") throw new HubRefusal(403, "Resource not accessible by integration");
  if (caller.kind === "installation") authoriseInstallation(caller, need);
  else if (repo !== null) {
    const wanted = need.some((one) => one.endsWith(":read")) ? "read" : need.some((one) => one.startsWith("issues:")) ? "triage" : "write";
    if (!atLeast(roleOn(world, repo, caller.userId), wanted)) throw new HubRefusal(403, "Must have write access to this repository.");
  }
}

function authoriseInstallation(caller: Extract<Caller, { kind: "installation" }>, need: readonly string[]): void {
  const held = caller.token.permissions;
  const now = caller.installation.permissions;
  const ok = need.some((one) => {
    const [name = "", level] = one.split(":");
    const enough = (granted: string | undefined) => granted === "write" || (granted === "read" && level === "read");
    return name === "metadata" || (enough(held[name]) && enough(now[name]));
  });
  if (!ok) throw new HubRefusal(403, "Resource not accessible by integration");
}

/** The repository, when this caller can see it; else 404 as if it did not exist. */
export function visibleRepo(world: World, caller: Caller, fullName: string): Repo {
  const repo = repoByName(world, fullName);
  if (caller.kind === "installation") {
    const own = installationFor(world, repo.ownerId, repo)?.id === caller.installation.id;
    const narrowed = caller.token.repositoryIds;
    notFoundUnless((own && (narrowed === null || narrowed.includes(repo.id))) || !repo.private);
    if (!own && narrowed !== null) notFoundUnless(false);
  }
  if (caller.kind === "user") notFoundUnless(roleOn(world, repo, caller.userId) !== null);
  if (caller.kind === "nobody") notFoundUnless(!repo.private);
  return repo;
}

/** Who acts in the timeline: the person, or the app's bot. */
export function actorOf(world: World, caller: Caller): { id: number; viaApp: boolean } {
  if (caller.kind === "user") return { id: accountById(world, caller.userId).id, viaApp: false };
  return { id: world.app.botId, viaApp: true };
}
