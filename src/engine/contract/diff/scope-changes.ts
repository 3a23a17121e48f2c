import type { Contract } from "../model.ts";
import {
  type Change,
  change,
  contractPlace,
  fieldId,
  fieldPlace,
  type OwnedField,
  type OwnedObject,
  objectPlace,
  ownedFields,
  ownedObjects,
  type Place,
  tagsInForce,
} from "./change.ts";
import { objectExampleChanges } from "./example-changes.ts";
import { comparable } from "./field-changes.ts";
import type { Matched, Pair } from "./match.ts";
import { qualityChanges } from "./quality-changes.ts";
import { compareTags, type Ordered } from "./tag-changes.ts";

/** base field id -> the forms it has at head. */
export type FieldForms = ReadonlyMap<string, readonly OwnedField[]>;

export function formsOf(fields: Matched<OwnedField>): FieldForms {
  const forms = new Map<string, OwnedField[]>();
  for (const { before, after } of fields.pairs) forms.set(fieldId(before), [...(forms.get(fieldId(before)) ?? []), after]);
  return forms;
}

/** Tags, description and rules of a paired object. */
export function changedObject({ before, after }: Pair<OwnedObject>, forms: FieldForms, ordered: Ordered): readonly Change[] {
  const place = objectPlace(before, after);
  const told =
    before.object.description !== after.object.description
      ? [change("description.changed", place, before.object.description, after.object.description)]
      : [];
  // A move to another contract leaves the old contract's tags behind.
  const left =
    before.contract.key === after.contract.key || before.contract.file === after.contract.file
      ? []
      : scopeLosses(before.contract.tags, after.contract.tags, place, ownedFields(before), forms, "the contract around it", ordered);
  const renamed =
    before.object.name === after.object.name ? [] : [change("field.renamed", place, before.object.name, after.object.name, "", false)];
  return [
    ...renamed,
    ...scopeLosses(
      before.object.tags,
      after.object.tags,
      place,
      ownedFields(before),
      forms,
      `the object \`${before.object.name}\``,
      ordered,
    ),
    ...left,
    ...told,
    ...objectExampleChanges({ before, after }),
    ...qualityChanges(before.object.quality, after.object.quality, comparable(before.contract, after.contract), place),
  ];
}

export function changedContractTags(before: Contract, after: Contract, forms: FieldForms, ordered: Ordered): readonly Change[] {
  const fields = ownedObjects(before).flatMap(ownedFields);
  return scopeLosses(before.tags, after.tags, contractPlace(before, after), fields, forms, "the contract", ordered);
}

/** An object that is gone: its fields tell their own story; an object without fields must too, with its tags. */
export function removedObjectTags(before: OwnedObject): readonly Change[] {
  if (before.object.fields.length > 0) return [];
  const place = objectPlace(before, null);
  const tags = compareTags(before.object.tags, []).map((each) =>
    change("tag.scope_removed", place, each.before, null, `the object \`${before.object.name}\``, each.sensitive),
  );
  return [change("object.removed", place, before.object.name, null), ...tags];
}

/**
 * Compares the tags of an object or contract. A removal is one finding per field that is no longer covered,
 * or one for the scope itself when every field still carries the tag.
 */
function scopeLosses(
  before: OwnedObject["object"]["tags"],
  after: OwnedObject["object"]["tags"],
  place: Place,
  fields: readonly OwnedField[],
  forms: FieldForms,
  scope: string,
  ordered: Ordered,
): readonly Change[] {
  const found = compareTags(before, after, ordered);
  if (found.length === 0) return [];
  const covered = fields.flatMap((field) =>
    (forms.get(fieldId(field)) ?? []).map((form) => ({
      id: fieldId(field),
      place: fieldPlace(field, form),
      keys: new Set(tagsInForce(form).map((tag) => tag.key)),
    })),
  );
  return found.flatMap((each): readonly Change[] => {
    if (each.code === "tag.added" || each.code === "tag.changed")
      return [change(each.code, place, each.before, each.after, "", each.sensitive)];
    const bare = covered.filter(({ keys }) => !keys.has(each.key));
    const lost = each.sensitive ? bare.map(({ id }) => id) : [];
    if (each.code !== "tag.removed") return [{ ...change(each.code, place, each.before, each.after, "", each.sensitive), lost }];
    if (!each.sensitive || bare.length === 0) return [change("tag.scope_removed", place, each.before, null, scope, each.sensitive)];
    return bare.map(
      ({ id, place: bareField }): Change => ({
        ...change("tag.scope_removed", bareField, each.before, null, scope, true),
        lost: [id],
      }),
    );
  });
}
