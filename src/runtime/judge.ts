import type { PlanReply } from "./fetch-plan.ts";
import { type GovernanceSession, verifySession } from "./session.ts";

export interface CachedPlan {
  readonly session: GovernanceSession;
  readonly compiledHash: string;
  readonly planStatus: "APPROVED" | "ENFORCING";
  readonly etag: string | null;
}

export type Heard =
  | { readonly status: "attached"; readonly plan: CachedPlan; readonly http: number }
  /** The server could not be heard: what it vouched for a moment ago may still hold. */
  | { readonly status: "unavailable"; readonly because: string; readonly http: number | null }
  /** The server says that there is nothing to use: what it vouched for before is over. */
  | {
      readonly status: "no_plan" | "fetch_failed" | "artifact_invalid";
      readonly because: string;
      readonly http: number;
      readonly planStatus: "LEARNING" | "READY" | null;
    };

export interface Asked {
  readonly agent: string;
  readonly environment: string;
  readonly hash?: string;
}

/** What a reply means. `known`: the verified plan whose tag was sent along. */
export function judge(reply: PlanReply, asked: Asked, known: CachedPlan | null): Heard {
  switch (reply.status) {
    case "silent":
      return { status: "unavailable", because: reply.message, http: reply.http };
    case "unchanged":
      return judgeUnchanged(reply.etag, known);
    case "problem":
      return judgeProblem(reply);
    case "plan":
      return judgePlan(reply, asked);
  }
}

function judgeUnchanged(etag: string | null, known: CachedPlan | null): Heard {
  const unheard = (because: string) => ({ status: "unavailable", because, http: 304 }) as const;
  if (known === null || known.etag === null) return unheard("the server says unchanged, and was not asked that");
  if (etag !== null && strong(etag) !== strong(known.etag)) return unheard("the server says unchanged, and means another plan");
  return { status: "attached", plan: known, http: 304 };
}

function strong(etag: string): string {
  return etag.replace(/^W\//, "");
}

function judgePlan({ body, etag }: Extract<PlanReply, { status: "plan" }>, asked: Asked): Heard {
  const { status, compiled_hash: compiledHash } = body;
  const over = (outcome: "no_plan" | "artifact_invalid", because: string, planStatus: "LEARNING" | "READY" | null = null) =>
    ({ status: outcome, because, http: 200, planStatus }) as const;
  if (status === "LEARNING" || status === "READY") return over("no_plan", `the plan is ${status}: nothing is published`, status);
  if (status !== "APPROVED" && status !== "ENFORCING")
    return { status: "unavailable", because: "the answer is no plan that this client knows", http: 200 };
  if (body["agent"] !== asked.agent || body["environment"] !== asked.environment)
    return over("artifact_invalid", "the answer is the plan of another agent or environment");
  if (asked.hash !== undefined && compiledHash !== asked.hash)
    return over("artifact_invalid", "the answer is not the plan that was asked for");
  const { agent, environment } = asked;
  const session = verifySession(body["compiled_session"], { hash: compiledHash, agent, environment });
  if (typeof session === "string") return over("artifact_invalid", session);
  return { status: "attached", plan: { session, compiledHash: compiledHash as string, planStatus: status, etag }, http: 200 };
}

function judgeProblem({ http, code, message }: Extract<PlanReply, { status: "problem" }>): Heard {
  const said = { because: `${http}${code === null ? "" : ` ${code}`}: ${message}`, http, planStatus: null };
  // What cannot be told from a broken artifact is held for one.
  if (http === 422) return { status: code === "INVALID_PARAMETER" ? "fetch_failed" : "artifact_invalid", ...said };
  if (http === 410 || (http === 404 && code === "PLAN_NOT_FOUND")) return { status: "no_plan", ...said };
  if (http === 408 || http === 425 || http === 429 || http >= 500) return { status: "unavailable", ...said };
  return { status: "fetch_failed", ...said };
}
