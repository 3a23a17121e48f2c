/**
 * The items of a list, or the keys and values of an object, each as the functions give it; the value itself where nothing changes,
 * as most of what is looked through stays as it is, and copies cost time.
 */
export function rewrite(value: object, itemOf: (item: unknown, key: string | null) => unknown, keyOf?: (key: string) => string): unknown {
  if (Array.isArray(value)) return rewriteList(value, itemOf);
  const given = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(given);
  let changed: [string, unknown][] | null = null;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const item = given[key];
    const writtenKey = keyOf === undefined ? key : keyOf(key);
    const writtenItem = itemOf(item, key);
    if (changed === null && (writtenKey !== key || writtenItem !== item)) changed = keys.slice(0, index).map((each) => [each, given[each]]);
    changed?.push([writtenKey, writtenItem]);
  }
  return changed === null ? value : Object.fromEntries(changed);
}

function rewriteList(items: readonly unknown[], itemOf: (item: unknown, key: null) => unknown): readonly unknown[] {
  let changed: unknown[] | null = null;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const written = itemOf(item, null);
    if (changed === null && written !== item) changed = items.slice(0, index);
    changed?.push(written);
  }
  return changed ?? items;
}
