import type { ApiBudget, Clock } from "./ports.ts";

/** Recovery leaves so much of an installation's calls to what is happening now. */
const RESERVE = 0.2;

export interface Spending {
  /** Absent = nobody knows what is left: then only the bounds of a round hold. */
  readonly budget?: Pick<ApiBudget, "remaining">;
  readonly clock: Clock;
}

/** Calls that recovery may make for this installation in one round: `most` while nothing is used up, none below the reserve. */
export function callsAllowed({ budget, clock }: Spending, installationId: number, most: number): number {
  const left = budget?.remaining(installationId) ?? null;
  if (left === null || left.limit <= 0 || Date.parse(left.resetAt) <= clock.now().getTime()) return most;
  const reserve = left.limit * RESERVE;
  return Math.max(0, Math.min(most, Math.ceil((most * (left.remaining - reserve)) / (left.limit - reserve))));
}

export function hasReserve(spending: Spending, installationId: number): boolean {
  return callsAllowed(spending, installationId, 1) > 0;
}
