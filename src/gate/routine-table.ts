import { auditSeal } from "./audit-routine.ts";
import { branchWalker } from "./branch-routine.ts";
import type { GateDeps } from "./deps.ts";
import { overrideDebts, postHocReviews } from "./override-routines.ts";
import { policyCheck } from "./policy-routine.ts";
import { protectionDoctor } from "./protection-routine.ts";
import type { Routine } from "./routines.ts";

/** Everything that comes round by the clock: a routine is one row here and one file of its own. */
export const ROUTINES: readonly Routine<GateDeps>[] = [
  overrideDebts,
  postHocReviews,
  protectionDoctor,
  policyCheck,
  auditSeal,
  branchWalker,
];
