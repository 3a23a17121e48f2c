import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { SubmissionOverride } from "../../gate/ports.ts";
import { type Api, access } from "./api.ts";
import { problemResponses } from "./problems.ts";
import type { SubmissionApiDeps } from "./submission-deps.ts";
import { personOf, settled, text } from "./workspace-acts.ts";

const PATH = "/api/v1/submissions/{id}";
const byId = z.strictObject({ id: z.uuid().openapi({ description: "id of the submission" }) });

/** No component of the document: there, a reference that may be null takes no null. */
export const overrideSchema = z.strictObject({
  id: z.uuid(),
  by: z.int(),
  reason: z.string(),
  incident: z.string(),
  at: z.iso.datetime(),
  review_due_at: z.iso.datetime(),
  review: z.strictObject({ by: z.int(), finding: z.string(), at: z.iso.datetime() }).nullable(),
});

const json = {
  200: { description: "the override, and the review that it owes", content: { "application/json": { schema: overrideSchema } } },
};
const body = <S extends z.ZodType>(schema: S) => ({ required: true, content: { "application/json": { schema } } });

/** Break-glass for a submission: an admin's act, never an approval, and reviewed afterwards by somebody else. */
export function registerSubmissionOverride(api: Api, deps: SubmissionApiDeps): void {
  const { submissions } = deps;
  const exists = async (tenantId: string, context: Context) => {
    const id = z.uuid().safeParse(context.req.param("id"));
    return id.success && (await submissions.submission(tenantId, id.data)) !== null;
  };
  const override = createRoute({
    method: "post",
    path: `${PATH}/override`,
    summary: "Force a submission; needs a sign-in of the last 15 minutes, and owes a review",
    middleware: [access({ roles: ["admin"], scopes: [] }, { exists }), deps.approvals, deps.freshlySignedIn],
    request: {
      params: byId,
      body: body(
        z
          .strictObject({
            ...{ snapshot_id: z.uuid(), draft_version: z.int().min(1), reason: text, incident: text },
            despite_base: z
              .boolean()
              .optional()
              .openapi({ description: "true: also where it does not begin from what was approved before, and takes that back" }),
          })
          .openapi("OverrideSubmission"),
      ),
    },
    responses: {
      ...json,
      ...problemResponses("REAUTHENTICATE", "OWN_CHANGE", "NOT_FOUND", "INVALID_STATE", "STALE_LINEAGE", "NOT_READY", "BASE_MOVED"),
    },
  });
  api.openapi(override, async (context) => {
    const { tenantId, personId: actorId } = personOf(context);
    const {
      snapshot_id: snapshotId,
      draft_version: version,
      reason,
      incident,
      despite_base: despiteBase = false,
    } = context.req.valid("json");
    const { id } = context.req.valid("param");
    const ask = { tenantId, id, snapshotId, version, actorId, reason, incident, despiteBase };
    return context.json(overrideOf(await settled(submissions.overrideSubmission(ask))), 200);
  });

  const review = createRoute({
    method: "post",
    path: `${PATH}/override-review`,
    summary: "The review that an override owes, by somebody who had no part in it",
    middleware: [access({ roles: ["approver"], scopes: [] }, { exists }), deps.approvals],
    request: { params: byId, body: body(z.strictObject({ finding: text }).openapi("ReviewOverride")) },
    responses: { ...json, ...problemResponses("OWN_CHANGE", "NOT_FOUND", "INVALID_STATE") },
  });
  api.openapi(review, async (context) => {
    const { tenantId, personId: actorId } = personOf(context);
    const ask = { tenantId, id: context.req.valid("param").id, actorId, finding: context.req.valid("json").finding };
    return context.json(overrideOf(await settled(submissions.reviewOverride(ask))), 200);
  });
}

export function overrideOf({ id, actorId, reason, incident, at, reviewDueAt, review }: SubmissionOverride): z.infer<typeof overrideSchema> {
  return {
    ...{ id, by: actorId, reason, incident, at, review_due_at: reviewDueAt },
    review: review === null ? null : { by: review.actorId, finding: review.finding, at: review.at },
  };
}
