import "./remembered/register.ts";
import { parentPort, workerData } from "node:worker_threads";
import { BROKEN_MAX, type Broken, type Share, type Told } from "./told.ts";

const EACH = 200;

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
