import { describe, expect, test } from "vitest";
import { compileVocabulary } from "../../../src/engine/contract/vocabulary.ts";
import type { AgentFacts } from "../../../src/engine/facts.ts";
import { defaultConfig } from "../../../src/engine/policy/defaults.ts";
import type { Config, Environment } from "../../../src/engine/policy/model.ts";
import { type RiskInput, scoreRisk } from "../../../src/engine/policy/risk.ts";
import { finding, harmless } from "./build.ts";

function score(over: Partial<RiskInput> = {}, config: Partial<Config["risk"]> = {}) {
  return scoreRisk({
    findings: [finding()],
    losses: [],
    environment: "development",
    lineage: { known: true, dependents: [] },
    quality: { known: true, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    warnings: 0,
    agent: null,
    config: { ...defaultConfig, risk: { ...defaultConfig.risk, ...config } },
    vocabulary: compileVocabulary(defaultConfig.vocabulary, ["pii", "gdpr"]),
    ...over,
  });
}
const points = (id: string, over: Partial<RiskInput>) => score(over).factors.find((factor) => factor.id === id)!.points;

test("check value: an agent with a card and unknown confidence adds a pii field in staging, lineage known and empty: 3.6, medium", () => {
  const added = finding({ code: "tag.added", severity: "info", tagsBefore: [], tagsAfter: ["pii"], weight: "added" });
  const agent = { id: "a", confidence: null, systemCard: true, automation: false };
  expect(score({ findings: [added], environment: "staging", agent })).toMatchObject({ score: 3.6, level: "medium", floors: [] });
});

describe("S: tag weight times change weight", () => {
  test.each([
    ["restricted", 500],
    ["gdpr-article-9", 500],
    ["hipaa", 500],
    ["phi", 500],
    ["pci-dss", 500],
    ["pii", 400],
    ["gdpr", 400],
    ["sensitive", 400],
    ["category:user.contact.email", 400],
    ["category:system.operations", 0],
    ["confidential", 300],
    ["financial", 300],
    ["secret", 300],
    ["internal", 100],
    ["public", 0],
    ["team-a", 0],
  ])("%s weighs %i", (tag, expected) => {
    expect(points("S", { findings: [finding({ severity: "warn", tagsBefore: [tag] })] })).toBe(expected);
  });
  test.each([
    ["loss", 400],
    ["exposure", 320],
    ["added", 240],
    ["other", 120],
  ] as const)("a %s of pii is %i hundredths", (weight, expected) => {
    expect(points("S", { findings: [finding({ weight })] })).toBe(expected);
  });
  test("an unknown class weighs 3.0, a structural break on an untagged field 1.0, the worst finding counts", () => {
    expect(points("S", { findings: [finding({ tagsBefore: [], unknownClasses: ["unknown:x"] })] })).toBe(300);
    expect(points("S", { findings: [harmless({ severity: "break", weight: "loss" })] })).toBe(100);
    expect(points("S", { findings: [harmless(), finding(), harmless()] })).toBe(400);
    expect(points("S", { findings: [] })).toBe(0);
  });
  test("a listed tag weighs 3.0 at least, and configuration only raises", () => {
    const config = { ...defaultConfig, governance: { requireApproval: ["team-a"], agent: null } };
    expect(points("S", { findings: [finding({ severity: "warn", tagsBefore: ["team-a"] })], config })).toBe(300);
    expect(score({ findings: [finding({ tagsBefore: ["internal"] })] }, { tagWeights: { internal: 4.5 } }).factors[0]!.points).toBe(450);
    expect(score({}, { tagWeights: { pii: 1 } }).factors[0]!.points).toBe(400);
  });
});

test.each([
  [[], 0],
  [[1], 50],
  [[2], 79],
  [[1, 2], 100],
  [[2, 2, 2, 1], 150],
  [Array(40).fill(2), 200],
])("I: dependents %j give %i hundredths", (criticalities, expected) => {
  const dependents = (criticalities as (1 | 2)[]).map((criticality, index) => ({ name: `d${index}`, criticality }));
  expect(points("I", { lineage: { known: true, dependents } })).toBe(expected);
});
test("I: no lineage source is 0.5", () => {
  expect(points("I", { lineage: { known: false, dependents: [] } })).toBe(50);
});

const agent = (over: Partial<AgentFacts>): AgentFacts => ({ id: "a", confidence: null, systemCard: true, automation: false, ...over });
test.each([
  [null, 0],
  [agent({}), 50],
  [agent({ confidence: 0.875 }), 13],
  [agent({ confidence: 1 }), 0],
  [agent({ confidence: 7 }), 100],
  [agent({ systemCard: false, confidence: 1 }), 100],
  [agent({ automation: true, systemCard: false }), 50],
])("A: %j is %i hundredths", (given, expected) => {
  expect(points("A", { agent: given })).toBe(expected);
});

test.each([
  ["development", 0],
  ["staging", 70],
  ["production", 150],
] as const)("E: %s is %i hundredths", (environment, expected) => {
  expect(points("E", { environment })).toBe(expected);
});

test.each([
  [0, 0],
  [1, 13],
  [2, 25],
  [3, 38],
  [4, 50],
  [9, 50],
])("H: %i marks are %i hundredths", (marks, expected) => {
  expect(points("H", { quality: { known: true, failingRules: marks, recentOverrides: 0, cardLimitations: 0 } })).toBe(expected);
  expect(points("H", { warnings: marks })).toBe(expected);
});

describe("floors", () => {
  const weak = finding({ tagsBefore: ["internal"] });
  test("a block finding or an unknown class is medium at least, everywhere", () => {
    expect(score({ findings: [weak] })).toMatchObject({ score: 1, level: "medium" });
    expect(score({ findings: [harmless({ unknownClasses: ["unknown:x"] })] })).toMatchObject({ level: "medium" });
    expect(score({ findings: [harmless()] })).toMatchObject({ level: "low", floors: [] });
  });
  test.each([
    [10, 100, "development", "high"],
    [10, 100, "staging", "high"],
    [10, 100, "production", "critical"],
    [9, 100, "development", "medium"],
    [3, 15, "development", "high"],
    [3, 16, "development", "medium"],
    [2, 2, "development", "medium"],
  ] as const)("%i of %i tagged fields lost in %s: %s", (lost, taggedAtBase, environment: Environment, level) => {
    expect(score({ findings: [weak], environment, losses: [{ contract: "c", taggedAtBase, lost }] }).level).toBe(level);
  });
  test("mass loss adds up over contracts", () => {
    const losses = ["a", "b"].map((contract) => ({ contract, taggedAtBase: 1000, lost: 5 }));
    expect(score({ findings: [weak], losses }).level).toBe("high");
  });
});

test.each([
  ["low", { low: 3 }],
  ["medium", { low: 1.9 }],
  ["high", { low: 1, medium: 1.9 }],
  ["critical", { low: 0, medium: 1, high: 1.9 }],
] as const)("a score of 2.0 is %s under %j", (level, thresholds) => {
  const findings = [harmless({ severity: "warn", tagsBefore: ["pii"], weight: "other" })];
  const lineage = { known: false, dependents: [] };
  const given = score({ findings, lineage, quality: { known: true, failingRules: 2, recentOverrides: 0, cardLimitations: 0 } });
  expect(given.score).toBe(2.0);
  const same = { findings, lineage, quality: { known: true, failingRules: 2, recentOverrides: 0, cardLimitations: 0 } };
  expect(score(same, { thresholds: { ...defaultConfig.risk.thresholds, ...thresholds } }).level).toBe(level);
});

test("S: the reason names the tag that is gone, and what weighs when that stays", () => {
  const because = (over: Parameters<typeof finding>[0]) =>
    score({ findings: [finding({ code: "tag.removed", ...over })] }).factors[0]!.because;
  expect(because({ tagsBefore: ["pii"], tagsAfter: [] })).toBe("pii tag removed from customers.email");
  expect(because({ tagsBefore: ["pii", "restricted"], tagsAfter: ["restricted"] })).toBe(
    "pii tag removed from customers.email (restricted)",
  );
});
