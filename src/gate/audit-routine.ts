import type { GateDeps } from "./deps.ts";
import type { Routine } from "./routines.ts";
import { sealAudit } from "./seal-audit.ts";

/** Looks often: when a checkpoint is due is the chain's own affair. */
export const auditSeal: Routine<GateDeps> = { name: "audit seal", everyMs: 30_000, run: sealAudit };
