import { digest } from "../../engine/canonical.ts";
import type { Decision } from "../../engine/decision.ts";
import type { Facts } from "../../engine/facts.ts";
import type { People } from "../../engine/pseudonyms.ts";
import type { Tx } from "../tx.ts";
import { pseudonymous } from "./identities.ts";

/** What the row of an evaluation keeps as evidence: facts and decision with references for names, and the digests of both. */
export async function evidenceOf(
  tx: Tx,
  tenantId: string,
  spoken: { readonly facts: Facts; readonly decision: Decision },
  people?: People,
) {
  const kept = (await pseudonymous(tx, tenantId, spoken, people)) as { readonly facts: unknown; readonly decision: Decision };
  const { state, digests } = spoken.decision;
  return {
    ...kept,
    state,
    factsHash: digests.facts,
    policyDigest: digests.policy,
    findingsDigest: digests.findings,
    contentDigest: digests.content,
    storedDigest: digest("countersign/stored-evaluation/v1", kept),
  };
}
