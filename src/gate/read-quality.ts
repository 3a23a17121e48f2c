import type { ContractDiff } from "../engine/contract/finding.ts";
import type { QualityFacts } from "../engine/facts.ts";
import type { GatherDeps } from "./deps.ts";

/** How long an override weighs on the contracts that it let pass (decision.md section 4, H). */
const OVERRIDES_MS = 90 * 24 * 3_600_000;

/** Historical quality of the contracts that a change touches, from what was decided before. */
export async function qualityOf(
  { ledger, clock }: Pick<GatherDeps, "ledger" | "clock">,
  key: string,
  repositoryId: number,
  diff: ContractDiff,
): Promise<QualityFacts> {
  const contracts = new Set([...diff.files.map(({ path }) => path), ...diff.findings.map(({ contract }) => contract)]);
  const since = new Date(clock.now().getTime() - OVERRIDES_MS).toISOString();
  const recentOverrides =
    contracts.size === 0 ? 0 : await ledger.recentOverrides({ repositoryId, contracts: [...contracts], since, besides: key });
  return { known: true, failingRules: 0, recentOverrides, cardLimitations: 0 };
}
