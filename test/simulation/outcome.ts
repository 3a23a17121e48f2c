import { check } from "./checker.ts";
import type { Records, Violation } from "./evidence.ts";
import { createMemoryLedger, type SimulatedLedger } from "./ledger/memory-ledger.ts";
import { Rows } from "./ledger/rows.ts";
import { memoComparer } from "./memo-comparer.ts";
import type { RealStore } from "./real-store.ts";
import { LAG_MS } from "./scheduler.ts";
import type { Script } from "./script.ts";
import { type Run, simulate } from "./simulate.ts";
import { twinLedger } from "./twin-ledger.ts";

const comparer = memoComparer();

export interface Outcome {
  readonly run: Run;
  readonly violations: readonly Violation[];
}

/** The ledger with one of its verbs weakened: what is simulated must then break an invariant. */
export type Weaken = (ledger: SimulatedLedger, rows: Rows) => Partial<SimulatedLedger>;

/** One script on the ledger in memory, judged. */
export async function outcomeOf(script: Script, weaken: Weaken = () => ({})): Promise<Outcome> {
  let rows: Rows | undefined;
  const run = await simulate(script, {
    comparer,
    ledger: (github) => {
      rows = new Rows(() => github.now);
      const ledger = createMemoryLedger(rows);
      return { ...ledger, ...weaken(ledger, rows) };
    },
  });
  return { run, violations: violationsOf(run, script, recordsOf(rows!)) };
}

export function violationsOf(run: Run, script: Script, records: Records): readonly Violation[] {
  const { history, past, github, heard, rested } = run;
  const { squashOnly } = script;
  const isGone = script.fates.some(({ fate, delivery }) => fate === "gone" && delivery < github.sent.length);
  return check({
    ...{ history, past, objects: github.objects, records, rested, squashOnly, lagMs: LAG_MS },
    heard: isGone ? null : heard,
    unheard: unheardReviews(run),
  });
}

function unheardReviews({ history, github }: Run): ReadonlySet<number> {
  const acknowledged = new Set(history.flatMap((event) => (event.kind === "ack" ? [event.guid] : [])));
  const lost = github.sent.filter(({ guid, payload }) => payload["action"] === "submitted" && !acknowledged.has(guid));
  return new Set(lost.map(({ payload }) => (payload["review"] as { readonly id: number }).id));
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

/** The same on the real store beside the ledger in memory: every call is answered alike, and what the store kept is judged. */
export async function twinOutcomeOf(script: Script, store: RealStore): Promise<Outcome & { readonly differences: readonly string[] }> {
  await store.empty();
  const differences: string[] = [];
  const run = await simulate(script, {
    comparer,
    ledger: (github) => {
      const memory = createMemoryLedger(new Rows(() => github.now));
      const onDifference = (what: string) => void differences.push(what);
      return twinLedger(memory, store.ledger, { beforeEach: () => store.setClock(github.now), onDifference });
    },
  });
  return { run, differences, violations: violationsOf(run, script, await store.records()) };
}
