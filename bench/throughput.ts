/**
 * Evaluations per second at 50 ms per API call: many pull requests get a review at once, and the clock stops when every check shows
 * success. The built server is a process of its own on Postgres; simulator, server and database share the machine. One check for each pull
 * request, and no pace of writes. Run: npm run bench:throughput. PULLS, REPOSITORIES, ROUNDS and LATENCY change it.
 */
import { readFile } from "node:fs/promises";
import { CONFIG } from "../test/demo/sample.ts";
import type { Siege } from "../test/support/besieged.ts";
import { besiegeOnce, onCluster } from "./besieged.ts";

const PULLS = Number(process.env["PULLS"] ?? 200);
const REPOSITORIES = Number(process.env["REPOSITORIES"] ?? 4);
const LATENCY = Number(process.env["LATENCY"] ?? 50);
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);

async function main(): Promise<void> {
  await onCluster((serverUrl) => besiegeOnce(serverUrl, measure));
}

async function measure({ hub, open, settles, replicas }: Siege): Promise<void> {
  const server = replicas[0]!.child.pid!;
  process.stdout.write(`${PULLS} pull requests in ${REPOSITORIES} repositories, ${LATENCY} ms per call\n`);
  // The first round is of a process that has compiled little yet.
  for (let round = 1; round <= ROUNDS; round++) {
    hub.latencyMs = 0;
    const pulls = open(REPOSITORIES, Math.ceil(PULLS / REPOSITORIES), `${CONFIG}check: { perPolicy: false }\n`);
    await settles(pulls, 600_000);
    await hub.settled();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    hub.latencyMs = LATENCY;
    const calls = hub.requests.length;
    const cpu = await processorSeconds(server);
    const own = process.cpuUsage();
    const started = performance.now();
    for (const pull of pulls) {
      pull.wants = "success";
      hub.review(pull.repository, pull.number, { actor: "bob", state: "APPROVED" });
    }
    await settles(pulls, 600_000);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(own);
    const each = (total: number) => ((total / pulls.length) * 1000).toFixed(1);
    process.stdout.write(
      `${seconds.toFixed(2)} s, ${(pulls.length / seconds).toFixed(1)} evaluations/s, ${((hub.requests.length - calls) / pulls.length).toFixed(1)} calls each; ` +
        `processor ms each: server ${each((await processorSeconds(server)) - cpu)}, simulator ${each((user + system) / 1e6)}\n`,
    );
  }
}

/** Of a process, all its threads (Linux). */
async function processorSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

await main();
