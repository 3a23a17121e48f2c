import { randomBytes } from "node:crypto";
import { compareHere } from "../../src/gate/compare-here.ts";
import type { AccessStore, Scope } from "../../src/gate/ports.ts";
import { createPlanReading } from "../../src/gate/read-plan.ts";
import { createRoles, type RoleGrant } from "../../src/gate/roles.ts";
import { createElectorate, createGitHub, createInstallations, createSignIn, createStandings } from "../../src/github/index.ts";
import { createAccessStore } from "../../src/store/access.ts";
import type { Database } from "../../src/store/connect.ts";
import { createLedger } from "../../src/store/ledger.ts";
import { createStudioRecords } from "../../src/store/studio-records.ts";
import { createSubmissions } from "../../src/store/submissions.ts";
import { createTenantReads } from "../../src/store/tenant-reads.ts";
import { createStudio, type StudioDeps } from "../../src/studio/app.tsx";
import { type Hub, startHub } from "../hub/hub.ts";
import { checkedApp } from "./openapi-check.ts";
import { plansOf } from "./studio-api.ts";
import { submissionParts, submissionRoutes } from "./submissions.ts";

export const CALLBACK = "/login/github/callback";
const GRANTS: readonly RoleGrant[] = [
  { organization: "acme", team: { slug: "sec-ops", id: null }, role: "approver" },
  { organization: "acme", team: { slug: "data", id: null }, role: "developer" },
  { organization: "acme", team: { slug: "audit", id: null }, role: "auditor" },
];

/**
 * acme: ana owns it, bob approves, dave develops, iris audits, nina is a member without a role. other: otto owns it, and ana is in it.
 * eve is in neither.
 */
export function peopleOf(hub: Hub): void {
  for (const login of ["ana", "bob", "dave", "iris", "nina", "otto", "eve"]) hub.createUser(login);
  for (const [org, owner] of [
    ["acme", "ana"],
    ["other", "otto"],
  ] as const) {
    hub.createOrg(org);
    hub.addOrgMember(org, owner, { role: "admin" });
  }
  hub.addOrgMember("acme", "nina");
  hub.addOrgMember("other", "ana");
  for (const [team, login] of [
    ["sec-ops", "bob"],
    ["data", "dave"],
    ["audit", "iris"],
  ] as const) {
    hub.createTeam("acme", team);
    hub.addMember(`acme/${team}`, login);
  }
}

export interface Station {
  readonly hub: Hub;
  readonly db: Database;
  readonly access: AccessStore;
  readonly publicUrl: string;
  /** Every answer of the API is held to /openapi.json. `init.headers` as they are sent. */
  readonly request: Awaited<ReturnType<typeof checkedApp>>["request"];
  readonly description: Awaited<ReturnType<typeof checkedApp>>["description"];
  /** Signs in through GitHub as a browser does; gives the last answer, and the headers of a page's own requests. */
  signIn(
    login: string,
    start?: string,
    headers?: Record<string, string>,
  ): Promise<{ readonly answer: Response; readonly headers: Record<string, string> }>;
  /** A session of the command line. */
  bearer(login: string): Promise<Record<string, string>>;
  key(org: string, scopes: readonly Scope[]): Promise<Record<string, string>>;
  tenantOf(org: string): Promise<string>;
  /** Milliseconds by which the clock of remembered roles is ahead. */
  later(milliseconds: number): void;
  close(): Promise<void>;
}

/** The real Station on a real database, in front of the simulated GitHub. */
export async function startStation(
  db: Database,
  over: Partial<StudioDeps> & {
    readonly publicUrl?: string;
    readonly grants?: readonly RoleGrant[];
    readonly secrets?: readonly string[];
  } = {},
  ready: (hub: Hub) => void = () => {},
): Promise<Station> {
  const hub = await startHub();
  peopleOf(hub);
  ready(hub);
  const publicUrl = over.publicUrl ?? "https://station.example";
  const { clientId, clientSecret } = hub.registerCallback(`${publicUrl}${CALLBACK}`);
  const access = createAccessStore(db);
  const app = createGitHub({ appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url });
  let ahead = 0;
  const roles = createRoles(createStandings(app), over.grants ?? GRANTS, () => performance.now() + ahead);
  const github = createSignIn({ baseUrl: hub.url, clientId, clientSecret });
  const { grants: _, secrets = [randomBytes(32).toString("hex")], ...deps } = over;
  const studio = createStudio({
    records: createTenantReads(db),
    governance: {
      submissions: createSubmissions(db),
      policyRepositoryOf: async () => null,
      records: createStudioRecords(db),
      electorate: createElectorate({
        app,
        installations: createInstallations({ appId: hub.app.id, privateKey: hub.app.privateKey, baseUrl: hub.url }),
        accountOf: (tenantId) => access.tenant(tenantId),
        repositoryOf: async () => null,
      }),
      plans: { ...plansOf(db), ...createPlanReading(createLedger(db)) },
    },
    ...{ access, publicUrl, devLogin: null, signIn: { github, roles, secrets } },
    register: submissionRoutes(submissionParts(db, hub, { comparer: compareHere }), false),
    limits: { approve: 30, person: 100_000, address: 100_000, signIn: 100_000 },
    ...deps,
  });
  const { request, description } = await checkedApp(studio, publicUrl);
  const origin = { origin: publicUrl, "sec-fetch-site": "same-origin" };

  const station: Station = {
    ...{ hub, db, access, publicUrl, request, description },
    async signIn(login, start = "/login/github", headers = {}) {
      const begun = await request(start, { headers });
      const consent = await fetch(begun.headers.get("location")!, { redirect: "manual", headers: { cookie: `user_session=${login}` } });
      const callback = new URL(consent.headers.get("location")!);
      const answer = await request(`${callback.pathname}${callback.search}`, { headers: { cookie: cookieOf(begun) } });
      return { answer, headers: { ...origin, cookie: cookieOf(answer) } };
    },
    async bearer(login) {
      const body = JSON.stringify({ github_token: hub.appUserToken(login) });
      const answer = await request("/api/v1/sessions", { method: "POST", headers: { "content-type": "application/json" }, body });
      return { authorization: `Bearer ${((await answer.json()) as { token: string }).token}` };
    },
    async key(org, scopes) {
      const { secret } = await access.createKey(await station.tenantOf(org), { name: "ci", scopes, createdBy: null, expiresAt: null });
      return { authorization: `Bearer ${secret}` };
    },
    async tenantOf(org) {
      const found = (await access.tenants()).find(({ login }) => login === org);
      if (found === undefined) throw new Error(`no tenant ${org}: nobody of it has signed in`);
      return found.id;
    },
    later: (milliseconds) => {
      ahead += milliseconds;
    },
    close: () => hub.close(),
  };
  return station;
}

/** What the browser sends back: cookies that are set, without those that are deleted. */
export function cookieOf(response: Response): string {
  const set = response.headers.getSetCookie().filter((each) => !/max-age=0\b/i.test(each));
  return set.map((each) => each.split(";")[0]).join("; ");
}
