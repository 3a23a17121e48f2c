import type { Position, Tag } from "../../model.ts";
import type { Entry, MapNode, Node } from "../../source/node.ts";
import { tagsIn } from "../../tags.ts";
import { isClassifyingKey, markerClass, type Vocabulary } from "../../vocabulary.ts";
import { KEYWORDS } from "./keywords.ts";

/** A class that names the properties it applies to: `x-pii: [email, ssn]` on the object around them. */
export interface NameList {
  readonly key: string;
  readonly names: readonly { readonly text: string; readonly pos: Position }[];
}

/** What the keys of one mapping say about sensitivity, as tags of that place and as lists of property names. */
export interface Marks {
  readonly tags: readonly Tag[];
  readonly lists: readonly NameList[];
}

/** Tags in everything that is no keyword of the standard: `x-pii`, `confluent:tags`, vendor objects walked to the bottom. */
export function marksIn(map: MapNode, vocabulary: Vocabulary): Marks {
  const tags: Tag[] = [];
  const lists: NameList[] = [];
  for (const entry of map.entries.values()) {
    if (KEYWORDS.has(entry.key)) continue;
    const list = nameList(entry, vocabulary);
    if (list !== null) lists.push(list);
    else {
      const told = entryTags(entry, entry.key, vocabulary);
      tags.push(...(isAboutProperties(entry.value, map) ? told.filter((tag) => tag.known) : told));
    }
  }
  return { tags, lists };
}

/** `x-weights: {level: high, name: low}`: its keys are the properties, so that no unknown word there is a class. */
function isAboutProperties(value: Node, map: MapNode): boolean {
  const properties = map.entries.get("properties")?.value;
  if (value.kind !== "map" || properties?.kind !== "map") return false;
  return value.entries.size > 1 && [...value.entries.keys()].every((key) => properties.entries.has(key));
}

/** Grouping labels are no compliance tags: only those that classify are kept. */
export function classifying(tags: readonly Tag[]): readonly Tag[] {
  return tags.filter((tag) => tag.classifies);
}

/** As a plain tag, for a place that has no properties to name. */
export function listAsTags(map: MapNode, { key }: NameList, vocabulary: Vocabulary): readonly Tag[] {
  const entry = map.entries.get(key);
  return entry === undefined ? [] : entryTags(entry, key, vocabulary);
}

function nameList({ key, value }: Entry, vocabulary: Vocabulary): NameList | null {
  if (value.kind !== "seq" || value.items.length === 0) return null;
  const word = key.replace(/[-_](fields|properties|columns|attributes)$/i, "");
  if (tellingKey(vocabulary, word) === null || isList(word) || isClassifyingKey(word)) return null;
  const names = value.items.flatMap((item) => (item.kind === "scalar" ? [{ text: item.text.trim(), pos: item.pos }] : []));
  return names.length === value.items.length ? { key, names } : null;
}

function entryTags(entry: Entry, carrier: string, vocabulary: Vocabulary): readonly Tag[] {
  const place = { vocabulary, scope: "field", via: [] } as const;
  const key = tellingKey(vocabulary, entry.key.replace(/[-_](fields|properties|columns|attributes)$/i, ""));
  if (key === null) return nestedTags(entry.value, carrier, vocabulary);
  const told = tagsIn(alone(entry, key), place).map((tag) => ({ ...tag, carrier }));
  if (entry.value.kind !== "map" || isList(key) || isClassifyingKey(key)) return told;
  // `pii: {handling: sensitive}` says both.
  const words = [...entry.value.entries.values()].filter(({ value }) => value.kind === "scalar");
  const also = words.flatMap((word) => tagsIn(alone(word, "tags"), place).filter((tag) => tag.known));
  const keys = new Set(told.map((tag) => tag.key));
  return [...told, ...also.filter((tag) => !keys.has(tag.key)).map((tag) => ({ ...tag, carrier: `${carrier}.${tag.raw}` }))];
}

/** Inside vendor objects a free label is just a word of theirs. */
function nestedTags(value: Node, carrier: string, vocabulary: Vocabulary): readonly Tag[] {
  if (/example|sample|snippet/i.test(carrier)) return [];
  if (value.kind === "map")
    return [...value.entries.values()].flatMap((entry) => classifying(entryTags(entry, `${carrier}.${entry.key}`, vocabulary)));
  if (value.kind === "seq") return value.items.flatMap((item) => (item.kind === "scalar" ? [] : nestedTags(item, carrier, vocabulary)));
  return [];
}

function alone(entry: Entry, key: string): MapNode {
  return { kind: "map", pos: entry.keyPos, entries: new Map([[key, { ...entry, key }]]) };
}

const LISTS = new Set(["tags", "tag", "labels", "policy_tags", "policyTags", "databricks_tags"]);

function isList(key: string): boolean {
  return LISTS.has(key);
}

/** A class at the end of a vendor's key says so only when the word is unmistakable: `acme-pii`, never `acme-internal`. */
const UNMISTAKABLE = new Set(["pii", "phi", "hipaa", "gdpr", "gdpr-article-9", "pci-dss", "sensitive", "confidential"]);
const NEGATION = /(^|[-_.:])(non|not|no|without)([-_.:]|$)/i;

/** The key as tagsIn knows it; null when it says nothing. `confluent:tags` is `tags`, `pi2schema-personal-data` is `personal-data`. */
function tellingKey(vocabulary: Vocabulary, key: string): string | null {
  if (isList(key) || isClassifyingKey(key) || markerClass(vocabulary, key) !== null) return key;
  const words = key.split(/[-_.:]/);
  if (words.length === 1) return null;
  if (/^(tags|labels)$/i.test(words.at(-1)!)) return words.at(-1)!.toLowerCase();
  if (NEGATION.test(key)) return null;
  for (let from = 1; from < words.length; from += 1) {
    const rest = words.slice(from).join("-");
    if (/^((data|security|information|privacy)-)?(classification|sensitivity|confidentiality)$/i.test(rest)) return rest.toLowerCase();
    const marker = markerClass(vocabulary, rest);
    if (marker !== null && UNMISTAKABLE.has(marker)) return rest;
  }
  return null;
}
