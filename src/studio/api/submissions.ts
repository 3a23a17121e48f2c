import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { requestHash } from "../../gate/request-hash.ts";
import { type SubmitAsk, submitChange, submitVersion } from "../../gate/submit.ts";
import { type Api, type ApiEnv, access } from "./api.ts";
import { registerPushedPolicy } from "./policy.ts";
import { ApiProblem, problemResponses } from "./problems.ts";
import type { SubmissionApiDeps } from "./submission-deps.ts";
import { registerSubmissionOverride } from "./submission-override.ts";
import { stateQuery, submissionOf, submissionSchema, submitBody, summaryOf, summarySchema, versionBody } from "./submission-schemas.ts";
import { settled } from "./workspace-acts.ts";

const PATH = "/api/v1/submissions";
const LISTED_MAX = 200;

const submitters = { roles: ["developer", "approver"], scopes: ["submit"] } as const;
/** A pipeline that submits also waits for the answer. */
const readers = { roles: ["developer", "approver", "auditor"], scopes: ["submit", "read"] } as const;
const byId = z.strictObject({ id: z.uuid().openapi({ description: "id of the submission" }) });
/** `submission` null: nothing governed changes, so nothing was kept and nobody is asked. */
const answer = z.strictObject({ submission: submissionSchema.nullable() });
const json = <S extends z.ZodType>(schema: S, description: string) => ({ description, content: { "application/json": { schema } } });
const body = <S extends z.ZodType>(schema: S) => ({ required: true, content: { "application/json": { schema } } });
const WRITE = [
  "NO_POLICY",
  "NOT_READY",
  "STALE_LINEAGE",
  "VERSION_CONFLICT",
  "INVALID_STATE",
  "IDEMPOTENCY_MISMATCH",
  "TOO_LARGE",
  "UNAVAILABLE",
] as const;

/** `/api/v1/submissions`: changes that are no pull requests. People vote on them where they vote on every draft, in their workspace. */
export function registerSubmissions(api: Api, deps: SubmissionApiDeps): void {
  registerPushedPolicy(api, deps);
  registerSubmissionOverride(api, deps);
  const { submissions } = deps;
  const exists = async (tenantId: string, context: Context) => {
    const id = z.uuid().safeParse(context.req.param("id"));
    return id.success && (await submissions.submission(tenantId, id.data)) !== null;
  };
  const shown = async (tenantId: string, id: string) => {
    const found = await submissions.submission(tenantId, id);
    if (found === null || found.context.evaluation === null) throw new ApiProblem("NOT_FOUND", { message: "there is no such submission" });
    return submissionOf(found, deps);
  };

  const submit = createRoute({
    method: "post",
    path: PATH,
    summary: "Submit a change; the server itself compares the files and decides",
    middleware: [access(submitters)],
    request: { body: body(submitBody) },
    responses: {
      200: json(answer, "submitted before, or nothing governed changes"),
      201: json(answer, "kept"),
      ...problemResponses(...WRITE),
    },
  });
  api.openapi(submit, async (context) => {
    const { agent, environment, repository_id, ...version } = context.req.valid("json");
    const about = { agent, environment: environment ?? null, repository_id: repository_id ?? null };
    const ask = askOf(context, about, version);
    const done = await settled(submitChange(deps, ask));
    if (done.id === null) return context.json({ submission: null }, 200);
    return context.json({ submission: await shown(ask.tenantId, done.id) }, done.decision === null ? 200 : 201);
  });

  const add = createRoute({
    method: "post",
    path: `${PATH}/{id}/snapshots`,
    summary: "A further version of an open submission; votes for other content end with it",
    middleware: [access(submitters, { exists })],
    request: { params: byId, body: body(versionBody) },
    responses: { 200: json(answer, "the submission, as it is now"), ...problemResponses("NOT_FOUND", ...WRITE) },
  });
  api.openapi(add, async (context) => {
    const { id } = context.req.valid("param");
    const { expected_version: expectedVersion, ...version } = context.req.valid("json");
    const { tenantId } = context.get("principal");
    const { agent, repository_id, environment } = await placeOf(deps, tenantId, id);
    const ask = askOf(context, { agent, environment, repository_id, id, expectedVersion }, version);
    await settled(submitVersion(deps, { ...ask, id, expectedVersion }));
    return context.json({ submission: await shown(tenantId, id) }, 200);
  });

  const one = createRoute({
    method: "get",
    path: `${PATH}/{id}`,
    summary: "One submission: its state, who is still asked, and what came of it",
    middleware: [access(readers, { exists })],
    request: { params: byId },
    responses: { 200: json(submissionSchema, "the submission"), ...problemResponses("NOT_FOUND") },
  });
  api.openapi(one, async (context) => context.json(await shown(context.get("principal").tenantId, context.req.valid("param").id), 200));

  const list = createRoute({
    method: "get",
    path: PATH,
    summary: "Submissions, newest first",
    middleware: [access(readers)],
    request: { query: stateQuery },
    responses: { 200: json(z.strictObject({ submissions: z.array(summarySchema) }), `at most ${LISTED_MAX}`) },
  });
  api.openapi(list, async (context) => {
    const { state = null } = context.req.valid("query");
    const rows = await submissions.submissions(context.get("principal").tenantId, { state, limit: LISTED_MAX });
    return context.json({ submissions: rows.map(summaryOf) }, 200);
  });
}

/** A version stays where its submission is, whoever sends it. */
async function placeOf({ submissions }: SubmissionApiDeps, tenantId: string, id: string): Promise<About> {
  const found = await submissions.submission(tenantId, id);
  if (found === null) throw new ApiProblem("NOT_FOUND", { message: "there is no such submission" });
  const { agent, environment, repositoryId } = found.context.workspace;
  return { agent, environment: environment as About["environment"], repository_id: repositoryId };
}

interface About {
  readonly agent: string;
  readonly environment: SubmitAsk["change"]["environment"];
  readonly repository_id: number | null;
}

/** The gate's question; the key stands for who asks, where, and all that was asked. */
function askOf(
  context: Context<ApiEnv>,
  about: About & { readonly id?: string; readonly expectedVersion?: number },
  version: Omit<z.infer<typeof versionBody>, "expected_version">,
): SubmitAsk {
  const who = context.get("principal");
  const { base, head, actor = null, files, message: title = null, idempotency_key: key } = version;
  const { agent, environment, repository_id } = about;
  const change = { agent, environment, title, base, head, actor, files };
  // Keys are rotated, and a pipeline's next run comes with another one: all of them are one asker, and each person is one.
  const asker = who.kind === "person" ? `person ${who.personId}` : "key";
  return {
    tenantId: who.tenantId,
    by: who.kind === "person" ? { kind: "person", id: who.personId, login: who.login } : { kind: "key", name: who.name },
    repositoryId: repository_id,
    change,
    idempotency:
      key === undefined
        ? null
        : { key: `${asker}: ${key}`, requestHash: requestHash({ act: "submit", asker, about: { ...about }, change }) },
  };
}
