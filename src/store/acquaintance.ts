import type { People } from "../engine/pseudonyms.ts";

/** Which names were met already, so that nobody is introduced with every evaluation. */
export interface Acquaintance {
  knowsAll(place: string, people: People): boolean;
  meet(place: string, people: People): void;
}

const NAMES_MAX = 20_000;

/** Of this process. A name that was erased since, or that the place's new owner has not met, is made where it is needed, late. */
export function createAcquaintance(): Acquaintance {
  const met = new Set<string>();
  const entry = (place: string, name: string) => `${place} ${name}`;
  return {
    knowsAll: (place, { names }) => [...names].every((name) => met.has(entry(place, name))),
    meet(place, { names }) {
      if (met.size + names.size > NAMES_MAX) met.clear();
      for (const name of names) met.add(entry(place, name));
    },
  };
}
