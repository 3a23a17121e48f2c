import { createHash } from "node:crypto";
import { canonicalJson, digest } from "./canonical.ts";

/** What an audit event says. `at`: ISO 8601 UTC. `actor`: pseudonymous (a numeric account id), so that erasing an identity breaks no hash. */
export interface AuditEntry {
  readonly type: string;
  readonly severity: "info" | "warning" | "critical";
  readonly actor: string | null;
  readonly subject: string;
  readonly payload: unknown;
  readonly at: string;
}

export interface SealedEvent extends AuditEntry {
  readonly tenantId: string;
  /** 1-based, gapless per tenant. */
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** A place in a chain that is known from elsewhere: a checkpoint. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first event. */
export const GENESIS: ChainPoint = { seq: 0, hash: "0".repeat(64) };

export type ChainVerdict =
  | { readonly status: "intact"; readonly head: ChainPoint }
  /** `seq`: the first event that does not hold. */
  | { readonly status: "broken"; readonly seq: number; readonly because: string };

/**
 * Puts an entry behind `previous`.
 * `hash = SHA-256("countersign/audit/v1" ‖ p(tenant) ‖ p(seq) ‖ p(prevHash) ‖ p(JCS(entry)))`, hex, where `p(x)` is the byte
 * length in decimal, a colon and x, and the entry holds the payload's digest in place of the payload, which may one day be erased.
 */
export function sealEvent(tenantId: string, previous: ChainPoint, entry: AuditEntry): SealedEvent {
  const seq = previous.seq + 1;
  const { type, severity, actor, subject, payload, at } = entry;
  const sealed = canonicalJson({ type, severity, actor, subject, payloadHash: digest("countersign/audit-payload/v1", payload), at });
  const hash = createHash("sha256").update("countersign/audit/v1");
  for (const part of [tenantId, String(seq), previous.hash, sealed]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return { tenantId, seq, prevHash: previous.hash, hash: hash.digest("hex"), type, severity, actor, subject, payload, at };
}

/**
 * Recomputes every hash of one tenant's events, in ascending order, from `from` (default: the beginning).
 * A chain alone cannot show that its end was cut off: give the last known checkpoint as `upTo`.
 */
export function verifyChain(events: readonly SealedEvent[], from: ChainPoint = GENESIS, upTo: ChainPoint | null = null): ChainVerdict {
  let head: ChainPoint = { seq: from.seq, hash: from.hash };
  const tenantId = events[0]?.tenantId;
  for (const event of events) {
    const seq = head.seq + 1;
    if (event.tenantId !== tenantId) return { status: "broken", seq, because: "an event of another tenant" };
    if (event.seq !== seq) return { status: "broken", seq, because: `event ${seq} is missing: event ${event.seq} follows ${head.seq}` };
    if (event.prevHash !== head.hash) return { status: "broken", seq, because: `event ${seq} does not follow the hash before it` };
    if (sealEvent(event.tenantId, head, event).hash !== event.hash) return { status: "broken", seq, because: `event ${seq} was altered` };
    head = { seq, hash: event.hash };
    if (upTo?.seq === seq && upTo.hash !== event.hash) {
      return { status: "broken", seq, because: `event ${seq} is not the one that the checkpoint saw` };
    }
  }
  if (upTo !== null && upTo.seq > head.seq) {
    return { status: "broken", seq: head.seq + 1, because: `the chain ends at ${head.seq}, the checkpoint saw ${upTo.seq}` };
  }
  return { status: "intact", head };
}
