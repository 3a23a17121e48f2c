import { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { TruthError } from "../gate/ports/truth.ts";
import { failureOf } from "./failure.ts";

/** GitHub's tokens live 60 minutes; measured on the monotonic clock, so that a jump of the wall clock cannot stretch it. */
const LIFETIME_MS = 50 * 60_000;
const ROUTE = "POST /app/installations/{installation_id}/access_tokens";
const WHAT = "installation token";
const answer = z.object({ token: z.string().min(1) });

export interface Tokens {
  of(installationId: number): Promise<string>;
  forget(installationId: number): void;
}

/**
 * One token per installation, fetched once however many calls wait for it.
 * Only the app's own JWT comes from the auth strategy: its request hook sleeps and retries inside a call, its token cache
 * takes any answer for a token, and its in-flight table is shared by every app in the process.
 */
export function createTokens(request: Octokit["request"], app: { readonly appId: number; readonly privateKey: string }): Tokens {
  const authenticate = createAppAuth({ appId: app.appId, privateKey: app.privateKey, request });
  const held = new Map<number, { token: Promise<string>; until: number }>();

  async function fetchToken(installationId: number): Promise<string> {
    const { token: jwt } = await authenticate({ type: "app" });
    const headers = { authorization: `bearer ${jwt}` };
    const response = await request(ROUTE, { installation_id: installationId, headers }).catch((error: unknown) => {
      const failure = failureOf(WHAT, error);
      // Without its status: a 404 for the token must never be taken for a 404 of what was to be read with it.
      throw new TruthError(WHAT, failure.kind, failure.message, { cause: error });
    });
    const parsed = answer.safeParse(response.data);
    if (!parsed.success) throw new TruthError(WHAT, "network", `${WHAT}: the answer holds no token`);
    return parsed.data.token;
  }

  return {
    of(installationId) {
      const known = held.get(installationId);
      if (known !== undefined && performance.now() < known.until) return known.token;
      const token = fetchToken(installationId);
      const entry = { token, until: performance.now() + LIFETIME_MS };
      held.set(installationId, entry);
      token.catch(() => {
        if (held.get(installationId) === entry) held.delete(installationId);
      });
      return token;
    },
    forget(installationId) {
      held.delete(installationId);
    },
  };
}
