#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { StorageStanding } from "./gate/ports.ts";
import type { RunningServer } from "./serve.ts";

/** What a server that has stopped may still wait for. */
const EXIT_MS = 2_000;

async function serveUntilSignal(): Promise<number> {
  // Loaded only here, so that the command line starts fast.
  const [{ readConfig, secretsOf }, { startServer }, { createRedaction }, { errorFields }, { startFailureOf }] = await Promise.all([
    import("./config.ts"),
    import("./serve.ts"),
    import("./gate/redaction.ts"),
    import("./gate/server-log.ts"),
    import("./gate/start-failure.ts"),
  ]);
  const reading = readConfig(process.env);
  if (reading.status === "invalid") {
    process.stderr.write(`countersign: the configuration is wrong\n${reading.problems.map((problem) => `  ${problem}\n`).join("")}`);
    return 2;
  }
  const redact = createRedaction(secretsOf(reading.config));
  // Node would print all that an error carries: an address with its password, a request with its token.
  process.on("uncaughtException", (error) => {
    process.stderr.write(`countersign: ended by a fault of its own: ${redact(JSON.stringify(errorFields(error)))}\n`);
    process.exit(99);
  });
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  let server: RunningServer;
  try {
    server = await startServer(reading.config);
  } catch (error) {
    const failure = startFailureOf(error);
    if (failure === null) throw error;
    process.stderr.write(`countersign: cannot start: ${redact(failure.says)}\n`);
    return failure.code;
  }
  process.stdout.write(`countersign: listening on ${server.url}\n`);
  await signalled;
  await server.close();
  // Only where something hangs that has been left: else the process has ended by then.
  setTimeout(() => process.exit(0), EXIT_MS).unref();
  return 0;
}

/** The database that DATABASE_URL or DATA_DIR names, migrated; nothing else of the configuration is needed. */
async function openAccess() {
  const [{ readConfig }, store, { Refusal }] = await Promise.all([
    import("./config.ts"),
    import("./store/index.ts"),
    import("./gate/ports.ts"),
  ]);
  const { DATABASE_URL, DATABASE_OWNER_URL, ALLOW_ONE_DATABASE_LOGIN, NODE_ENV, DATA_DIR } = process.env;
  const reading = readConfig({ DATABASE_URL, DATABASE_OWNER_URL, ALLOW_ONE_DATABASE_LOGIN, NODE_ENV, DATA_DIR });
  if (reading.status === "invalid") throw new Refusal("config", reading.problems.join("; "));
  const { databaseUrl, databaseOwnerUrl: ownerUrl = null, dataDir, oneLogin } = reading.config;
  const hint = DATABASE_URL ? null : "with the embedded database, stop the server first, or make the key at POST /api/v1/keys";
  return opening(hint, async () => {
    const database = await store.openDatabase({ databaseUrl, ownerUrl, dataDir });
    await store.prepareDatabase(database, oneLogin !== "refused");
    return { access: store.createAccessStore(database), close: () => database.close() };
  });
}

/** A command's database: what keeps it closed is the operator's to put right. */
async function opening<T>(hint: string | null, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const [{ startFailureOf }, { Refusal, TruthError }] = await Promise.all([import("./gate/start-failure.ts"), import("./gate/ports.ts")]);
    const failure = startFailureOf(error);
    if (failure === null) throw error;
    throw failure.code === 3 ? new TruthError("database", "network", failure.says) : new Refusal("config", failure.says, hint);
  }
}

/** Migrates by the owner's login and says how the login that runs stands. */
async function migrateOnce(): Promise<number> {
  const [{ readConfig }, store, { startFailureOf }] = await Promise.all([
    import("./config.ts"),
    import("./store/index.ts"),
    import("./gate/start-failure.ts"),
  ]);
  const reading = readConfig(process.env);
  if (reading.status === "invalid") {
    process.stderr.write(`countersign: the configuration is wrong\n${reading.problems.map((problem) => `  ${problem}\n`).join("")}`);
    return 2;
  }
  const { databaseUrl, databaseOwnerUrl: ownerUrl = null, dataDir, oneLogin } = reading.config;
  try {
    const database = await store.openDatabase({ databaseUrl, ownerUrl, dataDir });
    try {
      const { logins } = await store.prepareDatabase(database, oneLogin !== "refused");
      process.stdout.write(
        `countersign: the database is up to date (${logins === "embedded" ? logins : `${logins} login${logins === "two" ? "s" : ""}`})\n`,
      );
      return 0;
    } finally {
      await database.close();
    }
  } catch (error) {
    const failure = startFailureOf(error);
    if (failure === null) throw error;
    process.stderr.write(`countersign: cannot migrate: ${failure.says}\n`);
    return failure.code;
  }
}

async function openServerDoctor() {
  const [{ readConfig, readRecords }, store, { createNotary }, github, { startFailureOf }] = await Promise.all([
    import("./config.ts"),
    import("./store/index.ts"),
    import("./notary/index.ts"),
    import("./github/index.ts"),
    import("./gate/start-failure.ts"),
  ]);
  const reading = readConfig(process.env);
  const server = reading.status === "ok" ? reading.config.github : null;
  const { databaseUrl, dataDir, notary } = readRecords(process.env);
  let opened: Awaited<ReturnType<typeof store.openDatabase>> | null = null;
  const database = async () => {
    try {
      opened = await store.openDatabase({ databaseUrl, dataDir });
      return await store.readForDoctor(opened);
    } catch (error) {
      throw new Error(startFailureOf(error)?.says ?? (error as Error).message);
    }
  };
  const deps = {
    problems: reading.status === "ok" ? [] : reading.problems,
    database,
    app: server === null ? null : { ...github.createAppProbe(server), appId: server.appId },
    notary: createNotary(notary),
  };
  return { deps, close: async () => opened?.close() };
}

async function readStorage(): Promise<StorageStanding | null> {
  const databaseUrl = process.env["DATABASE_URL"];
  if (!databaseUrl) return null;
  const store = await import("./store/index.ts");
  const database = await opening(null, () => store.openDatabase({ databaseUrl, dataDir: null }));
  return store.readStanding(database).finally(() => database.close());
}

async function main(): Promise<void> {
  // Most of a short command's time is compiling what it imports: kept on disk, and so everything is imported after this.
  enableCompileCache();
  const [{ runCli }, { openLocalRepository }, { openSummaryMemory }, { officialSchemas }] = await Promise.all([
    import("./cli/run.ts"),
    import("./git/local-repository.ts"),
    import("./git/summary-memory.ts"),
    import("./sandbox/official-schemas.ts"),
  ]);
  const output = (stream: NodeJS.WriteStream) => ({
    write: (text: string) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
  });
  // Whoever reads has gone (`| head`): the command is asked to stop, and never ends as if all had been said.
  let isGone = false;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (!isGone) process.kill(process.pid, "SIGTERM");
    isGone = true;
  });
  process.exitCode = await runCli(process.argv.slice(2), {
    openRepository: openLocalRepository,
    // Loaded here: the other commands need no network and start faster without it.
    openGitHub: async (options) => (await import("./github/index.ts")).createCallerReads(options),
    reviewPull: async (options, review) => (await import("./github/index.ts")).submitReview(options, review),
    policyRepositories: async () => {
      const [{ policyRepositoriesOf }, { Refusal }] = await Promise.all([import("./config.ts"), import("./gate/ports.ts")]);
      const { pins, problems } = policyRepositoriesOf(process.env["ORG_POLICY_REPOSITORIES"]);
      if (problems.length > 0) throw new Refusal("config", problems.join("; "));
      return pins;
    },
    schemas: officialSchemas,
    openSummaries: (root) => openSummaryMemory(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), root),
    serve: serveUntilSignal,
    migrate: migrateOnce,
    storage: readStorage,
    openDoctor: async (repository) => {
      const [{ readSignIn }, { openDoctor }, { Refusal }] = await Promise.all([
        import("./config.ts"),
        import("./github/open-doctor.ts"),
        import("./gate/ports.ts"),
      ]);
      const { baseUrl, credentials, problems } = readSignIn(process.env);
      if (problems.length > 0) throw new Refusal("config", problems.join("; "));
      return openDoctor(baseUrl, credentials, repository);
    },
    openServerDoctor,
    openAccess,
    fetchPlan: async (options) => (await import("./runtime/index.ts")).attachGovernance(options),
    openAudit: async () => {
      const [{ readRecords }, store, { createNotary }, { Refusal }] = await Promise.all([
        import("./config.ts"),
        import("./store/index.ts"),
        import("./notary/index.ts"),
        import("./gate/ports.ts"),
      ]);
      const { databaseUrl, dataDir, notary, problems } = readRecords(process.env);
      if (problems.length > 0) throw new Refusal("config", problems.join("; "));
      const database = await opening("with the embedded database, stop the server first", () =>
        store.openDatabase({ databaseUrl, dataDir }),
      );
      return { records: store.createLedger(database), notary: createNotary(notary), close: () => database.close() };
    },
    generateKey: async () => (await import("./notary/signing-key.ts")).generateKey(),
    clock: { now: () => new Date() },
    pause: (milliseconds, signal) => pause(milliseconds, undefined, { signal }).catch(() => {}),
    env: process.env,
    cwd: process.cwd(),
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    onInterrupt: (stop) => {
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.once(signal, stop);
      return () => {
        for (const signal of signals) process.off(signal, stop);
      };
    },
    version: (JSON.parse(readFileSync(new URL(import.meta.resolve("countersign/package.json")), "utf8")) as { version: string }).version,
  });
}

if (import.meta.main) await main();
