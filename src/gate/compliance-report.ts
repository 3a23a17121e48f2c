import type { ComplianceReport, Period, TooManyRecords } from "../engine/compliance.ts";
import { examineChains } from "./examine-chain.ts";
import type { Notary, TenantReads } from "./ports.ts";

/** The records of the period, the trail that tells of them, and whether that trail is whole. */
export async function complianceReport(
  records: Pick<TenantReads, "complianceRecords" | "chainStates" | "chainEvents" | "checkpointsOf">,
  notary: Notary,
  period: Period,
): Promise<ComplianceReport | TooManyRecords> {
  const told = await records.complianceRecords(period);
  if ("status" in told) return told;
  const [chain] = await examineChains(records, notary);
  if (chain === undefined)
    return {
      schemaVersion: 1,
      ...told,
      chain: { status: "empty", because: null, events: 0, sealedTo: 0, sealedAt: null, sinks: [] },
    };
  const { status, events, sealedTo, sealedAt, sinks } = chain;
  const because = chain.status === "broken" ? chain.because : null;
  return { schemaVersion: 1, ...told, chain: { status, because, events, sealedTo, sealedAt, sinks: [...sinks] } };
}
