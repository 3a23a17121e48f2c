import { isSensitive } from "../contract/classes.ts";
import type { ChangeWeight } from "../contract/finding.ts";
import { compileVocabulary, impliedClasses, tagKey, type Vocabulary } from "../contract/vocabulary.ts";
import type { Combinator, Combined } from "./combinators.ts";
import type { Config } from "./model.ts";

/** Points (in hundredths) of each known class; decision.md section 4. */
export const TAG_WEIGHTS: Readonly<Record<string, number>> = {
  restricted: 500,
  "gdpr-article-9": 500,
  hipaa: 500,
  phi: 500,
  "pci-dss": 500,
  pii: 400,
  gdpr: 400,
  sensitive: 400,
  confidential: 300,
  financial: 300,
  secret: 300,
  internal: 100,
  public: 0,
};
/** A word that nobody explained, and any class that only configuration knows. */
export const UNKNOWN_CLASS_WEIGHT = 300;
/** A structural break on an untagged field. */
export const STRUCTURE_WEIGHT = 100;

/** Share of the tag weight that a change carries, in hundredths. */
export const CHANGE_WEIGHTS = { loss: 100, exposure: 80, added: 60, other: 30 } as const satisfies Record<ChangeWeight, number>;

/** Weight of a normalised tag key in hundredths, before configuration: a category or configured class weighs what it is at least. Free labels weigh nothing. */
export function builtInWeight(key: string, vocabulary: Vocabulary): number {
  if (Object.hasOwn(TAG_WEIGHTS, key)) return TAG_WEIGHTS[key]!;
  if (!isSensitive(key)) return 0;
  const implied = [...impliedClasses(vocabulary, key)].map((each) => TAG_WEIGHTS[each] ?? 0);
  const named = key.startsWith("unknown:") || key.startsWith("category:") || vocabulary.classes.has(key);
  if (implied.length > 0 && key.startsWith("category:") && vocabulary.categories.has(key)) return Math.max(...implied);
  return Math.max(named ? UNKNOWN_CLASS_WEIGHT : 0, ...implied);
}

/** `risk.tagWeights`: the maximum of the built-in weight, the organisation's and the repository's; a smaller one would loosen. */
export const heaviest: Combinator = ({ org, repo }): Combined => {
  const vocabulary = compileVocabulary(NO_WORDS);
  const value: Record<string, number> = {};
  for (const [by, weights] of [
    ["org", (org ?? {}) as Config["risk"]["tagWeights"]],
    ["repo", (repo ?? {}) as Config["risk"]["tagWeights"]],
  ] as const) {
    for (const [word, weight] of Object.entries(weights)) {
      const key = tagKey(vocabulary, word);
      const floor = value[key] ?? builtInWeight(key, vocabulary) / 100;
      if (weight < floor) return { value, loosens: { by, because: `\`${word}\` ${weight} is laxer than ${floor}` } };
      value[key] = weight;
    }
  }
  return { value };
};

const NO_WORDS = { synonyms: {}, keywords: [] };
