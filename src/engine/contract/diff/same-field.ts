import type { OwnedField } from "./change.ts";

/** True when both forms say the same in the same object, wherever they stand in their files: nothing of them needs to be compared one by one. */
export function isSameField(before: OwnedField, after: OwnedField): boolean {
  return before.object.name === after.object.name && isSame(before.field, after.field);
}

/** Deep equality of plain data without positions. A key that only one side has is a difference. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let at = 0; at < a.length; at += 1) if (!isSame(a[at], b[at])) return false;
    return true;
  }
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  let keys = 0;
  for (const key in one) {
    keys += 1;
    if (key !== "pos" && !isSame(one[key], other[key])) return false;
  }
  for (const _ in other) keys -= 1;
  return keys === 0;
}
