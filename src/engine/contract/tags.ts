import type { Position, Tag, TagScope } from "./model.ts";
import { canonical, isNull, type MapNode, type Node, ReadFailure, type SeqNode } from "./source/node.ts";
import { isClassifyingKey, markerClass, type Reading, readMarker, readWord, type Vocabulary } from "./vocabulary.ts";

/** Where tags are being read: what they apply to, and the definitions they came through. */
export interface TagPlace {
  readonly vocabulary: Vocabulary;
  readonly scope: TagScope;
  readonly via: readonly string[];
}

const TAG_LISTS = new Set(["tags", "tag", "labels", "policy_tags", "policyTags", "databricks_tags", "+tags"]);
const CLASSIFYING_LISTS = new Set(["policy_tags", "policyTags"]);

/** All tags that the keys of one mapping declare: tag lists, classifications, markers (`pii: true`) and custom properties. */
export function tagsIn(map: MapNode, place: TagPlace): readonly Tag[] {
  // One entry's list alone is the answer, as it is: fields of one definition then share it.
  let only: readonly Tag[] = NONE;
  let found: Tag[] | null = null;
  for (const { key, keyPos, value } of map.entries.values()) {
    const told = key === "customProperties" ? customTags(value, place) : tagsOfEntry(key, keyPos, value, key, place);
    if (told.length === 0) continue;
    if (only.length === 0) only = told;
    else {
      found ??= [...only];
      found.push(...told);
    }
  }
  return found ?? only;
}

const NONE: readonly Tag[] = [];

/** As tagsIn, and down into nested mappings and lists of them (dbt `meta` holds whatever a team likes). */
export function tagsDeepIn(map: MapNode, place: TagPlace): readonly Tag[] {
  const below = (node: Node): readonly Tag[] =>
    node.kind === "map" ? tagsDeepIn(node, place) : node.kind === "seq" ? aside(node.items.flatMap(below), "in a list") : [];
  const nested = [...map.entries.values()].flatMap(({ key, value }) => (TAG_LISTS.has(key) ? [] : below(value)));
  return [...tagsIn(map, place), ...nested];
}

/** Where tools do not look: a tag that moves there from a place of the standard is weaker. */
function aside(tags: readonly Tag[], where: string): readonly Tag[] {
  return tags.map((each) => ({ ...each, carrier: `${each.carrier} ${where}` }));
}

function tagsOfEntry(key: string, pos: Position, value: Node, carrier: string, place: TagPlace): readonly Tag[] {
  if (isNull(value)) return [];
  if (TAG_LISTS.has(key)) return listTags(value, carrier, CLASSIFYING_LISTS.has(key), place);
  if (isClassifyingKey(key)) return listTags(value, carrier, true, place);
  const marker = markerClass(place.vocabulary, key);
  return marker === null ? [] : markerTags(marker, value, pos, carrier, place);
}

function markerTags(marker: string, value: Node, pos: Position, carrier: string, place: TagPlace): readonly Tag[] {
  const text = value.kind === "scalar" ? value.text : canonical(value);
  const reading = readMarker(marker, text === "[]" || text === "{}" ? "" : text);
  if (reading === null) return [];
  const also = reading.value === "true" || reading.opaque ? null : readWord(place.vocabulary, text, false);
  const readings = also?.known === true && also.key !== marker ? [reading, also] : [reading];
  return readings.map((each) => tag(each, text, pos, carrier, place));
}

function listTags(value: Node, carrier: string, classifying: boolean, place: TagPlace): readonly Tag[] {
  switch (value.kind) {
    case "scalar":
      return isNull(value)
        ? []
        : readWords(place.vocabulary, value.text, classifying).map(([raw, reading]) => tag(reading, raw, value.pos, carrier, place));
    case "seq":
      return value.items.length < REMEMBERED_FROM
        ? value.items.flatMap((item) => listTags(item, carrier, classifying, place))
        : rememberedTags(value, carrier, classifying, place);
    case "map":
      return mapTags(value, carrier, classifying, place);
  }
}

const REMEMBERED_FROM = 10;
/** Memory of listTags for long lists: a definition's list is read once for all the fields that refer to it. */
const remembered = new WeakMap<Vocabulary, WeakMap<SeqNode, Map<string, readonly Tag[]>>>();

function rememberedTags(value: SeqNode, carrier: string, classifying: boolean, place: TagPlace): readonly Tag[] {
  const lists = remembered.get(place.vocabulary) ?? new WeakMap<SeqNode, Map<string, readonly Tag[]>>();
  remembered.set(place.vocabulary, lists);
  const readings = lists.get(value) ?? new Map<string, readonly Tag[]>();
  lists.set(value, readings);
  const asked = JSON.stringify([carrier, classifying, place.scope, place.via]);
  const known = readings.get(asked);
  if (known !== undefined) return known;
  const tags = value.items.flatMap((item) => listTags(item, carrier, classifying, place));
  readings.set(asked, tags);
  return tags;
}

/** `{taxonomy, value}`, `{name: pii, value: true}`, or pairs such as `{pii: true, owner: x}`. */
function mapTags(map: MapNode, carrier: string, classifying: boolean, place: TagPlace): readonly Tag[] {
  const name = ["name", "key", "tag", "property"].map((key) => map.entries.get(key)?.value).find((node) => node?.kind === "scalar");
  const value = map.entries.get("value")?.value;
  if (name?.kind === "scalar" && value === undefined) return listTags(name, carrier, classifying, place);
  if (name?.kind === "scalar" && value !== undefined) return pairTags(name.text, name.pos, value, carrier, classifying, place);
  if (value !== undefined) return listTags(value, carrier, classifying, place);
  return [...map.entries.values()].flatMap((entry) => pairTags(entry.key, entry.keyPos, entry.value, carrier, classifying, place));
}

function pairTags(key: string, pos: Position, value: Node, carrier: string, classifying: boolean, place: TagPlace): readonly Tag[] {
  const told = tagsOfEntry(key, pos, value, carrier, place);
  if (told.length > 0 || markerClass(place.vocabulary, key) !== null || isClassifyingKey(key)) return told;
  const text = value.kind === "scalar" ? value.text : canonical(value);
  return readWords(place.vocabulary, text === "" ? key : `${key}=${text}`, classifying).map(([raw, reading]) =>
    tag(reading, raw, pos, carrier, place),
  );
}

const ASIDE = "inside customProperties";

/** ODCS `customProperties`: a list of {property, value}, or a mapping. Two answers to one question are refused. */
function customTags(value: Node, place: TagPlace): readonly Tag[] {
  if (value.kind === "map") return tagsIn(value, place);
  if (value.kind === "scalar") return [];
  const seen = new Map<string, string>();
  return value.items.flatMap((item) => {
    if (item.kind !== "map") return [];
    const property = ["property", "name", "key"].map((key) => item.entries.get(key)?.value).find((node) => node?.kind === "scalar");
    const answer = item.entries.get("value")?.value;
    // Not as the standard writes it, and a person reads it all the same.
    if (property?.kind !== "scalar") return aside(tagsIn(item, place), ASIDE);
    if (answer === undefined) return [];
    if (answer.kind === "map" && markerClass(place.vocabulary, property.text) === null && !isClassifyingKey(property.text))
      return aside(tagsDeepIn(answer, place), ASIDE);
    const carrier = item.entries.has("property") ? `customProperties.${property.text.trim()}` : `${property.text.trim()} ${ASIDE}`;
    const tags = tagsOfEntry(property.text.trim(), property.pos, answer, carrier, place);
    const says = canonical(answer);
    const before = seen.get(property.text.trim());
    const speaks = tags.length > 0 || markerClass(place.vocabulary, property.text) !== null;
    if (speaks && before !== undefined && before !== says) {
      throw new ReadFailure(`duplicate custom property \`${property.text.trim()}\` with different values`, property.pos.line);
    }
    seen.set(property.text.trim(), says);
    return tags;
  });
}

/** One text may hold several words: `pii, gdpr`. A template is never split. */
export function readWords(vocabulary: Vocabulary, text: string, classifying: boolean): readonly (readonly [string, Reading])[] {
  const whole = text.trim();
  const pieces = /\{\{|\{%|\$\{/.test(whole) ? [whole] : whole.split(/[,;|]/);
  return pieces.flatMap((piece) => {
    const raw = piece.trim().replace(/^\[|\]$/g, "");
    const reading = readWord(vocabulary, raw, classifying);
    if (reading === null) return [];
    const parts = reading.known || reading.opaque ? [] : raw.split(/\s+/);
    const known = parts.flatMap((part) => {
      const said = readWord(vocabulary, part, false);
      return said?.known === true ? [[part, said] as const] : [];
    });
    return known.length > 0 && parts.length > 1 ? known : [[raw, reading] as const];
  });
}

function tag(reading: Reading, raw: string, pos: Position, carrier: string, place: TagPlace): Tag {
  return { ...reading, raw: raw.trim(), carrier, scope: place.scope, pos, via: place.via };
}

/** A reference that nobody can follow is an unknown class, never nothing. */
export function unfollowed(ref: string, pos: Position, via: readonly string[]): Tag {
  const said = { key: `unknown:$ref ${ref}`, value: ref, raw: ref, carrier: "$ref", scope: "definition" } as const;
  return { ...said, pos, via, opaque: true, known: false, classifies: true };
}
