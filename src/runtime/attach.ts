import { hash } from "node:crypto";
import { fetchPlan } from "./fetch-plan.ts";
import { type CachedPlan, judge } from "./judge.ts";
import { type AttachOptions, checkOptions, type GovernanceCache, MODES, type Mode } from "./options.ts";
import type { Environment, GovernanceSession } from "./session.ts";

/** What came of attaching. */
export type Governance =
  | (Outcome<"attached"> & {
      readonly session: GovernanceSession;
      readonly compiledHash: string;
      readonly planStatus: "APPROVED" | "ENFORCING";
    })
  | (Outcome<"no_plan" | "fetch_failed" | "artifact_invalid"> & {
      readonly session: null;
      readonly compiledHash: null;
      readonly planStatus: "LEARNING" | "READY" | null;
    });

interface Outcome<Attachment extends string> {
  readonly attachment: Attachment;
  readonly mode: Mode;
  /** Not attached: nothing may run. Attached: a violation stops what it is found in. */
  readonly blocking: boolean;
  /** For logs and people. */
  readonly because: string;
  /** Of the answer that this rests on; null = there was none. */
  readonly httpStatus: number | null;
}

const TIMEOUT_MS = 5_000;
const MAX_AGE_MS = 300_000;
const MAX_BYTES = 32 * 1024 * 1024;

const processCache: GovernanceCache = new Map();

/**
 * Attaches to the published plan, verified here. Asks the server at every call. Rejects with a TypeError for options that cannot be meant,
 * and with nothing else: what could not be had is an outcome.
 */
export async function attachGovernance(options: AttachOptions): Promise<Governance> {
  checkOptions(options);
  const { url, apiKey, agent, environment, timeoutMs = TIMEOUT_MS, maxAgeMs = MAX_AGE_MS, maxBytes = MAX_BYTES } = options;
  const { cache = processCache, now = () => performance.now(), fetch = globalThis.fetch } = options;
  const key = JSON.stringify([url, hash("sha256", apiKey), agent, environment, options.hash ?? null]);
  const known = cache.get(key)?.plan ?? null;
  const askedAt = now();
  const question = { url, apiKey, agent, environment, hash: options.hash ?? null, etag: known?.etag ?? null };
  const heard = judge(await fetchPlan({ ...question, timeoutMs, maxBytes, fetch }), options, known);
  if (heard.status === "unavailable") return withoutServer(environment, heard, cache.get(key), now(), maxAgeMs);
  const plan = heard.status === "attached" ? heard.plan : null;
  // An answer to an earlier question never takes the place of one to a later.
  if (askedAt >= (cache.get(key)?.askedAt ?? Number.NEGATIVE_INFINITY)) cache.set(key, { askedAt, plan });
  if (heard.status === "attached") return attached(environment, heard.plan, "the server vouches for it", heard.http);
  return absent(environment, heard.status, heard.because, heard.http, heard.planStatus);
}

/** The plan that the server vouched for last, while it is young enough; its age counts from when it was asked for. */
function withoutServer(
  environment: Environment,
  { because, http }: { readonly because: string; readonly http: number | null },
  last: { readonly askedAt: number; readonly plan: CachedPlan | null } | undefined,
  now: number,
  maxAgeMs: number,
): Governance {
  const plan = last?.plan ?? null;
  const ageMs = now - (last?.askedAt ?? Number.NEGATIVE_INFINITY);
  if (plan === null || !(ageMs >= 0 && ageMs < maxAgeMs)) return absent(environment, "fetch_failed", because, http);
  return attached(environment, plan, `${because}; the server vouched for it ${Math.round(ageMs)} ms ago`, http);
}

function attached(environment: Environment, plan: CachedPlan, because: string, httpStatus: number | null): Governance {
  const { session, compiledHash, planStatus } = plan;
  const mode = MODES[environment];
  return { attachment: "attached", mode, blocking: mode !== "monitor", because, httpStatus, session, compiledHash, planStatus };
}

function absent(
  environment: Environment,
  attachment: "no_plan" | "fetch_failed" | "artifact_invalid",
  because: string,
  httpStatus: number | null,
  planStatus: "LEARNING" | "READY" | null = null,
): Governance {
  const mode = MODES[environment];
  // Something that was approved is broken: that is no outage, and stops development too.
  const blocking = attachment === "artifact_invalid" || mode !== "monitor";
  return { attachment, mode, blocking, because, httpStatus, session: null, compiledHash: null, planStatus };
}
