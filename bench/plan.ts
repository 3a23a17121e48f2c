/**
 * The plan endpoint with a tag that still holds and without one, on one core beside the load; and the compilation of 10,000 fields.
 * Run: npm run bench:plan. DATABASE_URL takes a server's database (an empty one) in place of the embedded one.
 */
import { type ChildProcess, fork } from "node:child_process";
import autocannon from "autocannon";
import { compileArtifact } from "../src/engine/artifact.ts";
import { migrate, openDatabase } from "../src/store/index.ts";
import { artifactInput } from "../test/support/compiled.ts";
import { startPlanServer } from "../test/support/plan-server.ts";

const SECONDS = Number(process.env["SECONDS"] ?? 10);
const CONNECTIONS = Number(process.env["CONNECTIONS"] ?? 64);

interface Ready {
  readonly url: string;
  readonly small: Target;
  readonly large: Target;
  readonly key: string;
}

interface Target {
  readonly agent: string;
}

/** The server has a process of its own, so that what it takes is known. */
async function serve(): Promise<void> {
  const database = await openDatabase({ databaseUrl: process.env["DATABASE_URL"] ?? null, dataDir: null });
  await migrate(database);
  const server = await startPlanServer(database);
  const small = await server.approve(20);
  const large = await server.approve(10_000);
  for (const { write } of [small, large]) {
    const written = await server.ledger.publishPlan({ ...write, after: 0 });
    if (written.status !== "done") throw new Error(written.status);
  }
  const ready: Ready = { url: server.url, small, large, key: server.key(small.write.tenantId) };
  process.on("message", () => process.send?.(process.cpuUsage()));
  process.send?.(ready);
}

async function main(): Promise<void> {
  compile();
  const child = fork(import.meta.filename, ["serve"]);
  await load(child).finally(() => child.kill());
}

async function load(child: ChildProcess): Promise<void> {
  const heard = <T>() => new Promise<T>((resolve) => child.once("message", resolve as (message: unknown) => void));
  const { url, small, large, key } = await heard<Ready>();
  const usage = async () => {
    const said = heard<NodeJS.CpuUsage>();
    child.send("usage");
    const { user, system } = await said;
    return (user + system) / 1e6;
  };
  process.stdout.write(
    `\n${CONNECTIONS} connections, ${SECONDS} s each; ${process.env["DATABASE_URL"] ? "Postgres" : "embedded database"}; Node ${process.version}\n\n`,
  );
  process.stdout.write(
    "| plan | answer | requests/s | p50 ms | p99 ms | over 10 s | cores of the server | requests/s per core |\n|---|---|---|---|---|---|---|---|\n",
  );
  for (const [name, { agent }] of Object.entries({ "20 fields": small, "10,000 fields": large })) {
    const address = `${url}/api/v1/governance/plan?agent=${encodeURIComponent(agent)}&environment=production`;
    const authorization = { Authorization: `Bearer ${key}` };
    const first = await fetch(address, { headers: authorization });
    const etag = first.headers.get("ETag") ?? "";
    await first.arrayBuffer();
    for (const [answer, headers] of [
      ["304", { ...authorization, "If-None-Match": etag }],
      ["200", authorization],
    ] as const) {
      const before = await usage();
      const result = await autocannon({ url: address, headers, connections: CONNECTIONS, duration: SECONDS });
      const cores = ((await usage()) - before) / result.duration;
      // What takes longer than the client waits is slow, and not wrong.
      const wrong = result.errors - result.timeouts + (answer === "304" ? result.non2xx - (result["3xx"] ?? 0) : result.non2xx);
      if (wrong > 0) throw new Error(`${wrong} wrong answers`);
      const perSecond = result.requests.average;
      process.stdout.write(
        `| ${name} | ${answer} | ${perSecond.toFixed(0)} | ${result.latency.p50} | ${result.latency.p99} | ${result.timeouts} | ${cores.toFixed(2)} | ${(perSecond / cores).toFixed(0)} |\n`,
      );
    }
  }
}

function compile(): void {
  const input = artifactInput(10_000);
  const times: number[] = [];
  for (let run = 0; run < 50; run += 1) {
    const start = performance.now();
    compileArtifact(input);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  process.stdout.write(`compile 10,000 fields: p50 ${times[25]?.toFixed(0)} ms, worst of 50 ${times.at(-1)?.toFixed(0)} ms\n`);
}

await (process.argv[2] === "serve" ? serve() : main());
