import type { Finding } from "../contract/finding.ts";
import { impliedClasses, type Vocabulary } from "../contract/vocabulary.ts";
import { keysOf } from "../policy/tags.ts";

/** Classes of data about people. */
export const PERSONAL_CLASSES = ["pii", "phi", "gdpr", "gdpr-article-9", "hipaa", "sensitive"] as const;

/** The key by which a finding touches personal data at base or head; null = none. What nobody explained may be personal. */
export function personalKey(finding: Finding, vocabulary: Vocabulary): string | null {
  const personal = (key: string) =>
    key.startsWith("unknown:") ||
    (PERSONAL_CLASSES as readonly string[]).includes(key) ||
    PERSONAL_CLASSES.some((each) => impliedClasses(vocabulary, key).has(each));
  return keysOf(finding).find(personal) ?? null;
}
