/**
 * Webhook -> published check on the simulated GitHub with 0 and 50 ms per API call: p50 and p99, and API calls per event.
 * Run: npm run bench:webhook. One pull request at a time, so the figure is latency, not throughput.
 */
import { at, type Bench, REPOSITORY, startBench } from "./station.ts";

const PULLS = Number(process.env["PULLS"] ?? 40);

interface Sample {
  readonly ms: number;
  readonly calls: number;
}

async function main(): Promise<void> {
  process.stdout.write(`${PULLS} pull requests one after the other; embedded database; Node ${process.version}\n\n`);
  process.stdout.write("| API latency | event | p50 ms | p99 ms | API calls per event |\n|---|---|---|---|---|\n");
  for (const latencyMs of [0, 50]) {
    const samples = await run(latencyMs);
    for (const [event, list] of Object.entries(samples)) {
      const sorted = list.map((sample) => sample.ms).sort((a, b) => a - b);
      const calls = list.map((sample) => sample.calls).sort((a, b) => a - b);
      process.stdout.write(
        `| ${latencyMs} ms | ${event} | ${at(sorted, 0.5).toFixed(0)} | ${at(sorted, 0.99).toFixed(0)} | ${at(calls, 0.5)} (max ${calls.at(-1)}) |\n`,
      );
    }
  }
}

async function run(latencyMs: number): Promise<Record<string, Sample[]>> {
  const bench = await startBench({ latencyMs });
  const { hub } = bench;
  const samples: Record<string, Sample[]> = { opened: [], review: [] };
  for (let index = -2; index < PULLS; index += 1) {
    const branch = bench.pushBranch(index + 2);
    await bench.quiet();
    let number = 0;
    const opened = await timed(
      bench,
      () => {
        const pull = bench.open(branch);
        number = pull.number;
        return pull;
      },
      "action_required",
    );
    const approve = () => {
      hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
      return { headSha: hub.headSha(REPOSITORY, number) };
    };
    const review = await timed(bench, approve, "success");
    if (index < 0) continue;
    samples["opened"]?.push(opened);
    samples["review"]?.push(review);
  }
  await bench.close();
  return samples;
}

/** From the act on GitHub to the moment the check shows the conclusion; and the API calls until all is at rest. */
async function timed(bench: Bench, act: () => { readonly headSha: string }, conclusion: string): Promise<Sample> {
  const before = bench.hub.requests.length;
  const started = performance.now();
  const { headSha } = act();
  await bench.shows(headSha, conclusion);
  const ms = performance.now() - started;
  await bench.quiet();
  return { ms, calls: bench.hub.requests.length - before };
}

await main();
