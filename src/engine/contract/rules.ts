import { digest } from "../canonical.ts";
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

/** Raised whenever a reader reads something else into the same bytes: memories of what was read before are then void. */
const READER_VERSION = 5;

/** Equal for rules that read every file alike. */
export function rulesDigest({ vocabulary, mappings }: ReadingRules): string {
  const { markers: _memory, ...said } = vocabulary;
  const words = Object.entries(said).map(([key, value]) => [key, plain(value)]);
  return digest("countersign/reading-rules/v1", { version: READER_VERSION, words, mappings });
}

/** Maps and sets, at any depth, as lists. */
function plain(value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value].map(plain);
  return Array.isArray(value) ? value.map(plain) : value;
}
