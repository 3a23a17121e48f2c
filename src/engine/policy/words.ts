import type { ReadingRules } from "../contract/rules.ts";
import { compileVocabulary, type Vocabulary } from "../contract/vocabulary.ts";
import type { PolicySet } from "./model.ts";

/** The vocabulary in force: the built-in one, the configured one, and every word that policy itself names, so that losing it blocks. */
export function vocabularyOf(set: Pick<PolicySet, "policies" | "config">): Vocabulary {
  const triggers = set.policies.flatMap((policy) => policy.trigger.tags ?? []);
  return compileVocabulary(set.config.vocabulary, [...set.config.governance.requireApproval, ...triggers]);
}

/** How contracts are read under a policy. */
export function readingRules(set: Pick<PolicySet, "policies" | "config">): ReadingRules {
  return { vocabulary: vocabularyOf(set), mappings: set.config.contracts.mappings };
}
