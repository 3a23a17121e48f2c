import type { Contract, DataObject } from "../model.ts";
import {
  type Change,
  change,
  fieldId,
  isTagged,
  type OwnedField,
  type OwnedObject,
  objectPlace,
  ownedFields,
  ownedObjects,
  protectingKeys,
  tagsInForce,
  withTagsInside,
} from "./change.ts";
import type { Matched } from "./match.ts";
import { storedAs } from "./stored.ts";

/**
 * Objects at the head that take over the id, the name or the place in storage of a protected object which is itself still there, without its tags:
 * whoever goes by those finds the data unprotected.
 */
export function claimedObjects(contracts: Matched<Contract>, objects: Matched<OwnedObject>): readonly Change[] {
  const formsOf = Map.groupBy(objects.pairs, ({ after }) => after.object);
  const remaining = new Set(objects.pairs.map(({ before }) => before.object));
  return scopesOf(contracts).flatMap(({ befores, afters }) => {
    const claims = afters.flatMap((after) => {
      const own = (formsOf.get(after.object) ?? []).map(({ before }) => before.object);
      return newClaims(after.object, own).map((claim) => ({ ...claim, after, own }));
    });
    if (claims.length === 0) return [];
    const named = Map.groupBy(
      befores
        .filter((before) => remaining.has(before.object) && isProtected(before))
        .flatMap((before) => [...claimsOf(before.object), calledBy(before.object.name)].map(({ name }) => ({ name, before }))),
      ({ name }) => name,
    );
    const asked = new Map<string, number>();
    return claims.flatMap(({ name, by, after, own }) =>
      (named.get(name) ?? [])
        .filter(({ before }) => !own.includes(before.object) && !isUnsaid(before, after, by))
        .slice(0, CANDIDATES_MAX)
        .flatMap(({ before }) => {
          const times = (asked.get(name) ?? 0) + 1;
          asked.set(name, times);
          return times > CANDIDATES_MAX ? [claimOf(before, after, by, [])] : claimed(before, after, by);
        }),
    );
  });
}

/** More that claim one name than this are not compared: nothing shows that they kept the tags. */
const CANDIDATES_MAX = 20;

function isProtected(before: OwnedObject): boolean {
  return isTagged(tagsInForce(before)) || before.object.fields.some(({ tags }) => isTagged(tags));
}

interface Scope {
  readonly befores: readonly OwnedObject[];
  readonly afters: readonly OwnedObject[];
}

/** Names hold within a contract; those of dbt within the project, whose files are all one. */
function scopesOf({ pairs, added }: Matched<Contract>): readonly Scope[] {
  const scopeOf = ({ format, file }: Contract) => (format === "dbt" ? "dbt" : file);
  const forms = [...pairs, ...added.map((after) => ({ before: null, after }))];
  return [...Map.groupBy(forms, ({ after }) => scopeOf(after)).values()].map((own) => ({
    befores: [...new Set(own.flatMap(({ before }) => before ?? []))].flatMap(ownedObjects),
    afters: [...new Set(own.map(({ after }) => after))].flatMap(ownedObjects),
  }));
}

interface Claim {
  readonly name: string;
  readonly by: "id" | "physical name" | "alias";
}

/** What an object is called beside its name, and none of its forms at the base was. */
function newClaims(object: DataObject, before: readonly DataObject[]): readonly Claim[] {
  if (before.includes(object)) return [];
  const known = new Set(before.flatMap(claimsOf).map(({ name }) => name));
  return claimsOf(object).filter(({ name }) => !known.has(name));
}

function claimsOf(object: DataObject): readonly Claim[] {
  const stored: Claim = { name: `stored ${storedAs(object)}`, by: "physical name" };
  const id = object.stableId === null ? [] : [{ name: `id ${object.stableId}`, by: "id" } as const];
  return [stored, ...id, ...(object.aliases ?? []).map(calledBy)];
}

function calledBy(name: string): Claim {
  return { name: `name ${name}`, by: "alias" };
}

/** Types of one name in other letters are two: only what is said to be stored is. */
function isUnsaid(before: OwnedObject, after: OwnedObject, by: Claim["by"]): boolean {
  return by === "physical name" && before.object.physicalName === null && after.object.physicalName === null;
}

function claimed(before: OwnedObject, after: OwnedObject, by: Claim["by"]): readonly Change[] {
  const bare = barred(before, after, by);
  const kept = new Set(tagsInForce(after).map(({ key }) => key));
  const isBare = before.object.fields.length === 0 && protectingKeys(tagsInForce(before)).some((key) => !kept.has(key));
  return bare.length === 0 && !isBare ? [] : [claimOf(before, after, by, bare)];
}

function claimOf(before: OwnedObject, after: OwnedObject, by: Claim["by"], bare: readonly OwnedField[]): Change {
  const place = withTagsInside(objectPlace(before, after), before.object, after.object);
  const words = `, as its ${by} says, and its tags did not come along`;
  return { ...change("field.renamed", place, before.object.name, after.object.name, words, true), lost: bare.map(fieldId) };
}

/**
 * Protected fields of the one that the other does not protect. What the other leaves out it says nothing about, unless it has the object's
 * id, or fields of its own that may be those under other names.
 */
function barred(before: OwnedObject, after: OwnedObject, by: Claim["by"]): readonly OwnedField[] {
  const now = new Map(ownedFields(after).map((owned) => [owned.field.path.join("\0"), keysOf(owned)]));
  const known = new Set(before.object.fields.map(({ path }) => path.join("\0")));
  const others = [...now].flatMap(([path, keys]) => (known.has(path) ? [] : [keys]));
  const kept = new Set([...(others[0] ?? [])].filter((key) => others.every((keys) => keys.has(key))));
  return ownedFields(before).filter((owned) => {
    const keys = protectingKeys(tagsInForce(owned));
    if (keys.length === 0) return false;
    const same = now.get(owned.field.path.join("\0"));
    if (same !== undefined) return keys.some((key) => !same.has(key));
    return by === "id" || (others.length > 0 && keys.some((key) => !kept.has(key)));
  });
}

function keysOf(owned: OwnedField): ReadonlySet<string> {
  return new Set(tagsInForce(owned).map(({ key }) => key));
}
