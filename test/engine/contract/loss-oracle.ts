import { compareClass } from "../../../src/engine/contract/class-order.ts";
import type { Finding } from "../../../src/engine/contract/finding.ts";
import { takeInventory } from "../../../src/engine/contract/inventory.ts";
import { inputOf, type Tree, vocabulary } from "./support.ts";

/**
 * Fields that carry less protection at the head than at the base, found without the diff: each side is read alone, and places are compared
 * by their names only. A key that a stronger one replaces is not lost.
 */
export function lostProtection(base: Tree, head: Tree): readonly string[] {
  const before = placesOf(base);
  const after = placesOf(head);
  return [...before].flatMap(([place, keys]) => {
    const now = after.get(place) ?? new Set<string>();
    return [...keys].filter((key) => ![...now].some((each) => holds(key, each))).map((key) => `${place} ${key}`);
  });
}

function holds(key: string, now: string): boolean {
  const order = compareClass(vocabulary, key, now);
  return order === 0 || order === -1;
}

function placesOf(tree: Tree): ReadonlyMap<string, ReadonlySet<string>> {
  const { lineage } = takeInventory(inputOf({}, tree));
  return new Map(
    lineage.flatMap(({ file, tagged }) => tagged.map(({ object, field, keys }) => [`${file} ${object} ${field}`, new Set(keys)] as const)),
  );
}

/** What must be there when protection is lost: something that blocks, or a field that is known by an id to stand elsewhere with its tags. */
export function tellsLoss(findings: readonly Finding[]): boolean {
  return findings.some(({ severity, code }) => severity === "block" || code === "field.moved" || code === "field.renamed");
}
