import { createRoute, z } from "@hono/zod-openapi";
import { approveDraft } from "../../gate/approve-draft.ts";
import { castVote } from "../../gate/cast-vote.ts";
import type { Api } from "./api.ts";
import { ApiProblem, type ProblemCode, problemResponses } from "./problems.ts";
import { askOf, PATH, seen, settled, text, type WorkspaceApiDeps, workspaceParams, writers } from "./workspace-acts.ts";
import {
  approvalOf,
  approvalSchema,
  artifactOf,
  artifactSchema,
  draftOf,
  draftSchema,
  snapshotOf,
  snapshotSchema,
  workspaceOf,
  workspaceSchema,
} from "./workspace-schemas.ts";

const approveBody = z.strictObject({ ...seen, rationale: text.optional() }).openapi("Approve");
const voteBody = z
  .strictObject({
    ...seen,
    vote: z.enum(["approve", "request_changes", "withdraw", "dismiss"]),
    /** Whose vote is dismissed. */
    person_id: z.number().int().positive().optional(),
    comment: text.optional(),
  })
  .openapi("Vote");
const rejectBody = z.strictObject({ ...seen, reason: text }).openapi("Reject");
const activateBody = z.strictObject(seen).openapi("Activate");

const approved = z
  .strictObject({ approval: approvalSchema, artifact: artifactSchema, workspace: workspaceSchema, created: z.boolean() })
  .openapi("Approved");
const counted = z
  .strictObject({ draft: draftSchema, snapshot: snapshotSchema, evaluation_id: z.uuid(), state: z.string() })
  .openapi("Counted");
const steered = z.strictObject({ workspace: workspaceSchema, draft: draftSchema });

const WRITE = [
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "CROSS_SITE",
  "WORKSPACE_NOT_FOUND",
  "STALE_LINEAGE",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "INVALID_BODY",
  "INVALID_PARAMETER",
  "IDEMPOTENCY_MISMATCH",
  "RATE_LIMITED",
] as const satisfies readonly ProblemCode[];

/** approve, votes, reject, activate: one gate call each, and the records it wrote. */
export function registerApprovals(api: Api, deps: WorkspaceApiDeps): void {
  const { records } = deps;
  const route = <B extends z.ZodType, R extends z.ZodType>(
    act: string,
    about: { summary: string; body: B; answer: R; roles: Parameters<typeof writers>[1]; problems: readonly ProblemCode[] },
  ) =>
    createRoute({
      method: "post",
      path: `${PATH}/{workspace_id}/${act}` as const,
      summary: about.summary,
      middleware: writers(deps, about.roles),
      request: { params: workspaceParams, body: { required: true, content: { "application/json": { schema: about.body } } } },
      responses: {
        200: { description: "done, or done before", content: { "application/json": { schema: about.answer } } },
        ...problemResponses(...WRITE, ...about.problems),
      },
    });

  const approve = route("approve", {
    summary: "Approve the workspace's active draft",
    body: approveBody,
    answer: approved,
    roles: ["approver"],
    problems: ["OWN_CHANGE", "NO_ACTIVE_DRAFT", "NOT_READY", "BLOCKED", "BASE_MOVED", "UNAVAILABLE"],
  });
  api.openapi(approve, async (context) => {
    const body = context.req.valid("json");
    const ask = askOf(context, "approve", context.req.valid("param").workspace_id, body);
    const done = await settled(approveDraft(deps, { ...ask, rationale: body.rationale ?? null }));
    const { approval, artifact, workspace, created } = done;
    return context.json(
      { approval: approvalOf(approval), artifact: artifactOf(artifact), workspace: workspaceOf(workspace), created },
      200,
    );
  });

  const vote = route("votes", {
    summary: "Record your vote and decide again",
    body: voteBody,
    answer: counted,
    roles: ["approver"],
    problems: ["OWN_CHANGE", "NOT_ELIGIBLE", "NOT_FOUND", "NOT_READY", "INVALID_STATE", "VERSION_CONFLICT", "UNAVAILABLE"],
  });
  api.openapi(vote, async (context) => {
    const body = context.req.valid("json");
    if ((body.vote === "dismiss") !== (body.person_id !== undefined)) {
      const details = [{ at: "person_id", message: "names whose vote is dismissed, and stands with `dismiss` only" }];
      throw new ApiProblem("INVALID_BODY", { details });
    }
    const ask = askOf(context, "votes", context.req.valid("param").workspace_id, body);
    const ballot = { ...ask, kind: body.vote, personId: body.person_id ?? ask.actorId, comment: body.comment ?? null };
    const done = await settled(castVote(deps, ballot));
    const { draft, snapshot, evaluationId, state } = done;
    return context.json({ draft: draftOf(draft), snapshot: snapshotOf(snapshot), evaluation_id: evaluationId, state }, 200);
  });

  const reject = route("reject", {
    summary: "Reject an open draft, with a reason",
    body: rejectBody,
    answer: steered,
    roles: ["approver"],
    problems: ["NOT_FOUND", "INVALID_STATE"],
  });
  api.openapi(reject, async (context) => {
    const body = context.req.valid("json");
    const ask = askOf(context, "reject", context.req.valid("param").workspace_id, body);
    const done = await settled(records.rejectDraft({ ...ask, reason: body.reason }));
    return context.json({ workspace: workspaceOf(done.workspace), draft: draftOf(done.draft) }, 200);
  });

  const activate = route("activate", {
    summary: "Make an open draft the active one",
    body: activateBody,
    answer: steered,
    roles: ["approver"],
    problems: ["NOT_FOUND", "INVALID_STATE"],
  });
  api.openapi(activate, async (context) => {
    const ask = askOf(context, "activate", context.req.valid("param").workspace_id, context.req.valid("json"));
    const done = await settled(records.activateDraft(ask));
    return context.json({ workspace: workspaceOf(done.workspace), draft: draftOf(done.draft) }, 200);
  });
}
