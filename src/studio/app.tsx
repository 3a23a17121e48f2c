import { type Context, Hono } from "hono";
import type { Ledger, StorageStanding, StoredEvaluation } from "../gate/ports.ts";
import { renderJson } from "../report/json.ts";
import { DoctorPage } from "./doctor-page.tsx";
import { GatePage } from "./gate-page.tsx";
import { hostAllowList, readsOnly, securityHeaders } from "./guard.ts";
import { ClosedPage, PlainPage } from "./layout.tsx";
import { AuditPage, OverviewPage } from "./lists.tsx";
import { OverridesPage } from "./overrides-page.tsx";
import { createDevSessions, sameOriginPath } from "./session.ts";
import { STATION_CSS } from "./station-css.ts";

export interface StudioDeps {
  readonly ledger: Pick<
    Ledger,
    "overview" | "evaluation" | "latestEvaluation" | "approvalOf" | "auditTrail" | "overrideRows" | "watchedRepositories"
  >;
  /** The demo's way in; null = there is none yet, and every page is closed. */
  readonly devLogin: { readonly token: string } | null;
  /** Origin under which people reach the Station. */
  readonly publicUrl: string;
  /** How the database was found at the start; absent = not looked at. */
  readonly storage?: StorageStanding;
}

const ROWS_MAX = 200;
/** Pull requests among which one is looked up by name. */
const LOOKUP_MAX = 500;

/** The Station: read-only, server-rendered pages over the ledger, and the decision as JSON. */
export function createStudio({ ledger, devLogin, publicUrl, storage }: StudioDeps): Hono {
  const app = new Hono();
  const sessions = createDevSessions(devLogin, publicUrl);
  const here = (context: Context) => sameOriginPath(context.req.path, publicUrl);
  app.use("*", securityHeaders, hostAllowList(publicUrl), readsOnly);
  app.onError((_error, context) => {
    if (isApi(context)) return context.json({ error: { code: "INTERNAL_ERROR", message: "the answer could not be made" } }, 500);
    return context.html(
      <PlainPage title="Something failed here" text="The page could not be made. Nothing was approved or changed by it." />,
      500,
    );
  });

  app.get("/assets/station.css", (context) => context.body(STATION_CSS, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/login", (context) => context.html(<ClosedPage devLogin={sessions !== null} path={here(context)} />));
  app.get("/dev-login", (context) => {
    if (sessions === null) return context.html(<ClosedPage devLogin={false} path="/" />, 401);
    if (!sessions.open(context, context.req.query("token") ?? "")) return context.html(<ClosedPage devLogin={true} path="/" />, 401);
    return context.redirect(sameOriginPath(context.req.query("next"), publicUrl), 303);
  });
  app.use("*", async (context, next) => {
    if (sessions?.isOpen(context)) return next();
    if (isApi(context)) return context.json({ error: { code: "UNAUTHENTICATED", message: "a session is required" } }, 401);
    return context.html(<ClosedPage devLogin={sessions !== null} path={here(context)} />, 401);
  });

  app.get("/", async (context) => {
    const [rows, events] = await Promise.all([ledger.overview(ROWS_MAX), ledger.auditTrail(ROWS_MAX)]);
    return context.html(<OverviewPage rows={rows} incidents={events.filter(({ type }) => type.startsWith("incident."))} />);
  });
  app.get("/overrides", async (context) => context.html(<OverridesPage rows={await ledger.overrideRows(ROWS_MAX)} />));
  app.get("/doctor", async (context) =>
    context.html(<DoctorPage rows={await ledger.watchedRepositories(ROWS_MAX)} storage={storage ?? null} />),
  );
  app.get("/audit", async (context) => context.html(<AuditPage events={await ledger.auditTrail(ROWS_MAX)} />));
  app.get("/evaluations/:id", async (context) => gatePage(context, ledger, await ledger.evaluation(context.req.param("id"))));
  app.get("/pulls/:owner/:repo/:number{[0-9]{1,9}}", async (context) => {
    const { owner, repo, number } = context.req.param();
    const wanted = `${owner}/${repo}`.toLowerCase();
    const rows = await ledger.overview(LOOKUP_MAX);
    const row = rows.find((each) => each.repository.toLowerCase() === wanted && each.number === Number(number));
    return gatePage(context, ledger, row?.evaluation ?? null);
  });
  app.get("/api/v1/decisions/:id", async (context) => {
    const evaluation = await ledger.evaluation(context.req.param("id"));
    if (evaluation === null) return context.json({ error: { code: "NOT_FOUND", message: "no such decision" } }, 404);
    return context.body(renderJson(evaluation.decision), 200, { "Content-Type": "application/json; charset=utf-8" });
  });
  app.all("*", (context) => notFound(context));
  return app;
}

async function gatePage(context: Context, ledger: StudioDeps["ledger"], evaluation: StoredEvaluation | null): Promise<Response> {
  if (evaluation === null) return notFound(context);
  const { repositoryId, pullRequest } = evaluation.facts.subject;
  const [latest, record] = await Promise.all([
    ledger.latestEvaluation(evaluation.key),
    repositoryId === null || pullRequest === null ? null : ledger.approvalOf(repositoryId, pullRequest),
  ]);
  const newerId = latest !== null && latest.version > evaluation.version ? latest.id : null;
  return context.html(<GatePage evaluation={evaluation} newerId={newerId} record={newerId === null ? record : null} />);
}

function notFound(context: Context): Response | Promise<Response> {
  if (isApi(context)) return context.json({ error: { code: "NOT_FOUND", message: "there is nothing at this address" } }, 404);
  return context.html(<PlainPage title="Nothing here" text="There is no such page, or no such decision." />, 404);
}

function isApi(context: Context): boolean {
  return context.req.path.startsWith("/api/");
}
