import { digest } from "../../canonical.ts";
import { isSensitive } from "../classes.ts";
import type { FindingCode } from "../finding-codes.ts";
import type { Contract, DataObject, Field, Position, Tag } from "../model.ts";

/** One structural change, before any severity: what differs, where, and which tags are in force there. */
export interface Change {
  readonly code: FindingCode;
  /** Picks the row's severity and weight for tagged data. For tag changes: the tag itself protects something. */
  readonly tagged: boolean;
  readonly place: Place;
  readonly before: string | null;
  readonly after: string | null;
  /** Words for the sentence: the tag, the candidate of a rename, the server. */
  readonly about: string;
  /** Base fields (by fieldId) that lost protection through this change; for the mass-loss count. */
  readonly lost: readonly string[];
  /** How many changes this one stands for, where there are too many to write down; absent = itself alone. */
  readonly stands?: number;
  /** True: this one change breaks somebody, although its code as such does not. */
  readonly breaks?: boolean;
}

export interface Place {
  /** File of the contract: at head, or at base when it is gone at head. */
  readonly contract: string;
  readonly format: Contract["format"] | null;
  readonly object: string | null;
  readonly field: string | null;
  readonly file: string;
  readonly pos: Position | null;
  readonly side: "head" | "base";
  /** Tags in force at both sides: own, object's and contract's. */
  readonly tagsBefore: readonly Tag[];
  readonly tagsAfter: readonly Tag[];
}

/** An object with the contract around it. */
export interface OwnedObject {
  readonly contract: Contract;
  readonly object: DataObject;
}

/** A field with everything around it. */
export interface OwnedField extends OwnedObject {
  readonly field: Field;
}

export function fieldId({ contract, object, field }: OwnedField): string {
  return JSON.stringify([contract.file, object.name, field.path]);
}

export function ownedFields(owned: OwnedObject): readonly OwnedField[] {
  return owned.object.fields.map((field) => ({ ...owned, field }));
}

export function ownedObjects(contract: Contract): readonly OwnedObject[] {
  return contract.objects.map((object) => ({ contract, object }));
}

/** The field's own tags, then those of its object and contract. */
export function tagsInForce(owned: OwnedField | OwnedObject): readonly Tag[] {
  const own = "field" in owned ? owned.field.tags : NONE;
  return together(own, together(owned.object.tags, owned.contract.tags));
}

/** One list alone is the answer: most fields need no list of their own. */
function together(inner: readonly Tag[], outer: readonly Tag[]): readonly Tag[] {
  if (outer.length === 0) return inner;
  if (inner.length === 0) return outer;
  const known = joined.get(inner);
  if (known?.outer === outer) return known.tags;
  const tags = [...inner, ...outer];
  joined.set(inner, { outer, tags });
  return tags;
}

const NONE: readonly Tag[] = [];

/** Memory of together: whoever asks about a field gets the same list, and so do fields that share their tags. */
const joined = new WeakMap<readonly Tag[], { readonly outer: readonly Tag[]; readonly tags: readonly Tag[] }>();

export function allTags(contract: Contract): readonly Tag[] {
  const known = everyTag.get(contract);
  if (known !== undefined) return known;
  const tags: Tag[] = [...contract.tags];
  for (const object of contract.objects) {
    tags.push(...object.tags);
    for (const field of object.fields) if (field.tags.length > 0) tags.push(...field.tags);
  }
  everyTag.set(contract, tags);
  return tags;
}

/** Memory of allTags: each change of a contract's terms names them all. */
const everyTag = new WeakMap<Contract, readonly Tag[]>();

export function protects(tag: Tag): boolean {
  return tag.classifies && isSensitive(tag.key);
}

/** Distinct keys of the tags that protect, in order. */
export function protectingKeys(tags: readonly Tag[]): readonly string[] {
  if (tags.length === 0) return NOTHING;
  const known = protectingOf.get(tags);
  if (known !== undefined) return known;
  const keys = [...new Set(tags.filter(protects).map(({ key }) => key))].sort();
  protectingOf.set(tags, keys);
  return keys;
}

/** Memory of protectingKeys: fields of one scope share its list. */
const protectingOf = new WeakMap<readonly Tag[], readonly string[]>();

export function isTagged(...sides: readonly (readonly Tag[])[]): boolean {
  return sides.some(anyProtects);
}

function anyProtects(tags: readonly Tag[]): boolean {
  if (tags.length < REMEMBERED_FROM) return tags.some(protects);
  const known = protecting.get(tags);
  if (known !== undefined) return known;
  const found = tags.some(protects);
  protecting.set(tags, found);
  return found;
}

const REMEMBERED_FROM = 20;
/** Memory of anyProtects for long lists: every change of a contract's terms asks about the same one. */
const protecting = new WeakMap<readonly Tag[], boolean>();

/** Fields of a contract that are tagged. */
export function taggedFields(contract: Contract): readonly OwnedField[] {
  const tagged: OwnedField[] = [];
  for (const object of contract.objects) {
    const isBare = contract.tags.length === 0 && object.tags.length === 0;
    for (const field of object.fields) {
      if (isBare && field.tags.length === 0) continue;
      const owned = { contract, object, field };
      if (isTagged(tagsInForce(owned))) tagged.push(owned);
    }
  }
  return tagged;
}

export function fieldPlace(before: OwnedField | null, after: OwnedField | null): Place {
  const shown = (after ?? before)!;
  return {
    contract: shown.contract.file,
    format: shown.contract.format,
    object: shown.object.name,
    field: shown.field.path.join("."),
    file: shown.contract.file,
    pos: shown.field.pos,
    side: after === null ? "base" : "head",
    tagsBefore: before === null ? [] : tagsInForce(before),
    tagsAfter: after === null ? [] : tagsInForce(after),
  };
}

export function objectPlace(before: OwnedObject | null, after: OwnedObject | null): Place {
  const shown = (after ?? before)!;
  return {
    contract: shown.contract.file,
    format: shown.contract.format,
    object: shown.object.name,
    field: null,
    file: shown.contract.file,
    pos: shown.object.pos,
    side: after === null ? "base" : "head",
    tagsBefore: before === null ? [] : tagsInForce(before),
    tagsAfter: after === null ? [] : tagsInForce(after),
  };
}

/** With what the fields of an object are tagged: at stake when it is said of other data. */
export function withTagsInside(place: Place, before: DataObject, after: DataObject): Place {
  const inside = ({ fields }: DataObject) => [...new Map(fields.flatMap(({ tags }) => tags).map((tag) => [tag.key, tag])).values()];
  return { ...place, tagsBefore: [...place.tagsBefore, ...inside(before)], tagsAfter: [...place.tagsAfter, ...inside(after)] };
}

/** The contract as a whole: every tag inside it is in force. */
export function contractPlace(before: Contract | null, after: Contract | null, pos?: Position): Place {
  const shown = (after ?? before)!;
  return {
    contract: shown.file,
    format: shown.format,
    object: null,
    field: null,
    file: shown.file,
    pos: pos ?? shown.pos,
    side: after === null ? "base" : "head",
    tagsBefore: before === null ? [] : allTags(before),
    tagsAfter: after === null ? [] : allTags(after),
  };
}

/** A change with nothing lost; tagged when the place is. */
export function change(
  code: FindingCode,
  place: Place,
  before: string | null,
  after: string | null,
  about = "",
  tagged = isTagged(place.tagsBefore, place.tagsAfter),
): Change {
  return { code, tagged, place, before: bounded(before), after: bounded(after), about: bounded(about) ?? "", lost: NOTHING };
}

const NOTHING: readonly string[] = [];

const SHOWN_MAX = 300;

/** Long texts are cut, with a digest of the whole so that two different ones stay different. */
function bounded(text: string | null): string | null {
  return text === null || text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX).toWellFormed()}… (${shortDigest(text)})`;
}

export function shortDigest(text: string): string {
  return digest("countersign/finding/v1", text).slice(0, 12);
}
