import type { Finding } from "./contract/finding.ts";
import type { Environment, PolicyMode, RiskLevel } from "./policy/model.ts";
import type { InForceFacts, ProposalReport } from "./policy/proposal-facts.ts";
import type { Problem } from "./problem.ts";

export const STATES = [
  "not_applicable",
  "auto_approved",
  "approved",
  "overridden",
  "pending_approval",
  "rejected",
  "blocked",
  "invalid",
  "error",
] as const;
export type State = (typeof STATES)[number];

/** Every state folds from nodes of this kind; `blocked` and worse are never cured by an approval. */
export type NodeStatus = "pass" | "info" | "warn" | "pending" | "rejected" | "invalid" | "blocked" | "error" | "overridden";

/** One step of the explanation. Every surface (check, terminal, page, report) is a fold of this tree. */
export interface DecisionNode {
  readonly name: string;
  readonly status: NodeStatus;
  /** A sentence in plain text; renderers escape. */
  readonly because: string;
  readonly children: readonly DecisionNode[];
}

export interface RiskFactor {
  readonly id: "S" | "I" | "A" | "E" | "H";
  readonly name: string;
  /** Whole hundredths. */
  readonly points: number;
  readonly because: string;
}

export interface RiskScore {
  /** 0.0 to 10.0, one decimal. */
  readonly score: number;
  readonly level: RiskLevel;
  readonly factors: readonly RiskFactor[];
  /** Floors that raised the level, as sentences. */
  readonly floors: readonly string[];
}

export interface PolicyMatch {
  readonly name: string;
  readonly description: string | null;
  readonly mode: PolicyMode;
  readonly matched: boolean;
  readonly because: readonly string[];
  /** Fingerprints of the findings it matched on. */
  readonly findings: readonly string[];
  readonly slaHours: number | null;
}

export interface CountedApproval {
  readonly user: string;
  readonly userId: number;
  readonly reviewId: number;
  readonly submittedAt: string;
}

export interface RefusedApproval {
  readonly user: string;
  readonly reviewId: number;
  /** A row of the refusal table. */
  readonly reason: string;
  /** "pushed 3f2a91c to this branch" */
  readonly because: string;
}

export interface Requirement {
  /** Stable within a decision: team, role and users. */
  readonly id: string;
  readonly team: string | null;
  readonly role: string | null;
  readonly users: readonly string[];
  readonly minApprovals: number;
  readonly have: number;
  /** Policy names, or `level:high`, `self-protection`, `unknown contributors`. */
  readonly source: readonly string[];
  readonly approvals: readonly CountedApproval[];
  readonly refused: readonly RefusedApproval[];
  /** "@b", "@c": one of them would fill the next slot. Empty when people are unknown. */
  readonly completers: readonly string[];
  /** What asks for it where no policy does: "GitHub does not vouch for who wrote commit 3f2a91c". */
  readonly because?: readonly string[];
}

/** An agent that had a hand in the change. */
export interface AgentUse {
  readonly id: string;
  readonly registered: boolean;
  /** As AGENTS.md says at the trusted commit; null = it does not name the agent. */
  readonly status: string | null;
  /** Path of its System Card. */
  readonly systemCard: string | null;
  /** How it was recognised. */
  readonly evidence: readonly string[];
  readonly launchedBy: readonly string[];
  /** Boundaries that it crossed: E007. */
  readonly violations: readonly { readonly boundary: string; readonly because: string }[];
}

export interface OverrideUse {
  readonly by: string;
  readonly byId: number;
  readonly reason: string;
  readonly incident: string | null;
  readonly at: string;
  readonly expiresAt: string;
  readonly postHocReviewDue: string;
  /** Names the signed delivery of the label. */
  readonly delivery?: string;
}

/** The value computed from facts; it carries its whole explanation. */
export interface Decision {
  readonly schemaVersion: 1;
  readonly state: State;
  readonly exitCode: number;
  readonly environment: Environment | null;
  /** The environment pattern that the base matched; names the check. null = the base is ungoverned. */
  readonly pattern: string | null;
  /** One line, verdict first. The title of the check and the first line of every surface. */
  readonly verdict: string;
  readonly tree: DecisionNode;
  readonly findings: readonly Finding[];
  readonly risk: RiskScore;
  readonly policies: readonly PolicyMatch[];
  readonly requirements: readonly Requirement[];
  /** Reviews that count for nothing, whatever the requirement, once per person. */
  readonly refused: readonly RefusedApproval[];
  readonly problems: readonly Problem[];
  readonly override: OverrideUse | null;
  /** An override label without a reason, or by nobody entitled: sentences for the check. */
  readonly overrideNotes: readonly string[];
  /** The agent that weighs in the risk. */
  readonly agent: string | null;
  /** Every agent that had a hand in the change; absent = none. */
  readonly agents?: readonly AgentUse[];
  /** Pull requests of the merge group that this is about; absent for a change of its own. */
  readonly group?: readonly number[];
  readonly base: string;
  readonly head: string;
  readonly policyCommit: string | null;
  /** Versions of the policy that decided; absent = read at `policyCommit`. */
  readonly inForce?: Omit<InForceFacts, "notices" | "pins">;
  /** The change edits policy files: what that means. */
  readonly proposal?: ProposalReport;
  readonly peopleKnown: boolean;
  readonly simulated: boolean;
  readonly digests: { readonly facts: string; readonly policy: string; readonly findings: string; readonly content: string };
}

/** Passing states: the only ones that may become a successful check. */
export function isPassing(state: State): boolean {
  return state === "not_applicable" || state === "auto_approved" || state === "approved" || state === "overridden";
}
