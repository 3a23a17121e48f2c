import type { Environment } from "../policy/model.ts";
import type { Problem } from "../problem.ts";
import type { Capability } from "./capabilities.ts";

/** Only an active agent may act; any other one is blocked. */
export const AGENT_STATUSES = ["active", "suspended", "disabled", "retired"] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** What an agent must not do. null = not limited in that way. */
export interface Boundaries {
  readonly readOnly: boolean;
  readonly noPii: boolean;
  readonly requiresApproval: boolean;
  /** Environments that it may work in. */
  readonly environments: readonly Environment[] | null;
  /** Globs that every path it changes must match. */
  readonly scopes: readonly string[] | null;
}

/** What is known to go wrong with an agent: counted where a change touches it. */
export interface Limitation {
  readonly note: string;
  /** Glob over the contract's path. null = none named. */
  readonly contract: string | null;
  /** A tag. null = none named. */
  readonly tag: string | null;
}

export interface SystemCard {
  readonly id: string;
  readonly path: string;
  /** null = the card declares none, and limits nothing by it. */
  readonly capabilities: readonly Capability[] | null;
  /** 0 to 1. null = unknown. */
  readonly confidence: number | null;
  readonly limitations: readonly Limitation[];
  readonly environments: readonly Environment[] | null;
  readonly scopes: readonly string[] | null;
}

/** One agent as the declared block of AGENTS.md registers it. */
export interface AgentRegistration {
  /** What `Agent:` trailers say. */
  readonly id: string;
  readonly name: string | null;
  readonly status: AgentStatus;
  /** Logins or numeric ids of its accounts. */
  readonly accounts: readonly (string | number)[];
  /** Addresses of its commits and `Co-authored-by:` trailers. */
  readonly emails: readonly string[];
  /** Tool names of its Agent Traces. */
  readonly tools: readonly string[];
  readonly capabilities: readonly Capability[] | null;
  readonly boundaries: Boundaries;
  /** Path that the block names. */
  readonly card: string | null;
  readonly systemCard: SystemCard | null;
  readonly file: string;
  readonly line: number | null;
}

/** AGENTS.md and System Cards at the trusted commit. Invalid blocks: a broken file is never "no boundary". */
export type AgentRegistry =
  | { readonly status: "ok"; readonly agents: readonly AgentRegistration[]; readonly problems: readonly Problem[] }
  | { readonly status: "invalid"; readonly problems: readonly Problem[] };

/** What the message of a commit claims. Anybody may write it: it can make a change more of an agent's, never less. */
export interface CommitTrailers {
  readonly agents: readonly string[];
  readonly launchedBy: readonly string[];
  /** As written: `0.8`, `80%`, or something unreadable. */
  readonly confidences: readonly string[];
  /** `Name <email>` */
  readonly coAuthors: readonly string[];
}

/** A commit of a local change: git knows no accounts. */
export interface CommitMark {
  readonly sha: string;
  /** `Name <email>`, as anybody may write it. */
  readonly identities: readonly string[];
  readonly trailers: CommitTrailers;
}

/** An Agent Trace that the change brought, for a file that it changes. */
export interface TraceMark {
  /** Name of the tool that wrote it; null = it does not say, or cannot be read. */
  readonly tool: string | null;
  /** Path of the traced file; null = the trace cannot be read. */
  readonly path: string | null;
  /** 0 to 1, as it says itself. */
  readonly confidence: number | null;
  /** Trace file that says it. */
  readonly file: string;
}

/** How agents are registered, and what they left behind in a change. */
export interface AgentEvidence {
  readonly registry: AgentRegistry;
  /** Commits of a change without people facts. */
  readonly commits: readonly CommitMark[];
  readonly traces: readonly TraceMark[];
  /** Paths of the change, governed or not, that lie outside the scope of some registered agent. */
  readonly paths: readonly string[];
}

export const NO_REGISTRY: AgentRegistry = { status: "ok", agents: [], problems: [] };
