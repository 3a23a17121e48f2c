/**
 * Which GitHub API calls one event costs, by route, on the simulated GitHub with 0 and 50 ms per call.
 * Run: npm run bench:calls. `LATENCIES=0` for one of them; `PER_POLICY=1` with a check for each policy too; `LIST=1` names every call.
 */
import { edited, REPOSITORY, startBench } from "./station.ts";

interface Tally {
  readonly calls: Map<string, { made: number; unchanged: number }>;
}

const LATENCIES = (process.env["LATENCIES"] ?? "0,50").split(",").map(Number);
const perPolicy = process.env["PER_POLICY"] === "1";

async function main(): Promise<void> {
  for (const latencyMs of LATENCIES) {
    process.stdout.write(`\n## ${latencyMs} ms per call${perPolicy ? ", with a check for each policy" : ""}\n`);
    process.stdout.write("\n| event | calls | of them 304 | without 304s |\n|---|---|---|---|\n");
    const tallies = await run(latencyMs);
    for (const [event, { calls }] of tallies) {
      const [made, unchanged] = [...calls.values()].reduce(([m, u], one) => [m + one.made, u + one.unchanged], [0, 0]);
      process.stdout.write(`| ${event} | ${made} | ${unchanged} | ${made! - unchanged!} |\n`);
    }
    if (process.env["LIST"] !== "1") continue;
    for (const [event, { calls }] of tallies) {
      process.stdout.write(`\n### ${event}\n`);
      for (const [route, { made, unchanged }] of calls)
        process.stdout.write(`- ${made} x ${route}${unchanged === 0 ? "" : ` (304: ${unchanged})`}\n`);
    }
  }
}

async function run(latencyMs: number): Promise<ReadonlyMap<string, Tally>> {
  const bench = await startBench({ latencyMs, perPolicy });
  const { hub } = bench;
  const tallies = new Map<string, Tally>();
  async function event(name: string, act: () => { readonly headSha: string }, conclusion: string) {
    await bench.quiet();
    const from = hub.requests.length;
    const { headSha } = act();
    await bench.shows(headSha, conclusion);
    await bench.quiet();
    tallies.set(name, tallyOf(hub.requests.slice(from)));
  }
  // Branches are there before: a push to one is an event of its own, and costs nothing while no pull request is open.
  const branches = [0, 1, 2].map((index) => bench.pushBranch(index));
  let number = 0;
  const open = (branch: string) => () => {
    const pull = bench.open(branch);
    number = pull.number;
    return pull;
  };
  const approve = () => {
    hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
    return { headSha: hub.headSha(REPOSITORY, number) };
  };
  await event("opened, cold", open(branches[0]!), "action_required");
  await event("review, cold", approve, "success");
  await event("opened, warm", open(branches[1]!), "action_required");
  await event("review, warm", approve, "success");
  const synchronize = () => {
    hub.push(REPOSITORY, branches[1]!, { "contracts/customers.odcs.yaml": edited(100) }, { actor: "alice" });
    return { headSha: hub.headSha(REPOSITORY, number) };
  };
  await event("synchronize, warm", synchronize, "action_required");
  await event("review after it, warm", approve, "success");
  const comment = () => {
    hub.comment(REPOSITORY, number, "thanks", { actor: "alice" });
    return { headSha: hub.headSha(REPOSITORY, number) };
  };
  await event("comment, nothing changes", comment, "success");
  await bench.close();
  return tallies;
}

function tallyOf(requests: readonly { method: string; template: string; status: number }[]): Tally {
  const calls: Tally["calls"] = new Map();
  for (const { method, template, status } of requests) {
    const route = `${method} ${template}`;
    const one = calls.get(route) ?? { made: 0, unchanged: 0 };
    one.made += 1;
    if (status === 304) one.unchanged += 1;
    calls.set(route, one);
  }
  return { calls };
}

await main();
