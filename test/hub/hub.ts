/**
 * A simulated GitHub in this process: true git objects, REST as an approval app uses it (every response validated against GitHub's own
 * OpenAPI description), one GitHub App, signed webhooks, and methods that act as people.
 *
 *   const hub = await startHub();
 *   hub.createOrg("acme");                                    // the app is installed on it
 *   for (const login of ["alice", "bob"]) hub.createUser(login);
 *   hub.createTeam("acme", "sec-ops");
 *   hub.addMember("acme/sec-ops", "bob");
 *   hub.createRepo("acme/data", { "c.yaml": "tags: [pii]\n" }, { grants: { alice: "write", "acme/sec-ops": "write" } });
 *   hub.setWebhook({ url: `${app}/webhooks/github`, secret }); // nothing is delivered before this
 *   hub.push("acme/data", "strip", { "c.yaml": "tags: []\n" }, { actor: "alice" });
 *   const pull = hub.openPull("acme/data", { actor: "alice", head: "strip", title: "Strip" });
 *   await hub.settled();                                      // every delivery was answered
 *   hub.review("acme/data", pull.number, { actor: "bob", state: "APPROVED" });
 *   await hub.settled();
 *   console.log(hub.checkRuns("acme/data", pull.headSha));
 *   hub.merge("acme/data", pull.number, { actor: "alice", method: "squash" });
 *   await hub.close();                                        // tests first expect hub.violations and hub.unknownRequests to be empty
 */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { checkActors, newApp } from "./actors/checks.ts";
import { issueActors } from "./actors/issues.ts";
import { newAccount, peopleActors } from "./actors/people.ts";
import { pullActors } from "./actors/pulls.ts";
import { queueActors } from "./actors/queue.ts";
import { repositoryActors } from "./actors/repositories.ts";
import { settingsActors } from "./actors/settings.ts";
import { WEB_FLOW_ID } from "./acts/commits.ts";
import { newLimits } from "./conditional.ts";
import type { Deliveries } from "./deliveries.ts";
import { createDeliveries } from "./deliveries.ts";
import { createEmitter, DEFAULT_EVENTS, DEFAULT_PERMISSIONS } from "./emitter.ts";
import type { Fault, FaultMatch } from "./faults.ts";
import { newOAuthDesk, oauthPage } from "./oauth.ts";
import { appRoutes } from "./routes/app.ts";
import { checkRoutes } from "./routes/checks.ts";
import { gitRoutes } from "./routes/git.ts";
import { issueRoutes } from "./routes/issues.ts";
import { oauthRoutes } from "./routes/oauth.ts";
import { peopleRoutes } from "./routes/people.ts";
import { pullRoutes } from "./routes/pulls.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import type { ServerState } from "./server.ts";
import { createServer } from "./server.ts";
import type { Permissions, World } from "./state.ts";
import { stamp } from "./state.ts";

export interface HubOptions {
  readonly basePath?: "" | "/api/v3";
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number;
  readonly clock?: () => Date;
  readonly webhook?: { readonly url: string; readonly secret: string };
  readonly hooks?: "live" | "paused";
  /** Deliveries at a time; default 1, in order. */
  readonly hookConcurrency?: number;
  readonly hookTimeoutMs?: number;
  /** Added to every REST call; default 0. */
  readonly latencyMs?: number;
  /** Default true: validate responses against GitHub's OpenAPI description. */
  readonly validate?: boolean;
  readonly appSlug?: string;
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
  /** Entries of a tree listing before `truncated`; default 100,000. */
  readonly treeLimit?: number;
  /** Requests of one installation per hour, those answered 304 aside; default: none is refused. */
  readonly rateLimit?: number;
}

type Actors = ReturnType<typeof peopleActors> &
  ReturnType<typeof repositoryActors> &
  ReturnType<typeof pullActors> &
  ReturnType<typeof queueActors> &
  ReturnType<typeof checkActors> &
  ReturnType<typeof issueActors> &
  ReturnType<typeof settingsActors>;

export interface Hub extends Actors {
  /** Base of the REST API. */
  readonly url: string;
  readonly app: {
    readonly id: number;
    readonly slug: string;
    readonly clientId: string;
    readonly privateKey: string;
    readonly botId: number;
  };
  clock: () => Date;
  latencyMs: number;
  /** Responses that break GitHub's own schema, and failures of the simulator itself. Expect it to be empty. */
  readonly violations: string[];
  /** `METHOD /path` of calls that the simulator does not know. */
  readonly unknownRequests: string[];
  /** Every REST call, oldest first. */
  readonly requests: ServerState["requests"];
  readonly hooks: Deliveries;
  /** Changes where webhooks go; null stops them. */
  setWebhook(hook: { readonly url: string; readonly secret: string } | null): void;
  /** Resolves when every delivery that is due was answered. */
  settled(): Promise<void>;
  /** Plans a fault for the next `times` (default 1) matching calls. */
  fail(match: FaultMatch, fault: Fault, times?: number): void;
  clearFaults(): void;
  close(): Promise<void>;
}

export async function startHub(options: HubOptions = {}): Promise<Hub> {
  let last = 1000;
  const nextId = () => ++last;
  const basePath = options.basePath ?? "";
  const start = { accounts: new Map(), clock: options.clock ?? (() => new Date()), nextId };
  const app = newApp(start, options.appSlug ?? "countersign", options.permissions ?? DEFAULT_PERMISSIONS, options.events ?? DEFAULT_EVENTS);
  const settings = {
    hook: options.webhook ?? null,
    concurrency: options.hookConcurrency ?? 1,
    timeoutMs: options.hookTimeoutMs ?? 10_000,
    appId: app.id,
    paused: options.hooks === "paused",
  };
  const { hooks, enqueue, redeliver } = createDeliveries(settings, nextId, () => stamp(world));
  const world: World = {
    ...start,
    url: "",
    app,
    otherApps: new Map(),
    teams: new Map(),
    repos: new Map(),
    installations: new Map(),
    tokens: new Map(),
    manifestCodes: new Set(),
    oauth: newOAuthDesk(),
    singleSignOn: new Set(),
    faults: { planned: [] },
    treeLimit: options.treeLimit ?? 100_000,
    emit: (event) => createEmitter(world, enqueue)(event),
  };
  newAccount(world, "web-flow", "User", { id: WEB_FLOW_ID, name: "GitHub Web Flow", email: "noreply@github.com" });

  const state = {
    requests: [],
    violations: [],
    unknownRequests: [],
    latencyMs: options.latencyMs ?? 0,
    validate: options.validate ?? true,
    limits: newLimits(options.rateLimit ?? null),
  };
  const desk = { sent: hooks.sent, redeliver: (delivery: Parameters<typeof redeliver>[0]) => void redeliver(delivery) };
  const routes = {
    ...appRoutes(desk),
    ...peopleRoutes,
    ...repositoryRoutes,
    ...gitRoutes,
    ...pullRoutes,
    ...issueRoutes,
    ...checkRoutes,
    ...oauthRoutes,
  };
  const rest = createServer(world, state, routes, basePath);
  const fetch = async (request: Request) => (await oauthPage(world, request)) ?? rest(request);
  const address = await new Promise<{ server: ReturnType<typeof serve>; info: AddressInfo }>((resolve) => {
    const server = serve({ fetch, port: options.port ?? 0, hostname: "127.0.0.1" }, (info) => resolve({ server, info }));
  });
  world.url = `http://127.0.0.1:${address.info.port}${basePath}`;

  return {
    ...peopleActors(world),
    ...repositoryActors(world),
    ...pullActors(world),
    ...queueActors(world),
    ...checkActors(world),
    ...issueActors(world),
    ...settingsActors(world),
    url: world.url,
    app,
    get clock() {
      return world.clock;
    },
    set clock(clock) {
      world.clock = clock;
    },
    get latencyMs() {
      return state.latencyMs;
    },
    set latencyMs(latencyMs) {
      state.latencyMs = latencyMs;
    },
    violations: state.violations,
    unknownRequests: state.unknownRequests,
    requests: state.requests,
    hooks,
    setWebhook: (hook) => {
      settings.hook = hook;
    },
    settled: hooks.settled,
    fail: (match, fault, times = 1) => {
      world.faults.planned.push({ match, fault, times });
    },
    clearFaults: () => {
      world.faults.planned.length = 0;
    },
    close: async () => {
      settings.hook = null;
      hooks.pending.length = 0;
      await new Promise<void>((resolve) => {
        address.server.close(() => resolve());
        if ("closeAllConnections" in address.server) address.server.closeAllConnections();
      });
    },
  };
}
