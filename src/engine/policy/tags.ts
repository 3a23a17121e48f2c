import type { Finding } from "../contract/finding.ts";
import { impliedClasses, tagKey, type Vocabulary } from "../contract/vocabulary.ts";

/** Every key that the changed thing carries at base or head, unknown classes included. */
export function keysOf(finding: Finding): readonly string[] {
  const known = keysByFinding.get(finding);
  if (known !== undefined) return known;
  const keys = [...new Set([...finding.tagsBefore, ...finding.tagsAfter, ...finding.unknownClasses])].sort();
  keysByFinding.set(finding, keys);
  return keys;
}

/** Memory of keysOf: every policy asks about every finding. */
const keysByFinding = new WeakMap<Finding, readonly string[]>();

/** The words of a list that a finding carries: equality after synonyms, categories by path prefix, and whatever class a category or configured class is at least. */
export function wordsTouched(words: readonly string[], finding: Finding, vocabulary: Vocabulary): readonly string[] {
  const keys = keysOf(finding);
  return words.filter((word) => {
    const wanted = tagKey(vocabulary, word);
    return keys.some((key) => sameTag(wanted, key) || impliedClasses(vocabulary, key).has(wanted));
  });
}

function sameTag(wanted: string, key: string): boolean {
  if (wanted === key || `unknown:${wanted}` === key) return true;
  return wanted.startsWith("category:") && key.startsWith(`${wanted}.`);
}
