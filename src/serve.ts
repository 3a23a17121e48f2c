import { setTimeout as sleep } from "node:timers/promises";
import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Logger } from "pino";
import { createIngress } from "./bot/ingress.ts";
import { devLoginProblems, type ServerConfig, secretsOf } from "./config.ts";
import { accessTidying } from "./gate/access-routine.ts";
import { AppRefused, findingsOf } from "./gate/app-needs.ts";
import { createComparisonRoom } from "./gate/comparison-room.ts";
import type { GateDeps } from "./gate/deps.ts";
import { measureEvaluation } from "./gate/measure-evaluation.ts";
import { notaryWarnings } from "./gate/notary-warnings.ts";
import { NOTIFICATIONS, type NotificationDeps } from "./gate/notification-routine.ts";
import { createNotifyTargets } from "./gate/notify-targets.ts";
import { type AppReading, type Electorate, type Ledger, TruthError } from "./gate/ports.ts";
import { createPlanPublishing } from "./gate/publish-plan.ts";
import { createPlanReading } from "./gate/read-plan.ts";
import { createReadiness } from "./gate/readiness.ts";
import type { RecoveryDeps } from "./gate/recovery-deps.ts";
import { RECOVERY } from "./gate/recovery-table.ts";
import { createRedaction } from "./gate/redaction.ts";
import { createRoles } from "./gate/roles.ts";
import { ROUTINES } from "./gate/routine-table.ts";
import { runDueRoutines, startRoutines } from "./gate/routines.ts";
import { createServerLog } from "./gate/server-log.ts";
import { createShares } from "./gate/shares.ts";
import { CannotListen } from "./gate/start-failure.ts";
import { submissionExpiry } from "./gate/submission-routine.ts";
import * as github from "./github/index.ts";
import { createNotary } from "./notary/index.ts";
import { createNotifier } from "./notify/index.ts";
import { createSandbox } from "./sandbox/comparer.ts";
import * as store from "./store/index.ts";
import { freshlySignedIn } from "./studio/api/limits.ts";
import { registerSubmissions } from "./studio/api/submissions.ts";
import { createStudio, type StudioDeps } from "./studio/app.tsx";
import { createHealth } from "./studio/health.ts";
import { createMetrics, createMetricsDoor, NO_METER } from "./studio/metrics.ts";

/** How long a request that is being answered may hold up the end. */
const CLOSE_MS = 5_000;
/** All of it: what hangs then, as connections do to a database that says nothing, is left to the end of the process. */
const STOP_MS = 20_000;
/** Evaluations at once, and of one installation: most of the time of each is waiting for GitHub. */
const SHARES = { places: 16, each: 12, reserved: 2 };
/** Bytes of both sides of a change, from which on it is large, and of all large ones that are evaluated at once. */
const COMPARISON_ROOM = { largeBytes: 65_536, roomBytes: 1_048_576 };
/** How often it is asked which routines are due. */
const ROUTINE_TICK_MS = 30_000;
/** GitHub gives up on a delivery after 10 seconds, an Enterprise Server after 30. */
const ARRIVAL = { headersMs: 10_000, requestMs: 30_000 } as const;
const HEADERS_MAX_BYTES = 16_384;
const DAY_MS = 86_400_000;
/** How long a submission may be pending. */
const SUBMISSION_DAYS = 30;

/** A running server. */
export interface RunningServer {
  readonly url: string;
  /** Where `/metrics` is; null = nowhere. */
  readonly metricsUrl: string | null;
  /** Read access for the demo and tests: the same records that the Station shows. */
  readonly ledger: Pick<Ledger, "approvalOf" | "pendingSubjects" | "auditTrail" | "latestEvaluation">;
  /** Stops taking webhooks, lets the running job end, closes the database. */
  close(): Promise<void>;
}

/** Wires the parts of the server together. @throws when it cannot start: whatever was started is stopped again. */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const refused = devLoginProblems(config);
  if (refused.length > 0) throw new Error(refused.join("; "));
  const metered = config.operations?.metrics ?? null;
  let meter = NO_METER;
  const monotonic = () => performance.now();
  const redact = createRedaction(secretsOf(config));
  const logTo = config.operations?.logTo;
  const { log, ...logEnd } = createServerLog({
    ...{ level: config.logLevel, redact, monotonic, onLeftOut: () => meter.logLineLeftOut() },
    ...(logTo === undefined ? {} : { to: logTo }),
  });
  /** What has been started, to be stopped in reverse. */
  const started: (() => unknown)[] = [logEnd.close];
  const close = async () => {
    const late = sleep(STOP_MS, undefined, { ref: false });
    for (const stop of started.splice(0).reverse()) await Promise.race([stop(), late]);
  };
  try {
    // A delivery that comes while the routes are still being mounted waits for them: GitHub does not repeat what was refused.
    const mounted = Promise.withResolvers<Hono>();
    const door = await listen(config, config, async (request, env) => (await mounted.promise).fetch(request, env));
    const { url } = door;
    started.push(door.close);
    const probe = config.github === null ? null : github.createAppProbe(config.github);
    const asked = probe?.read() ?? null;

    const { databaseUrl, databaseOwnerUrl: ownerUrl = null, dataDir } = config;
    const database = await store.openDatabase({ databaseUrl, ownerUrl, dataDir });
    started.push(() => database.close());
    const storage = await store.prepareDatabase(database, config.oneLogin !== "refused");
    if (storage.logins === "one") log.warn({ excess: storage.excess }, "one database login: what runs could rewrite the records");
    if (config.github !== null && asked !== null) refuseApp(config.github, await asked, log);
    const notifyTargets = config.notifyTargets ?? [];
    const targets = createNotifyTargets(notifyTargets, (refused) => log.warn(refused, "a line of `notify` leads nowhere"));
    const ledger = store.createLedger(database, notifyTargets.length === 0 ? {} : { targets });
    // Stopped after the queue, so that the job that is running can end.
    const sandbox = createSandbox(undefined, () => meter.sandboxEnded());
    started.push(() => sandbox.close());
    const shares = createShares(SHARES, (key) => {
      queue.wake([key]).catch((error: unknown) => log.warn({ err: error, subject: key }, "the sweep will wake it"));
    });
    const queue = await store.createQueue(database, {
      concurrency: SHARES.places,
      sweep: async (limit) => shares.due(await ledger.pendingSubjects(limit + shares.kept())),
      onError: (error, subject) => log.error({ subject, err: error }, "a job failed and will be tried again"),
    });
    started.push(() => queue.stop());

    const publicUrl = config.publicUrl ?? url;
    const [access, submissions] = [store.createAccessStore(database), store.createSubmissions(database)];
    const expireAfterMs = (config.submissionDays ?? SUBMISSION_DAYS) * DAY_MS;
    const notary = createNotary(config.notary ?? { signingKey: null, checkpointDir: null, checkpointGit: null });
    for (const warning of notaryWarnings(notary)) log.warn(warning);
    const client = config.github === null ? null : github.createGitHub(config.github);
    const pulls = client === null ? null : github.createPullRequests(client);

    const app = new Hono();
    const reads = store.createOperatorReads(database);
    const appId = config.github?.appId ?? 0;
    app.route("/", createHealth(createReadiness({ reads, monotonic, app: probe === null ? null : { ...probe, appId } })));
    let metricsUrl: string | null = null;
    if (metered !== null) {
      const metrics = createMetrics({ reads, monotonic, budget: client?.budget ?? null });
      meter = metrics.meter;
      const metricsDoor = createMetricsDoor({ render: metrics.render, token: metered.token });
      const own = metered.listen === null ? null : await listen(metered.listen, config, metricsDoor.fetch);
      if (own === null) app.route("/", metricsDoor);
      else started.push(own.close);
      metricsUrl = `${own?.url ?? url}/metrics`;
    }
    if (client !== null && pulls !== null) {
      const deps: GateDeps = {
        ledger,
        clock: { now: () => new Date() },
        notary,
        comparer: sandbox,
        shares,
        policyRepositories: config.policyRepositories ?? new Map<number, number>(),
        budget: client.budget,
        pulls,
        issues: github.createIssues(client),
        protection: github.createProtection(client),
        conversation: github.createConversation(client, { publicUrl }),
        onUnsaid: (error: unknown) => log.warn({ err: error }, "something could not be said on GitHub; the verdict stands"),
        checks: github.createChecks(client, {
          publicUrl,
          onAnnotationFailure: (error, check) => log.warn({ err: error, ...check }, "annotations could not be added; the verdict stands"),
        }),
      };
      app.route("/", createIngress({ secrets: config.webhookSecrets, ledger, queue, log, count: (outcome) => meter.webhook(outcome) }));
      const inRoom = createComparisonRoom(sandbox, COMPARISON_ROOM, shares.homeOf);
      await queue.work(async (key) => {
        const outcome = await inRoom(key, (comparer) => measureEvaluation({ ...deps, comparer }, key, { meter, monotonic }));
        log.info({ subject: key, ...outcome }, "evaluated");
        if (outcome.status === "evaluated" && outcome.until !== null)
          await queue.wakeAt(key, outcome.until).catch((error: unknown) => log.warn({ err: error, subject: key }, "the sweep will end it"));
      });
      const onRoutineError = (name: string, error: unknown) => {
        meter.routineFailed(name);
        log.error({ err: error, routine: name }, "a routine failed");
      };
      const round = async () => {
        await runDueRoutines(ledger, ROUTINES, deps, onRoutineError);
        await runDueRoutines(ledger, [accessTidying], { access }, onRoutineError);
        await runDueRoutines(ledger, [submissionExpiry], { submissions, expireAfterMs }, onRoutineError);
      };
      const recovery: RecoveryDeps = {
        ...deps,
        ...github.createRecoveryReads(config.github!, client),
        onAlarm: (says, about) => log.error(about, says),
      };
      const outside: NotificationDeps = {
        ...{ targets, notifications: store.createNotifications(database, targets), onEnded: (outcome) => meter.notification(outcome) },
        notifier: createNotifier({ publicUrl, webUrl: github.webUrlOf(config.github!.baseUrl) }),
      };
      const tell = () => runDueRoutines(ledger, notifyTargets.length === 0 ? [] : NOTIFICATIONS, outside, onRoutineError);
      // Apart: an installation or a receiver that hangs is waited for there, and holds up nothing else.
      for (const turn of [round, () => runDueRoutines(ledger, RECOVERY, recovery, onRoutineError), tell]) {
        const clockwork = startRoutines(ROUTINE_TICK_MS, turn);
        started.push(() => clockwork.stop());
      }
    } else log.warn("no APP_ID: webhooks are not taken; see docs/self-hosting.md");
    const policyRepositoryOf = async (tenantId: string) =>
      config.policyRepositories?.get((await access.tenant(tenantId))?.accountId ?? 0) ?? null;
    const drafts = { records: store.createStudioRecords(database), electorate: electorateOf(config, client, database) };
    app.route(
      "/",
      createStudio({
        records: store.createTenantReads(database),
        ...{ access, notary, publicUrl, storage },
        governance: {
          ...{ ...drafts, submissions, policyRepositoryOf },
          plans: { ...createPlanPublishing({ ledger, pulls: pulls ?? { content: notConnected } }), ...createPlanReading(ledger) },
        },
        register: (api, limiter) =>
          registerSubmissions(api, {
            ...{ ...drafts, submissions, comparer: sandbox, publicUrl, expireAfterMs },
            clock: { now: () => new Date() },
            policyRepositoryOf,
            approvals: limiter.approvals,
            freshlySignedIn: freshlySignedIn(),
          }),
        signIn: client === null ? null : signInOf(config, client, log),
        devLogin: config.devLoginToken === null ? null : { token: config.devLoginToken },
        ...(config.station === undefined ? {} : { trustedProxies: config.station.trustedProxies, limits: config.station.limits }),
        onError: (error) => log.error({ err: error }, "a request to the Station failed"),
      }),
    );
    mounted.resolve(app);
    // First to be started, so that a port in use costs nothing; first to be stopped.
    started.push(...started.splice(started.indexOf(door.close), 1));
    return { url, metricsUrl, ledger, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Repositories of one tenant that are looked through for the one of a draft. */
const REPOSITORIES_MAX = 10_000;

function electorateOf({ github: server }: ServerConfig, app: github.GitHubApp | null, database: store.Database): Electorate {
  if (server === null || app === null) return { read: async () => notConnected() };
  const [access, reads] = [store.createAccessStore(database), store.createTenantReads(database)];
  return github.createElectorate({
    app,
    installations: github.createInstallations(server),
    accountOf: (tenantId) => access.tenant(tenantId),
    async repositoryOf(tenantId, repositoryId) {
      const seen = await reads(tenantId).watchedRepositories(REPOSITORIES_MAX);
      return seen.find(({ repository, unguarded }) => repository.id === repositoryId && unguarded === null)?.repository ?? null;
    },
  });
}

/** Without an app nothing that people or history decide is decided. */
function notConnected(): never {
  throw new TruthError("GitHub", "network", "this server has no GitHub App: see docs/self-hosting.md");
}

/** How people come in; null = nobody can. */
function signInOf({ station, github: server }: ServerConfig, client: github.GitHubApp, log: Logger): StudioDeps["signIn"] {
  if (!station?.signIn || server === null) return null;
  for (const { organization, team } of station.roles)
    if (team !== null && team.id === null)
      log.warn(
        { team: `${organization}/${team.slug}` },
        "STATION_ROLES names a team without its id: whoever makes a team of that name later has its role",
      );
  const { sessionSecrets: secrets, ...oauth } = station.signIn;
  const roles = createRoles(github.createStandings(client), station.roles, () => performance.now());
  return { github: github.createSignIn({ ...oauth, baseUrl: server.baseUrl }), roles, secrets };
}

/** @throws AppRefused */
function refuseApp({ appId, baseUrl, lacking }: NonNullable<ServerConfig["github"]>, reading: AppReading, log: Logger): void {
  const enterprise = new URL(baseUrl).pathname.startsWith("/api/v3");
  const { refusals, warnings } = findingsOf(reading, { appId, enterprise });
  if (refusals.length > 0 && lacking !== "told") throw new AppRefused(refusals.join("; "));
  for (const warning of [...refusals, ...warnings]) log.warn(warning);
}

/** A port, and how it is given up. */
async function listen(
  at: { readonly host: string; readonly port: number },
  { operations }: ServerConfig,
  fetch: Parameters<typeof serve>[0]["fetch"],
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { headersMs, requestMs } = operations?.arrival ?? ARRIVAL;
  const serverOptions = {
    ...{ headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: Math.min(headersMs, requestMs) / 4 },
    maxHeaderSize: HEADERS_MAX_BYTES,
  };
  const listening = Promise.withResolvers<number>();
  const server = serve({ fetch, hostname: at.host, port: at.port, serverOptions }, (address) => listening.resolve(address.port));
  server.once("error", (error) => listening.reject(new CannotListen(at, error)));
  const url = `http://${at.host.includes(":") ? `[${at.host}]` : at.host}:${await listening.promise}`;
  return { url, close: () => closeServer(server) };
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
