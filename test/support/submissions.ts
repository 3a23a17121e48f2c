import type { AddressInfo } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { Electorate, PlanPublishing, PlanShowing } from "../../src/gate/ports.ts";
import { pushPolicy } from "../../src/gate/submission-policy.ts";
import { submitChange } from "../../src/gate/submit.ts";
import { createSandbox } from "../../src/sandbox/comparer.ts";
import { createAccessStore } from "../../src/store/access.ts";
import { createStudioRecords, createSubmissions, type Database } from "../../src/store/index.ts";
import type { Api } from "../../src/studio/api/api.ts";
import { freshlySignedIn, type Limiter } from "../../src/studio/api/limits.ts";
import type { SubmissionApiDeps } from "../../src/studio/api/submission-deps.ts";
import { registerSubmissions } from "../../src/studio/api/submissions.ts";
import { registerWorkspaces } from "../../src/studio/api/workspaces.ts";
import { CONFIG, CONTRACT, POLICIES, STRIPPED } from "../demo/sample.ts";
import type { Hub } from "../hub/hub.ts";
import { plansOf } from "./studio-api.ts";

const DAY_MS = 86_400_000;

/** People of an organisation of the simulated GitHub, asked anew each time with its owner's token. */
export function hubElectorate(hub: Hub, accountOf: (tenantId: string) => Promise<string>): Electorate {
  return {
    async read({ tenantId, teams }) {
      const org = await accountOf(tenantId);
      const token = hub.appUserToken(org === "acme" ? "ana" : "otto");
      const get = async (path: string) => {
        const answer = await fetch(`${hub.url}${path}`, {
          headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
        });
        return answer.ok ? ((await answer.json()) as { id: number; login: string }[]) : null;
      };
      const members = (await get(`/orgs/${org}/members?per_page=100`)) ?? [];
      const owners = (await get(`/orgs/${org}/members?role=admin&per_page=100`)) ?? [];
      const read = teams.map(async (slug, index) => {
        const found = await get(`/orgs/${org}/teams/${slug}/members?per_page=100`);
        const of = (found ?? []).map(({ login }) => ({ user: login, state: "active" as const, inherited: false }));
        return { slug, id: 100 + index, readable: found !== null, members: of };
      });
      return {
        actors: members.map(({ id, login }) => ({ id, login, type: "User", suspended: false })),
        teams: await Promise.all(read),
        owners: owners.map(({ login }) => login),
        permissions: {},
        organisation: members.map(({ login }) => ({ user: login, state: "active" })),
      };
    },
  };
}

export interface SubmissionParts {
  readonly deps: SubmissionApiDeps;
  readonly plans: PlanPublishing & PlanShowing;
}

let sandbox: ReturnType<typeof createSandbox> | null = null;

/** Everything that submissions need, over this database and this GitHub. The threads that compare are shared by a test file. */
export function submissionParts(db: Database, hub: Hub, over: Partial<SubmissionApiDeps> = {}): SubmissionParts {
  const access = createAccessStore(db);
  const records = createStudioRecords(db);
  sandbox ??= createSandbox();
  const deps: SubmissionApiDeps = {
    submissions: createSubmissions(db),
    records,
    electorate: hubElectorate(hub, async (tenantId) => (await access.tenant(tenantId))!.login),
    comparer: sandbox,
    clock: { now: () => new Date() },
    policyRepositoryOf: async () => null,
    publicUrl: "https://station.example",
    expireAfterMs: 30 * DAY_MS,
    approvals: async (_, next) => next(),
    freshlySignedIn: async (_, next) => next(),
    ...over,
  };
  return { deps, plans: plansOf(db) };
}

/** The routes of submissions and, where people vote on them, of workspaces. */
export function submissionRoutes({ deps, plans }: SubmissionParts, withWorkspaces = true): (api: Api, limiter: Limiter) => void {
  return (api, limiter) => {
    registerSubmissions(api, { ...deps, approvals: limiter.approvals, freshlySignedIn: freshlySignedIn(() => deps.clock.now().getTime()) });
    if (withWorkspaces) registerWorkspaces(api, { ...deps, plans, guards: { limit: limiter.approvals, proof: freshlySignedIn() } });
  };
}

/** A port of this machine in front of the Station, for a command line that is a client like any other. */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const listening = Promise.withResolvers<number>();
  const server: ServerType = serve({ fetch, hostname: "127.0.0.1", port: 0 }, (info: AddressInfo) => listening.resolve(info.port));
  return {
    url: `http://127.0.0.1:${await listening.promise}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

export const PUSHED = { policies: POLICIES, config: CONFIG } as const;
/** Strips a tag, for whatever workspace. */
export const CHANGE = {
  base: { name: "main", revision: "1111111" },
  head: { name: "tidy", revision: "2222222" },
  files: [{ path: "contracts/customers.odcs.yaml", before: CONTRACT, after: STRIPPED }],
} as const;

/** The version of the tenant's pushed policy, pushed if there was none. */
export async function pushedVersion(db: Database, tenantId: string): Promise<number> {
  const submissions = createSubmissions(db);
  const known = await submissions.pushedPolicy(tenantId);
  if (known !== null) return known.seq;
  const deps = { submissions, policyRepositoryOf: async () => null };
  const pushed = await pushPolicy(deps, { tenantId, actorId: 1, after: 0, text: PUSHED });
  return pushed.status === "done" ? pushed.value.seq : pushedVersion(db, tenantId);
}

/** A submission of that tenant that nobody has decided; gives its id. */
export async function sampleSubmission(db: Database, hub: Hub, tenantId: string): Promise<string> {
  await pushedVersion(db, tenantId);
  const { deps } = submissionParts(db, hub, { comparer: compareHere });
  const change = { agent: `org/${crypto.randomUUID()}`, environment: null, title: null, actor: null, ...CHANGE };
  const made = await submitChange(deps, { tenantId, by: { kind: "key", name: "sample" }, repositoryId: null, change, idempotency: null });
  if (made.status !== "done" || made.value.id === null) throw new Error("the sample was not kept");
  return made.value.id;
}
