import "./remembered/register.ts";
import { parentPort, workerData } from "node:worker_threads";

/** A share of many schedules, in a thread of its own. */
export interface Share {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

/** One schedule that broke an invariant, cut short. */
export interface Broken {
  readonly index: number;
  readonly violations: readonly { readonly invariant: string; readonly because: string }[];
  readonly script: unknown;
}

export interface Told {
  readonly done: number;
  readonly calls: number;
  readonly faults: number;
  readonly broken: readonly Broken[];
}

const EACH = 200;
const BROKEN_MAX = 5;

const { outcomeOf } = await import("./outcome.ts");
const { scriptOf } = await import("./script.ts");
const { shrink } = await import("./shrink.ts");

const { seed, from, to } = workerData as Share;
let broken = 0;
for (let start = from; start < to && broken < BROKEN_MAX; start += EACH) {
  const told = { done: 0, calls: 0, faults: 0, broken: [] as Broken[] };
  for (let index = start; index < Math.min(to, start + EACH); index++) {
    const script = scriptOf(seed, index);
    const { run, violations } = await outcomeOf(script);
    told.done += 1;
    told.calls += run.github.step;
    told.faults += run.history.filter(({ kind }) => kind === "fault").length;
    if (violations.length === 0 || broken >= BROKEN_MAX) continue;
    broken += 1;
    told.broken.push({ index, violations, script: await shrink(script, outcomeOf) });
  }
  parentPort?.postMessage(told satisfies Told);
}
