import { randomBytes } from "node:crypto";
import { type ServerType, serve } from "@hono/node-server";
import { createIngress } from "../../src/bot/ingress.ts";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { GateDeps } from "../../src/gate/deps.ts";
import { evaluateSubject } from "../../src/gate/evaluate-subject.ts";
import type { NotifyTargets } from "../../src/gate/ports.ts";
import {
  createChecks,
  createConversation,
  createGitHub,
  createIssues,
  createProtection,
  createPullRequests,
} from "../../src/github/index.ts";
import { createLedger, type Database } from "../../src/store/index.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { openMigrated } from "./migrated.ts";
import { CHECK, FILE, populate } from "./scene.ts";

const ROUNDS_MAX = 12;

/** GitHub simulated, deliveries taken by the real ingress, and the worker run by hand: a test says when, so every race can be placed. */
export interface Hand {
  readonly hub: Hub;
  readonly deps: GateDeps;
  readonly database: Database;
  /** Where deliveries go: to lose some, and to hear again. */
  readonly webhook: { readonly url: string; readonly secret: string };
  /** Moves GitHub's clock and the worker's: GitHub tells whole seconds. */
  pass(seconds: number): void;
  /** All deliveries taken, then every subject with work left, until none has any; gives the errors on the way. */
  work(deps?: GateDeps): Promise<readonly Error[]>;
  repository(files?: Readonly<Record<string, string>>): Repository;
  close(): Promise<void>;
}

export interface Repository {
  readonly name: string;
  readonly id: number;
  readonly ownerId: number;
  open(files?: Readonly<Record<string, string | null>>, branch?: string, base?: string): { readonly number: number; readonly head: string };
  /** Opened, approved by bob of sec-ops, and a success. */
  green(
    files?: Readonly<Record<string, string | null>>,
    branch?: string,
  ): Promise<{ readonly number: number; readonly head: string; readonly review: ReturnType<Hub["review"]> }>;
  /** Conclusion of the newest run; undefined = no run. */
  shows(sha: string, name?: string): string | null | undefined;
  key(number: number): string;
}

/** `targets`: where may be told what is saved; absent = nowhere. */
export async function startHand(options: { readonly targets?: NotifyTargets } = {}): Promise<Hand> {
  const hub = await startHub();
  let now = Date.now();
  hub.clock = () => new Date(now);
  populate(hub);

  const app = createGitHub({ appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url, timeoutMs: 4000 });
  const database = await openMigrated();
  const ledger = createLedger(database, options);
  const deps: GateDeps = {
    ledger,
    pulls: createPullRequests(app),
    issues: createIssues(app),
    protection: createProtection(app),
    checks: createChecks(app, { publicUrl: "http://127.0.0.1" }),
    clock: { now: () => new Date(now) },
    conversation: createConversation(app, { publicUrl: "http://127.0.0.1" }),
    comparer: compareHere,
  };
  const secret = randomBytes(32).toString("hex");
  const silent = { info() {}, warn() {}, error() {} };
  const ingress = createIngress({ secrets: [secret], ledger, queue: { wake: async () => {} }, log: silent });
  const listening = Promise.withResolvers<number>();
  const server: ServerType = serve({ fetch: ingress.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => listening.resolve(port));
  const webhook = { url: `http://127.0.0.1:${await listening.promise}/webhooks/github`, secret };
  hub.setWebhook(webhook);

  let repositories = 0;

  async function work(given = deps): Promise<readonly Error[]> {
    const errors: Error[] = [];
    for (let round = 0; round < ROUNDS_MAX; round++) {
      await hub.settled();
      const keys = await ledger.pendingSubjects(100);
      if (keys.length === 0) break;
      for (const key of keys) await evaluateSubject(given, key).catch((error: Error) => errors.push(error));
    }
    return errors;
  }

  return {
    hub,
    deps,
    database,
    webhook,
    pass(seconds) {
      now += seconds * 1000;
    },
    work,
    repository(files = { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES }) {
      repositories += 1;
      const name = `acme/hand-${repositories}`;
      const { id } = hub.createRepo(name, files, { grants: { alice: "write", dave: "write", "acme/sec-ops": "write" } });
      now += 5000;
      const repository: Repository = {
        name,
        id,
        ownerId: hub.idOf("acme"),
        key: (number) => `${id}#${number}`,
        open(changed = { [FILE]: STRIPPED }, branch = "work", base = "main") {
          hub.push(name, branch, changed, { actor: "alice" });
          now += 5000;
          const { number, headSha } = hub.openPull(name, { actor: "alice", head: branch, base, title: branch });
          now += 5000;
          return { number, head: headSha };
        },
        async green(changed, branch) {
          const pull = repository.open(changed, branch);
          await work();
          const review = hub.review(name, pull.number, { actor: "bob", state: "APPROVED" });
          now += 5000;
          const [error] = await work();
          if (error !== undefined) throw error;
          const shown = repository.shows(pull.head);
          if (shown !== "success") throw new Error(`#${pull.number} shows ${shown}, not success`);
          return { ...pull, review };
        },
        shows: (sha, check = CHECK) => hub.checkRuns(name, sha).find((run) => run.name === check)?.conclusion,
      };
      return repository;
    },
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await ledger.close();
      await hub.close();
    },
  };
}
