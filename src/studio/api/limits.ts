import type { Context, MiddlewareHandler } from "hono";
import type { RateLimits } from "../../gate/ports.ts";
import type { ClientAddress } from "../client-address.ts";
import type { ApiEnv } from "./api.ts";
import type { Principal } from "./principal.ts";
import { ApiProblem } from "./problems.ts";

/** Requests a minute. */
export interface Limits {
  /** Approvals, votes, rejections and overrides of one tenant together. */
  readonly approve: number;
  /** Everything that one person, or one key, asks of the API. */
  readonly person: number;
  /** Everything that comes from one address. */
  readonly address: number;
  /** Attempts to sign in from one address, and requests with credentials that are none. */
  readonly signIn: number;
}

export const DEFAULT_LIMITS: Limits = { approve: 30, person: 600, address: 1_200, signIn: 30 };

const WINDOW_SECONDS = 60;
/** How old a proof of identity may be for an approval or an override. */
const PROOF_SECONDS = 15 * 60;
/** How far the clocks of server and database may differ. */
const SKEW_SECONDS = 60;

export interface Limiter {
  /** Of every request: counts for who asks, and for where it comes from. */
  readonly requests: MiddlewareHandler<ApiEnv>;
  /** Of the routes that approve, vote, reject or override. Stands behind the role, which asks nothing of GitHub that `requests` has not counted. */
  readonly approvals: MiddlewareHandler<ApiEnv>;
  /** Of what only tries a policy: counted for whoever tries, so that no reader uses up the approvals of the organisation. */
  readonly trials: MiddlewareHandler<ApiEnv>;
  readonly signIns: MiddlewareHandler;
  /** Counts one refused credential for its address. */
  refused(context: Context): Promise<void>;
}

export function createLimiter(store: RateLimits, limits: Limits, address: ClientAddress): Limiter {
  const asker = (who: Principal) => (who.kind === "key" ? `key ${who.keyId}` : `person ${who.personId}`);
  async function count(key: string, limit: number): Promise<void> {
    const { waitSeconds } = await store.countRequest(key, limit, WINDOW_SECONDS);
    if (waitSeconds === null) return;
    const headers = { "Retry-After": String(waitSeconds) };
    throw new ApiProblem("RATE_LIMITED", { headers, details: { limit, windowSeconds: WINDOW_SECONDS, retryAfterSeconds: waitSeconds } });
  }
  const signIns = (context: Context) => count(`sign-in ${address(context)}`, limits.signIn);
  return {
    async requests(context, next) {
      const who = context.get("principal");
      await count(`address ${address(context)}`, limits.address);
      await count(asker(who), limits.person);
      return next();
    },
    async approvals(context, next) {
      await count(`approve ${context.get("principal").tenantId}`, limits.approve);
      return next();
    },
    async trials(context, next) {
      await count(`try ${asker(context.get("principal"))}`, limits.approve);
      return next();
    },
    async signIns(context, next) {
      await signIns(context);
      return next();
    },
    refused: signIns,
  };
}

/** For routes that approve or override: 401 unless the person proved who they are a moment ago. A key never can. */
export function freshlySignedIn(now: () => number = Date.now): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const who = context.get("principal");
    const age = who.kind === "person" ? (now() - Date.parse(who.authenticatedAt)) / 1000 : Number.NaN;
    if (age >= -SKEW_SECONDS && age < PROOF_SECONDS) return next();
    throw new ApiProblem("REAUTHENTICATE", { details: { signIn: "/login/github?again=1", maxAgeSeconds: PROOF_SECONDS } });
  };
}
