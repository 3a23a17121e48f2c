import type { Outcome } from "./outcome.ts";
import type { Script } from "./script.ts";

/** Runs that shrinking may take. */
const TRIES_MAX = 400;

/**
 * The shortest script that this one can be cut to, event by event and fate by fate, so that the same invariant is still broken.
 * @param outcomeOf runs a script; the same script gives the same outcome.
 */
export async function shrink(script: Script, outcomeOf: (script: Script) => Promise<Outcome>): Promise<Script> {
  const broken = new Set((await outcomeOf(script)).violations.map(({ invariant }) => invariant));
  let tries = 0;
  const isBroken = async (part: Script) => {
    tries += 1;
    return tries <= TRIES_MAX && (await outcomeOf(part)).violations.some(({ invariant }) => broken.has(invariant));
  };
  let best = script;
  for (let before = -1; before !== sizeOf(best); ) {
    before = sizeOf(best);
    for (let index = best.events.length - 1; index >= 0; index--) {
      const part = { ...best, events: best.events.toSpliced(index, 1) };
      if (await isBroken(part)) best = part;
    }
    for (let index = best.fates.length - 1; index >= 0; index--) {
      const part = { ...best, fates: best.fates.toSpliced(index, 1) };
      if (await isBroken(part)) best = part;
    }
  }
  return best;
}

function sizeOf({ events, fates }: Script): number {
  return events.length + fates.length;
}
