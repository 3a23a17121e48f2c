/** Serves Studio's workspaces on an embedded database, to look at them: `npm run build && node test/studio/workbench-preview.ts`. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createFormTokens } from "../../dist/studio/form-token.js";
import { STATION_CSS } from "../../dist/studio/station-css.js";
import { createWorkspacePages } from "../../dist/studio/workspace-pages.js";
import { castVote } from "../../src/gate/cast-vote.ts";
import { createStudioRecords, migrate, openDatabase } from "../../src/store/index.ts";
import { HOTFIX } from "../demo/sample.ts";
import { ask, directory, done, latest, newTenant, openSubmission, PEOPLE } from "../support/studio.ts";
import { plansOf, SAME_POLICY, UNGUARDED } from "../support/studio-api.ts";

const port = Number(process.env["PORT"] ?? 4602);
const publicUrl = `http://127.0.0.1:${port}`;
const database = await openDatabase({ databaseUrl: null, dataDir: null });
await migrate(database);
const records = createStudioRecords(database);
const deps = { records, electorate: directory() };
const tenantId = await newTenant(database.outer);

const first = await openSubmission(deps, tenantId, { agent: "acme/billing", environment: "production", title: "Drop the tag of invoices" });
done(await castVote(deps, { ...ask(first, PEOPLE.bob), kind: "approve", personId: PEOPLE.bob, comment: null }));
done(await records.approveWorkspaceDraft({ ...ask(await latest(records, first), PEOPLE.carol), rationale: "agreed with legal" }));
const waiting = await openSubmission(deps, tenantId, { title: "Tidy descriptions of the customers contract" });
await openSubmission(deps, tenantId, { title: "Phone numbers are not personal", kind: "studio", change: { after: HOTFIX } });
if (process.env["READY"] === "1")
  done(await castVote(deps, { ...ask(waiting, PEOPLE.bob), kind: "approve", personId: PEOPLE.bob, comment: null }));

const app = new Hono();
app.get("/assets/station.css", (context) => context.body(STATION_CSS, 200, { "Content-Type": "text/css; charset=utf-8" }));
const identify = async () =>
  ({
    kind: "person",
    tenantId,
    personId: PEOPLE.carol,
    login: "carol",
    roles: ["approver"],
    authenticatedAt: "2026-11-26T10:00:00.000Z",
  }) as const;
const tokens = createFormTokens(["preview"]);
app.route(
  "/",
  createWorkspacePages({ ...SAME_POLICY, ...deps, plans: plansOf(database), guards: UNGUARDED, identify, tokens, publicUrl, wayIn: null }),
);
serve({ fetch: app.fetch, hostname: "127.0.0.1", port });
console.log(`${publicUrl}/workspaces/${waiting.workspaceId}`);
