import type { Field } from "../model.ts";
import {
  type Change,
  change,
  fieldId,
  fieldPlace,
  type OwnedField,
  type OwnedObject,
  ownedFields,
  protectingKeys,
  tagsInForce,
} from "./change.ts";
import { isOneObject, type Matched } from "./match.ts";
import { storedAs } from "./stored.ts";

/**
 * Fields at the head that take over an alias, an id or a physical name of a protected field which is itself still there, without its tags:
 * whoever goes by that name finds the data unprotected.
 */
export function claimedNames(objects: Matched<OwnedObject>, fields: Matched<OwnedField>): readonly Change[] {
  const beforeOf = new Map<Field, readonly Field[]>();
  for (const { before, after } of fields.pairs) beforeOf.set(after.field, [...(beforeOf.get(after.field) ?? []), before.field]);
  const remaining = new Set(fields.pairs.map(({ before }) => before.field));
  return objects.pairs.flatMap((pair): readonly Change[] => {
    if (isOneObject(pair)) return [];
    const claims = ownedFields(pair.after).flatMap((after) => {
      const own = beforeOf.get(after.field) ?? [];
      return newClaims(after.field, own).map((claim) => ({ ...claim, after, own }));
    });
    if (claims.length === 0) return [];
    const named = Map.groupBy(
      ownedFields(pair.before)
        .filter(({ field }) => remaining.has(field))
        .flatMap((before) => answers(before.field).map((name) => ({ name, before }))),
      ({ name }) => name,
    );
    return claims.flatMap(({ name, by, after, own }) =>
      (named.get(name) ?? []).flatMap(({ before }) => {
        if (own.includes(before.field)) return [];
        const kept = new Set(tagsInForce(after).map(({ key }) => key));
        if (protectingKeys(tagsInForce(before)).every((key) => kept.has(key))) return [];
        const [was, is] = [before.field.path.join("."), after.field.path.join(".")];
        const place = fieldPlace(before, after);
        return [
          {
            ...change("field.renamed", place, was, is, `, as its ${by} says, and its tags did not come along`, true),
            lost: [fieldId(before)],
          },
        ];
      }),
    );
  });
}

interface Claim {
  readonly name: string;
  readonly by: "alias" | "id" | "physical name";
}

/** What a field says that it is called beside its name, and none of its forms at the base said. */
function newClaims(field: Field, before: readonly Field[]): readonly Claim[] {
  if (before.some((was) => callsItselfAlike(field, was))) return [];
  const claims = claimsOf(field);
  const known = new Set(before.flatMap(claimsOf).map(({ name }) => name));
  return claims.filter(({ name }) => !known.has(name));
}

/** As after most edits: then nothing has to be looked up. */
function callsItselfAlike(a: Field, b: Field): boolean {
  return a.stableId === b.stableId && a.physicalName === b.physicalName && a.aliases.join("\0") === b.aliases.join("\0");
}

function claimsOf(field: Field): readonly Claim[] {
  return [
    ...field.aliases.map((alias): Claim => ({ name: named(field, alias), by: "alias" })),
    ...(field.stableId === null ? [] : [{ name: identified(field.stableId), by: "id" } as const]),
    ...(field.physicalName === null ? [] : [{ name: stored(field), by: "physical name" } as const]),
  ];
}

/** What it answers to: a field without a physical name is stored under its own, in Protobuf's JSON without the marks between words. */
function answers(field: Field): readonly string[] {
  return [
    named(field, field.name),
    ...(field.stableId === null ? [] : [identified(field.stableId)]),
    stored(field),
    ...(field.physicalName === null && field.name.includes("_") ? [stored({ ...field, name: field.name.replaceAll("_", "") })] : []),
  ];
}

const named = (field: Field, name: string) => JSON.stringify(["name", ...field.path.slice(0, -1), name]);
const stored = (field: Field) => JSON.stringify(["stored", ...field.path.slice(0, -1), storedAs(field)]);
const identified = (id: string) => JSON.stringify(["id", id]);
