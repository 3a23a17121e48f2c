import { type Context, Hono } from "hono";
import { groupWaiting } from "../gate/group-waiting.ts";
import type { AccessStore, Notary, SignInGitHub, StorageStanding, StoredEvaluation, TenantReads } from "../gate/ports.ts";
import type { Roles } from "../gate/roles.ts";
import { drawLineage } from "../gate/station-lineage.ts";
import { AccountPage } from "./account-page.tsx";
import type { Api, ApiEnv, Identify } from "./api/api.ts";
import { createLimiter, DEFAULT_LIMITS, type Limiter, type Limits } from "./api/limits.ts";
import { isAllowed, type Role } from "./api/principal.ts";
import { ApiProblem, problemResponse } from "./api/problems.ts";
import { createStationApi } from "./api/station-api.ts";
import { auditPage } from "./audit-page.tsx";
import { createClientAddress } from "./client-address.ts";
import { DoctorPage } from "./doctor-page.tsx";
import { pass } from "./form-fields.ts";
import { GatePage } from "./gate-page.tsx";
import { type GovernanceDeps, governancePages, registerGovernance } from "./governance.ts";
import { hostAllowList, readsOnly, securityHeaders } from "./guard.ts";
import { createDoorkeeper } from "./identify.ts";
import { ClosedPage, PlainPage, type WayIn } from "./layout.tsx";
import { LineageList, LineagePage } from "./lineage-page.tsx";
import { OverviewPage } from "./lists.tsx";
import { OverridesPage } from "./overrides-page.tsx";
import { reportPage } from "./report-page.tsx";
import { createSeals } from "./seal.ts";
import { createDevSessions, sameOriginPath } from "./session.ts";
import { createSignInPages } from "./sign-in.tsx";
import { STATION_CSS } from "./station-css.ts";
import { WaitingPage } from "./waiting-page.tsx";

export interface StudioDeps {
  /** The records of one tenant. */
  readonly records: (tenantId: string) => TenantReads;
  /** What seals the trail, and where its checkpoints are; the page asks those places. */
  readonly notary?: Notary;
  readonly access: AccessStore;
  /** People sign in through GitHub; null = nobody can. `secrets`: what cookies are sealed with, the current one first. */
  readonly signIn: { readonly github: SignInGitHub; readonly roles: Roles; readonly secrets: readonly string[] } | null;
  /** The demo's way in; null = there is none. */
  readonly devLogin: { readonly token: string } | null;
  /** Origin under which people reach the Station. */
  readonly publicUrl: string;
  /** Addresses and ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[];
  readonly limits?: Limits;
  readonly version?: string;
  /** Told whatever people are not told the details of. */
  readonly onError?: (error: unknown) => void;
  readonly governance: GovernanceDeps;
  /** More routes of the API, registered behind its guards. */
  readonly register?: (api: Api, limiter: Limiter) => void;
  /** How the database was found at the start; absent = not looked at. */
  readonly storage?: StorageStanding;
}

const ROWS_MAX = 200;
/** Changes on the page of pending approvals: the longest waiting are there. */
const WAITING_MAX = 500;
/** Pull requests among which one is looked up by name. */
const LOOKUP_MAX = 500;
/** What landed past the gate, newest first. */
const INCIDENTS = { before: null, type: "incident", actor: null, subject: null, limit: 10 } as const;
const ANY_ROLE = ["approver", "developer", "auditor"] as const;

/** The Station: server-rendered pages over the records of whoever asks, the way in, and the HTTP API. */
export function createStudio(deps: StudioDeps): Hono<ApiEnv> {
  const { records, access, publicUrl, signIn, notary = { signer: null, sinks: [] }, onError = () => {} } = deps;
  const app = new Hono<ApiEnv>();
  const dev = createDevSessions(deps.devLogin, publicUrl);
  const people = signIn === null ? null : { seals: createSeals(signIn.secrets), roles: signIn.roles };
  const door = createDoorkeeper({ access, people, dev, publicUrl });
  const limits = deps.limits ?? DEFAULT_LIMITS;
  const address = createClientAddress(deps.trustedProxies ?? []);
  const api = createStationApi({
    ...{ access, door, records, notary, publicUrl, address, limits, onError },
    github: signIn?.github ?? null,
    version: deps.version ?? "1",
    register: (routes, limiter) => {
      registerGovernance(routes, limiter, deps.governance);
      deps.register?.(routes, limiter);
    },
  });
  const wayIn: WayIn = dev !== null ? "dev" : signIn !== null ? "github" : null;
  const here = (context: Context) => sameOriginPath(context.req.path, publicUrl);
  const of = (context: Context<ApiEnv>) => records(context.get("principal").tenantId);
  app.use("*", securityHeaders, hostAllowList(publicUrl));
  app.onError((error, context) => {
    if (error instanceof ApiProblem && error.code !== "UNAVAILABLE") return problemResponse(error);
    onError(error);
    const text = "The page could not be made. Nothing was approved or changed by it.";
    return context.html(<PlainPage title="Something failed here" text={text} />, error instanceof ApiProblem ? 503 : 500);
  });
  for (const path of ["/api/*", "/openapi.json"]) app.all(path, (context) => api.fetch(context.req.raw, context.env));
  const limiter = createLimiter(access, limits, address);
  if (signIn !== null && people !== null) {
    app.route("/", createSignInPages({ github: signIn.github, access, door, seals: people.seals, limiter, publicUrl, onError }));
  }
  /** A page is counted as a request of the API is: some of them read a whole trail. */
  const identify: Identify = async (context) => {
    const principal = await door.identify(context, async (who) => {
      context.set("principal", who);
      await pass(limiter.requests, context);
    });
    if (principal !== null) context.set("principal", principal);
    // No browser sends one. A cookie that ran out is everybody's of a morning, and costs nobody their sign-in.
    else if (context.req.header("authorization") !== undefined) await limiter.refused(context);
    return principal;
  };
  app.route("/", governancePages(deps.governance, { identify, publicUrl, wayIn, limiter, reads: records, secrets: signIn?.secrets ?? [] }));
  app.use("*", readsOnly);

  app.get("/assets/station.css", (context) => context.body(STATION_CSS, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/login", (context) => context.html(<ClosedPage wayIn={wayIn} path="/" />));
  app.get("/dev-login", (context) => {
    if (dev === null) return context.html(<ClosedPage wayIn={wayIn} path="/" />, 401);
    if (!dev.open(context, context.req.query("token") ?? "")) return context.html(<ClosedPage wayIn={wayIn} path="/" />, 401);
    return context.redirect(sameOriginPath(context.req.query("next"), publicUrl), 303);
  });
  app.use("*", async (context, next) => {
    const principal = await identify(context);
    if (principal === null) return context.html(<ClosedPage wayIn={wayIn} path={here(context)} />, 401);
    return next();
  });

  app.get("/account", async (context) => {
    const who = context.get("principal");
    return who.kind === "person" ? context.html(<AccountPage who={who} session={await door.session(context)} />) : notFound(context);
  });
  app.use("*", pageFor(ANY_ROLE));
  app.get("/", async (context) => {
    const [rows, incidents] = await Promise.all([of(context).overview(ROWS_MAX), of(context).auditEvents(INCIDENTS)]);
    return context.html(<OverviewPage rows={rows} incidents={incidents} />);
  });
  app.get("/approvals", async (context) => {
    const found = await of(context).waitingChanges(WAITING_MAX);
    return context.html(<WaitingPage list={groupWaiting(found)} more={found.more ? WAITING_MAX : null} />);
  });
  app.get("/lineage", async (context) => context.html(<LineageList standings={await of(context).lineageStandings(null)} />));
  app.get("/lineage/:id{[0-9]{1,15}}", async (context) => {
    const [standing] = await of(context).lineageStandings(Number(context.req.param("id")));
    const lineage = standing === undefined ? null : drawLineage(standing, context.req.query("contract") || null);
    if (standing === undefined || lineage === null) return notFound(context);
    return context.html(<LineagePage standing={standing} lineage={lineage} />);
  });
  app.get("/overrides", async (context) => {
    const [rows, forced] = [await of(context).overrideRows(ROWS_MAX), await of(context).forcedSubmissions(ROWS_MAX)];
    return context.html(<OverridesPage rows={rows} forced={forced} />);
  });
  app.get("/doctor", async (context) =>
    context.html(<DoctorPage rows={await of(context).watchedRepositories(ROWS_MAX)} storage={deps.storage ?? null} />),
  );
  app.get("/audit", pageFor(["approver", "auditor"]), async (context) => auditPage(context, of(context), notary));
  app.get("/report", pageFor(["auditor"]), async (context) => reportPage(context, of(context), notary));
  app.get("/evaluations/:id", async (context) => gatePage(context, of(context), await of(context).evaluation(context.req.param("id"))));
  app.get("/pulls/:owner/:repo/:number{[0-9]{1,9}}", async (context) => {
    const { owner, repo, number } = context.req.param();
    const wanted = `${owner}/${repo}`.toLowerCase();
    const rows = await of(context).overview(LOOKUP_MAX);
    const row = rows.find((each) => each.repository.toLowerCase() === wanted && each.number === Number(number));
    return gatePage(context, of(context), row?.evaluation ?? null);
  });
  app.all("*", (context) => notFound(context));
  return app;
}

/** 403 for people without one of these roles; keys read the API, not pages. */
function pageFor(roles: readonly Role[]) {
  return async (context: Context<ApiEnv>, next: () => Promise<void>) => {
    if (isAllowed(context.get("principal"), { roles, scopes: [] })) return next();
    const text = `This page is for ${["admin", ...roles].join(", ")}. Ask an admin of the organisation; /account says what you are.`;
    return context.html(<PlainPage title="Not for your role" text={text} />, 403);
  };
}

async function gatePage(context: Context, records: TenantReads, evaluation: StoredEvaluation | null): Promise<Response> {
  if (evaluation === null) return notFound(context);
  const { repositoryId, pullRequest } = evaluation.facts.subject;
  const pull = repositoryId === null || pullRequest === null ? null : { repositoryId, pullRequest };
  const [latest, record, asked] = await Promise.all([
    records.latestEvaluation(evaluation.key),
    pull === null ? null : records.approvalOf(pull.repositoryId, pull.pullRequest),
    pull === null ? {} : records.askedSince(pull.repositoryId, pull.pullRequest),
  ]);
  const newerId = latest !== null && latest.version > evaluation.version ? latest.id : null;
  return context.html(
    <GatePage evaluation={evaluation} newerId={newerId} record={newerId === null ? record : null} asked={newerId === null ? asked : {}} />,
  );
}

function notFound(context: Context): Response | Promise<Response> {
  return context.html(<PlainPage title="Nothing here" text="There is no such page, or no such decision." />, 404);
}
