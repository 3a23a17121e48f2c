import type { ReadingRules } from "../contract/rules.ts";
import { compileVocabulary, type Vocabulary } from "../contract/vocabulary.ts";
import type { PolicySet } from "./model.ts";

/**
 * The vocabulary in force: the built-in one, the configured one, and every word that an enforce policy names, so that losing it blocks.
 * A policy on trial must neither block nor make an unknown class a known one.
 */
export function vocabularyOf(set: Pick<PolicySet, "policies" | "config">): Vocabulary {
  const triggers = set.policies.filter(({ mode }) => mode === "enforce").flatMap((policy) => policy.trigger.tags ?? []);
  return compileVocabulary(set.config.vocabulary, [...set.config.governance.requireApproval, ...triggers]);
}

/** How contracts are read under a policy. */
export function readingRules(set: Pick<PolicySet, "policies" | "config">): ReadingRules {
  return { vocabulary: vocabularyOf(set), mappings: set.config.contracts.mappings };
}
