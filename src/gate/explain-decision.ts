import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";

/** Whether a stored decision is what its stored facts give today. */
export type Redecision = { readonly status: "same" } | { readonly status: "differs"; readonly now: Decision };

/** Decides again from stored facts: the same facts give the same digests, years later too. */
export function decideAgain(decision: Decision, facts: Facts): Redecision {
  const now = decide(facts);
  const same =
    now.state === decision.state &&
    now.digests.facts === decision.digests.facts &&
    now.digests.findings === decision.digests.findings &&
    now.digests.content === decision.digests.content;
  return same ? { status: "same" } : { status: "differs", now };
}
