/**
 * Webhook -> published check on the simulated GitHub with 0 and 50 ms per API call: p50 and p99, and API calls per event.
 * Run: npm run bench:webhook. One pull request at a time, so the figure is latency, not throughput.
 */
import { randomBytes } from "node:crypto";
import { startServer } from "../dist/serve.js";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../test/demo/sample.ts";
import { type Hub, startHub } from "../test/hub/hub.ts";

const PULLS = Number(process.env["PULLS"] ?? 40);
const REPOSITORY = "acme/contracts";
const CHECK = "countersign: main";

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
  const hub = await startHub({ latencyMs, validate: false });
  const secret = randomBytes(32).toString("hex");
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    publicUrl: null,
    databaseUrl: process.env["DATABASE_URL"] ?? null,
    dataDir: null,
    github: { appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url },
    webhookSecrets: [secret],
    logLevel: "error",
    devLoginToken: null,
  });
  setUp(hub);
  hub.setWebhook({ url: `${server.url}/webhooks/github`, secret });
  const samples: Record<string, Sample[]> = { opened: [], review: [] };
  for (let index = -2; index < PULLS; index += 1) {
    const branch = `work-${index + 2}`;
    hub.push(REPOSITORY, branch, { "contracts/customers.odcs.yaml": STRIPPED.replace("1.0.0", `1.0.${index + 3}`) }, { actor: "alice" });
    await quiet(hub, server);
    const opened = await timed(hub, () => hub.openPull(REPOSITORY, { actor: "alice", head: branch, title: branch }), "action_required");
    await quiet(hub, server);
    const number = index + 3;
    const approve = () => {
      hub.review(REPOSITORY, number, { actor: "bob", state: "APPROVED" });
      return { headSha: hub.headSha(REPOSITORY, number) };
    };
    const review = await timed(hub, approve, "success");
    await quiet(hub, server);
    if (index < 0) continue;
    samples["opened"]?.push(opened);
    samples["review"]?.push(review);
  }
  await server.close();
  await hub.close();
  return samples;
}

function setUp(hub: Hub): void {
  hub.createOrg("acme");
  for (const login of ["alice", "bob"]) {
    hub.createUser(login);
    hub.addOrgMember("acme", login);
  }
  hub.createTeam("acme", "sec-ops");
  hub.createTeam("acme", "security-engineers");
  hub.addMember("acme/sec-ops", "bob");
  hub.createRepo(
    REPOSITORY,
    { "contracts/customers.odcs.yaml": CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES },
    { grants: { alice: "write", "acme/sec-ops": "write" } },
  );
}

/** From the act on GitHub to the moment the check shows the conclusion; and the API calls until then. */
async function timed(hub: Hub, act: () => { readonly headSha: string }, conclusion: string): Promise<Sample> {
  const before = hub.requests.length;
  const started = performance.now();
  const { headSha } = act();
  for (;;) {
    if (hub.checkRuns(REPOSITORY, headSha).some((check) => check.name === CHECK && check.conclusion === conclusion)) break;
    if (performance.now() - started > 30_000) throw new Error(`no ${conclusion} within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const ms = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 5 * hub.latencyMs + 20));
  return { ms, calls: hub.requests.length - before };
}

async function quiet(hub: Hub, server: Awaited<ReturnType<typeof startServer>>): Promise<void> {
  await hub.settled();
  while ((await server.ledger.pendingSubjects(1)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

await main();
