/**
 * Evaluations per second at 50 ms per API call: many pull requests get a review at once, and the clock stops when every check shows
 * success. Run: npm run bench:throughput (on Postgres: DATABASE_URL). The write limiter is off, as in every test.
 */
import { type Bench, REPOSITORY, startBench } from "./station.ts";

const PULLS = Number(process.env["PULLS"] ?? 200);
const latencyMs = Number(process.env["LATENCY"] ?? 50);

async function main(): Promise<void> {
  const bench = await startBench({ latencyMs: 0, hookConcurrency: 32 });
  const { hub } = bench;
  const pulls: { number: number; headSha: string }[] = [];
  for (let index = 0; index < PULLS; index += 1) pulls.push(bench.open(bench.pushBranch(index)));
  await all(bench, pulls, "action_required");
  await bench.quiet();
  hub.latencyMs = latencyMs;
  const before = hub.requests.length;
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const { number } of pulls) hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
  await all(bench, pulls, "success");
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const calls = hub.requests.length - before;
  process.stdout.write(
    `${PULLS} pull requests, ${latencyMs} ms per call, ${process.env["DATABASE_URL"] ? "Postgres" : "embedded database"}\n`,
  );
  process.stdout.write(
    `${seconds.toFixed(2)} s, ${(PULLS / seconds).toFixed(0)} evaluations/s, ${(calls / PULLS).toFixed(1)} calls each, `,
  );
  process.stdout.write(
    `${(((user + system) / 1e6 / PULLS) * 1000).toFixed(1)} ms of processor time each (simulator and server in one process)\n`,
  );
  await bench.close();
}

/** One after the other, so that looking costs the machine next to nothing. */
async function all(bench: Bench, pulls: readonly { readonly headSha: string }[], conclusion: string): Promise<void> {
  for (const { headSha } of pulls) await bench.shows(headSha, conclusion, 10);
}

await main();
