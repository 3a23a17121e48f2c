import type { Contract } from "../model.ts";
import { FINDINGS_MAX } from "./caps.ts";
import {
  type Change,
  change,
  contractPlace,
  fieldId,
  fieldPlace,
  isTagged,
  type OwnedField,
  type OwnedObject,
  objectPlace,
  ownedFields,
  ownedObjects,
  type Place,
  tagsInForce,
  withTagsInside,
} from "./change.ts";
import { objectExampleChanges } from "./example-changes.ts";
import { comparable } from "./field-changes.ts";
import { isOneObject, type Matched, type Pair } from "./match.ts";
import { qualityChanges } from "./quality-changes.ts";
import { storedElsewhere } from "./stored.ts";
import { compareTags, type Ordered } from "./tag-changes.ts";

/** The forms that a base field (by fieldId) has at head. */
export type FieldForms = (id: string) => readonly OwnedField[];

/** Worked out when it is first asked for: most changes leave the tags of objects and contracts alone. */
export function formsOf(objects: Matched<OwnedObject>, fields: Matched<OwnedField>): FieldForms {
  let forms: Map<string, OwnedField[]> | null = null;
  const add = (into: Map<string, OwnedField[]>, before: OwnedField, after: OwnedField) => {
    const id = fieldId(before);
    const known = into.get(id);
    if (known === undefined) into.set(id, [after]);
    else known.push(after);
  };
  return (id) => {
    if (forms === null) {
      forms = new Map();
      for (const { before, after } of fields.pairs) add(forms, before, after);
      for (const { before, after } of objects.pairs.filter(isOneObject))
        for (const field of before.object.fields) add(forms, { ...before, field }, { ...after, field });
    }
    return forms.get(id) ?? [];
  };
}

/** Tags, description and rules of a paired object. */
export function changedObject(pair: Pair<OwnedObject>, forms: FieldForms, ordered: Ordered): readonly Change[] {
  const { before, after } = pair;
  if (isOneObject(pair) && before.contract.file === after.contract.file) return [];
  const place = objectPlace(before, after);
  const told =
    before.object.description !== after.object.description
      ? [change("description.changed", place, before.object.description, after.object.description)]
      : [];
  // A move to another contract leaves the old contract's tags behind.
  const left =
    before.contract.key === after.contract.key || before.contract.file === after.contract.file
      ? []
      : scopeLosses(before.contract.tags, after.contract.tags, place, () => ownedFields(before), forms, "the contract around it", ordered);
  const renamed =
    before.object.name === after.object.name ? [] : [change("field.renamed", place, before.object.name, after.object.name, "", false)];
  return [
    ...renamed,
    ...redirectedObject(before, after, place),
    ...scopeLosses(
      before.object.tags,
      after.object.tags,
      place,
      () => ownedFields(before),
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

/** The same name for another table: what the tags of the object and its fields say is then said of other data. */
function redirectedObject(before: OwnedObject, after: OwnedObject, place: Place): readonly Change[] {
  const whole = withTagsInside(place, before.object, after.object);
  const moved = storedElsewhere({ ...before.object, ...before }, { ...after.object, ...after }, isTagged(whole.tagsBefore));
  return moved === null ? [] : [change("field.renamed", whole, `physical name ${moved.from}`, `physical name ${moved.to}`, "", false)];
}

export function changedContractTags(before: Contract, after: Contract, forms: FieldForms, ordered: Ordered): readonly Change[] {
  if (before.tags.length === 0 && after.tags.length === 0) return [];
  const fields = () => ownedObjects(before).flatMap(ownedFields);
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
  fields: () => readonly OwnedField[],
  forms: FieldForms,
  scope: string,
  ordered: Ordered,
): readonly Change[] {
  const found = compareTags(before, after, ordered);
  if (found.length === 0) return [];
  const covered = fields().flatMap((field): readonly Covered[] => {
    const id = fieldId(field);
    return forms(id).map((form) => ({ id, field, form, keys: keysInForce(form) }));
  });
  const bareOf = new Map(found.map((each) => [each, covered.filter(({ keys }) => !keys.has(each.key))]));
  const crowded = crowdedContracts(found.flatMap((each) => (each.code === "tag.removed" && each.sensitive ? bareOf.get(each)! : [])));
  const placeOf = new Map<Covered, Place>();
  return found.flatMap((each): readonly Change[] => {
    if (each.code === "tag.added" || each.code === "tag.changed")
      return [change(each.code, place, each.before, each.after, "", each.sensitive)];
    const bare = bareOf.get(each)!;
    const lost = each.sensitive ? bare.map(({ id }) => id) : [];
    if (each.code !== "tag.removed") return [{ ...change(each.code, place, each.before, each.after, "", each.sensitive), lost }];
    if (!each.sensitive || bare.length === 0) return [change("tag.scope_removed", place, each.before, null, scope, each.sensitive)];
    const removed = (one: Covered): Change => {
      const at = placeOf.get(one) ?? fieldPlace(one.field, one.form);
      placeOf.set(one, at);
      return { ...change("tag.scope_removed", at, each.before, null, scope, true), lost: [one.id] };
    };
    const told = bare.filter(({ form }) => !crowded.has(form.contract.file)).map(removed);
    const counted = [...Map.groupBy(bare, ({ form }) => form.contract.file)]
      .filter(([file]) => crowded.has(file))
      .map(([, some]): Change => ({ ...removed(some[0]!), lost: some.map(({ id }) => id), stands: some.length }));
    return [...told, ...counted];
  });
}

/** One form at head of a field that the scope covered. */
interface Covered {
  readonly id: string;
  readonly field: OwnedField;
  readonly form: OwnedField;
  readonly keys: ReadonlySet<string>;
}

function keysInForce(form: OwnedField): ReadonlySet<string> {
  return new Set(tagsInForce(form).map((tag) => tag.key));
}

/** Contracts whose losses alone are more than can be told: they are refused, so that their changes are counted and not written. */
function crowdedContracts(bare: readonly Covered[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { form } of bare) counts.set(form.contract.file, (counts.get(form.contract.file) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count > FINDINGS_MAX).map(([file]) => file));
}
