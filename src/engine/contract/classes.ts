/** Built-in classes, in their partial order: each names the classes that are weaker than it. */
const WEAKER_THAN = {
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

export const BUILT_IN_CLASSES: readonly string[] = Object.keys(WEAKER_THAN);

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

/** -1: `a` is weaker, 1: `a` is stronger, 0: the same class, null: no order between them. */
export function compareClass(a: string, b: string): -1 | 0 | 1 | null {
  if (a === b) return 0;
  if (isWeaker(a, b)) return -1;
  return isWeaker(b, a) ? 1 : null;
}

function isWeaker(a: string, b: string): boolean {
  if (a.startsWith("category:") && b.startsWith("category:")) return b.startsWith(`${a}.`);
  const below: readonly string[] = Object.hasOwn(WEAKER_THAN, b) ? WEAKER_THAN[b as keyof typeof WEAKER_THAN] : [];
  return below.some((weaker) => weaker === a || isWeaker(a, weaker));
}

/** Is this key one that protects something? `public` says that nothing does; a free label says nothing. */
export function isSensitive(key: string): boolean {
  return key !== "public";
}
