import type { Notary } from "./ports.ts";

/** Places that a checkpoint should leave the database for. */
const PLACES_ADVISED = 2;

/** What keeps the trail from being provable, as sentences; empty = nothing. */
export function notaryWarnings({ signer, sinks }: Notary): readonly string[] {
  if (signer === null)
    return [
      "no AUDIT_SIGNING_KEY: the audit trail is chained, and nothing of it is signed; whoever owns the database can rewrite it unseen",
    ];
  if (sinks.length === 0)
    return [
      "checkpoints stay in the database: set AUDIT_CHECKPOINT_DIR and AUDIT_CHECKPOINT_GIT, or a trail that is cut off shows nothing",
    ];
  if (sinks.length < PLACES_ADVISED)
    return [
      `checkpoints go to one place only (${sinks[0]!.name}): whoever owns it and the database can hide what was cut off; two are advised`,
    ];
  return [];
}
