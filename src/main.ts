#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ServerType } from "@hono/node-server";
import type { Hono as Routes } from "hono";
import type { ServerConfig } from "./config.ts";
import type { Ledger } from "./gate/ports.ts";
import type { StudioDeps } from "./studio/app.tsx";

/** How long a request that is being answered may hold up the end. */
const CLOSE_MS = 5_000;
/** How often it is asked which routines are due. */
const ROUTINE_TICK_MS = 30_000;

/** A running server. */
export interface RunningServer {
  readonly url: string;
  /** Read access for the demo and tests: the same records that the Station shows. */
  readonly ledger: Pick<Ledger, "approvalOf" | "pendingSubjects" | "auditTrail" | "latestEvaluation">;
  /** Stops taking webhooks, lets the running job end, closes the database. */
  close(): Promise<void>;
}

/** Wires every part together. The server's parts are loaded only here, so that the command line starts fast. */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const { devLoginProblems } = await import("./config.ts");
  const refused = devLoginProblems(config);
  if (refused.length > 0) throw new Error(refused.join("; "));
  const [{ serve }, { Hono }, { pino }] = await Promise.all([import("@hono/node-server"), import("hono"), import("pino")]);
  const [
    { createIngress },
    { evaluateSubject },
    routines,
    { ROUTINES },
    { createSandbox },
    github,
    store,
    { createStudio },
    { createHealth },
    { createRoles },
    { accessTidying },
    { submissionExpiry },
    { createNotary },
    { notaryWarnings },
  ] = await Promise.all([
    import("./bot/ingress.ts"),
    import("./gate/evaluate-subject.ts"),
    import("./gate/routines.ts"),
    import("./gate/routine-table.ts"),
    import("./sandbox/comparer.ts"),
    import("./github/index.ts"),
    import("./store/index.ts"),
    import("./studio/app.tsx"),
    import("./studio/health.ts"),
    import("./gate/roles.ts"),
    import("./gate/access-routine.ts"),
    import("./gate/submission-routine.ts"),
    import("./notary/index.ts"),
    import("./gate/notary-warnings.ts"),
  ]);
  const log = pino({ level: config.logLevel });
  /** What has been started, to be stopped in reverse. */
  const started: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of started.splice(0).reverse()) await stop();
  };
  try {
    // A delivery that comes while the routes are still being mounted waits for them: GitHub does not repeat what was refused.
    const mounted = Promise.withResolvers<Routes>();
    const listening = Promise.withResolvers<number>();
    const server = serve(
      { fetch: async (request, env) => (await mounted.promise).fetch(request, env), hostname: config.host, port: config.port },
      (address) => listening.resolve(address.port),
    );
    server.once("error", listening.reject);
    const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${await listening.promise}`;
    started.push(() => closeServer(server));

    const database = await store.openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
    started.push(() => database.close());
    await store.migrate(database);
    const ledger = store.createLedger(database);
    // Stopped after the queue, so that the job that is running can end.
    const sandbox = config.github === null ? null : createSandbox();
    started.push(async () => sandbox?.close());
    const queue = await store.createQueue(database, {
      sweep: (limit) => ledger.pendingSubjects(limit),
      onError: (error) => log.error({ err: error }, "a job failed and will be tried again"),
    });
    started.push(() => queue.stop());

    const publicUrl = config.publicUrl ?? url;
    const access = store.createAccessStore(database);
    const submissions = store.createSubmissions(database);
    let signIn: StudioDeps["signIn"] = null;
    const notary = createNotary(config.notary ?? { signingKey: null, checkpointDir: null, checkpointGit: null });
    for (const warning of notaryWarnings(notary)) log.warn(warning);

    const app = new Hono();
    app.route("/", createHealth({ ledger, configured: config.github !== null }));
    if (config.github !== null && sandbox !== null) {
      const client = github.createGitHub(config.github);
      const deps = {
        ledger,
        clock: { now: () => new Date() },
        notary,
        comparer: sandbox,
        policyRepositories: config.policyRepositories ?? new Map<number, number>(),
        pulls: github.createPullRequests(client),
        issues: github.createIssues(client),
        protection: github.createProtection(client),
        conversation: github.createConversation(client, { publicUrl }),
        onUnsaid: (error: unknown) => log.warn({ err: error }, "something could not be said on GitHub; the verdict stands"),
        checks: github.createChecks(client, {
          publicUrl,
          onAnnotationFailure: (error, check) => log.warn({ err: error, ...check }, "annotations could not be added; the verdict stands"),
        }),
      };
      if (config.station?.signIn) {
        const { sessionSecrets: secrets, ...oauth } = config.station.signIn;
        const roles = createRoles(github.createStandings(client), config.station.roles, () => performance.now());
        signIn = { github: github.createSignIn({ ...oauth, baseUrl: config.github.baseUrl }), roles, secrets };
        for (const { organization, team } of config.station.roles)
          if (team !== null && team.id === null)
            log.warn(
              { team: `${organization}/${team.slug}` },
              "STATION_ROLES names a team without its id: whoever makes a team of that name later has its role",
            );
      }
      app.route("/", createIngress({ secrets: config.webhookSecrets, ledger, queue, log }));
      await queue.work(async (key) => {
        const outcome = await evaluateSubject(deps, key);
        log.info({ subject: key, ...outcome }, "evaluated");
        if (outcome.status === "evaluated" && outcome.until !== null)
          await queue.wakeAt(key, outcome.until).catch((error: unknown) => log.warn({ err: error, subject: key }, "the sweep will end it"));
      });
      const onRoutineError = (name: string, error: unknown) => log.error({ err: error, routine: name }, "a routine failed");
      const round = async () => {
        await routines.runDueRoutines(ledger, ROUTINES, deps, onRoutineError);
        await routines.runDueRoutines(ledger, [accessTidying], { access }, onRoutineError);
        const expireAfterMs = (config.submissionDays ?? 30) * 86_400_000;
        await routines.runDueRoutines(ledger, [submissionExpiry], { submissions, expireAfterMs }, onRoutineError);
      };
      const clockwork = routines.startRoutines(ROUTINE_TICK_MS, round);
      started.push(() => clockwork.stop());
    } else log.warn("no APP_ID: webhooks are not taken; see docs/self-hosting.md");
    app.route(
      "/",
      createStudio({
        records: store.createTenantReads(database),
        ...{ access, signIn, notary, publicUrl },
        devLogin: config.devLoginToken === null ? null : { token: config.devLoginToken },
        ...(config.station === undefined ? {} : { trustedProxies: config.station.trustedProxies, limits: config.station.limits }),
        onError: (error) => log.error({ err: error }, "a request to the Station failed"),
      }),
    );
    mounted.resolve(app);
    // First to be started, so that a port in use costs nothing; first to be stopped.
    started.push(started.shift()!);
    return { url, ledger, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes no new connection; a delivery that is being stored gets its answer first, because GitHub does not repeat it. */
async function closeServer(server: ServerType): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  if (!("closeIdleConnections" in server)) return void (await closed);
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

async function serveUntilSignal(): Promise<number> {
  const { readConfig } = await import("./config.ts");
  const reading = readConfig(process.env);
  if (reading.status === "invalid") {
    process.stderr.write(`countersign: the configuration is wrong\n${reading.problems.map((problem) => `  ${problem}\n`).join("")}`);
    return 2;
  }
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  let server: RunningServer;
  try {
    server = await startServer(reading.config);
  } catch (error) {
    const code = startFailureCode(error);
    if (code === null) throw error;
    process.stderr.write(`countersign: cannot start: ${(error as Error).message}\n`);
    return code;
  }
  process.stdout.write(`countersign: listening on ${server.url}\n`);
  await signalled;
  await server.close();
  return 0;
}

/** The database that DATABASE_URL or DATA_DIR names, migrated; nothing else of the configuration is needed. */
async function openAccess() {
  const [{ readConfig }, store, { Refusal, TruthError }] = await Promise.all([
    import("./config.ts"),
    import("./store/index.ts"),
    import("./gate/ports.ts"),
  ]);
  const { DATABASE_URL, DATA_DIR } = process.env;
  const reading = readConfig({ DATABASE_URL, DATA_DIR });
  if (reading.status === "invalid") throw new Refusal("config", reading.problems.join("; "));
  try {
    const database = await store.openDatabase(reading.config);
    await store.migrate(database);
    return { access: store.createAccessStore(database), close: () => database.close() };
  } catch (error) {
    const code = startFailureCode(error);
    if (code === null) throw error;
    const hint = DATABASE_URL ? null : "with the embedded database, stop the server first, or make the key at POST /api/v1/keys";
    throw code === 3
      ? new TruthError("database", "network", (error as Error).message)
      : new Refusal("config", (error as Error).message, hint);
  }
}

/** 2 = something to set right on this machine, 3 = a database that does not answer, null = our own fault. */
function startFailureCode(error: unknown): 2 | 3 | null {
  if (!(error instanceof Error)) return null;
  const code = "code" in error ? String(error.code) : "";
  if (["DataDirectoryLocked", "UnsafeDatabase", "UnknownSchema"].includes(error.name)) return 2;
  if (["EADDRINUSE", "EADDRNOTAVAIL", "EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOENT", "ENOSPC"].includes(code)) return 2;
  if (error.name === "PostgresError") return 2;
  return ["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "ECONNRESET", "EAI_AGAIN", "CONNECT_TIMEOUT", "CONNECTION_CLOSED"].includes(code)
    ? 3
    : null;
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
      const database = await store.openDatabase({ databaseUrl, dataDir });
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
    version: (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version,
  });
}

if (import.meta.main) await main();
