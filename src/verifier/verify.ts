import type { Bundle, BundleEvent, Fault } from "./bundle.ts";
import { verifyEvidence } from "./evidence.ts";
import { canonical, domainDigest, type Keys, openEnvelope, sha256, Tree } from "./hashing.ts";

export const CHECKPOINT_TYPE = "application/vnd.countersign.checkpoint+json";
const GENESIS = "0".repeat(64);

export interface Verification {
  /** Empty = it holds. */
  readonly faults: readonly Fault[];
  readonly tenantId: string;
  readonly events: { readonly from: number; readonly to: number };
  readonly checkpoints: number;
  /** Events that a checkpoint covers; what comes after could still have been cut off. */
  readonly sealedTo: number;
  readonly approvals: number;
  /** What holds only as long as nobody changed it: nothing that is chained or signed tells its digest. */
  readonly uncovered: readonly Fault[];
}

interface SeenCheckpoint {
  readonly size: number;
  readonly head: string;
  readonly root: string;
  readonly from: string;
}

/**
 * Verifies one bundle with the public keys alone, and with checkpoints that were kept elsewhere (`known`): they show what a bundle
 * from a rewritten or shortened database cannot hide.
 */
export function verifyBundle(bundle: Bundle, keys: Keys, known: readonly unknown[] = []): Verification {
  const faults: Fault[] = [...chainFaults(bundle)];
  const checkpoints: SeenCheckpoint[] = [];
  for (const [envelopes, from] of [
    [bundle.checkpoints, "of the bundle"],
    [known, "that was given"],
  ] as const) {
    for (const [index, envelope] of envelopes.entries()) {
      const read = readCheckpoint(envelope, keys, bundle.tenantId);
      if ("because" in read) faults.push({ at: `checkpoint ${index + 1} ${from}`, because: read.because });
      else checkpoints.push({ ...read, from });
    }
  }
  const sizes = checkpoints.filter(({ from }) => from === "of the bundle").map(({ size }) => size);
  if (new Set(sizes).size !== sizes.length) faults.push({ at: "checkpoints", because: "one stands there twice" });
  faults.push(...treeFaults(bundle, checkpoints));
  if (checkpoints.length === 0)
    faults.push({ at: "checkpoints", because: "there is none: whoever could write the database could have written all of this" });
  const sealedTo = Math.max(0, ...checkpoints.map(({ size }) => size));
  const evidence = verifyEvidence(bundle, keys, sealedTo);
  faults.push(...evidence.faults);
  return {
    faults,
    tenantId: bundle.tenantId,
    events: { from: bundle.since, to: bundle.head.seq },
    checkpoints: checkpoints.length,
    sealedTo,
    approvals: bundle.approvals.length,
    uncovered: evidence.uncovered,
  };
}

/** Every event follows the one before it, and hashes to what it says. */
function chainFaults({ tenantId, since, head, hashes, events }: Bundle): Fault[] {
  const faults: Fault[] = [];
  for (const [index, { seq, hash }] of hashes.entries())
    if (seq !== index + 1 || !isHash(hash)) return [{ at: `hash ${index + 1}`, because: "it is missing, or out of its place" }];
  if (hashes.length !== since - 1)
    return [{ at: `hash ${hashes.length + 1}`, because: `the hashes before event ${since} are not all there` }];
  let previous = hashes.at(-1)?.hash ?? GENESIS;
  for (const [index, event] of events.entries()) {
    const seq = since + index;
    const at = `event ${seq}`;
    if (event.seq !== seq) return [...faults, { at, because: `it is missing or out of its place: ${String(event.seq)} stands there` }];
    if (event.prevHash !== previous) faults.push({ at, because: "it does not follow the hash before it" });
    const hash = hashOf(tenantId, event);
    if (hash !== event.hash) faults.push({ at, because: "it was altered: its content does not give its hash" });
    previous = event.hash;
  }
  const last = since - 1 + events.length;
  if (last !== head.seq || previous !== head.hash)
    faults.push({ at: `event ${Math.min(last, head.seq) + 1}`, because: `the events end at ${last}, the bundle says ${head.seq}` });
  return faults;
}

function hashOf(tenantId: string, { type, severity, actor, subject, payload, at, seq, prevHash }: BundleEvent): string {
  const entry = canonical({ type, severity, actor, subject, payloadHash: domainDigest("countersign/audit-payload/v1", payload), at });
  const parts = [tenantId, String(seq), String(prevHash), entry].map((part) => `${Buffer.byteLength(part)}:${part}`);
  return sha256("countersign/audit/v1", ...parts).toString("hex");
}

function readCheckpoint(envelope: unknown, keys: Keys, tenantId: string): Omit<SeenCheckpoint, "from"> | { readonly because: string } {
  const opened = openEnvelope(envelope, CHECKPOINT_TYPE, keys);
  if ("because" in opened) return opened;
  const { size, head, root, tenantId: whose } = Object(opened.said) as Record<string, unknown>;
  if (whose !== tenantId) return { because: "it is of another tenant" };
  if (typeof size !== "number" || typeof head !== "string" || typeof root !== "string") return { because: "it says no tree head" };
  return { size, head, root };
}

/** One pass over all hashes; at each size that a checkpoint saw, the tree must have the root that it saw. */
function treeFaults({ hashes, events }: Bundle, checkpoints: readonly SeenCheckpoint[]): Fault[] {
  const leaves = [...hashes, ...events].map(({ hash }) => hash);
  const faults: Fault[] = [];
  const bySize = Map.groupBy(checkpoints, ({ size }) => size);
  const tree = new Tree();
  for (const [index, hash] of leaves.entries()) {
    tree.add(Buffer.from(String(hash), "hex"));
    for (const { head, root, from } of bySize.get(index + 1) ?? []) {
      const at = `checkpoint of ${index + 1} events ${from}`;
      if (tree.root() !== root || head !== hash) faults.push({ at, because: `the first ${index + 1} events are not those that it saw` });
    }
  }
  for (const { size, from } of checkpoints)
    if (size > leaves.length || size < 1)
      faults.push({
        at: `event ${leaves.length + 1}`,
        because: `the trail ends at ${leaves.length}, the checkpoint ${from} saw ${size}: its end was cut off`,
      });
  return faults;
}

function isHash(text: unknown): boolean {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}
