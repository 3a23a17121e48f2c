import { NO_COMMITS, type ReplayRow, type ReplayTotals, withRow } from "../../src/engine/replay.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import { replayHistory } from "../../src/gate/replay-history.ts";
import { planReplay, type ReplayPlan, type ReplayRequest } from "../../src/gate/replay-plan.ts";
import { openLocalRepository } from "../../src/git/local-repository.ts";

export const EVERYTHING: ReplayRequest = {
  to: null,
  from: null,
  since: null,
  walk: "first-parent",
  limit: null,
  policy: null,
  config: null,
  lineage: true,
};

export interface Replayed {
  readonly plan: ReplayPlan;
  readonly rows: readonly ReplayRow[];
  readonly totals: ReplayTotals;
}

/** Replays a repository as `policy simulate` does. */
export async function replayAll(path: string, request: Partial<ReplayRequest> = {}): Promise<Replayed> {
  const repository = await openLocalRepository(path);
  try {
    const clock = { now: () => new Date("2026-01-01T00:00:00Z") };
    const plan = await planReplay({ repository, clock }, { ...EVERYTHING, ...request });
    const rows: ReplayRow[] = [];
    for await (const row of replayHistory({ repository, comparer: compareHere }, plan)) rows.push(row);
    return { plan, rows, totals: rows.reduce(withRow, NO_COMMITS) };
  } finally {
    await repository.close();
  }
}
