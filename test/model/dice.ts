/** Whatever a world is chosen with: the same seed and index give the same throws on every machine. */
export interface Dice {
  /** An integer from 0 up to, and without, `below`. */
  readonly upTo: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly one: <T>(items: readonly T[]) => T;
  readonly some: <T>(least: number, most: number, make: (index: number) => T) => T[];
}

/** Mulberry32: good enough to choose worlds, and nothing is chosen with it but those. */
export function diceOf(seed: number, index: number): Dice {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const upTo = (below: number): number => Math.floor(next() * below);
  return {
    upTo,
    chance: (probability) => next() < probability,
    one: (items) => items[upTo(items.length)]!,
    some: (least, most, make) => Array.from({ length: least + upTo(most - least + 1) }, (_, at) => make(at)),
  };
}
