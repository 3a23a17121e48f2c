import { createHmac, timingSafeEqual } from "node:crypto";
import type { Principal } from "./api/principal.ts";

/** A token in each form, that only a page made for this very session can hold. */
export interface FormTokens {
  issue(principal: Principal): string;
  accepts(principal: Principal, token: string): boolean;
}

/** `secret`: the same on every replica. A sign-in makes new tokens: those of the session before are worth nothing. */
export function createFormTokens(secret: string): FormTokens {
  const issue = (principal: Principal) => {
    const session = principal.kind === "person" ? [principal.tenantId, principal.personId, principal.authenticatedAt] : null;
    return createHmac("sha256", secret)
      .update(JSON.stringify(["countersign/form/v1", session]))
      .digest("base64url");
  };
  return {
    issue,
    accepts(principal, token) {
      const expected = Buffer.from(issue(principal));
      const given = Buffer.from(token);
      return principal.kind === "person" && given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
