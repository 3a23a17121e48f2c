import type { Vocabulary } from "./vocabulary.ts";

/** How plain YAML or JSON declares its fields: where the list of fields is, which key names a field, which keys tag it. */
export interface PlainMapping {
  /** Globs over the file's path. */
  readonly paths: readonly string[];
  /** Dotted path from the root to the fields (a list, or a mapping of name to body); `*` stands for every key or item on the way. */
  readonly fields: string;
  readonly name: string;
  readonly tags: readonly string[];
}

/** What the organisation says about reading contracts. Plain data from the policy in force, never from the change itself. */
export interface ReadingRules {
  readonly vocabulary: Vocabulary;
  readonly mappings: readonly PlainMapping[];
}
