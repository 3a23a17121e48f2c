import { checkPoliciesInForce } from "./check-policies.ts";
import type { GateDeps } from "./deps.ts";
import type { Routine } from "./routines.ts";

const DAY_MS = 24 * 3_600_000;

/** Nightly: whether every policy in force can still be fulfilled. What it finds is in the audit trail; what it could not read is tried again. */
export const policyCheck: Routine<GateDeps> = {
  name: "policies in force",
  everyMs: DAY_MS,
  async run(deps) {
    const unread = (await checkPoliciesInForce(deps)).flatMap((checked) =>
      checked.status === "unread" ? [new Error(`${checked.repository}: ${checked.because}`)] : [],
    );
    if (unread.length > 0) throw new AggregateError(unread, `policies could not be checked: ${unread[0]!.message}`);
  },
};
