import { Rows } from "./ledger/rows.ts";
import { createMemoryLedger } from "./ledger/memory-ledger.ts";
import { memoComparer } from "./memo-comparer.ts";
import { scriptOf } from "./script.ts";
import { simulate } from "./simulate.ts";
const comparer = memoComparer();
const [seed, from, count, show] = process.argv.slice(2).map(Number) as [number, number, number, number];
const started = performance.now();
const tally: Record<string, number> = {};
let steps = 0;
for (let index = from; index < from + count; index++) {
  const script = scriptOf(seed, index);
  const run = await simulate(script, { comparer, ledger: (github) => createMemoryLedger(new Rows(() => github.now)) });
  steps += run.github.step;
  for (const h of run.history) if (h.kind === "end") { const k = h.status === "failed" ? (h.error ?? "").slice(0, 90) : h.status; tally[k] = (tally[k] ?? 0) + 1; }
  if (!run.rested) console.log("NOT RESTED", index);
  if (show) { console.log(JSON.stringify(script)); for (const h of run.history) console.log(JSON.stringify(h)); }
}
console.log(((performance.now() - started) / count).toFixed(2), "ms each", (steps/count).toFixed(0), "calls each", tally);
