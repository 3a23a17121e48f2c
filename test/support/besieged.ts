import { randomBytes } from "node:crypto";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { CHECK, FILE, populate } from "./acme.ts";
import { layWire, type Replica, startReplica, type Wire } from "./fleet.ts";
import type { Logins } from "./migrated.ts";

/** Several servers on one Postgres in front of a simulated GitHub, with a wire to cut before each of the two. */
export interface Siege {
  readonly hub: Hub;
  readonly secret: string;
  readonly replicas: readonly Replica[];
  /** Between the servers and Postgres. */
  readonly storage: Wire;
  /** Opens pull requests that strip a tag, `each` in as many repositories as asked for. */
  open(repositories: number, each: number, config?: string): readonly Pull[];
  /** That replica gets no new deliveries, as when its health check fails. */
  bench(replica: number): void;
  /** It gets them again. */
  admit(replica: number): void;
  /** Another process in the place of that one, which may be dead. */
  restart(replica: number): Promise<void>;
  /** What GitHub knows to have failed is asked for again, as by hand or by the job that does so. */
  redeliver(): Promise<number>;
  /** Resolves to the milliseconds until every pull request shows what it should. Rejects with those that do not within `limitMs` (a minute). */
  settles(pulls: readonly Pull[], limitMs?: number): Promise<number>;
  close(): Promise<void>;
}

export interface Pull {
  readonly repository: string;
  readonly repositoryId: number;
  readonly number: number;
  readonly head: string;
  /** What its check must show in the end. */
  wants: "action_required" | "success";
}

/** `straight`: no wire before Postgres. Each statement would pass through this process, which is part of what is measured then. */
export async function besiege(logins: Logins, count: number, { straight = false }: { straight?: boolean } = {}): Promise<Siege> {
  const hub = await startHub({ hookConcurrency: 16, validate: false });
  populate(hub);
  const secret = randomBytes(32).toString("hex");
  const postgresPort = Number(new URL(logins.adminUrl).port);
  const storage = await layWire(() => [postgresPort]);
  const through = (url: string) => (straight ? url : Object.assign(new URL(url), { port: String(storage.port) }).href);
  const env = {
    APP_ID: String(hub.app.id),
    PRIVATE_KEY: hub.app.privateKey,
    GITHUB_BASE_URL: hub.url,
    WEBHOOK_SECRET: secret,
    GITHUB_WRITE_INTERVAL_MS: "0",
    DATABASE_URL: through(logins.databaseUrl),
    DATABASE_OWNER_URL: through(logins.ownerUrl),
  };
  const replicas: Replica[] = [];
  for (let index = 0; index < count; index++) replicas.push(await startReplica(env));
  const benched = new Set<number>();
  const takes = (replica: Replica, index: number) =>
    !benched.has(index) && replica.child.exitCode === null && replica.child.signalCode === null;
  const front = await layWire(() => replicas.filter(takes).map(({ url }) => Number(new URL(url).port)));
  hub.setWebhook({ url: `http://127.0.0.1:${front.port}/webhooks/github`, secret });
  let made = 0;

  const shown = ({ repository, head }: Pull) => hub.checkRuns(repository, head).find(({ name }) => name === CHECK)?.conclusion;

  return {
    hub,
    secret,
    replicas,
    storage,
    open(repositories, each, config = CONFIG) {
      return Array.from({ length: repositories }, () => {
        const repository = `acme/siege-${++made}`;
        const files = { [FILE]: CONTRACT, ".choochoorc": config, ".choochoo/approval-policies.yaml": POLICIES };
        const { id: repositoryId } = hub.createRepo(repository, files, { grants: { alice: "write", "acme/sec-ops": "write" } });
        return Array.from({ length: each }, (_, index): Pull => {
          const branch = `work-${index}`;
          hub.push(repository, branch, { [FILE]: STRIPPED.replace("1.0.0", `1.0.${index + 1}`) }, { actor: "alice" });
          const { number, headSha } = hub.openPull(repository, { actor: "alice", head: branch, title: branch });
          return { repository, repositoryId, number, head: headSha, wants: "action_required" };
        });
      }).flat();
    },
    bench(replica) {
      benched.add(replica);
      // GitHub keeps connections, and one of them may lead to it.
      front.cut();
    },
    admit(replica) {
      benched.delete(replica);
    },
    async restart(replica) {
      await replicas[replica]!.end();
      replicas[replica] = await startReplica(env);
      benched.delete(replica);
    },
    async redeliver() {
      await hub.settled();
      const arrived = new Set(hub.hooks.sent.filter(({ statusCode }) => statusCode === 202).map(({ guid }) => guid));
      const failed = [...new Set(hub.hooks.sent.map(({ guid }) => guid))].filter((guid) => !arrived.has(guid));
      for (const guid of failed) await hub.hooks.duplicate(guid);
      return failed.length;
    },
    async settles(pulls, limitMs = 60_000) {
      const started = performance.now();
      let wrong = pulls;
      for (;;) {
        wrong = wrong.filter((pull) => shown(pull) !== pull.wants);
        // Some may have been right on the way.
        if (wrong.length === 0) wrong = pulls.filter((pull) => shown(pull) !== pull.wants);
        if (wrong.length === 0) break;
        if (performance.now() - started > limitMs)
          throw new Error(wrong.map((pull) => `${pull.repository}#${pull.number} shows ${shown(pull)}, not ${pull.wants}`).join("; "));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return performance.now() - started;
    },
    async close() {
      for (const replica of replicas) await replica.end();
      await front.close();
      await storage.close();
      await hub.close();
    },
  };
}
