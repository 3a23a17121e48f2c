import type { Outcome, StudioChannel } from "./studio.ts";

export interface PlanAsk {
  readonly tenantId: string;
  readonly workspaceId: string;
  readonly approvalId: string;
  readonly actorId: number;
  readonly channel: StudioChannel;
  readonly reason: string | null;
}

/** The plan of one agent and environment, as far as Studio shows it. */
export interface WorkspacePlan {
  readonly agent: string;
  readonly environment: string;
  readonly status: "LEARNING" | "READY" | "APPROVED" | "ENFORCING";
  readonly compiledHash: string | null;
  readonly artifactId: string | null;
}

/** The runtime's stratum. Studio asks; whether a publication is due is decided behind this port. */
export interface PlanPublisher {
  planOf(tenantId: string, agent: string, environment: string): Promise<WorkspacePlan | null>;
  publishPlan(ask: PlanAsk): Promise<Outcome<WorkspacePlan>>;
  revokePlan(ask: PlanAsk): Promise<Outcome<WorkspacePlan>>;
}
