import { type ChainPoint, GENESIS, verifyChain } from "../engine/audit.ts";
import { type Checkpoint, checkpointOf, departure } from "../engine/checkpoint.ts";
import type { AuditRecords, CheckpointSink, Notary } from "./ports.ts";

/** How one tenant's chain stands. `sealedTo`: the last event that a checkpoint covers; 0 = none does. */
export type ChainStatus = {
  readonly tenantId: string;
  readonly events: number;
  readonly sealedTo: number;
  readonly sealedAt: string | null;
  /** Places outside the database that have that checkpoint. */
  readonly sinks: readonly string[];
} & ({ readonly status: "intact" } | { readonly status: "broken"; readonly because: string });

const PAGE = 1000;

/**
 * Recomputes every hash of every chain, and the tree up to the last checkpoint of the database and of each place outside. What the
 * offline verifier shows to others, this shows to the Station; it believes the server's own key only.
 */
export async function examineChains(
  records: Pick<AuditRecords, "chainStates" | "chainEvents" | "checkpointsOf">,
  { sinks }: Notary,
): Promise<readonly ChainStatus[]> {
  const found: ChainStatus[] = [];
  for (const { tenantId, head, last } of await records.chainStates()) {
    const [newest] = await records.checkpointsOf(tenantId);
    const of = { tenantId, events: head.seq, sealedTo: last?.size ?? 0, sealedAt: last?.at ?? null, sinks: newest?.sinks ?? [] };
    const outside = await Promise.all(sinks.map((sink) => latestOf(sink, tenantId)));
    const seen = [...(last === null ? [] : [last]), ...outside.filter((each) => each !== null)];
    const because = await brokenBecause(records, tenantId, head, seen);
    found.push(because === null ? { ...of, status: "intact" } : { ...of, status: "broken", because });
  }
  return found;
}

/** What says nothing about this chain is passed over: no answer, what is no checkpoint, and one of another tenant, wherever it lies. */
async function latestOf(sink: CheckpointSink, tenantId: string): Promise<Checkpoint | null> {
  try {
    const envelope = await sink.latest(tenantId);
    const checkpoint = envelope === null ? null : checkpointOf(envelope);
    return checkpoint?.tenantId === tenantId ? checkpoint : null;
  } catch {
    return null;
  }
}

async function brokenBecause(
  records: Pick<AuditRecords, "chainEvents">,
  tenantId: string,
  head: ChainPoint,
  seen: readonly { readonly size: number; readonly root: string }[],
): Promise<string | null> {
  let point = GENESIS;
  const hashes: string[] = [];
  while (point.seq < head.seq) {
    const events = await records.chainEvents(tenantId, point.seq, head.seq, PAGE);
    const verdict = verifyChain(events, point, events.length < PAGE ? head : null);
    if (verdict.status === "broken") return verdict.because;
    for (const { hash } of events) hashes.push(hash);
    point = verdict.head;
  }
  for (const checkpoint of seen) {
    const because = departure(hashes, checkpoint);
    if (because !== null) return because;
  }
  return null;
}
