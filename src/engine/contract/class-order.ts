import { BUILT_IN_WEAKER, isSensitive } from "./classes.ts";
import { CATEGORY_CLASSES, FIDES_CATEGORIES, IMPERSONAL_CATEGORIES } from "./fides-taxonomy.ts";

/** class -> every class that is weaker than it, directly or through others. Plain data. */
export type ClassOrder = ReadonlyMap<string, ReadonlySet<string>>;

/** One statement of the order: `weaker` says less than `stronger`. */
export interface OrderStep {
  readonly weaker: string;
  readonly stronger: string;
}

const category = (name: string) => `category:${name}`;

export const BUILT_IN_CATEGORIES: ReadonlySet<string> = new Set(FIDES_CATEGORIES.map(category));

const BUILT_IN_STEPS: readonly OrderStep[] = [
  ...Object.entries(BUILT_IN_WEAKER).flatMap(([stronger, below]) => below.map((weaker) => ({ weaker, stronger }))),
  ...[...BUILT_IN_CATEGORIES].flatMap((key) => stepsByPath(key, BUILT_IN_CATEGORIES)),
  ...Object.entries(CATEGORY_CLASSES).flatMap(([name, classes]) => classes.map((weaker) => ({ weaker, stronger: category(name) }))),
  ...IMPERSONAL_CATEGORIES.map((name) => ({ weaker: category(name), stronger: category("user") })),
  { weaker: "public", stronger: category("system") },
];

export const BUILT_IN_ORDER: ClassOrder = extendOrder(new Map(), BUILT_IN_STEPS);
const BUILT_IN_KEYS: ReadonlySet<string> = new Set(BUILT_IN_STEPS.flatMap(({ weaker, stronger }) => [weaker, stronger]));

/** -1: `a` is weaker, 1: `a` is stronger, 0: the same class, null: no order between them. */
export function compareClass({ order }: { readonly order: ClassOrder }, a: string, b: string): -1 | 0 | 1 | null {
  if (a === b) return 0;
  if (order.get(b)?.has(a)) return -1;
  return order.get(a)?.has(b) ? 1 : null;
}

/**
 * The classes that a category or a configured class is at least: what is demanded for them is demanded for it. Empty for built-in classes.
 * A category that nobody declared is what the categories around it are.
 */
export function impliedClasses(
  { order, within }: { readonly order: ClassOrder; readonly within: ReadonlyMap<string, string> },
  key: string,
): ReadonlySet<string> {
  if (BUILT_IN_KEYS.has(key) && !key.startsWith("category:")) return new Set();
  const around = key.startsWith("category:") ? pathsAbove(key) : wider(within, key);
  return new Set([...around, ...[key, ...around].flatMap((each) => [...(order.get(each) ?? [])])].filter(isSensitive));
}

/** Every class that a configured one lies within, nearest first; a chain gets shorter with each step. */
function wider(within: ReadonlyMap<string, string>, key: string): readonly string[] {
  const found: string[] = [];
  for (let next = within.get(key); next !== undefined && !found.includes(next); next = within.get(next)) found.push(next);
  return found;
}

/** Why a step may not be added, as a sentence fragment; null = it may. Configuration adds classes to the built-in order and never moves one of them. */
export function orderProblem(order: ClassOrder, { weaker, stronger }: OrderStep): string | null {
  if (weaker === stronger) return `\`${weaker}\` cannot be weaker than itself`;
  if (order.get(stronger)?.has(weaker)) return null;
  if (order.get(weaker)?.has(stronger)) return `\`${stronger}\` is weaker than \`${weaker}\` already`;
  if (!isSensitive(stronger)) return `nothing is weaker than \`${stronger}\``;
  const above = [stronger, ...[...order].filter(([, below]) => below.has(stronger)).map(([key]) => key)].filter((key) =>
    BUILT_IN_KEYS.has(key),
  );
  const below = [weaker, ...(order.get(weaker) ?? [])].filter((key) => BUILT_IN_KEYS.has(key));
  for (const high of above)
    for (const low of below) if (!order.get(high)?.has(low)) return `it would put the built-in \`${high}\` above the built-in \`${low}\``;
  return null;
}

/** The order with further steps, and everything that follows from them. */
export function extendOrder(order: ClassOrder, steps: readonly OrderStep[]): ClassOrder {
  const extended = new Map([...order].map(([key, below]) => [key, new Set(below)]));
  for (const { weaker, stronger } of steps) {
    const gained = [weaker, ...(extended.get(weaker) ?? [])];
    if (!extended.has(stronger)) extended.set(stronger, new Set());
    for (const [key, below] of extended) if (key === stronger || below.has(stronger)) for (const each of gained) below.add(each);
  }
  return extended;
}

/** A category stands above the nearest known one on its path: `category:a.b.c` above `category:a.b`. */
export function stepsByPath(key: string, known: ReadonlySet<string>): readonly OrderStep[] {
  const parent = pathsAbove(key).find((each) => known.has(each));
  return parent === undefined ? [] : [{ weaker: parent, stronger: key }];
}

/** Nearest first. */
function pathsAbove(key: string): readonly string[] {
  const steps = key.split(".");
  return steps.slice(1).map((_, index) => steps.slice(0, steps.length - 1 - index).join("."));
}
