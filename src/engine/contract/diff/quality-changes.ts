import { type Change, change, type Place } from "./change.ts";

/** Rules that are gone and rules that came. Between standards the words differ, so only their number is compared. */
export function qualityChanges(before: readonly string[], after: readonly string[], comparable: boolean, place: Place): readonly Change[] {
  if (!comparable)
    return after.length < before.length ? [change("quality.removed", place, String(before.length), String(after.length))] : [];
  const gone = without(before, after);
  const come = without(after, before);
  const replaced = Math.min(gone.length, come.length);
  return [
    ...gone.slice(0, replaced).map((rule, index) => change("quality.relaxed", place, rule, come[index]!)),
    ...gone.slice(replaced).map((rule) => change("quality.removed", place, rule, null)),
    ...come.slice(replaced).map((rule) => change("quality.tightened", place, null, rule)),
  ];
}

/** Both lists as texts when they differ as sets; the order is nobody's statement. */
export function listChanges(before: readonly string[], after: readonly string[]): readonly (readonly [string, string])[] {
  const [was, is] = [[...before].sort().join(", "), [...after].sort().join(", ")];
  return was === is ? [] : [[was, is]];
}

function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const each of others) left.set(each, (left.get(each) ?? 0) + 1);
  return items.filter((each) => {
    const count = left.get(each) ?? 0;
    left.set(each, count - 1);
    return count <= 0;
  });
}
