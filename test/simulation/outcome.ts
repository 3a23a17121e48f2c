import { check, type Records, type Violation } from "./checker.ts";
import { createMemoryLedger } from "./ledger/memory-ledger.ts";
import { Rows } from "./ledger/rows.ts";
import { memoComparer } from "./memo-comparer.ts";
import { LAG_MS } from "./scheduler.ts";
import type { Script } from "./script.ts";
import { type Run, simulate } from "./simulate.ts";
import { REPOSITORY } from "./world.ts";

const comparer = memoComparer();

export interface Outcome {
  readonly run: Run;
  readonly violations: readonly Violation[];
}

/** One script on the ledger in memory, judged. */
export async function outcomeOf(script: Script): Promise<Outcome> {
  let rows: Rows | undefined;
  const run = await simulate(script, {
    comparer,
    ledger: (github) => {
      rows = new Rows(() => github.now);
      return createMemoryLedger(rows);
    },
  });
  return { run, violations: violationsOf(run, script, recordsOf(rows!)) };
}

export function violationsOf(run: Run, script: Script, records: Records): readonly Violation[] {
  const { history, past, github, rested } = run;
  const { squashOnly } = script;
  return check({ history, past, objects: github.objects, records, rested, squashOnly, repositoryId: REPOSITORY.id, lagMs: LAG_MS });
}

function recordsOf(rows: Rows): Records {
  return {
    approvals: rows.approvals.map(({ approval: { pullRequest, mergeSha, kind } }) => ({
      ...{ pullRequest: pullRequest!, mergeSha: mergeSha!, kind },
      artifacts: 1,
    })),
    incidents: rows.incidents,
    evaluations: rows.evaluations,
    policies: rows.policies,
  };
}
