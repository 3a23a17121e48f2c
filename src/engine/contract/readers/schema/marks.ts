import type { Position, Tag } from "../../model.ts";
import type { Entry, MapNode, Node } from "../../source/node.ts";
import type { Vocabulary } from "../../vocabulary.ts";
import { classNamed, tagsDeclared } from "../declared.ts";
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

/** Words and samples, not statements. */
const NO_STATEMENT = /example|sample|snippet|enum/i;

/** Tags in everything that is no keyword of the standard: `x-pii`, `confluent:tags`, vendor objects walked to the bottom. */
export function marksIn(map: MapNode, vocabulary: Vocabulary): Marks {
  const tags: Tag[] = [];
  const lists: NameList[] = [];
  for (const entry of map.entries.values()) {
    if (KEYWORDS.has(entry.key) || NO_STATEMENT.test(entry.key)) continue;
    const list = nameList(entry, vocabulary);
    if (list !== null) {
      lists.push(list);
      continue;
    }
    const told = entryTags(entry, vocabulary);
    tags.push(...(isAboutProperties(entry.value, map) ? told.filter((tag) => tag.known) : told));
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

/** As plain tags, for a place that has no properties to name. */
export function listAsTags(map: MapNode, { key }: NameList, vocabulary: Vocabulary): readonly Tag[] {
  const entry = map.entries.get(key);
  return entry === undefined ? [] : entryTags(entry, vocabulary);
}

const PLURAL = /[-_](fields|properties|columns|attributes)$/i;

function nameList({ key, value }: Entry, vocabulary: Vocabulary): NameList | null {
  if (value.kind !== "seq" || value.items.length === 0) return null;
  const named = classNamed(key.replace(PLURAL, ""), vocabulary);
  if (named === null || named === "classification") return null;
  const names = value.items.flatMap((item) => (item.kind === "scalar" ? [{ text: item.text.trim(), pos: item.pos }] : []));
  return names.length === value.items.length ? { key, names } : null;
}

/** Inside vendor objects a free label is just a word of theirs. */
function entryTags({ key, keyPos, value }: Entry, vocabulary: Vocabulary): readonly Tag[] {
  const declared = { name: key.replace(PLURAL, ""), carrier: key, value, pos: keyPos };
  const tags = tagsDeclared(declared, { vocabulary, scope: "field", via: [] });
  return value.kind === "map" ? classifying(tags) : tags;
}
