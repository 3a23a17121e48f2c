import type { Config } from "../policy/model.ts";
import {
  BUILT_IN_CATEGORIES,
  BUILT_IN_ORDER,
  type ClassOrder,
  extendOrder,
  type OrderStep,
  orderProblem,
  stepsByPath,
} from "./class-order.ts";
import { BUILT_IN_CLASSES, BUILT_IN_SYNONYMS, PREFIX_CLASSES } from "./classes.ts";
import { resembles } from "./lookalike.ts";

export { compareClass, impliedClasses } from "./class-order.ts";

/** The compiled tag vocabulary. Plain data, built once per evaluation from the policy in force. */
export interface Vocabulary {
  readonly classes: ReadonlySet<string>;
  readonly synonyms: ReadonlyMap<string, string>;
  /** Words (classes, synonyms, keywords) whose `word-suffix` forms mean the class too. */
  readonly prefixes: ReadonlySet<string>;
  /** Categories that somebody declared, as keys (`category:user.contact`). */
  readonly categories: ReadonlySet<string>;
  readonly order: ClassOrder;
  /** Configured classes whose words begin with another class (`pii-email` with `pii`): to that one they still belong. */
  readonly within: ReadonlyMap<string, string>;
  /** Memory of markerClass: files repeat the same few keys. */
  readonly markers: Map<string, string | null>;
}

const MARKERS_REMEMBERED = 10_000;
const KEY_REMEMBERED_LENGTH = 100;

/** What one word says. `key` is a class, `unknown:<word>`, or the word itself for a free label. */
export interface Reading {
  readonly key: string;
  /** `true` for a bare class, else what follows it: `PII.EMAIL` is `pii` with value `email`. */
  readonly value: string;
  readonly known: boolean;
  readonly classifies: boolean;
  readonly opaque: boolean;
}

/** `vocabulary` of the configuration. */
export type VocabularyConfig = Pick<Config["vocabulary"], "synonyms" | "keywords"> & Partial<Config["vocabulary"]>;

/**
 * @param vocabulary synonyms (word -> class), keywords (further classes), order (`a < b`) and categories (name -> parent). A step that
 * contradicts the order is left out: whoever reads configuration refuses it first (`vocabularyProblems`).
 * @param words further classes, such as the tags that policies and `requireApproval` name.
 */
export function compileVocabulary(vocabulary: VocabularyConfig, words: readonly string[] = []): Vocabulary {
  const keywords = [...vocabulary.keywords, ...words].map(normaliseWord).filter((word) => word !== "");
  const synonyms = new Map(Object.entries(BUILT_IN_SYNONYMS));
  const classes = new Set([...BUILT_IN_CLASSES, ...keywords.filter((word) => !synonyms.has(word) && !word.startsWith("category:"))]);
  const categories = new Set([...BUILT_IN_CATEGORIES, ...keywords.filter((word) => word.startsWith("category:"))]);
  for (const [word, target] of Object.entries(vocabulary.synonyms)) {
    const to = normaliseWord(target);
    const key = synonyms.get(to) ?? to;
    if (key.startsWith("category:")) categories.add(key);
    else classes.add(key);
    // A built-in class is never turned into a weaker word by configuration.
    if (!BUILT_IN_CLASSES.includes(normaliseWord(word))) synonyms.set(normaliseWord(word), key);
  }
  for (const name of Object.keys(vocabulary.categories ?? {})) {
    categories.add(categoryKey(name));
    if (!BUILT_IN_CLASSES.includes(normaliseWord(name))) synonyms.set(normaliseWord(name), categoryKey(name));
  }
  const known = { synonyms, categories };
  const steps = [
    ...[...categories].filter((key) => !BUILT_IN_CATEGORIES.has(key)).flatMap((key) => stepsByPath(key, categories)),
    ...Object.entries(vocabulary.categories ?? {}).map(([name, parent]) => ({
      weaker: classNamed(known, parent),
      stronger: categoryKey(name),
    })),
    ...(vocabulary.order ?? []).flatMap((text) => orderSteps(known, text)),
  ];
  for (const key of steps.flatMap(({ weaker, stronger }) => [weaker, stronger]))
    (key.startsWith("category:") ? categories : classes).add(key);
  const prefixes = new Set([...PREFIX_CLASSES, ...keywords]);
  const within = new Map([...classes].flatMap((key) => withinOf(key, { classes, synonyms })));
  return { classes, synonyms, prefixes, categories, order: orderOf(steps), within, markers: new Map() };
}

/** The longest class that a configured one begins with. Without the configuration the word would have been read as that class. */
function withinOf(key: string, { classes, synonyms }: Pick<Vocabulary, "classes" | "synonyms">): readonly (readonly [string, string])[] {
  if (BUILT_IN_CLASSES.includes(key)) return [];
  const words = key.split("-");
  for (let length = words.length - 1; length > 0; length -= 1) {
    const head = words.slice(0, length).join("-");
    const known = synonyms.get(head) ?? head;
    if (known !== "public" && known !== key && (classes.has(known) || known.startsWith("category:"))) return [[key, known]];
  }
  return [];
}

/** The built-in order with every step that agrees with it. */
function orderOf(steps: readonly OrderStep[]): ClassOrder {
  return steps.reduce((order, step) => (orderProblem(order, step) === null ? extendOrder(order, [step]) : order), BUILT_IN_ORDER);
}

/** The key of a category by its name, with or without `category:` before it. */
export function categoryKey(name: string): string {
  return `category:${name
    .trim()
    .toLowerCase()
    .replace(/^(category|fides):/, "")}`;
}

type Named = Pick<Vocabulary, "synonyms" | "categories">;

/** `a < b < c` as steps; empty when a side is missing. */
export function orderSteps(known: Named, text: string): readonly OrderStep[] {
  const keys = text.split("<").map((word) => (word.trim() === "" ? "" : classNamed(known, word)));
  if (keys.length < 2 || keys.includes("")) return [];
  return keys.slice(1).map((stronger, index) => ({ weaker: keys[index]!, stronger }));
}

/** The class or category that configuration means by a word: `user` is the category there. */
export function classNamed({ synonyms, categories }: Named, word: string): string {
  if (categories.has(categoryKey(word))) return categoryKey(word);
  const text = normaliseWord(word);
  return synonyms.get(text) ?? text;
}

/** Lower case ASCII, words joined by `-`; other scripts are kept as they are, so that a look-alike is never equal. */
export function normaliseWord(word: string): string {
  const text = word.trim().toLowerCase();
  if (/^(category:|fides:)?user(\.[a-z0-9_]+)+$/.test(text)) return `category:${text.replace(/^(category|fides):/, "")}`;
  if (/^category:/.test(text)) return text;
  return text.replace(/[\s_./:-]+/g, "-").replace(/^-+|-+$/g, "");
}

/** The key that policies match on: the class where the word is known, else the normalised word. */
export function tagKey(vocabulary: Vocabulary, word: string): string {
  return readWord(vocabulary, word, false)?.key ?? normaliseWord(word);
}

/**
 * Reads one word. `classifying`: the word stands where a class is declared (`classification: x`), so an unknown word is an unknown class.
 * null: the word says nothing (`non-pii`, `pii:false`, an empty text).
 */
export function readWord(vocabulary: Vocabulary, word: string, classifying: boolean): Reading | null {
  if (word.length > KEY_REMEMBERED_LENGTH) return findReading(vocabulary, word, classifying);
  const memory = readings.get(vocabulary) ?? new Map<string, Reading | null>();
  if (memory.size === 0) readings.set(vocabulary, memory);
  const asked = classifying ? `!${word}` : ` ${word}`;
  const known = memory.get(asked);
  if (known !== undefined) return known;
  const found = findReading(vocabulary, word, classifying);
  if (memory.size < MARKERS_REMEMBERED) memory.set(asked, found);
  return found;
}

/** Memory of readWord: contracts repeat the same few words. */
const readings = new WeakMap<Vocabulary, Map<string, Reading | null>>();

function findReading(vocabulary: Vocabulary, word: string, classifying: boolean): Reading | null {
  const raw = word.trim();
  if (raw === "") return null;
  if (isTemplate(raw)) return readTemplate(vocabulary, raw);
  const assigned = /^([^:=]+?)\s*[:=]\s*(.*)$/s.exec(raw);
  const named = assigned === null ? null : markerClass(vocabulary, assigned[1]!);
  // A keyword that is also a key of classes (`classification`) never hides the class that stands under it.
  const marker = named !== null && !BUILT_IN_CLASSES.includes(named) && isClassifyingKey(assigned![1]!) ? null : named;
  if (assigned !== null && marker !== null) return readMarker(marker, assigned[2]!);
  if (assigned !== null && isClassifyingKey(assigned[1]!)) return readWord(vocabulary, assigned[2]!, true);
  const text = normaliseWord(raw);
  const exact = classOf(vocabulary, text) ?? classOf(vocabulary, normaliseWord(splitCamel(raw)));
  if (exact !== null) return { key: exact, value: "true", known: isDeclared(vocabulary, exact), classifies: true, opaque: false };
  if (isNegation(vocabulary, text)) return null;
  const prefixed = splitPrefix(vocabulary, raw, text);
  if (prefixed !== null) return { ...prefixed, known: true, classifies: true, opaque: false };
  const alike = resembles(raw, (skeleton) => {
    const plain = normaliseWord(skeleton);
    return classOf(vocabulary, plain) !== null || splitPrefix(vocabulary, skeleton, plain) !== null;
  });
  if (classifying || alike) return unknownClass(raw);
  return { key: text === "" ? raw : text, value: "true", known: false, classifies: false, opaque: false };
}

/** The value under a key that names a class: `pii: yes`. null = an explicit no. Anything else that is not empty means yes. */
export function readMarker(key: string, value: string): Reading | null {
  const text = value.trim();
  const word = text.toLowerCase();
  if (/^(|false|no|off|n|f|0|null|~|none)$/.test(word)) return null;
  if (isTemplate(text)) return { key, value: text, known: true, classifies: true, opaque: true };
  return { key, value: /^(true|yes|on|y|t|1)$/.test(word) ? "true" : word, known: true, classifies: true, opaque: false };
}

/** The class that a key names (`pii`, `contains_pii`, `x-gdpr`, `pii_type`), else null. */
export function markerClass(vocabulary: Vocabulary, key: string): string | null {
  const known = vocabulary.markers.get(key);
  if (known !== undefined) return known;
  const found = findMarker(vocabulary, key);
  if (vocabulary.markers.size < MARKERS_REMEMBERED) vocabulary.markers.set(key, found);
  return found;
}

function findMarker(vocabulary: Vocabulary, key: string): string | null {
  const word = normaliseWord(splitCamel(key)).replace(/^(x|is|has|contains|meta)-/, "");
  const direct = classOf(vocabulary, word);
  if (direct !== null) return direct === "public" ? null : direct;
  const stem = word.replace(/-(type|types|category|categories|class|level|flag|status|data|field|column)$/, "");
  const found = stem === word ? null : classOf(vocabulary, stem);
  return found === "public" ? null : found;
}

/** Keys whose value is a class: an unknown word there is an unknown class. */
export function isClassifyingKey(key: string): boolean {
  const known = classifyingKeys.get(key);
  if (known !== undefined) return known;
  const classifies = CLASSIFYING_KEY.test(normaliseWord(splitCamel(key)).replace(/^x-/, ""));
  if (classifyingKeys.size < MARKERS_REMEMBERED && key.length <= KEY_REMEMBERED_LENGTH) classifyingKeys.set(key, classifies);
  return classifies;
}

/** Memory of isClassifyingKey. */
const classifyingKeys = new Map<string, boolean>();

const CLASSIFYING_KEY =
  /^((data|security|information|privacy|confidentiality|sensitivity|compliance|pii|column|field)-)?(classifications?|class|sensitivity|confidentiality|category|categories|compliance|compliances|level)$|^(compliance-?tags|policy-tags|privacy|protection-level|protection|regulations?|regulatory)$/;

function classOf(vocabulary: Vocabulary, word: string): string | null {
  const key = vocabulary.synonyms.get(word) ?? word;
  return vocabulary.classes.has(key) || /^category:.+/.test(key) ? key : null;
}

/** Any path is a category, but only those of a taxonomy are known. */
function isDeclared(vocabulary: Vocabulary, key: string): boolean {
  return !key.startsWith("category:") || vocabulary.categories.has(key);
}

/** `dataClassification` -> `data-Classification`. */
function splitCamel(word: string): string {
  return word.replace(/([a-z0-9])([A-Z])/g, "$1-$2");
}

function isNegation(vocabulary: Vocabulary, word: string): boolean {
  const rest = /^(non|not|no|without)-(.+)$/.exec(word)?.[2] ?? /^(.+)-(free|false|no|none)$/.exec(word)?.[1];
  return rest !== undefined && classOf(vocabulary, rest) !== null;
}

/** The longest known class at the start: `PII.EMAIL`, `pii/email` for every class, `pii-email` for the unmistakable ones. */
function splitPrefix(vocabulary: Vocabulary, raw: string, text: string): { key: string; value: string } | null {
  const words = text.split("-");
  const strong = normaliseWord(/^[^./:]+(?=[./:])/.exec(raw.trim())?.[0] ?? "");
  // Above the longest class nothing can match: a text of thousands of words costs no more than a long one.
  for (let length = Math.min(words.length - 1, longestClass(vocabulary)); length > 0; length -= 1) {
    const head = words.slice(0, length).join("-");
    const key = classOf(vocabulary, head);
    if (key === null || key === "public") continue;
    if (head === strong || vocabulary.prefixes.has(head) || vocabulary.prefixes.has(key))
      return { key, value: words.slice(length).join("-") };
  }
  return null;
}

/** Words of the longest class or synonym. */
function longestClass(vocabulary: Vocabulary): number {
  const known = longest.get(vocabulary);
  if (known !== undefined) return known;
  const most = [...vocabulary.classes, ...vocabulary.synonyms.keys()].reduce((max, word) => Math.max(max, word.split("-").length), 1);
  longest.set(vocabulary, most);
  return most;
}

/** Memory of longestClass. */
const longest = new WeakMap<Vocabulary, number>();

function isTemplate(text: string): boolean {
  return /\{\{|\{%|\$\{|<%/.test(text);
}

/** Never evaluated. A class named inside (`var('pii_policy_tag')`) is taken as a hint that can only add. */
function readTemplate(vocabulary: Vocabulary, raw: string): Reading {
  for (const name of raw.match(/[A-Za-z0-9_.-]+/g) ?? []) {
    const text = normaliseWord(name);
    if (/^(non|not|no)-/.test(text)) continue;
    const key = classOf(vocabulary, text) ?? splitPrefix(vocabulary, name, text)?.key ?? null;
    if (key !== null && key !== "public") return { key, value: raw, known: true, classifies: true, opaque: true };
  }
  return { ...unknownClass(raw), opaque: true };
}

function unknownClass(raw: string): Reading {
  return { key: `unknown:${raw.toLowerCase().replace(/\s+/g, " ")}`, value: "true", known: false, classifies: true, opaque: false };
}
