import type { Contract, DataObject, Field, FieldType } from "../model.ts";
import { isNaming } from "../type-places.ts";
import { importsOf, isLinkedAlike, linkedTypes, typeRefs } from "./type-pool.ts";

/**
 * True unless every name plainly means the same definition on both sides, and every field of the base that names a type is at the head too,
 * in the same place and with the same type. Only where that is not so may a field lead elsewhere than before, and what stands inside types be
 * lost. Plain is only a file that alone is of its format: then a name means what this file defines, or nothing that is known.
 */
export function mayTurn(files: readonly ComparedFile[]): boolean {
  const formats = new Set<string>();
  for (const file of files) {
    const [before, after] = [namingIn(file.before), namingIn(file.after)];
    if (before === null && after === null) continue;
    if (before === null || after === null || before.format !== after.format || formats.has(before.format)) return true;
    formats.add(before.format);
    if (tellsMore(before) || tellsMore(after) || isOtherwiseNamed(before, after) || isTurned(before, after)) return true;
  }
  return false;
}

/** Null = the file is not there, or no contract. */
export interface ComparedFile {
  readonly before: Contract | null;
  readonly after: Contract | null;
}

function namingIn(contract: Contract | null): Contract | null {
  return contract !== null && isNaming(contract.format) ? contract : null;
}

/** A sample shows what stands inside its field, a definition of another file is always compared, and an extension adds to other files. */
function tellsMore({ objects, types = [] }: Contract): boolean {
  return (
    types.some(({ extension }) => extension === true) ||
    objects.some(
      ({ extension, fields }) =>
        extension === true || fields.some(({ examples, definitionRefs }) => examples.length > 0 || definitionRefs.length > 0),
    )
  );
}

/** Other definitions, or other imports to look for the names in. */
function isOtherwiseNamed(before: Contract, after: Contract): boolean {
  return (
    importsOf(before).join("\0") !== importsOf(after).join("\0") ||
    !isSameNames(before.objects, after.objects) ||
    !isSameNames(before.types ?? NONE, after.types ?? NONE)
  );
}

const NONE: readonly never[] = [];

/** Each once, in any order. */
function isSameNames(before: readonly { readonly name: string }[], after: readonly { readonly name: string }[]): boolean {
  const names = new Set(before.map(({ name }) => name));
  if (names.size !== before.length || before.length !== after.length) return false;
  return after.every(({ name }) => names.delete(name));
}

function isTurned(before: Contract, after: Contract): boolean {
  if (before.format !== "graphql" && namesSeveral(before)) return true;
  return isLinkedElsewhere(before, after) || before.objects.some((object, at) => isTurnedIn(object, at, after));
}

/** A union names several types: some may be defined here, and others be looked for when these change. A field of GraphQL names one. */
function namesSeveral(contract: Contract): boolean {
  const linked = linkedTypes(contract);
  return contract.objects.some(({ name, fields }) =>
    fields.some(({ path, type }) => new Set([...typeRefs(type), ...(linked.get(name)?.get(path.join(".")) ?? NONE)]).size > 1),
  );
}

/** True when links of a field that the base has lead to other types. */
function isLinkedElsewhere(before: Contract, after: Contract): boolean {
  if (isLinkedAlike(before, after)) return false;
  const [was, is] = [linkedTypes(before), linkedTypes(after)];
  return before.objects.some(({ name, fields }) => {
    const [old, now] = [was.get(name), is.get(name)];
    if (old === undefined && now === undefined) return false;
    return fields.some(({ path }) => {
      const place = path.join(".");
      return old?.get(place)?.join("\0") !== now?.get(place)?.join("\0");
    });
  });
}

function isTurnedIn(object: DataObject, at: number, { objects }: Contract): boolean {
  const there = objects[at]!;
  if (there === object) return false;
  const now = there.name === object.name ? there : objects.find(({ name }) => name === object.name)!;
  let byPath: ReadonlyMap<string, Field> | null = null;
  return object.fields.some((field, index) => {
    const next = now.fields[index];
    if (next !== undefined && object.fields.length === now.fields.length && isAlike(field, next)) return false;
    byPath ??= new Map(now.fields.map((each) => [each.path.join("\0"), each]));
    const found = byPath.get(field.path.join("\0"));
    return (found === undefined || !isAlike(field, found)) && leads(field);
  });
}

function leads({ type }: Field): boolean {
  for (let inner: FieldType | null = type; inner !== null; inner = inner.item) if (inner.ref !== null) return true;
  return false;
}

function isAlike(before: Field, after: Field): boolean {
  const isSamePath = before.path.length === after.path.length && before.path.every((step, at) => step === after.path[at]);
  return isSamePath && isSameType(before.type, after.type);
}

function isSameType(before: FieldType, after: FieldType): boolean {
  if (before === after) return true;
  if (before.logical !== after.logical || before.physical !== after.physical || before.ref !== after.ref) return false;
  return before.item === null || after.item === null ? before.item === after.item : isSameType(before.item, after.item);
}
