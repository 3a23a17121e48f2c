import type { Contract, DataObject, Field, FieldType } from "../model.ts";

/**
 * True unless every field of the base that names a type is at the head too, in the same place and with the same type.
 * Only then may a field lead elsewhere than before, and what stands inside types be lost.
 * @param after null = it is gone.
 */
export function mayTurn(before: Contract, after: Contract | null): boolean {
  if (tellsMore(before) || (after !== null && tellsMore(after))) return true;
  let linked: ReadonlySet<string> | null = null;
  const isLinked = (object: string, field: Field) => {
    linked ??= new Set(
      before.links.flatMap(({ carrier, downstream }) => (carrier === "type" ? [endOf(downstream.object, downstream.field)] : [])),
    );
    return linked.has(endOf(object, field.path.join(".")));
  };
  return before.objects.some((object, at) => {
    const there = after?.objects[at];
    if (there === object) return false;
    const now = there?.name === object.name ? there : after?.objects.findLast(({ name }) => name === object.name);
    return turnsIn(object, now?.fields ?? [], (field) => leads(field) || isLinked(object.name, field));
  });
}

function turnsIn({ fields }: DataObject, now: readonly Field[], mayLead: (field: Field) => boolean): boolean {
  let byPath: ReadonlyMap<string, Field> | null = null;
  return fields.some((field, at) => {
    const there = now[at];
    if (there !== undefined && fields.length === now.length && isAlike(field, there)) return false;
    byPath ??= new Map(now.map((each) => [each.path.join("\0"), each]));
    const found = byPath.get(field.path.join("\0"));
    return (found === undefined || !isAlike(field, found)) && mayLead(field);
  });
}

/** A sample shows what stands inside its field, and a definition of another file is always compared. */
function tellsMore({ objects }: Contract): boolean {
  return objects.some(({ fields }) => fields.some(({ examples, definitionRefs }) => examples.length > 0 || definitionRefs.length > 0));
}

function leads({ type }: Field): boolean {
  for (let inner: FieldType | null = type; inner !== null; inner = inner.item) if (inner.ref !== null) return true;
  return false;
}

function endOf(object: string | null, field: string | null): string {
  return JSON.stringify([object, field]);
}

function isAlike(before: Field, after: Field): boolean {
  const isSamePath = before.path.length === after.path.length && before.path.every((step, at) => step === after.path[at]);
  return isSamePath && isSameType(before.type, after.type);
}

function isSameType(before: FieldType, after: FieldType): boolean {
  if (before.logical !== after.logical || before.physical !== after.physical || before.ref !== after.ref) return false;
  return before.item === null || after.item === null ? before.item === after.item : isSameType(before.item, after.item);
}
