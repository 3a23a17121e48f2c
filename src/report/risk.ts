import type { Decision, RiskFactor } from "../engine/decision.ts";
import type { RiskLevel } from "../engine/policy/model.ts";
import { words } from "./changes.ts";
import { joined, type Phrase, say, sentence } from "./phrase.ts";

/** Hundredths as points: `4.0`, `0.13`, `0`. */
export function points(hundredths: number): string {
  if (hundredths === 0) return "0";
  return (hundredths / 100).toFixed(hundredths % 10 === 0 ? 1 : 2);
}

const LEVEL_ASKS = {
  low: "Low needs no human approval unless a policy or a tag says so.",
  medium: "Medium needs one approver from a designated team.",
  high: "High needs two approvers from two different designated teams.",
  critical: "Critical needs two approvers from two different designated teams, and one from an executive team.",
} as const satisfies Record<RiskLevel, string>;

export function levelAsks(level: RiskLevel): string {
  return LEVEL_ASKS[level];
}

export function riskName(decision: Decision): string {
  return `Risk ${decision.risk.score.toFixed(1)}, ${decision.risk.level}`;
}

/** "= 4.0 compliance sensitivity (pii removed) + …. Medium needs one approver …" (what follows the name). */
export function riskSum(decision: Decision): Phrase {
  const terms = decision.risk.factors.map(factorPhrase);
  const floors = decision.risk.floors.flatMap((floor) => say` ${sentence(floorSentence(floor), 160)}.`);
  return [...say` = `, ...joined(terms, " + "), ...say`.`, ...floors, ...say` ${words(levelAsks(decision.risk.level))}`];
}

/** "At least medium: tag `pii` removed": a floor as a sentence of its own, without its full stop. */
export function floorSentence(floor: string): string {
  return `${floor.slice(0, 1).toUpperCase()}${floor.slice(1).replace(/\.$/, "")}`;
}

function factorPhrase(factor: RiskFactor): Phrase {
  return say`${words(points(factor.points))} ${factor.name} (${sentence(factor.because, 120)})`;
}
