import type { Finding, TagLoss } from "../contract/finding.ts";
import { tagKey, type Vocabulary } from "../contract/vocabulary.ts";
import type { RiskFactor, RiskScore } from "../decision.ts";
import type { AgentFacts, LineageFacts, QualityFacts } from "../facts.ts";
import type { Config, Environment, RiskLevel } from "./model.ts";
import { keysOf, wordsTouched } from "./tags.ts";
import { builtInWeight, CHANGE_WEIGHTS, STRUCTURE_WEIGHT, UNKNOWN_CLASS_WEIGHT } from "./weights.ts";

/** What the score needs to know of an agent. */
export type RiskAgent = Pick<AgentFacts, "id" | "confidence" | "systemCard" | "automation"> & {
  /** Hundredths of doubt that it declares itself: can only raise. */
  readonly declaredDoubt?: number | null;
};

export interface RiskInput {
  readonly findings: readonly Finding[];
  readonly losses: readonly TagLoss[];
  readonly environment: Environment;
  readonly lineage: LineageFacts;
  readonly quality: QualityFacts;
  /** Validation warnings of the changed contracts. */
  readonly warnings: number;
  readonly agent: RiskAgent | null;
  readonly config: Pick<Config, "risk" | "governance">;
  readonly vocabulary: Vocabulary;
}

interface Points {
  /** Hundredths. */
  readonly points: number;
  readonly because: string;
}

/** The five factors, in the order in which they are added (decision.md section 4). */
const FACTORS: readonly { readonly id: RiskFactor["id"]; readonly name: string; readonly points: (input: RiskInput) => Points }[] = [
  { id: "S", name: "compliance sensitivity", points: sensitivity },
  { id: "I", name: "impact radius", points: impact },
  { id: "A", name: "agent confidence", points: agentDoubt },
  { id: "E", name: "environment", points: environmentPoints },
  { id: "H", name: "historical quality", points: history },
];

const RANK = ["low", "medium", "high", "critical"] as const satisfies readonly RiskLevel[];
const MASS_FIELDS = 10;
const MASS_SHARE = 0.2;
const MASS_SHARE_FIELDS = 3;

export function scoreRisk(input: RiskInput): RiskScore {
  const factors = FACTORS.map(({ id, name, points }) => ({ id, name, ...points(input) }));
  const sum = Math.min(
    1000,
    factors.reduce((total, factor) => total + factor.points, 0),
  );
  const tenths = Math.floor((sum + 5) / 10);
  const floors = floorsOf(input);
  const level = [levelOf(tenths, input.config.risk.thresholds), ...floors.map((floor) => floor.level)].reduce(higherLevel);
  return { score: tenths / 10, level, factors, floors: floors.map((floor) => floor.because) };
}

export function higherLevel(left: RiskLevel, right: RiskLevel): RiskLevel {
  return RANK.indexOf(left) >= RANK.indexOf(right) ? left : right;
}

function levelOf(tenths: number, thresholds: Config["risk"]["thresholds"]): RiskLevel {
  if (tenths <= thresholds.low * 10) return "low";
  if (tenths <= thresholds.medium * 10) return "medium";
  return tenths <= thresholds.high * 10 ? "high" : "critical";
}

function sensitivity({ findings, config, vocabulary }: RiskInput): Points {
  let worst: Points = { points: 0, because: findings.length === 0 ? "no finding" : "no tagged field changes" };
  for (const finding of findings) {
    const { weight, key } = tagWeight(finding, config, vocabulary);
    const points = roundHundredths((weight * CHANGE_WEIGHTS[finding.weight]) / 100);
    if (points > worst.points) worst = { points, because: because(finding, key) };
  }
  return worst;
}

function because(finding: Finding, key: string | null): string {
  const place = [finding.object, finding.field].filter((part) => part !== null).join(".") || finding.contract;
  const lost = finding.tagsBefore.filter((tag) => !finding.tagsAfter.includes(tag));
  if (finding.code === "tag.removed" && lost.length > 0 && key !== null) {
    // The weight is that of all that the field carries, and what is gone may be less.
    return lost.includes(key) ? `${key} tag removed from ${place}` : `${lost.join(", ")} tag removed from ${place} (${key})`;
  }
  return `${finding.message.replaceAll("`", "")} at ${place} (${key ?? "untagged"})`;
}

/** The heaviest of the keys that the finding carries, and 1.0 at least for a structural break. */
function tagWeight(finding: Finding, config: RiskInput["config"], vocabulary: Vocabulary): { weight: number; key: string | null } {
  const structural = finding.severity === "break" || finding.severity === "block";
  let best: { weight: number; key: string | null } = { weight: structural ? STRUCTURE_WEIGHT : 0, key: null };
  for (const key of keysOf(finding)) {
    const weight = Math.max(builtInWeight(key, vocabulary), configuredWeight(key, config, vocabulary));
    if (weight > best.weight || (weight === best.weight && best.key === null && weight > 0)) best = { weight, key };
  }
  if (finding.unknownClasses.length > 0 && best.weight < UNKNOWN_CLASS_WEIGHT)
    best = { weight: UNKNOWN_CLASS_WEIGHT, key: finding.unknownClasses[0]! };
  const required = wordsTouched(config.governance.requireApproval, finding, vocabulary);
  return required.length > 0 && best.weight < UNKNOWN_CLASS_WEIGHT ? { weight: UNKNOWN_CLASS_WEIGHT, key: required[0]! } : best;
}

function configuredWeight(key: string, config: RiskInput["config"], vocabulary: Vocabulary): number {
  const weights = Object.entries(config.risk.tagWeights).filter(([word]) => tagKey(vocabulary, word) === key);
  return Math.max(0, ...weights.map(([, weight]) => roundHundredths(weight * 100)));
}

function impact({ lineage }: RiskInput): Points {
  if (!lineage.known) return { points: 50, because: "no lineage known" };
  const sum = lineage.dependents.reduce((total, dependent) => total + dependent.criticality, 0);
  const points = Math.min(200, roundHundredths(50 * Math.log2(1 + sum)));
  return {
    points,
    because:
      sum === 0
        ? "no dependents"
        : `${lineage.dependents.length} ${lineage.dependents.length === 1 ? "dependent" : "dependents"} within 3 hops`,
  };
}

function agentDoubt({ agent }: RiskInput): Points {
  return agent === null ? { points: 0, because: "human author" } : doubtOf(agent);
}

/** A: how far the work of one agent is not trusted. */
export function doubtOf(agent: RiskAgent): Points {
  const trusted = trustedDoubt(agent);
  const declared = agent.declaredDoubt ?? 0;
  return declared > trusted.points ? { points: declared, because: `${agent.id} says so itself` } : trusted;
}

function trustedDoubt(agent: RiskAgent): Points {
  if (agent.automation) return { points: 50, because: `${agent.id} is automation` };
  if (!agent.systemCard) return { points: 100, because: `${agent.id} is an agent without a System Card` };
  if (agent.confidence === null) return { points: 50, because: `${agent.id}: confidence unknown` };
  const certain = agent.confidence >= 0 && agent.confidence <= 1 ? agent.confidence : 0;
  return { points: roundHundredths(100 - certain * 100), because: `${agent.id}: confidence ${certain}` };
}

const ENVIRONMENT_POINTS = { development: 0, staging: 70, production: 150 } as const satisfies Record<Environment, number>;

function environmentPoints({ environment }: RiskInput): Points {
  return { points: ENVIRONMENT_POINTS[environment], because: environment };
}

function history({ quality, warnings }: RiskInput): Points {
  const marks = quality.failingRules + warnings + quality.recentOverrides + quality.cardLimitations;
  if (marks === 0) return { points: 0, because: quality.known ? "nothing recorded" : "no history" };
  const parts = [
    counted(quality.failingRules, "failing quality rule"),
    counted(warnings, "validation warning"),
    counted(quality.recentOverrides, "override", " in the last 90 days"),
    counted(quality.cardLimitations, "System Card limitation"),
  ];
  return { points: Math.min(50, roundHundredths(12.5 * marks)), because: parts.filter((part) => part !== null).join(", ") };
}

function counted(count: number, what: string, when = ""): string | null {
  return count === 0 ? null : `${count} ${what}${count === 1 ? "" : "s"}${when}`;
}

/** Levels that no configuration can lower. */
function floorsOf(input: RiskInput): readonly { readonly level: RiskLevel; readonly because: string }[] {
  const floors: { level: RiskLevel; because: string }[] = [];
  const blocking = input.findings.find((finding) => finding.severity === "block");
  if (blocking !== undefined) floors.push({ level: "medium", because: `at least medium: ${blocking.message}` });
  const unknown = input.findings.find((finding) => finding.unknownClasses.length > 0);
  if (unknown !== undefined)
    floors.push({ level: "medium", because: `at least medium: ${unknown.unknownClasses[0]!} is an unknown class` });
  const lost = input.losses.reduce((total, loss) => total + loss.lost, 0);
  const share = input.losses.some((loss) => loss.lost >= MASS_SHARE_FIELDS && loss.lost >= MASS_SHARE * loss.taggedAtBase);
  if (lost >= MASS_FIELDS || share) {
    const level = input.environment === "production" ? "critical" : "high";
    floors.push({ level, because: `at least ${level}: ${lost} tagged fields lose protection at once` });
  }
  return floors;
}

/** Half up; products of decimals first lose their binary tail. */
function roundHundredths(value: number): number {
  return Math.floor(Number(value.toFixed(6)) + 0.5);
}
