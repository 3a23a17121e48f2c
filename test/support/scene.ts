import { randomBytes } from "node:crypto";
import type { ServerConfig } from "../../src/config.ts";
import { type RunningServer, startServer } from "../../src/serve.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import { type Hub, startHub } from "../hub/hub.ts";
import { CHECK, FILE, POLICY_CHECK, populate, until } from "./acme.ts";
import { layEither, layEmbedded } from "./database.ts";

export { CHECK, FILE, POLICY_CHECK, populate, until };

/** A simulated GitHub with the organisation acme, and the real app in front of it over HTTP. One for a whole test file: starting is dear. */
export interface Scene {
  readonly hub: Hub;
  server: RunningServer;
  /** A repository of its own for one test. alice writes; bob and carol are sec-ops; ana owns; dave is a plain member. */
  stage(files?: Readonly<Record<string, string>>): Stage;
  /** All deliveries answered, all work done. */
  settled(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface Stage {
  /** `acme/…` */
  readonly repository: string;
  readonly repositoryId: number;
  /** Opens a pull request by alice that changes these files; gives number and head. */
  open(files?: Readonly<Record<string, string | null>>, branch?: string): { readonly number: number; readonly head: string };
  /** Waits until the newest run of the check on the commit has this conclusion; null = in progress. Fails with what it shows. */
  reaches(sha: string, conclusion: string | null, name?: string): Promise<{ readonly title: string; readonly summary: string }>;
  conclusion(sha: string, name?: string): string | null | undefined;
}

export async function startScene({
  databaseUrl,
  config = {},
}: {
  /** null = embedded; default: whichever there is. */
  readonly databaseUrl?: string | null;
  /** Beside what a scene needs. */
  readonly config?: Partial<ServerConfig>;
} = {}): Promise<Scene> {
  const { remove, ...storage } =
    databaseUrl === undefined
      ? await layEither()
      : databaseUrl === null
        ? await layEmbedded()
        : { databaseUrl, dataDir: null, remove: async () => {} };
  const hub = await startHub();
  const secret = config.webhookSecrets?.[0] ?? randomBytes(32).toString("hex");
  const begin = async () => {
    const server = await startServer({
      host: "127.0.0.1",
      port: 0,
      publicUrl: null,
      ...storage,
      github: { appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url },
      webhookSecrets: [secret],
      logLevel: "silent",
      devLoginToken: null,
      ...config,
    });
    hub.setWebhook({ url: `${server.url}/webhooks/github`, secret });
    return server;
  };
  populate(hub);
  let stages = 0;
  const scene: Scene = {
    hub,
    server: await begin(),
    stage(files = { [FILE]: CONTRACT, ".choochoorc": CONFIG, ".choochoo/approval-policies.yaml": POLICIES }) {
      stages += 1;
      return createStage(hub, `acme/contracts-${stages}`, files);
    },
    async settled() {
      await hub.settled();
      await until(
        async () => ((await scene.server.ledger.pendingSubjects(1)).length === 0 ? true : null),
        () => "the worker to be done",
      );
      await hub.settled();
    },
    async stop() {
      await scene.server.close();
    },
    async start() {
      scene.server = await begin();
    },
    async close() {
      await scene.server.close();
      await hub.close();
      await remove();
    },
  };
  return scene;
}

function createStage(hub: Hub, repository: string, files: Readonly<Record<string, string>>): Stage {
  const { id } = hub.createRepo(repository, files, { grants: { alice: "write", bob: "write", dave: "write", "acme/sec-ops": "write" } });
  const newest = (sha: string, name: string) => hub.checkRuns(repository, sha).find((run) => run.name === name);
  return {
    repository,
    repositoryId: id,
    open(changed = { [FILE]: STRIPPED }, branch = `work-${randomBytes(4).toString("hex")}`) {
      hub.push(repository, branch, changed, { actor: "alice", message: "change" });
      const pull = hub.openPull(repository, { actor: "alice", head: branch, title: branch });
      return { number: pull.number, head: pull.headSha };
    },
    async reaches(sha, conclusion, name = CHECK) {
      const run = await until(
        () => {
          const seen = newest(sha, name);
          return seen !== undefined && seen.conclusion === conclusion ? seen : null;
        },
        () =>
          `${name} on ${sha.slice(0, 7)} to be ${conclusion}; it is ${newest(sha, name)?.conclusion ?? "not there"}: ${newest(sha, name)?.output?.title ?? ""}`,
      );
      return { title: run.output?.title ?? "", summary: run.output?.summary ?? "" };
    },
    conclusion: (sha, name = CHECK) => newest(sha, name)?.conclusion,
  };
}
