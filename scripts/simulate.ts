import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import "../test/simulation/remembered/register.ts";
import { type Range, runLong } from "../test/simulation/long-run.ts";
import { simulateMany } from "../test/simulation/many.ts";
import type { Script } from "../test/simulation/script.ts";
import type { Broken } from "../test/simulation/told.ts";

/**
 * `npm run simulate -- <count> [seed] [from]`: that many schedules, on every processor; each that breaks an invariant is printed, cut short.
 * `npm run simulate -- long <file> <count> [seed] [from]`: range after range, each written to the file; run again, it goes on where it ended.
 * `npm run simulate -- twins <count> [seed] [from]`: as many on the real store beside the ledger in memory, one after the other.
 * `npm run simulate -- replay <seed> <number>` or `replay <file>` tells one of them call by call.
 */
async function many(count: number, seed: number, from: number): Promise<number> {
  let done = 0;
  const started = performance.now();
  const all = await simulateMany({ seed, from, to: from + count }, availableParallelism(), (told) => {
    done += told.done;
    process.stderr.write(`\r${done} of ${count}`);
  });
  process.stderr.write("\r");
  tell(seed, all.broken);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const range = `schedules ${from} to ${from + count - 1} of seed ${seed}`;
  const found = all.broken.length === 0 ? "no invariant broken" : `${all.broken.length} break an invariant, or more`;
  console.log(`${range}: ${found}; ${all.done} run in ${seconds} s, ${all.calls} calls, ${all.faults} faults`);
  return all.broken.length === 0 ? 0 : 1;
}

function tell(seed: number, broken: readonly Broken[]): void {
  for (const { index, violations, script } of broken) {
    for (const { invariant, because } of violations) console.log(`${invariant}: schedule ${index} of seed ${seed}: ${because}`);
    console.log(JSON.stringify(script));
  }
}

async function long(record: string, count: number, seed: number, from: number): Promise<number> {
  const threads = availableParallelism();
  let done = 0;
  const onProgress = (more: number) => {
    done += more;
    process.stderr.write(`\r${done} done`);
  };
  const all = await runLong({ record, seed, from, to: from + count, threads, onProgress }, (range) => {
    process.stderr.write("\r");
    tell(range.seed, range.broken);
    const { done, seconds, calls, faults, commit } = range;
    console.log(
      `${range.from} to ${range.to - 1} of seed ${seed}: ${done} run in ${seconds} s, ${calls} calls, ${faults} faults; ${commit}`,
    );
  });
  const sum = (of: (range: Range) => number) => all.reduce((total, range) => total + of(range), 0);
  const found = sum(({ broken }) => broken.length);
  console.log(`${record}: ${sum(({ done }) => done)} run, ${sum(({ faults }) => faults)} faults, ${found} break an invariant`);
  return found === 0 ? 0 : 1;
}

async function replay(words: readonly string[]): Promise<number> {
  const { outcomeOf } = await import("../test/simulation/outcome.ts");
  const { scriptOf } = await import("../test/simulation/script.ts");
  const [first = "", second] = words;
  const script = second === undefined ? (JSON.parse(readFileSync(first, "utf8")) as Script) : scriptOf(Number(first), Number(second));
  const { run, violations } = await outcomeOf(script);
  for (const { step, at, ...event } of run.history) console.log(`${step} ${new Date(at).toISOString()} ${JSON.stringify(event)}`);
  console.log(JSON.stringify(script));
  for (const { invariant, because } of violations) console.log(`${invariant}: ${because}`);
  return violations.length === 0 ? 0 : 1;
}

async function twins(count: number, seed: number, from: number): Promise<number> {
  const { twinOutcomeOf } = await import("../test/simulation/outcome.ts");
  const { openRealStore } = await import("../test/simulation/real-store.ts");
  const { scriptOf } = await import("../test/simulation/script.ts");
  const store = await openRealStore();
  let found = 0;
  for (let index = from; index < from + count; index++) {
    const { violations, differences } = await twinOutcomeOf(scriptOf(seed, index), store);
    for (const { invariant, because } of violations) console.log(`${invariant}: schedule ${index} of seed ${seed}: ${because}`);
    for (const difference of differences) console.log(`schedule ${index} of seed ${seed}: ${difference}`);
    if (violations.length + differences.length > 0) found += 1;
    process.stderr.write(`\r${index - from + 1} of ${count}`);
  }
  process.stderr.write("\r");
  await store.close();
  const told = found === 0 ? "answered alike, no invariant broken" : `${found} differ or break an invariant`;
  console.log(`schedules ${from} to ${from + count - 1} of seed ${seed} on the real store: ${told}`);
  return found === 0 ? 0 : 1;
}

const [word = "10000", ...rest] = process.argv.slice(2);
const share = (words: readonly string[]) => [Number(words[0] ?? 10_000), Number(words[1] ?? 1), Number(words[2] ?? 0)] as const;
const words: Readonly<Record<string, () => Promise<number>>> = {
  replay: () => replay(rest),
  twins: () => twins(...share(rest)),
  long: () => long(rest[0] ?? "simulated.jsonl", ...share(rest.slice(1))),
};
const run = words[word] ?? (() => many(...share([word, ...rest])));
process.exitCode = await run();
