import type { Contract, DataObject, Field, FieldType, InnerTag } from "../model.ts";
import { type Definition, INSIDE_MAX, innerTags, insideOf } from "../readers/schema/inside.ts";
import { unfollowed } from "../tags.ts";
import { protects } from "./change.ts";
import { definitionOf } from "./type-definitions.ts";
import { type ResolvedType, sharedTags, type TypePool } from "./type-pool.ts";
import type { UnknownTypes } from "./unknown-types.ts";

/**
 * Tells the fields of some contracts of one side which tags stand inside the types that they name, so that a type turned to an untagged twin
 * is a loss. Null in place of a contract whose fields lead to more tags than can be compared.
 * @param pool the types of these contracts, and of unchanged files that they name.
 */
export function withTypesInside(
  contracts: readonly Contract[],
  pool: TypePool,
  unknown: UnknownTypes,
  side: "base" | "head",
): ReadonlyMap<Contract, Contract | null> {
  const told = new Map<Contract, Contract | null>();
  const tags = innerTagsOf(pool, unknown, side);
  let count = 0;
  for (const contract of contracts) {
    const file = pool.fileOf(contract);
    if (file === undefined) continue;
    const tell = (object: DataObject, field: Field): Field => {
      const refs = pool.refsOf(file, object.name, field);
      if (refs.length === 0) return field;
      const found = refs.map((ref) => ({ ref, type: pool.resolve(file, object.name, ref) }));
      const whole = asInOneFile(field, found);
      const inner = insideOf(
        found.flatMap(({ type }) => type?.id ?? []),
        tags,
      );
      count += inner.length;
      if (count > INSIDE_MAX) return field;
      const more = found.flatMap(({ ref, type }) => [
        ...(type === null || type.isOwn ? [] : fileTags(type)),
        ...unknown.reasons(file, ref, type).map((reason): InnerTag => ({ at: "", tag: unfollowed(reason, field.pos, []) })),
      ]);
      const all = more.length === 0 ? inner : [...inner, ...more];
      // What stands on a scalar or enum is a tag of the field already.
      const isDoubled = ({ at, tag }: InnerTag) =>
        at === "" &&
        (whole.tags.some(({ key }) => key === tag.key) || (tag.scope === "contract" && contract.tags.some(({ key }) => key === tag.key)));
      const inside = all.some(isDoubled) ? all.filter((each) => !isDoubled(each)) : all;
      return inside.length === 0 ? whole : { ...whole, inside };
    };
    const objects = contract.objects.map((object) => toldObject(object, (field) => tell(object, field)));
    told.set(contract, count > INSIDE_MAX ? null : { ...contract, objects });
  }
  return told;
}

/** An object whose fields name no type stays the one that it is: the other side may hold the very same. */
function toldObject(object: DataObject, tell: (field: Field) => Field): DataObject {
  const fields = object.fields.map(tell);
  return fields.every((field, at) => field === object.fields[at]) ? object : { ...object, fields };
}

/** By the id of a resolved type. Only those that the fields of the pool lead to. */
function innerTagsOf(pool: TypePool, unknown: UnknownTypes, side: "base" | "head"): ReadonlyMap<string, readonly InnerTag[]> {
  const isTagged = ({ contract }: TypePool["files"][number]) =>
    contract.objects.some(({ tags, fields }) => tags.some(protects) || fields.some((field) => field.tags.some(protects))) ||
    contract.types?.some((type) => type.tags.some(protects));
  if (unknown.isNone && !pool.files.some(isTagged)) return new Map();
  const definitions = new Map<string, Definition>();
  for (const file of pool.files)
    for (const object of file.contract.objects)
      for (const field of object.fields)
        for (const ref of pool.refsOf(file, object.name, field)) {
          const type = pool.resolve(file, object.name, ref);
          if (type !== null && !definitions.has(type.id)) definitions.set(type.id, definitionOf(type, pool, unknown, side));
        }
  return innerTags(definitions);
}

/** What a file says as a whole holds for its types. */
function fileTags({ defining }: ResolvedType): readonly InnerTag[] {
  return defining.flatMap(({ file }) => file.contract.tags.filter(protects).map((tag): InnerTag => ({ at: "", tag })));
}

interface Named {
  readonly ref: string;
  readonly type: ResolvedType | null;
}

/** The field as it would read if the types that it names stood in its own file. */
function asInOneFile(field: Field, found: readonly Named[]): Field {
  if (found.every(({ type }) => type?.isOwn)) return field;
  let whole: Field = { ...field, typeFiles: [...new Set(found.flatMap(placesOf))].sort() };
  for (const { ref, type } of found) {
    if (type === null || type.isOwn) continue;
    const named = type.defining.length === 1 ? type.defining[0]!.type : null;
    const isObject = type.defining.some(({ type }) => type === null);
    const logical = named?.logical ?? (isObject ? "object" : null);
    whole = {
      ...whole,
      type: renamed(whole.type, ref, type.name, logical),
      enum: whole.enum ?? named?.values ?? null,
      tags: named === null ? whole.tags : [...whole.tags, ...sharedTags(type)],
    };
  }
  return whole;
}

function placesOf({ type }: Named): readonly string[] {
  if (type?.isOwn) return [];
  return type === null || type.defining.length === 0 ? ["?"] : type.defining.map(({ file }) => file.path);
}

function renamed(type: FieldType, ref: string, name: string, logical: string | null): FieldType {
  const own: FieldType =
    type.ref === ref
      ? { ...type, ref: name, physical: type.physical === ref ? name : type.physical, logical: logical ?? type.logical }
      : type;
  if (own.item === null) return own;
  const item = renamed(own.item, ref, name, logical);
  const [was, is] = [own.item.physical, item.physical];
  return {
    ...own,
    item,
    physical: was === null || is === null || was === is ? own.physical : (own.physical?.replace(was, () => is) ?? null),
  };
}
