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

/** Among more new fields than this nobody can tell which one a removed field became, and comparing all with all would take minutes. */
const CANDIDATES_MAX = 50;

/** What of a field is compared, worked out once for each field. */
interface Looks {
  readonly owned: OwnedField;
  readonly name: string;
  readonly words: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  readonly shape: string;
}

/** For a removed field, the new one that most resembles it: same type in the same object, with the same description or a like name. */
export function renameCandidates(added: readonly OwnedField[]): (removed: OwnedField) => OwnedField | null {
  const open = Map.groupBy(added, groupKey);
  const looks = new Map([...open].map(([key, group]) => [key, group.length > CANDIDATES_MAX ? [] : group.map(looksOf)]));
  return (removed) => {
    const candidates = looks.get(groupKey(removed)) ?? [];
    if (candidates.length === 0) return null;
    const own = looksOf(removed);
    const scored = candidates
      .map((each) => ({ each, score: likeness(own, each) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.each.name < b.each.name ? -1 : 1));
    return scored[0]?.each.owned ?? null;
  };
}

function groupKey({ object, field }: OwnedField): string {
  return JSON.stringify([object.name, field.type.logical]);
}

function looksOf(owned: OwnedField): Looks {
  const { field } = owned;
  return {
    owned,
    name: field.name,
    words: new Set(field.name.toLowerCase().split(/[^a-z0-9]+/)),
    tags: new Set(field.tags.map(({ key }) => key)),
    shape: JSON.stringify([field.type, field.format, field.constraints]),
  };
}

function likeness(a: Looks, b: Looks): number {
  const description = a.owned.field.description;
  const sameWords = description !== null && description === b.owned.field.description ? 3 : 0;
  const sameTags = [...a.tags].some((key) => b.tags.has(key)) ? 1 : 0;
  const shared = [...b.words].filter((word) => a.words.has(word)).length;
  const inside = a.name.includes(b.name) || b.name.includes(a.name) ? 1 : 0;
  const sameShape = a.shape === b.shape ? 1 : 0;
  return sameWords + sameTags + shared + inside + sameShape;
}
