import type { Contract } from "../model.ts";
import {
  type Change,
  change,
  contractPlace,
  fieldPlace,
  type OwnedField,
  type OwnedObject,
  objectPlace,
  type Place,
  shortDigest,
  tagsInForce,
} from "./change.ts";
import type { Pair } from "./match.ts";
import { listChanges } from "./quality-changes.ts";

/** Examples may be real data: findings are published, so only a digest of them is told. */
export function exampleChanges(before: readonly string[], after: readonly string[], place: Place): readonly Change[] {
  return listChanges(before, after).map(([was, is]) => change("examples.changed", place, told(before, was), told(after, is)));
}

/** A sample of a body, an object or a list shows everything inside it. */
export function fieldExampleChanges({ before, after }: Pair<OwnedField>): readonly Change[] {
  if (JSON.stringify(before.field.examples) === JSON.stringify(after.field.examples)) return [];
  const place = fieldPlace(before, after);
  const tagsBefore = [...place.tagsBefore, ...tagsBelow(before)];
  return exampleChanges(before.field.examples, after.field.examples, {
    ...place,
    tagsBefore,
    tagsAfter: [...place.tagsAfter, ...tagsBelow(after)],
  });
}

function tagsBelow({ object, field }: OwnedField): Place["tagsBefore"] {
  const below = object.fields.filter(({ path }) => path.length > field.path.length && field.path.every((step, at) => path[at] === step));
  return [field, ...below].flatMap(({ tags, inside }) => [...tags, ...inside.map(({ tag }) => tag)]);
}

function told(examples: readonly string[], text: string): string {
  return `${examples.length} ${examples.length === 1 ? "example" : "examples"} (${shortDigest(text)})`;
}

/** Rows of a whole object show every field in it: the tags of all of them are at stake. */
export function objectExampleChanges({ before, after }: Pair<OwnedObject>): readonly Change[] {
  if (isLeftBehind(before.contract, after.contract, after.object.examples)) return [];
  if (listChanges(before.object.examples, after.object.examples).length === 0) return [];
  const place = { ...objectPlace(before, after), tagsBefore: tagsInside(before), tagsAfter: tagsInside(after) };
  return exampleChanges(before.object.examples, after.object.examples, place);
}

export function contractExampleChanges(before: Contract, after: Contract): readonly Change[] {
  if (isLeftBehind(before, after, after.examples) || listChanges(before.examples, after.examples).length === 0) return [];
  return exampleChanges(before.examples, after.examples, contractPlace(before, after));
}

/** A standard without sample data: a converter drops it, and nothing new is shown. */
function isLeftBehind(before: Contract, after: Contract, examples: readonly string[]): boolean {
  return before.format !== after.format && examples.length === 0;
}

function tagsInside(owned: OwnedObject): Place["tagsBefore"] {
  return [...tagsInForce(owned), ...owned.object.fields.flatMap((field) => field.tags)];
}
