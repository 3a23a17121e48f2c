import { digest } from "../canonical.ts";
import type { Decision, State } from "../decision.ts";
import { assertNever } from "../problem.ts";
import { violationSentence } from "./judge-agents.ts";

/** How an action of an agent ended, or stands. */
export type TraceOutcome = "pending" | "approved" | "rejected" | "auto-applied" | "overridden" | "blocked";

export interface TraceAction {
  /** "3 changes in contracts/customers.odcs.yaml" */
  readonly description: string;
  readonly findings: readonly { readonly code: string; readonly contract: string; readonly message: string }[];
  /** Path of the agent's System Card at the trusted commit. */
  readonly systemCard: string | null;
  /** Names of the policies that matched and count. */
  readonly policies: readonly string[];
  readonly riskScore: number;
  readonly reasoning: string;
  readonly violations: readonly { readonly boundary: string; readonly because: string }[];
}

/** Numeric account ids only: names can be erased elsewhere. */
export interface TraceApproval {
  readonly approverId: number;
  readonly reviewId: number;
  readonly requirement: string;
  readonly timestamp: string;
  readonly channel: "github";
}

/** What a decision says about one agent's action. */
export interface TraceDraft {
  readonly agentId: string;
  /** `pending` while the action is paused; `final` once it is blocked, merged or closed. */
  readonly state: "pending" | "final";
  readonly outcome: TraceOutcome;
  /** How it ended; null = it has not. */
  readonly ending: "merged" | "closed" | "blocked" | null;
  readonly severity: "info" | "warning" | "critical";
  readonly action: TraceAction;
  readonly approvals: readonly TraceApproval[];
}

const FINDINGS_MAX = 50;

/** One for each agent that had a hand in the change. A decision that could not be made says nothing about any. */
export function traceDrafts(decision: Decision): readonly TraceDraft[] {
  const { state } = decision;
  if (state === "error") return [];
  return (decision.agents ?? []).map(({ id, systemCard, violations }) => {
    const outcome = outcomeOf(state);
    return {
      agentId: id,
      state: outcome === "blocked" ? "final" : "pending",
      outcome,
      ending: outcome === "blocked" ? "blocked" : null,
      severity: outcome === "blocked" || outcome === "overridden" ? "critical" : "info",
      action: {
        description: describe(decision),
        findings: decision.findings.slice(0, FINDINGS_MAX).map(({ code, contract, message }) => ({ code, contract, message })),
        systemCard,
        policies: decision.policies.filter(({ matched, mode }) => matched && mode === "enforce").map(({ name }) => name),
        riskScore: decision.risk.score,
        reasoning:
          violations.length > 0
            ? violations.map(({ boundary, because }) => violationSentence({ agent: id, boundary, because })).join("; ")
            : decision.verdict,
        violations,
      },
      approvals: approvalChain(decision),
    };
  });
}

/** The last word about an action, once its pull request is closed. What landed without leave keeps the outcome that it had. */
export function endTrace(last: TraceDraft, merged: boolean): TraceDraft {
  const leave = last.outcome === "approved" || last.outcome === "auto-applied" || last.outcome === "overridden";
  if (!merged) return { ...last, state: "final", ending: "closed", outcome: last.outcome === "pending" ? "rejected" : last.outcome };
  return { ...last, state: "final", ending: "merged", severity: leave ? last.severity : "critical" };
}

/** Equal for what says the same about the same head. */
export function traceDigest(headSha: string, draft: TraceDraft): string {
  return digest("countersign/decision-trace/v1", { headSha, ...draft });
}

function approvalChain(decision: Decision): readonly TraceApproval[] {
  return decision.requirements.flatMap(({ id, approvals }) =>
    approvals.map(({ userId, reviewId, submittedAt }) => ({
      approverId: userId,
      reviewId,
      requirement: id,
      timestamp: submittedAt,
      channel: "github" as const,
    })),
  );
}

function describe({ findings }: Decision): string {
  const files = [...new Set(findings.map(({ contract }) => contract))];
  if (files.length === 0) return "changes no meaning of a contract";
  const more = files.length > 3 ? ` and ${files.length - 3} more` : "";
  return `${findings.length} ${findings.length === 1 ? "change" : "changes"} in ${files.slice(0, 3).join(", ")}${more}`;
}

function outcomeOf(state: Exclude<State, "error">): TraceOutcome {
  switch (state) {
    case "not_applicable":
    case "auto_approved":
      return "auto-applied";
    case "approved":
    case "overridden":
    case "rejected":
    case "blocked":
      return state;
    case "pending_approval":
    case "invalid":
      return "pending";
    default:
      return assertNever(state);
  }
}
