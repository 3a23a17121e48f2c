import type { Role, Scope } from "../../gate/ports.ts";

export type { Role, Scope };

/** Who asks, in which tenant. Made by the middleware from a sealed session or a key, never from what the client says of itself. */
export type Principal =
  | {
      readonly kind: "person";
      readonly tenantId: string;
      /** GitHub's numeric account id. */
      readonly personId: number;
      readonly login: string;
      readonly roles: readonly Role[];
      /** When this person last proved who they are to GitHub, ISO 8601 UTC. */
      readonly authenticatedAt: string;
    }
  | {
      readonly kind: "key";
      readonly tenantId: string;
      readonly keyId: string;
      readonly name: string;
      readonly scopes: readonly Scope[];
    };

/** The demo's admin has no account on GitHub: may look at everything, and decides nothing. */
export const NOBODY = 0;
export const NOBODY_DECIDES = "the demo's admin has no account on GitHub: it reads, and decides nothing";

/** What a route asks for. `admin` may do all that any role may. */
export interface Access {
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
}

export function isAllowed(principal: Principal, access: Access): boolean {
  if (principal.kind === "key") return access.scopes.some((scope) => principal.scopes.includes(scope));
  return principal.roles.includes("admin") || access.roles.some((role) => principal.roles.includes(role));
}
