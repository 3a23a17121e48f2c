import { PREFIX_CLASSES } from "../classes.ts";
import type { Position, Tag } from "../model.ts";
import { canonical, isNull, type MapNode, type Node, type ScalarNode } from "../source/node.ts";
import { type TagPlace, tagsIn } from "../tags.ts";
import { isClassifyingKey, markerClass, readWord, type Vocabulary } from "../vocabulary.ts";

/** A name with its value as languages let people attach them to a field: a custom option, a directive with its arguments, an attribute. */
export interface Declared {
  /** Dotted, `x:y` and `x/y` names count by their last part. */
  readonly name: string;
  /** What findings call it: `(acme.pii)`, `@pii`, `confluent:tags`. */
  readonly carrier: string;
  readonly value: Node;
  readonly pos: Position;
}

/** What a name makes of its value. */
type Sense =
  | { readonly kind: "marker"; readonly key: string }
  | { readonly kind: "words"; readonly list: "tags" | "classification" }
  | { readonly kind: "alike" }
  | { readonly kind: "prose" }
  | { readonly kind: "plain" };

/** Texts for people and machines that name no class, whatever words are in them. */
const PROSE =
  /^(reason|desc(ription)?|docs?|comments?|notes?|message|msg|url|link|title|summary|sql|examples?|default|pattern|regex|expression|cel|since|ticket|author|owner)$/i;
/** Whose explicit no turns a marker off: `@pii(enabled: false)`. */
const SWITCH = /^(value|enabled?|is|on|active|if|flag)$/i;
/** Arguments that only hold the value of the name around them: `@classification(is: CONFIDENTIAL)`. */
const HOLDER = /^(values?|names?|keys?|tags?|labels?|ids?|is|list|types?|kinds?|classe?s?|items?)$/i;
/** Common words inside a structure; they declare a class only where the structure is about classes. */
const COMMON = /^(level|category|categories|class|protection)$/i;
const ABOUT_CLASSES = /priva|govern|sensitiv|secur|complian|classif|protect|personal|pii|gdpr/i;
const NO = /^(non?|not|without|un|anti|remove|ignore|skip|public)$/i;
const REDACTED = /^(debug)?redact(ed|ion)?$/;
const UNMISTAKABLE = new Set(["pii", "phi", "pci-dss", "hipaa", "gdpr", "gdpr-article-9"]);

/** The tags that one declaration makes; names, values and everything nested in a value count. Empty when it says nothing about sensitivity. */
export function tagsDeclared(declared: Declared, place: TagPlace): readonly Tag[] {
  const sense = outerSense(declared.name, place.vocabulary);
  return tagsUnder(declared, sense, place).map((tag) => ({ ...tag, carrier: declared.carrier }));
}

/** The class that a name stands for by itself (`pii`, `sensitive` for a redaction), or the word under which it takes one; null = none. */
export function classNamed(name: string, vocabulary: Vocabulary): string | null {
  const sense = outerSense(name, vocabulary);
  if (sense.kind === "marker") return sense.key;
  return sense.kind === "words" && sense.list === "classification" ? "classification" : null;
}

function tagsUnder({ name, value, pos }: Omit<Declared, "carrier">, sense: Sense, place: TagPlace): readonly Tag[] {
  if (isNull(value)) return [];
  switch (sense.kind) {
    case "prose":
      return [];
    case "alike":
      return entryTags("classification", { kind: "scalar", text: name, plain: false, pos }, pos, place);
    case "marker":
      return [
        ...entryTags(sense.key, markerValue(value), pos, place),
        ...(value.kind === "map" ? childTags(name, value, sense, place) : []),
      ];
    case "words":
      return value.kind === "map" ? wordsInMap(name, value, pos, sense.list, place) : wordTags(value, pos, sense.list, place);
    case "plain":
      return plainTags(name, value, pos, place);
  }
}

/** The class stands in the name; arguments can switch it off, or make it another statement. */
function markerValue(value: Node): Node {
  if (value.kind !== "map") return value;
  const said = [...value.entries.values()].filter(({ key }) => !PROSE.test(key));
  const off = said.some((entry) => SWITCH.test(entry.key) && entry.value.kind === "scalar" && isNo(entry.value.text));
  if (off) return { kind: "scalar", text: "false", plain: true, pos: value.pos };
  const rest = said.filter((entry) => !SWITCH.test(entry.key) || entry.value.kind !== "scalar" || !isYes(entry.value.text));
  const text = rest.length === 0 ? "true" : canonical({ ...value, entries: new Map(rest.map((entry) => [entry.key, entry])) });
  return { kind: "scalar", text, plain: false, pos: value.pos };
}

function wordTags(value: Node, pos: Position, list: "tags" | "classification", place: TagPlace): readonly Tag[] {
  return entryTags(list, withoutEnumPrefix(value, place.vocabulary), pos, place);
}

/** `{key: PII, value: x}`, or arguments of which some hold the words. A class is declared here, so words that nobody knows stay unknown classes. */
function wordsInMap(name: string, map: MapNode, pos: Position, list: "tags" | "classification", place: TagPlace): readonly Tag[] {
  if (map.entries.has("value") && ["name", "key", "tag", "property"].some((key) => map.entries.has(key))) {
    return wordTags(map, pos, list, place);
  }
  const children = [...map.entries.values()].filter(({ key }) => !PROSE.test(key));
  const found = children.flatMap(({ key, keyPos, value }) =>
    HOLDER.test(key)
      ? wordTags(value, keyPos, list, place)
      : tagsUnder({ name: key, value, pos: keyPos }, innerSense(key, "classification", place.vocabulary), place),
  );
  if (found.length > 0 || list === "tags") return found;
  return children.flatMap(({ keyPos, value }) =>
    value.kind === "map" ? plainTags(name, value, keyPos, place) : wordTags(value, keyPos, list, place),
  );
}

/** A name that says nothing: only words of the vocabulary count, and what is nested. */
function plainTags(name: string, value: Node, pos: Position, place: TagPlace): readonly Tag[] {
  switch (value.kind) {
    case "map":
      return childTags(name, value, { kind: "plain" }, place);
    case "seq":
      return value.items.flatMap((item) => plainTags(name, item, pos, place));
    case "scalar": {
      if (/^(true|false|[-+.\d].*|.{65,}|)$/is.test(value.text)) return [];
      const word = withoutEnumPrefix(value, place.vocabulary, PREFIX_CLASSES);
      const reading = word.kind === "scalar" ? readWord(place.vocabulary, word.text, false) : null;
      if (reading === null || !reading.classifies || reading.opaque || reading.key === "public") return [];
      // `User.id` names a field more often than a category of data.
      if (reading.key.startsWith("category:") && !/^(category|fides):/i.test(value.text.trim())) return [];
      if (reading.known && reading.value !== "true" && /\s/.test(value.text.trim())) return [];
      return entryTags("tags", word, pos, place).filter((tag) => tag.classifies);
    }
  }
}

function childTags(parent: string, map: MapNode, sense: Sense, place: TagPlace): readonly Tag[] {
  return [...map.entries.values()].flatMap(({ key, keyPos, value }) => {
    const inner = innerSense(key, sense.kind === "marker" ? "" : parent, place.vocabulary);
    return tagsUnder({ name: key, value, pos: keyPos }, inner, place);
  });
}

function innerSense(key: string, parent: string, vocabulary: Vocabulary): Sense {
  if (PROSE.test(key)) return { kind: "prose" };
  if (COMMON.test(key) && !ABOUT_CLASSES.test(parent)) return { kind: "plain" };
  return senseOf(key, vocabulary);
}

/** Memory of outerSense: files repeat the same few names. */
const senses = new WeakMap<Vocabulary, Map<string, Sense>>();
const SENSES_REMEMBERED = 10_000;

function outerSense(name: string, vocabulary: Vocabulary): Sense {
  const known = senses.get(vocabulary) ?? new Map<string, Sense>();
  const told = known.get(name);
  if (told !== undefined) return told;
  const sense = findOuterSense(name, vocabulary);
  if (known.size < SENSES_REMEMBERED) senses.set(vocabulary, known.set(name, sense));
  return sense;
}

/** As senseOf, and names with a vendor's word before the class: `csi_secret`, `@wes_pii`. */
function findOuterSense(name: string, vocabulary: Vocabulary): Sense {
  const sense = senseOf(name, vocabulary);
  if (sense.kind !== "plain") return sense;
  const parts = name.split(/[.:/]/);
  const last = parts
    .at(-1)!
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .split(/[_-]+/)
    .filter((word) => word !== "" && word !== "x");
  const vendored = last.length < 2 || NO.test(last[0]!) ? null : markerClass(vocabulary, last.slice(1).join("_"));
  if (vendored !== null && PREFIX_CLASSES.has(vendored)) return { kind: "marker", key: vendored };
  const around = parts.slice(0, -1).map((part) => markerClass(vocabulary, part));
  const found = around.find((key) => key !== null && UNMISTAKABLE.has(key));
  return found === undefined || found === null ? { kind: "plain" } : { kind: "marker", key: found };
}

function senseOf(name: string, vocabulary: Vocabulary): Sense {
  const last = name.split(/[.:/]/).at(-1)!;
  if (/(^|[^a-z])(tags?|labels?)$|Tags?$|Labels?$/i.test(last) && !isClassifyingKey(last)) return { kind: "words", list: "tags" };
  if (isClassifyingKey(last)) return { kind: "words", list: "classification" };
  const marker = markerClass(vocabulary, name) ?? markerClass(vocabulary, last);
  if (marker !== null) return { kind: "marker", key: marker };
  if (REDACTED.test(last.toLowerCase().replace(/[^a-z]/g, ""))) return { kind: "marker", key: "sensitive" };
  if (/[^\x20-\x7E]/.test(name)) {
    const reading = readWord(vocabulary, name, false);
    if (reading?.classifies === true && !reading.known) return { kind: "alike" };
  }
  return PROSE.test(last) ? { kind: "prose" } : { kind: "plain" };
}

/** Constants of generated code repeat the name of their type: `DATA_CLASS_PII` says `PII`. A negation on the way (`LEVEL_NON_PII`) is kept. */
function withoutEnumPrefix(node: Node, vocabulary: Vocabulary, classes: ReadonlySet<string> | null = null): Node {
  if (node.kind === "seq") return { ...node, items: node.items.map((item) => withoutEnumPrefix(item, vocabulary, classes)) };
  if (node.kind === "map" || !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(node.text)) return node;
  if (readWord(vocabulary, node.text, false)?.known !== false) return node;
  const words = node.text.split("_");
  for (let from = 1; from < words.length; from += 1) {
    const rest = words.slice(from).join("_");
    const reading = readWord(vocabulary, rest, false);
    if (reading === null) return withText(node, rest);
    if (reading.known && (classes === null || classes.has(reading.key))) return withText(node, rest);
  }
  return node;
}

function withText(node: ScalarNode, text: string): ScalarNode {
  return { ...node, text, plain: false };
}

/** What the one table of words and markers makes of `key: value`. */
function entryTags(key: string, value: Node, pos: Position, place: TagPlace): readonly Tag[] {
  return tagsIn({ kind: "map", entries: new Map([[key, { key, keyPos: pos, value }]]), pos }, place);
}

function isNo(text: string): boolean {
  return /^(false|no|off|n|f|0|)$/i.test(text.trim());
}

function isYes(text: string): boolean {
  return /^(true|yes|on|y|t|1)$/i.test(text.trim());
}
