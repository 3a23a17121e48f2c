/** One character, or a wildcard: `?` one character, `*` any run inside a name, `**` any run. */
type Step = string;

/** A path with wildcards, as steps. Adjacent wildcards are one. */
export function tagPath(path: string): readonly Step[] {
  return path.replace(/\*{2,}/g, "**").match(/\*\*|./gsu) ?? [];
}

export function hasWildcard(steps: readonly Step[]): boolean {
  return steps.some((step) => step === "**" || step === "*" || step === "?");
}

/** Whether a dotted name fits the path. Linear in both: all places that the path may have come to are followed at once. */
export function fitsPath(steps: readonly Step[], name: string): boolean {
  let places = skipWildcards(steps, new Set([0]));
  for (const letter of name) {
    const next = new Set<number>();
    for (const place of places) {
      const step = steps[place];
      if (step === "**" || (step === "*" && letter !== ".")) next.add(place);
      else if (step === letter || (step === "?" && letter !== ".")) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = skipWildcards(steps, next);
  }
  return places.has(steps.length);
}

/** A run may be empty. */
function skipWildcards(steps: readonly Step[], places: Set<number>): Set<number> {
  for (const place of places) if (steps[place] === "**" || steps[place] === "*") places.add(place + 1);
  return places;
}
