import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { z } from "zod";
import { type AccessStore, type Session, type Tenant, TruthError } from "../gate/ports.ts";
import type { Roles } from "../gate/roles.ts";
import type { Admit, Identify } from "./api/api.ts";
import { NOBODY, type Principal } from "./api/principal.ts";
import { ApiProblem } from "./api/problems.ts";
import { isRead } from "./api/request-guards.ts";
import type { Seals } from "./seal.ts";
import type { DevSessions } from "./session.ts";

export const SESSION_SECONDS = 12 * 60 * 60;
const BEARER = "cst_";
const KEY = "csk_";
const held = z.strictObject({ id: z.uuid() });

export interface IdentifyDeps {
  readonly access: Pick<AccessStore, "useSession" | "useKey" | "tenants">;
  /** null = nobody can sign in. */
  readonly people: { readonly seals: Seals; readonly roles: Roles } | null;
  readonly dev: DevSessions | null;
  readonly publicUrl: string;
}

/** Who asks. The Authorization header decides alone where there is one: a bad one is not made good by a cookie. */
export interface Doorkeeper {
  readonly identify: (context: Context, admit: Admit) => ReturnType<Identify>;
  /** The session that the request carries, whether or not its person still has a role. */
  session(context: Context): Promise<Session | null>;
  /** Something that should identify somebody is there. */
  carriesCredentials(context: Context): boolean;
  sealed(session: Session): Promise<string>;
}

/** `__Host-`: set by this host over TLS, for all of it, and by no neighbour under the same domain. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? "__Host-countersign" : "countersign";
}

export function createDoorkeeper({ access, people, dev, publicUrl }: IdentifyDeps): Doorkeeper {
  const cookieName = sessionCookieName(publicUrl);

  async function openSession(sealed: string, kind: Session["kind"]): Promise<Session | null> {
    const id = await people?.seals.open(kind, held, sealed);
    const session = id ? await access.useSession(id.id) : null;
    return session?.kind === kind ? session : null;
  }

  async function session(context: Context): Promise<Session | null> {
    const authorization = context.req.header("authorization");
    if (authorization === undefined) {
      const cookie = getCookie(context, cookieName);
      return cookie === undefined ? null : openSession(cookie, "cookie");
    }
    const token = bearerOf(authorization);
    return token?.startsWith(BEARER) ? openSession(token.slice(BEARER.length), "bearer") : null;
  }

  async function personOf(context: Context, admit: Admit): Promise<Principal | null> {
    const found = await session(context);
    const reach = found?.reaches.find(({ tenantId }) => tenantId === found.tenantId);
    if (found === null || reach === undefined || people === null) return null;
    const { person, tenantId, authenticatedAt } = found;
    const who = { kind: "person", tenantId, personId: person.id, login: person.login, authenticatedAt } as const;
    await admit({ ...who, roles: [] });
    const roles = await people.roles.of(reach, found.person, !isRead(context.req.method)).catch((error: unknown) => {
      if (!(error instanceof TruthError)) throw error;
      throw new ApiProblem("UNAVAILABLE", { message: "GitHub does not say who you are in this organisation now" });
    });
    return roles === null ? null : { ...who, roles };
  }

  return {
    session,
    sealed: async (given) => {
      const sealed = await people!.seals.seal(given.kind, { id: given.id }, SESSION_SECONDS);
      return given.kind === "bearer" ? BEARER + sealed : sealed;
    },
    carriesCredentials: (context) => context.req.header("authorization") !== undefined || getCookie(context, cookieName) !== undefined,
    async identify(context, admit) {
      const authorization = context.req.header("authorization");
      const token = authorization === undefined ? null : bearerOf(authorization);
      if (token?.startsWith(KEY)) {
        const key = await access.useKey(token);
        return key && admitted({ kind: "key", tenantId: key.tenantId, keyId: key.id, name: key.name, scopes: key.scopes }, admit);
      }
      const openedAt = authorization === undefined ? (dev?.openedAt(context) ?? null) : null;
      return openedAt === null ? personOf(context, admit) : admitted(demoAdmin(await access.tenants(), openedAt), admit);
    },
  };
}

async function admitted(who: Principal, admit: Admit): Promise<Principal> {
  await admit(who);
  return who;
}

function bearerOf(authorization: string): string | null {
  return /^bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1] ?? null;
}

/** The tenant of no account: before the demo's organisation has sent anything there is nothing to see. */
const NO_TENANT = "00000000-0000-0000-0000-000000000000";

/** Whoever holds the token that the demo printed is the admin of the demo's only organisation. */
function demoAdmin(tenants: readonly Tenant[], authenticatedAt: string): Principal {
  return { kind: "person", tenantId: tenants[0]?.id ?? NO_TENANT, personId: NOBODY, login: "demo", roles: ["admin"], authenticatedAt };
}
