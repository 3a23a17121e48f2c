import fc from "fast-check";
import { expect, test } from "vitest";
import { FINDING_CODES } from "../../../src/engine/contract/finding-codes.ts";
import { categoryKey, compileVocabulary } from "../../../src/engine/contract/vocabulary.ts";
import { defaultConfig } from "../../../src/engine/policy/defaults.ts";
import type { Environment } from "../../../src/engine/policy/model.ts";
import { type RiskAgent, scoreRisk } from "../../../src/engine/policy/risk.ts";
import { aDiff } from "../../laws/world.ts";
import { finding } from "./build.ts";

type Weight = "loss" | "exposure" | "added" | "other";
type Severity = "block" | "break" | "warn" | "info";
const CARD = { id: "a", confidence: null, systemCard: true, automation: false } satisfies RiskAgent;
const NONE = { known: true, failingRules: 0, recentOverrides: 0, cardLimitations: 0 };

interface Given {
  readonly tags?: readonly string[];
  readonly unknown?: boolean;
  readonly weight?: Weight;
  readonly severity?: Severity;
  readonly env?: Environment;
  /** Criticalities of dependents; null = no lineage. */
  readonly dependents?: readonly (1 | 2)[] | null;
  readonly agent?: RiskAgent | null;
  readonly marks?: Partial<typeof NONE> & { readonly warnings?: number };
  readonly none?: boolean;
}

function scored({
  tags = ["pii"],
  unknown,
  weight = "loss",
  severity = "warn",
  env = "production",
  dependents = [],
  agent = null,
  marks,
  none,
}: Given) {
  const one = finding({ tagsBefore: tags, weight, severity, unknownClasses: unknown ? ["unknown:blue"] : [] });
  return scoreRisk({
    findings: none ? [] : [one],
    losses: [],
    environment: env,
    lineage: {
      known: dependents !== null,
      dependents: (dependents ?? []).map((criticality, index) => ({ name: `d${index}`, criticality })),
    },
    quality: { ...NONE, ...marks },
    warnings: marks?.warnings ?? 0,
    agent,
    config: { ...defaultConfig, governance: { requireApproval: ["team-a"], agent: null } },
    vocabulary: compileVocabulary(defaultConfig.vocabulary),
  });
}

const MAIL = categoryKey("user.contact.email");

/** By hand from decision.md section 4: S, I, A, E, H in hundredths, the score, the level without floors. */
test.each<[string, Given, [number, number, number, number, number], number, string]>([
  ["the check value of the design", { weight: "added", severity: "info", env: "staging", agent: CARD }, [240, 0, 50, 70, 0], 3.6, "medium"],
  ["nothing", { none: true }, [0, 0, 0, 150, 0], 1.5, "low"],
  ["nothing, nowhere", { none: true, env: "development" }, [0, 0, 0, 0, 0], 0, "low"],
  ["a pii tag lost", {}, [400, 0, 0, 150, 0], 5.5, "medium"],
  ["a pii tag lost, no lineage", { dependents: null }, [400, 50, 0, 150, 0], 6.0, "medium"],
  ["a pii tag lost in staging", { env: "staging" }, [400, 0, 0, 70, 0], 4.7, "medium"],
  ["a pii tag lost in development", { env: "development" }, [400, 0, 0, 0, 0], 4.0, "medium"],
  ["a pii field exposed", { weight: "exposure" }, [320, 0, 0, 150, 0], 4.7, "medium"],
  ["a pii field added", { weight: "added" }, [240, 0, 0, 150, 0], 3.9, "medium"],
  ["another change of a pii field", { weight: "other" }, [120, 0, 0, 150, 0], 2.7, "low"],
  ["gdpr", { tags: ["gdpr"] }, [400, 0, 0, 150, 0], 5.5, "medium"],
  ["sensitive", { tags: ["sensitive"] }, [400, 0, 0, 150, 0], 5.5, "medium"],
  ["a personal category", { tags: [MAIL] }, [400, 0, 0, 150, 0], 5.5, "medium"],
  ["a technical category", { tags: [categoryKey("system.operations")] }, [0, 0, 0, 150, 0], 1.5, "low"],
  ["restricted", { tags: ["restricted"] }, [500, 0, 0, 150, 0], 6.5, "high"],
  ["special categories", { tags: ["gdpr-article-9"] }, [500, 0, 0, 150, 0], 6.5, "high"],
  ["hipaa", { tags: ["hipaa"] }, [500, 0, 0, 150, 0], 6.5, "high"],
  ["health data exposed", { tags: ["phi"], weight: "exposure" }, [400, 0, 0, 150, 0], 5.5, "medium"],
  ["card data added", { tags: ["pci-dss"], weight: "added" }, [300, 0, 0, 150, 0], 4.5, "medium"],
  ["confidential", { tags: ["confidential"] }, [300, 0, 0, 150, 0], 4.5, "medium"],
  ["financial, exposed in staging", { tags: ["financial"], weight: "exposure", env: "staging" }, [240, 0, 0, 70, 0], 3.1, "medium"],
  ["secret, another change", { tags: ["secret"], weight: "other" }, [90, 0, 0, 150, 0], 2.4, "low"],
  ["internal", { tags: ["internal"] }, [100, 0, 0, 150, 0], 2.5, "low"],
  ["internal, another change", { tags: ["internal"], weight: "other" }, [30, 0, 0, 150, 0], 1.8, "low"],
  ["public", { tags: ["public"] }, [0, 0, 0, 150, 0], 1.5, "low"],
  ["a label", { tags: ["team-b"] }, [0, 0, 0, 150, 0], 1.5, "low"],
  ["a label that always requires approval", { tags: ["team-a"] }, [300, 0, 0, 150, 0], 4.5, "medium"],
  ["an unknown class", { tags: [], unknown: true, weight: "other" }, [90, 0, 0, 150, 0], 2.4, "medium"],
  ["an untagged break", { tags: [], severity: "break", weight: "other" }, [30, 0, 0, 150, 0], 1.8, "low"],
  ["an untagged loss", { tags: [], severity: "break", weight: "loss" }, [100, 0, 0, 150, 0], 2.5, "low"],
  ["one dependent", { dependents: [1] }, [400, 50, 0, 150, 0], 6.0, "medium"],
  ["one critical dependent", { dependents: [2] }, [400, 79, 0, 150, 0], 6.3, "high"],
  ["three dependents", { dependents: [1, 1, 1] }, [400, 100, 0, 150, 0], 6.5, "high"],
  ["two critical dependents", { dependents: [2, 2] }, [400, 116, 0, 150, 0], 6.7, "high"],
  ["fifteen dependents reach the most", { dependents: Array(15).fill(1) }, [400, 200, 0, 150, 0], 7.5, "high"],
  ["a hundred are no more", { dependents: Array(100).fill(2) }, [400, 200, 0, 150, 0], 7.5, "high"],
  ["an agent without a card", { agent: { ...CARD, systemCard: false } }, [400, 0, 100, 150, 0], 6.5, "high"],
  ["an agent trusted to 0.9", { agent: { ...CARD, confidence: 0.9 } }, [400, 0, 10, 150, 0], 5.6, "medium"],
  ["an agent trusted to 0.865", { agent: { ...CARD, confidence: 0.865 } }, [400, 0, 14, 150, 0], 5.6, "medium"],
  ["an agent that doubts itself", { agent: { ...CARD, confidence: 0.9, declaredDoubt: 75 } }, [400, 0, 75, 150, 0], 6.3, "high"],
  ["an agent that does not", { agent: { ...CARD, confidence: 0.5, declaredDoubt: 0 } }, [400, 0, 50, 150, 0], 6.0, "medium"],
  ["automation", { agent: { ...CARD, automation: true, systemCard: false } }, [400, 0, 50, 150, 0], 6.0, "medium"],
  ["one warning", { marks: { warnings: 1 } }, [400, 0, 0, 150, 13], 5.6, "medium"],
  ["an override and a limitation", { marks: { recentOverrides: 1, cardLimitations: 1 } }, [400, 0, 0, 150, 25], 5.8, "medium"],
  ["one of each", { marks: { warnings: 1, failingRules: 1, recentOverrides: 1, cardLimitations: 1 } }, [400, 0, 0, 150, 50], 6.0, "medium"],
  ["nine overrides are no more", { marks: { recentOverrides: 9 } }, [400, 0, 0, 150, 50], 6.0, "medium"],
  [
    "everything at its most is capped at ten",
    { tags: ["hipaa"], dependents: Array(20).fill(2), agent: { ...CARD, systemCard: false }, marks: { warnings: 9 } },
    [500, 200, 100, 150, 50],
    10,
    "critical",
  ],
  ["8.05 rounds up", { tags: ["phi"], dependents: [1, 1], agent: { ...CARD, confidence: 0.24 } }, [500, 79, 76, 150, 0], 8.1, "critical"],
  ["8.04 rounds down", { tags: ["phi"], dependents: [1, 1], agent: { ...CARD, confidence: 0.25 } }, [500, 79, 75, 150, 0], 8.0, "high"],
  [
    "3.03 is low",
    { tags: ["pii"], weight: "other", env: "staging", agent: CARD, dependents: [1], marks: { warnings: 1 } },
    [120, 50, 50, 70, 13],
    3.0,
    "low",
  ],
])("%s", (_what, given, points, score, level) => {
  const risk = scored(given);
  expect(risk.factors.map((factor) => [factor.id, factor.points])).toEqual(
    ["S", "I", "A", "E", "H"].map((id, index) => [id, points[index]]),
  );
  expect([risk.score, risk.level]).toEqual([score, level]);
});

test("the printed factors, summed, capped and rounded half up, are the score, whatever goes in", () => {
  const agent = fc.record({
    id: fc.constant("a"),
    confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    systemCard: fc.boolean(),
    automation: fc.boolean(),
    declaredDoubt: fc.option(fc.integer({ min: 0, max: 100 })),
  });
  const world = fc.record({
    change: aDiff,
    agent: fc.option(agent),
    environment: fc.constantFrom<Environment>("production", "staging", "development"),
    dependents: fc.array(fc.constantFrom<1 | 2>(1, 2), { maxLength: 30 }),
    known: fc.boolean(),
    marks: fc.record({ failingRules: fc.nat(3), recentOverrides: fc.nat(3), cardLimitations: fc.nat(3) }),
    warnings: fc.nat(3),
  });
  fc.assert(
    fc.property(world, ({ change, agent, environment, dependents, known, marks, warnings }) => {
      const lineage = { known, dependents: dependents.map((criticality, index) => ({ name: `d${index}`, criticality })) };
      const vocabulary = compileVocabulary(defaultConfig.vocabulary);
      const { findings, losses } = change;
      const risk = scoreRisk({
        findings,
        losses,
        environment,
        lineage,
        quality: { known: true, ...marks },
        warnings,
        agent,
        config: defaultConfig,
        vocabulary,
      });
      const sum = Math.min(
        1000,
        risk.factors.reduce((total, { points }) => total + points, 0),
      );
      expect(risk.score).toBe(Math.floor((sum + 5) / 10) / 10);
      for (const [index, most] of [500, 200, 100, 150, 50].entries()) {
        const { points } = risk.factors[index]!;
        expect(Number.isInteger(points) && points >= 0 && points <= most).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

/** Decision.md section 4: what kind of weight each code carries where the field, object or contract is tagged. */
const TAGGED_WEIGHTS: Readonly<Record<Weight, readonly string[]>> = {
  loss: "tag.removed tag.weakened tag.scope_removed tag.became_opaque tag.vocabulary_changed classification.lowered field.removed field.renamed field.moved object.removed contract.deleted contract.left_governed_path contract.not_regular_file contract.unparseable".split(
    " ",
  ),
  added: "tag.added tag.changed tag.vocabulary_added field.added object.added contract.added".split(" "),
  exposure: [],
  other: [],
};
test.each(Object.entries(FINDING_CODES))("%s weighs as section 4 says", (code, rule) => {
  const expected = (["loss", "added"] as const).find((weight) => TAGGED_WEIGHTS[weight].includes(code));
  if (expected !== undefined) expect(rule.whenTaggedWeight).toBe(expected);
  else expect(["exposure", "other"]).toContain(rule.whenTaggedWeight);
  const shape = /^(type|nullable|required|unique|primaryKey|masking|access\.(granted|widened)|examples|server\.added|number)/.test(code);
  if (shape && !/^server\.removed/.test(code)) expect(rule.whenTaggedWeight).toBe("exposure");
});
