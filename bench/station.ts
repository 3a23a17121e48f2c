import { randomBytes } from "node:crypto";
import { type RunningServer, startServer } from "../dist/serve.js";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../test/demo/sample.ts";
import { type Hub, startHub } from "../test/hub/hub.ts";

export const REPOSITORY = "acme/contracts";
export const CHECK = "countersign: main";
const WAIT_MS = 120_000;

/** The simulated GitHub over HTTP and the real server in front of it, with one contract, one policy and one aggregate check. */
export interface Bench {
  readonly hub: Hub;
  readonly server: RunningServer;
  /** A new branch whose contract drops a tag; `index` makes it another one. */
  pushBranch(index: number): string;
  open(branch: string): { readonly number: number; readonly headSha: string };
  /** Waits for the conclusion on the commit. */
  shows(headSha: string, conclusion: string, everyMs?: number): Promise<void>;
  /** Every delivery is answered and no work is left. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly latencyMs: number;
  /** One more check for each policy, as is the default; the figures count them apart. */
  readonly perPolicy?: boolean;
}

export async function startBench({ latencyMs, perPolicy = false }: BenchOptions): Promise<Bench> {
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
    logLevel: process.env["LOG_LEVEL"] ?? "error",
    devLoginToken: null,
  });
  populate(hub, perPolicy);
  hub.setWebhook({ url: `${server.url}/webhooks/github`, secret });
  return {
    hub,
    server,
    pushBranch(index) {
      const branch = `work-${index}`;
      hub.push(REPOSITORY, branch, { "contracts/customers.odcs.yaml": edited(index) }, { actor: "alice" });
      return branch;
    },
    open: (branch) => hub.openPull(REPOSITORY, { actor: "alice", head: branch, title: branch }),
    async shows(headSha, conclusion, everyMs = 1) {
      const started = performance.now();
      while (!hub.checkRuns(REPOSITORY, headSha).some((check) => check.name === CHECK && check.conclusion === conclusion)) {
        if (performance.now() - started > WAIT_MS) throw new Error(`no ${conclusion} within ${WAIT_MS / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    },
    async quiet() {
      await hub.settled();
      while ((await server.ledger.pendingSubjects(1)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      // What follows the verdict (asking reviewers, looking for others' checks) is still under way.
      let seen = -1;
      while (seen !== hub.requests.length) {
        seen = hub.requests.length;
        await new Promise((resolve) => setTimeout(resolve, 4 * hub.latencyMs + 40));
      }
    },
    async close() {
      await server.close();
      await hub.close();
    },
  };
}

export function edited(index: number): string {
  return STRIPPED.replace("1.0.0", `1.0.${index + 1}`);
}

function populate(hub: Hub, perPolicy: boolean): void {
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
    {
      "contracts/customers.odcs.yaml": CONTRACT,
      ".choochoorc": perPolicy ? CONFIG : `${CONFIG}check: { perPolicy: false }\n`,
      ".choochoo/approval-policies.yaml": POLICIES,
    },
    { grants: { alice: "write", "acme/sec-ops": "write" } },
  );
}

export function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
