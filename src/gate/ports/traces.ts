import type { TraceDraft, TraceOutcome } from "../../engine/agents/decision-trace.ts";

/** One stored step of what was decided about an agent's action: append-only, and `final` holds the whole chain of approvals. */
export interface DecisionTrace extends TraceDraft {
  readonly id: string;
  readonly tenantId: string;
  /** `<repository id>#<number>` */
  readonly subject: string;
  readonly evaluationId: string;
  readonly headSha: string;
  /** ISO 8601, by the database's clock. */
  readonly at: string;
}

export interface TraceQuery {
  readonly agent?: string;
  readonly subject?: string;
  readonly outcome?: TraceOutcome;
  readonly limit: number;
}

/** What was decided before: about agents, and about contracts. */
export interface DecisionHistory {
  /** Newest first. `agent` is matched without regard to case. */
  decisionTraces(query: TraceQuery): Promise<readonly DecisionTrace[]>;
  decisionTrace(id: string): Promise<DecisionTrace | null>;
  /** How many other pull requests of the repository stood under an override since then and changed one of these contracts. */
  recentOverrides(query: {
    readonly repositoryId: number;
    readonly contracts: readonly string[];
    /** ISO 8601 */
    readonly since: string;
    /** Subject key that is not counted. */
    readonly besides: string;
  }): Promise<number>;
}
