import type { OwnedField } from "./change.ts";

const PERSONAL = new Set(
  "email mail phone mobile telephone fax ssn sin nin passport birthdate birthday birth dob address street zip zipcode postcode postal iban bic salary gender ethnicity religion diagnosis firstname lastname surname fullname maiden nationality latitude longitude geolocation ip password username".split(
    " ",
  ),
);

/** A heuristic on the words of a name; never more than a warning. */
export function looksPersonal(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return (
    words.some((word) => PERSONAL.has(word)) ||
    /(first|last|full|family|given|middle)_?name/.test(words.join("_")) ||
    /social_security|credit_card|card_number|tax_id|national_id/.test(words.join("_"))
  );
}

/** The new field that most resembles a removed one: same type in the same object, with the same description or a like name. */
export function renameCandidate(removed: OwnedField, added: readonly OwnedField[]): OwnedField | null {
  const scored = added
    .filter((each) => each.object.name === removed.object.name && each.field.type.logical === removed.field.type.logical)
    .map((each) => ({ each, score: likeness(removed, each) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.each.field.name < b.each.field.name ? -1 : 1));
  return scored[0]?.each ?? null;
}

function likeness(a: OwnedField, b: OwnedField): number {
  const sameWords = a.field.description !== null && a.field.description === b.field.description ? 3 : 0;
  const sameTags = a.field.tags.length > 0 && a.field.tags.some((tag) => b.field.tags.some((other) => other.key === tag.key)) ? 1 : 0;
  const words = new Set(a.field.name.toLowerCase().split(/[^a-z0-9]+/));
  const shared = b.field.name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => words.has(word)).length;
  const inside = a.field.name.includes(b.field.name) || b.field.name.includes(a.field.name) ? 1 : 0;
  const sameShape =
    JSON.stringify([a.field.type, a.field.format, a.field.constraints]) ===
    JSON.stringify([b.field.type, b.field.format, b.field.constraints])
      ? 1
      : 0;
  return sameWords + sameTags + shared + inside + sameShape;
}
