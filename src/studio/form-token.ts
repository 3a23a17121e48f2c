import { createHmac, timingSafeEqual } from "node:crypto";
import type { Principal } from "./api/principal.ts";

/** A token in each form, that only a page made for this very session can hold. */
export interface FormTokens {
  issue(principal: Principal): string;
  accepts(principal: Principal, token: string): boolean;
}

/**
 * `secrets`: the same on every replica; the first signs, the others are still accepted while they are rotated out. A sign-in makes new
 * tokens: those of the session before are worth nothing.
 */
export function createFormTokens(secrets: readonly string[]): FormTokens {
  const [current] = secrets;
  if (current === undefined) throw new Error("a secret for the tokens of forms is required");
  const sign = (principal: Principal, secret: string) => {
    const session = principal.kind === "person" ? [principal.tenantId, principal.personId, principal.authenticatedAt] : null;
    return createHmac("sha256", secret)
      .update(JSON.stringify(["countersign/form/v1", session]))
      .digest("base64url");
  };
  return {
    issue: (principal) => sign(principal, current),
    accepts(principal, token) {
      const given = Buffer.from(token);
      return secrets.some((secret) => {
        const expected = Buffer.from(sign(principal, secret));
        return principal.kind === "person" && given.length === expected.length && timingSafeEqual(given, expected);
      });
    },
  };
}
