import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Tally } from "../test/model/compare.ts";

/**
 * `npm run model -- <cases> [seed]`: the naive evaluator beside the engine on many generated worlds, on every processor.
 * The same seed and number give the same worlds; a world that is decided differently is printed with its index.
 */
interface Part {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

const PARTS = 2;

async function work({ seed, from, to }: Part): Promise<void> {
  const { disagreement } = await import("../test/model/compare.ts");
  const tally: Tally = {};
  const found: { index: number; what: unknown }[] = [];
  for (let index = from; index < to && found.length < 10; index++) {
    const what = disagreement(seed, index, tally);
    if (what !== null) found.push({ index, what });
    if ((index - from) % 50_000 === 49_999) parentPort?.postMessage({ done: 50_000 });
  }
  parentPort?.postMessage({ tally, found });
}

async function main(cases: number, seed: number): Promise<number> {
  const share = Math.ceil(cases / PARTS);
  const tally: Tally = {};
  const found: { index: number; what: unknown }[] = [];
  let done = 0;
  await Promise.all(
    Array.from({ length: PARTS }, (_, part) => {
      const workerData: Part = { seed, from: part * share, to: Math.min(cases, (part + 1) * share) };
      const worker = new Worker(new URL(import.meta.url), { workerData });
      worker.on("message", (said: { done?: number; tally?: Tally; found?: typeof found }) => {
        done += said.done ?? 0;
        if (said.done !== undefined) process.stderr.write(`\r${done} of ${cases}`);
        for (const [state, count] of Object.entries(said.tally ?? {})) tally[state] = (tally[state] ?? 0) + count;
        found.push(...(said.found ?? []));
      });
      return new Promise<void>((resolve, reject) => worker.once("error", reject).once("exit", () => resolve()));
    }),
  );
  process.stderr.write("\r");
  for (const { index, what } of found) console.log(`world ${index} of seed ${seed}: ${JSON.stringify(what)}`);
  console.log(
    `${cases} worlds of seed ${seed}: ${found.length === 0 ? "decided alike" : `${found.length} decided differently, or more`}`,
    tally,
  );
  return found.length === 0 ? 0 : 1;
}

if (isMainThread) process.exitCode = await main(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1));
else await work(workerData as Part);
