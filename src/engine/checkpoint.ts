import type { ChainPoint } from "./audit.ts";
import { type Envelope, type Signer, signStatement, statementOf } from "./dsse.ts";
import { treeRoot } from "./merkle.ts";

export const CHECKPOINT_TYPE = "application/vnd.countersign.checkpoint+json";

/** A signed tree head: everything that one tenant's audit trail held up to `size`. */
export interface Checkpoint {
  readonly tenantId: string;
  /** Number of events, which is the `seq` of the last one. */
  readonly size: number;
  /** Hash of that last event. */
  readonly head: string;
  /** Of the RFC 6962 tree over the hashes of all of them. */
  readonly root: string;
  /** By the database's clock, ISO 8601 UTC. */
  readonly at: string;
}

/** `hashes`: of the tenant's events from 1 on, in order, hex. */
export function rootOf(hashes: readonly string[]): string {
  return treeRoot(hashes.map((hash) => Buffer.from(hash, "hex")));
}

export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): Envelope {
  const { tenantId, size, head, root, at } = checkpoint;
  return signStatement(CHECKPOINT_TYPE, { tenantId, size, head, root, at }, signer);
}

/** What a checkpoint says, whoever signed it. Throws on what is none. */
export function checkpointOf(envelope: Envelope): Checkpoint {
  const said = statementOf(envelope) as Partial<Checkpoint>;
  const { tenantId, size, head, root, at } = said;
  const texts = [tenantId, head, root, at].every((text) => typeof text === "string");
  if (envelope.payloadType !== CHECKPOINT_TYPE || !texts || !Number.isSafeInteger(size) || size! < 1) throw new Error("not a checkpoint");
  return { tenantId: tenantId!, size: size!, head: head!, root: root!, at: at! };
}

/** Why a chain is not the one that a checkpoint saw; null = it is, or goes on from it. */
export function departure(hashes: readonly string[], seen: Pick<Checkpoint, "size" | "root">): string | null {
  if (seen.size > hashes.length) return `it ends at event ${hashes.length}, the checkpoint saw ${seen.size}: its end was cut off`;
  if (rootOf(hashes.slice(0, seen.size)) === seen.root) return null;
  return `its first ${seen.size} events are not those that the checkpoint saw`;
}

/** Events between two checkpoints, at most. */
export const CHECKPOINT_EVENTS = 256;
/** Time between an event and the checkpoint that covers it, at most, milliseconds. */
export const CHECKPOINT_MS = 5 * 60_000;

/** Whether a chain that stands at `head` is owed a checkpoint. `waitingMs`: since the last one, or since the first event. */
export function isCheckpointDue(head: ChainPoint, lastSize: number, waitingMs: number): boolean {
  return head.seq > lastSize && (head.seq - lastSize >= CHECKPOINT_EVENTS || waitingMs >= CHECKPOINT_MS);
}
