/**
 * Damaged contracts and generated documents through the reader and the diff: no throw, plain JSON, and no run over 200 ms for each 100 KB.
 * Run: npm run fuzz -- [--seconds 60] [--seed 1] [--corpus folder]. A failure names its seed: `--seed N --seconds 1` repeats that input first.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { diffContracts } from "../src/engine/contract/diff.ts";
import { readCorpus } from "../test/engine/contract/corpus.ts";
import { fuzzCase, troubleWith } from "../test/engine/contract/fuzz-case.ts";
import { inputOf } from "../test/engine/contract/support.ts";

const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" }, corpus: { type: "string" } } });
const seconds = Number(values.seconds ?? 60);
const first = Number(values.seed ?? Date.now() % 1_000_000_000);
const LIMIT_MS = 200;
const UNIT_BYTES = 100_000;

const corpus = readCorpus(values.corpus ?? join(import.meta.dirname, "../test/fixtures/contract/corpus"));
const end = performance.now() + seconds * 1000;
let seed = first;
let failures = 0;
let slowest = { ms: 0, seed: first };
process.stdout.write(`seeds from ${first}, ${seconds} s, ${corpus.length} corpus files\n`);
for (; performance.now() < end || seed === first; seed += 1) {
  const input = fuzzCase(corpus, seed);
  const units = Math.max(1, (input.base.length + input.head.length) / UNIT_BYTES);
  const run = () => {
    const change = inputOf({ [input.path]: input.base }, { [input.path]: input.head });
    const before = process.threadCpuUsage();
    try {
      diffContracts(change);
    } catch {
      // Told by troubleWith.
    }
    const spent = process.threadCpuUsage(before);
    return (spent.user + spent.system) / 1000 / units;
  };
  let trouble = troubleWith(input);
  let ms = run();
  // The first runs are slower, and the collector may have come by: only what is slow three times more is slow.
  for (let again = 0; again < 3 && ms > LIMIT_MS; again += 1) ms = Math.min(ms, run());
  if (ms > slowest.ms) slowest = { ms, seed };
  if (ms > LIMIT_MS) trouble ??= `took ${ms.toFixed(0)} ms for each 100 KB (${units.toFixed(1)} x 100 KB)`;
  if (trouble === null) continue;
  failures += 1;
  process.stdout.write(`seed ${seed}: ${trouble} [${input.path}; ${input.kinds.join(", ")}]\n`);
}
process.stdout.write(
  `${seed - first} inputs, ${failures} failures; slowest ${slowest.ms.toFixed(0)} ms per 100 KB (seed ${slowest.seed})\n`,
);
process.exitCode = failures === 0 ? 0 : 1;
