import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { approveDraft } from "../gate/approve-draft.ts";
import { castVote } from "../gate/cast-vote.ts";
import { consequencesOf } from "../gate/consequences.ts";
import { examineWorkspace } from "../gate/workspace-doctor.ts";
import type { ApiEnv, Identify } from "./api/api.ts";
import { isAllowed, NOBODY, NOBODY_DECIDES, type Principal } from "./api/principal.ts";
import { ApiProblem, PROBLEMS } from "./api/problems.ts";
import { askOf, settled, type WorkspaceApiDeps } from "./api/workspace-acts.ts";
import { formFields, pass } from "./form-fields.ts";
import type { FormTokens } from "./form-token.ts";
import { FORM_REFERRER, hostAllowList, securityHeaders } from "./guard.ts";
import { ClosedPage, PlainPage, type WayIn } from "./layout.tsx";
import { sameOriginPath } from "./session.ts";
import { WorkbenchPage } from "./workbench.tsx";
import { WorkspacesPage } from "./workspace-list.tsx";

export interface WorkspacePagesDeps extends WorkspaceApiDeps {
  readonly identify: Identify;
  readonly tokens: FormTokens;
  readonly publicUrl: string;
  readonly wayIn: WayIn;
}

/** Of a workspace: whatever else stands there is no page, and is not looked up. */
const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const ROWS_MAX = 200;
const FORM_MAX_BYTES = 65_536;
const ANY_ROLE = { roles: ["approver", "developer", "auditor"], scopes: [] } as const;
const DECIDES = { roles: ["approver"], scopes: [] } as const;

const NO_ROLE = "Workspaces are for admin, approver, developer, auditor. Ask an admin of the organisation; /account says what you are.";

const SAID: Readonly<Record<string, string>> = {
  approve: "Approved. The approval and its artifact are recorded.",
  vote: "Your vote is recorded, and the draft was decided again.",
  reject: "The draft is rejected.",
  activate: "The draft is the active one now.",
};

const free = z.string().trim().max(4000);
const given = z.strictObject({
  token: z.string(),
  draft_id: z.uuid(),
  snapshot_id: z.uuid(),
  draft_version: z.coerce.number().int().min(1),
  request_id: z.uuid(),
  rationale: free.optional(),
  comment: free.optional(),
  reason: free.optional(),
  vote: z.enum(["approve", "request_changes", "withdraw"]).optional(),
});
type Given = z.infer<typeof given>;

/**
 * `/workspaces`: pages that work without script. Their forms end in the same gate calls as the JSON routes, behind the same guards and a
 * token of the session. Mounted before the Station's own pages, which take no writes.
 */
export function createWorkspacePages(deps: WorkspacePagesDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const { records, identify, publicUrl } = deps;
  for (const path of ["/workspaces", "/workspaces/*"]) {
    app.use(path, securityHeaders, hostAllowList(publicUrl), async (context, next) => {
      const principal = await identify(context);
      if (principal === null)
        return context.html(<ClosedPage wayIn={deps.wayIn} path={sameOriginPath(context.req.path, publicUrl)} />, 401);
      if (!isAllowed(principal, ANY_ROLE)) return context.html(<PlainPage title="Not for your role" text={NO_ROLE} />, 403);
      context.set("principal", principal);
      context.header("Referrer-Policy", FORM_REFERRER);
      return next();
    });
  }
  app.get("/workspaces", async (context) =>
    context.html(<WorkspacesPage rows={await records.workspaces(context.get("principal").tenantId, ROWS_MAX)} />),
  );
  app.get(`/workspaces/:id{${ID}}`, async (context) => {
    const said = SAID[context.req.query("did") ?? ""];
    return workbench(context, deps, said === undefined ? null : { kind: "said", text: said }, 200);
  });
  const size = bodyLimit({ maxSize: FORM_MAX_BYTES, onError: (context) => context.text("The form is too large.\n", 413) });
  app.post(`/workspaces/:id{${ID}}/:act{approve|vote|reject|activate}`, size, async (context) => {
    const { id, act } = context.req.param();
    try {
      const form = await readForm(context, deps);
      await pass(deps.guards.limit, context);
      await pass(deps.guards.proof, context);
      await perform(context, deps, act, form);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const text = `${error.message}. ${error.hint ?? PROBLEMS[error.code].hint}.`;
      for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
      return workbench(context, deps, { kind: "refused", text }, PROBLEMS[error.code].status);
    }
    return context.redirect(`/workspaces/${id}?did=${act}`, 303);
  });
  return app;
}

async function readForm(context: Context<ApiEnv>, deps: WorkspacePagesDeps): Promise<Given> {
  const parsed = given.safeParse(await formFields(context, deps, DECIDES));
  if (!parsed.success) throw new ApiProblem("INVALID_BODY", { hint: "read the page again, then decide" });
  return parsed.data;
}

async function perform(context: Context<ApiEnv>, deps: WorkspacePagesDeps, act: string, form: Given): Promise<void> {
  const { token: _, request_id: requestId, ...body } = form;
  // One page gives one id to all of its forms: which of them was sent is part of the key.
  const key = `form:${act}:${form.vote ?? ""}:${requestId}`;
  const ask = askOf(context, act, context.req.param("id")!, { ...body, idempotency_key: key });
  const { records } = deps;
  switch (act) {
    case "approve":
      return void (await settled(approveDraft(deps, { ...ask, rationale: form.rationale || null })));
    case "reject":
      if (!form.reason) throw new ApiProblem("INVALID_BODY", { message: "a rejection needs a reason", hint: "say why" });
      return void (await settled(records.rejectDraft({ ...ask, reason: form.reason })));
    case "activate":
      return void (await settled(records.activateDraft(ask)));
    default:
      if (form.vote === undefined) throw new ApiProblem("INVALID_BODY");
      return void (await settled(castVote(deps, { ...ask, kind: form.vote, personId: ask.actorId, comment: form.comment || null })));
  }
}

async function workbench(
  context: Context<ApiEnv>,
  deps: WorkspacePagesDeps,
  notice: { readonly kind: "said" | "refused"; readonly text: string } | null,
  status: number,
): Promise<Response> {
  const { records, plans } = deps;
  const principal = context.get("principal");
  const { tenantId } = principal;
  const id = context.req.param("id")!;
  const [view, preview, questions] = await Promise.all([
    records.workspace(tenantId, id),
    records.previewApproval(tenantId, id, personIdOf(principal)),
    examineWorkspace(records, plans, tenantId, id),
  ]);
  if (view === null || preview === null || questions === null)
    return context.html(<PlainPage title="Nothing here" text="There is no such workspace in your organisation." />, 404);
  const plan = await plans.planOf({ tenantId, agent: view.workspace.agent, environment: view.workspace.environment });
  const form = !isAllowed(principal, DECIDES)
    ? null
    : {
        workspaceId: id,
        token: deps.tokens.issue(principal),
        requestId: randomUUID(),
        isOwn: preview.refusal?.code === "OWN_CHANGE",
        barred: personIdOf(principal) === NOBODY ? NOBODY_DECIDES : null,
      };
  const page = { view, preview, questions, form, notice, consequences: consequencesOf(preview, plan) };
  return context.html(<WorkbenchPage {...page} />, status as 200);
}

function personIdOf(principal: Principal): number | null {
  return principal.kind === "person" ? principal.personId : null;
}
