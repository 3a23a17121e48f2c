import { IMPERSONAL_CATEGORIES } from "./fides-taxonomy.ts";

/** Levels of confidentiality, weakest first. */
export const LEVELS = ["public", "internal", "confidential", "restricted"] as const;
export type Level = (typeof LEVELS)[number];

/** Built-in classes, in their partial order: each names the classes that are weaker than it. */
export const BUILT_IN_WEAKER = {
  public: [],
  internal: ["public"],
  confidential: ["internal"],
  restricted: ["confidential"],
  secret: ["internal"],
  sensitive: ["internal"],
  pii: ["public"],
  phi: ["pii"],
  "gdpr-article-9": ["pii", "gdpr"],
  gdpr: ["public"],
  hipaa: ["public"],
  "pci-dss": ["public"],
  financial: ["public"],
  "critical-data-element": ["public"],
} as const satisfies Record<string, readonly string[]>;

export const BUILT_IN_CLASSES: readonly string[] = Object.keys(BUILT_IN_WEAKER);

/** Other spellings, already normalised (lower case, words joined by `-`). */
export const BUILT_IN_SYNONYMS: Readonly<Record<string, string>> = {
  "personal-data": "pii",
  personal: "pii",
  "personally-identifiable-information": "pii",
  "personal-identifiable-information": "pii",
  "personally-identifiable": "pii",
  "personal-information": "pii",
  spi: "pii",
  "protected-health-information": "phi",
  "health-data": "phi",
  ephi: "phi",
  pci: "pci-dss",
  "pci-data": "pci-dss",
  "cardholder-data": "pci-dss",
  chd: "pci-dss",
  "sensitive-personal-data": "gdpr-article-9",
  "special-category": "gdpr-article-9",
  "special-category-data": "gdpr-article-9",
  "special-categories": "gdpr-article-9",
  "gdpr-art-9": "gdpr-article-9",
  "gdpr-art9": "gdpr-article-9",
  "gdpr-9": "gdpr-article-9",
  finance: "financial",
  "financial-data": "financial",
  "highly-confidential": "restricted",
  "strictly-confidential": "restricted",
  "top-secret": "secret",
  "internal-only": "internal",
  "internal-use": "internal",
  "internal-use-only": "internal",
  "sensitive-data": "sensitive",
  unclassified: "public",
  "non-sensitive": "public",
  "not-sensitive": "public",
  none: "public",
  cde: "critical-data-element",
};

/** Classes whose `class-suffix` words (`pii-email`, `restricted-eu`) mean the class too. The others occur in everyday labels. */
export const PREFIX_CLASSES: ReadonlySet<string> = new Set([
  "pii",
  "phi",
  "pci",
  "pci-dss",
  "hipaa",
  "gdpr",
  "gdpr-article-9",
  "sensitive",
  "restricted",
  "confidential",
  "secret",
]);

const IMPERSONAL: ReadonlySet<string> = new Set(["public", ...IMPERSONAL_CATEGORIES.map((name) => `category:${name}`)]);

/** Is this key one that protects something? `public` says that nothing does; a free label says nothing. */
export function isSensitive(key: string): boolean {
  return !IMPERSONAL.has(key);
}
