import type { Decision, DecisionNode, NodeStatus, State } from "./decision.ts";
import type { Fault } from "./facts.ts";
import { OBSERVE_PREFIX } from "./policy/enrolment.ts";
import type { Config, Policy } from "./policy/model.ts";
import { assertNever } from "./problem.ts";

/** Worst first; decision.md section 9. A live override outranks what it cures and nothing else. */
const PRECEDENCE = ["error", "blocked", "overridden", "invalid", "rejected", "pending"] as const satisfies readonly NodeStatus[];

/** The status that decides among nodes; `pass` when none of them holds anything back. */
export function foldStatus(nodes: readonly DecisionNode[]): NodeStatus {
  return PRECEDENCE.find((status) => nodes.some((node) => node.status === status)) ?? "pass";
}

/** @param passing which passing state it is when nothing holds the change back. */
export function stateOf(status: NodeStatus, passing: "not_applicable" | "auto_approved" | "approved"): State {
  switch (status) {
    case "error":
    case "blocked":
    case "overridden":
    case "invalid":
    case "rejected":
      return status;
    case "pending":
      return "pending_approval";
    case "pass":
    case "info":
    case "warn":
      return passing;
    default:
      return assertNever(status);
  }
}

/** What an exit code needs to know beside the state. */
export interface ExitCause {
  /** `invalid` because of policy or configuration: 2, else 1. */
  readonly configuration: boolean;
  readonly faults: readonly Fault[];
}

/** Exit code of the command line (interfaces.md). */
export function exitCodeOf(state: State, cause: ExitCause): number {
  switch (state) {
    case "not_applicable":
    case "auto_approved":
    case "approved":
    case "overridden":
      return 0;
    case "pending_approval":
      return 10;
    case "rejected":
      return 11;
    case "blocked":
      return 1;
    case "invalid":
      return cause.configuration ? 2 : 1;
    case "error":
      return faultCode(cause.faults);
    default:
      return assertNever(state);
  }
}

/** A bug outranks missing rights, and those outrank the network: the code names what a person must look at first. */
function faultCode(faults: readonly Fault[]): number {
  const kinds = new Set(faults.map((fault) => fault.kind));
  if (kinds.has("bug") || kinds.size === 0) return 99;
  return kinds.has("auth") ? 4 : 3;
}

export type Conclusion = "success" | "failure" | "action_required" | null;

/** What GitHub is told; null = in progress. `neutral` and `skipped` would satisfy a required check, so no state maps to them. */
export function conclusionOf(state: State, pending: Config["check"]["pending"]): Conclusion {
  switch (state) {
    case "not_applicable":
    case "auto_approved":
    case "approved":
    case "overridden":
      return "success";
    case "pending_approval":
      return pending === "in_progress" ? null : "action_required";
    case "rejected":
    case "blocked":
    case "invalid":
      return "failure";
    case "error":
      return null;
    default:
      return assertNever(state);
  }
}

/** One check run that a decision wants. Same shape as the gate's port. */
export interface DecisionCheck {
  readonly name: string;
  /** null = the aggregate. */
  readonly policy: string | null;
  readonly conclusion: Conclusion;
}

const MAX_POLICY_CHECKS = 5;

/** The aggregate check and one for each matched enforce policy; none on an ungoverned base. */
export function checksOf(
  decision: Decision,
  config: Pick<Config, "check">,
  enrolment: "observe" | "enforce" = "enforce",
): readonly DecisionCheck[] {
  if (decision.pattern === null) return [];
  const name = nameOf(decision.pattern, config, enrolment);
  const aggregate: DecisionCheck = { name, policy: null, conclusion: conclusionOf(decision.state, config.check.pending) };
  if (!config.check.perPolicy) return [aggregate];
  const matched = decision.policies.filter((policy) => policy.matched && policy.mode === ("enforce" satisfies Policy["mode"]));
  const perPolicy = matched.slice(0, MAX_POLICY_CHECKS).map((policy) => ({
    name: `${name} / ${policy.name}`,
    policy: policy.name,
    conclusion: conclusionOf(stateForPolicy(decision, policy.name), config.check.pending),
  }));
  return [aggregate, ...perPolicy];
}

/** What is only observed never carries a name that a ruleset may require. */
function nameOf(pattern: string, config: Pick<Config, "check">, enrolment: "observe" | "enforce"): string {
  if (enrolment === "observe") return `${OBSERVE_PREFIX}: ${pattern}`;
  return config.check.name === "per-pattern" ? `countersign: ${pattern}` : config.check.name;
}

/** Only a wait for people can be over for one policy and not for all. */
function stateForPolicy(decision: Decision, policy: string): State {
  if (decision.state !== "pending_approval") return decision.state;
  const own = decision.requirements.filter((requirement) => requirement.source.includes(policy));
  const filled = own.length > 0 && own.every((requirement) => requirement.have >= requirement.minApprovals);
  return filled ? "approved" : "pending_approval";
}
