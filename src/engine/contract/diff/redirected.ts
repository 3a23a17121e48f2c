import type { Field } from "../model.ts";
import { type Change, change, fieldId, fieldPlace, type OwnedField } from "./change.ts";

/** A reference that leads elsewhere than before: what the old target tagged inside must be tagged there too, or at the place itself. */
export function redirectChanges(before: OwnedField, after: OwnedField): readonly Change[] {
  const [was, is] = [before.field, after.field];
  if (was.inside.length === 0 || leadsToTheSame(was, is)) return [];
  const kept = new Set([...is.inside.map(({ at, tag }) => entry(at, tag.key)), ...(is.inside.length === 0 ? written(after) : [])]);
  const gone = was.inside.filter(({ at, tag }) => !kept.has(entry(at, tag.key)) && !kept.has(entry(at.split(" → ")[0]!, tag.key)));
  if (gone.length === 0) return [];
  const place = fieldPlace(before, after);
  const lost = [...new Map(gone.map(({ tag }) => [tag.key, tag])).values()];
  const keys = lost.map(({ key }) => `\`${key}\``).join(", ");
  return [
    {
      ...change(
        "type.changed",
        { ...place, tagsBefore: [...place.tagsBefore, ...lost] },
        was.type.ref ?? was.type.physical,
        is.type.ref ?? is.type.physical,
        `; ${keys} stood inside`,
        true,
      ),
      lost: [fieldId(before)],
    },
  ];
}

/** What stands in this file is told where it stands; a file elsewhere may be governed by nobody. */
function leadsToTheSame(was: Field, is: Field): boolean {
  const isSameType = was.type.ref === is.type.ref && was.type.physical === is.type.physical;
  return isSameType && (isSamePlace(was, is) || isGone(was, is)) && was.definitionRefs.every((ref) => ref.startsWith("#"));
}

function isSamePlace(was: Field, is: Field): boolean {
  return was.typeFiles?.join() === is.typeFiles?.join();
}

/** A definition of this file that is nowhere any more is told where it stood. */
function isGone(was: Field, is: Field): boolean {
  return was.typeFiles === undefined && is.typeFiles?.every((place) => place === "?") === true;
}

/** The same for an object that is written out at the place. */
function written({ object, field }: OwnedField): readonly string[] {
  return object.fields.flatMap((inner) => {
    const isBelow = inner.path.length >= field.path.length && field.path.every((segment, index) => inner.path[index] === segment);
    if (!isBelow) return [];
    const at = inner.path.slice(field.path.length).join(".");
    return tagsAt(inner).map((key) => entry(at, key));
  });
}

function tagsAt(field: Field): readonly string[] {
  return [...field.tags, ...field.inside.map(({ tag }) => tag)].map((tag) => tag.key);
}

function entry(at: string, key: string): string {
  return JSON.stringify([at, key]);
}
