import type { AttestationInput } from "../../engine/attestation.ts";
import type { ChainPoint, SealedEvent } from "../../engine/audit.ts";
import type { Checkpoint } from "../../engine/checkpoint.ts";
import type { Envelope, Signer } from "../../engine/dsse.ts";

/** A place outside the database that keeps signed checkpoints. */
export interface CheckpointSink {
  /** Names it in records and in the doctor: "file", "git". */
  readonly name: string;
  /** The newest that it holds of this tenant; null = none. Rejects when it cannot be asked. */
  latest(tenantId: string): Promise<Envelope | null>;
  /** Idempotent. Resolves when the place has it. */
  publish(checkpoint: Checkpoint, envelope: Envelope): Promise<void>;
}

/** What signs, and where checkpoints go. */
export interface Notary {
  /** null = there is no key: nothing is signed, and everything that asks is told so. */
  readonly signer: Signer | null;
  readonly sinks: readonly CheckpointSink[];
}

/** One tenant's chain as the notary finds it. */
export interface ChainState {
  readonly tenantId: string;
  readonly head: ChainPoint;
  /** Instant by the database's clock. */
  readonly now: string;
  /** Of the first event that no checkpoint covers; null = every one is covered. */
  readonly uncoveredSince: string | null;
  readonly last: Checkpoint | null;
}

/** An approval as its statement is made from: everything as it is stored, names by reference. */
export type OwedAttestation = AttestationInput;

export interface AuditQuery {
  /** Events before this one; newest first. */
  readonly before: number | null;
  readonly type: string | null;
  /** Account id, or a login. */
  readonly actor: string | null;
  /** Part of the subject's text. */
  readonly subject: string | null;
  readonly limit: number;
}

/** The trail and its evidence: what the notary, the exporter and the pages ask of the records. */
export interface AuditRecords {
  chainStates(): Promise<readonly ChainState[]>;
  /** Hashes of the events from 1 to `to`. */
  chainHashes(tenantId: string, to: number): Promise<readonly string[]>;
  /** Events after `after` up to `to`, ascending, as they are sealed; at most `limit`. */
  chainEvents(tenantId: string, after: number, to: number, limit: number): Promise<readonly SealedEvent[]>;
  saveCheckpoint(checkpoint: Checkpoint, keyId: string, envelope: Envelope): Promise<void>;
  /** Not yet at that sink, oldest first. */
  undeliveredCheckpoints(sink: string, limit: number): Promise<readonly Envelope[]>;
  recordCheckpointDelivery(checkpoint: Checkpoint, sink: string): Promise<void>;
  /** Approvals up to that event without a statement, oldest first. */
  owedAttestations(tenantId: string, upTo: number, limit: number): Promise<readonly OwedAttestation[]>;
  saveAttestation(tenantId: string, approvalId: string, keyId: string, envelope: Envelope): Promise<void>;
  /** null = no such approval, or none of that tenant; `envelope` null = it is still owed. */
  evidenceOf(approvalId: string, tenantId: string | null): Promise<{ readonly envelope: Envelope | null } | null>;
  /** Newest first, names where they are known. */
  auditEvents(tenantId: string | null, query: AuditQuery): Promise<readonly NamedEvent[]>;
  checkpointsOf(
    tenantId: string,
  ): Promise<readonly { readonly checkpoint: Checkpoint; readonly keyId: string; readonly sinks: readonly string[] }[]>;
  /** One bundle's lines, without their ends: canonical JSON. Rejects with `TenantUnknown`. */
  exportLines(tenantId: string, since: number): AsyncIterable<string>;
  tenants(): Promise<readonly { readonly id: string; readonly host: string; readonly login: string }[]>;
  /** Gives how many references nobody can resolve any more; 0 = nobody is known by that. */
  eraseIdentity(who: string): Promise<number>;
}

export interface NamedEvent extends SealedEvent {
  /** Login of the actor; null = unknown, or erased. */
  readonly actorLogin: string | null;
}
