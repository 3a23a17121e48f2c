import { attest } from "../engine/attestation.ts";
import { type ChainPoint, GENESIS, verifyChain } from "../engine/audit.ts";
import { checkpointOf, departure, isCheckpointDue, rootOf, signCheckpoint } from "../engine/checkpoint.ts";
import type { Signer } from "../engine/dsse.ts";
import type { AuditRecords, ChainState, Notary, OwedAttestation } from "./ports.ts";

export interface SealDeps {
  readonly ledger: AuditRecords;
  readonly notary?: Notary;
}

/** The chain in the database is not the one that was sealed before: somebody changed it, or an older database was put back. */
export class ChainBroken extends Error {
  override readonly name = "ChainBroken";
}

const PAGE = 1000;
const AT_ONCE = 100;

/**
 * Signs what is owed, chain by chain: the statements about approvals, then a checkpoint over the events that they rest on, so that a
 * checkpoint never covers an approval without its statement. Then brings every checkpoint to every place. Without a key: nothing.
 * A chain that does not continue what was sealed is never sealed again. Rejects with every failure, after all else was done.
 */
export async function sealAudit({ ledger, notary }: SealDeps): Promise<void> {
  if (notary === undefined || notary.signer === null) return;
  const failures: Error[] = [];
  const tried = (act: Promise<void>) => act.catch((error: unknown) => void failures.push(error as Error));
  for (const state of await ledger.chainStates()) await tried(sealChain(ledger, notary, notary.signer, state));
  for (const sink of notary.sinks) await tried(deliver(ledger, sink));
  if (failures.length > 0)
    throw new AggregateError(failures, `the audit trail could not all be sealed: ${failures.map(({ message }) => message).join("; ")}`);
}

async function sealChain(ledger: AuditRecords, notary: Notary, signer: Signer, state: ChainState): Promise<void> {
  const { tenantId, head, last, now } = state;
  const size = last?.size ?? 0;
  if (head.seq < size)
    throw new ChainBroken(`tenant ${tenantId}: the chain ends at event ${head.seq}, a checkpoint saw ${size}: its end was cut off`);
  await signOwed(ledger, notary, signer, state);
  const waitingMs = state.uncoveredSince === null ? 0 : Date.parse(now) - Date.parse(state.uncoveredSince);
  if (!isCheckpointDue(head, size, waitingMs)) return;
  await refuseBroken(ledger, state);
  const hashes = await ledger.chainHashes(tenantId, head.seq);
  const seen = [...(last === null ? [] : [last]), ...(await published(notary, tenantId))];
  for (const checkpoint of seen) {
    const because = departure(hashes, checkpoint);
    if (because !== null) throw new ChainBroken(`tenant ${tenantId}: the chain does not continue what was sealed: ${because}`);
  }
  const checkpoint = { tenantId, size: head.seq, head: head.hash, root: rootOf(hashes), at: now };
  await ledger.saveCheckpoint(checkpoint, signer.keyId, signCheckpoint(checkpoint, signer));
}

async function signOwed(ledger: AuditRecords, notary: Notary, signer: Signer, { tenantId, head, last }: ChainState): Promise<void> {
  const read = () => ledger.owedAttestations(tenantId, head.seq, AT_ONCE);
  if ((await read()).length === 0) return;
  // Before what is owed is read once more: another process may sign it meanwhile, and seal it then.
  const sealedTo = Math.max(last?.size ?? 0, ...(await published(notary, tenantId)).map(({ size }) => size));
  for (;;) {
    const owed = await read();
    refuseTakenAway(tenantId, owed, sealedTo);
    for (const each of owed) await ledger.saveAttestation(tenantId, String(each.approval["id"]), signer.keyId, attest(each, signer));
    if (owed.length < AT_ONCE) return;
  }
}

/** A checkpoint covers no approval without its statement: one that is owed again was taken away, and its records may be others by now. */
function refuseTakenAway(tenantId: string, owed: readonly OwedAttestation[], sealedTo: number): void {
  const taken = owed.find(({ event }) => event.seq <= sealedTo);
  if (taken === undefined) return;
  const approval = `approval ${String(taken.approval["id"])} (event ${taken.event.seq})`;
  throw new ChainBroken(`tenant ${tenantId}: the statement about ${approval} was taken away: a checkpoint saw ${sealedTo} events`);
}

/** Every event since the last checkpoint follows the one before, and is what was sealed. */
async function refuseBroken(ledger: AuditRecords, { tenantId, head, last }: ChainState): Promise<void> {
  let point: ChainPoint = last === null ? GENESIS : { seq: last.size, hash: last.head };
  while (point.seq < head.seq) {
    const events = await ledger.chainEvents(tenantId, point.seq, head.seq, PAGE);
    const verdict = verifyChain(events, point, events.length < PAGE ? head : null);
    if (verdict.status === "broken") throw new ChainBroken(`tenant ${tenantId}: ${verdict.because}`);
    point = verdict.head;
  }
}

/** A database that was put back remembers no later checkpoint; the places outside do. One that does not answer is not taken for empty. */
async function published({ sinks }: Notary, tenantId: string) {
  const newest = await Promise.all(sinks.map((sink) => sink.latest(tenantId)));
  return newest.flatMap((envelope) => (envelope === null ? [] : [checkpointOf(envelope)])).filter((each) => each.tenantId === tenantId);
}

async function deliver(ledger: AuditRecords, sink: Notary["sinks"][number]): Promise<void> {
  for (const envelope of await ledger.undeliveredCheckpoints(sink.name, AT_ONCE)) {
    const checkpoint = checkpointOf(envelope);
    await sink.publish(checkpoint, envelope);
    await ledger.recordCheckpointDelivery(checkpoint, sink.name);
  }
}
