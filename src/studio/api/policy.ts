import { createRoute, z } from "@hono/zod-openapi";
import type { PushedPolicy } from "../../gate/ports.ts";
import { pushPolicy, type SubmissionPolicyDeps } from "../../gate/submission-policy.ts";
import { type Api, access } from "./api.ts";
import { ApiProblem, problemResponses } from "./problems.ts";
import type { SubmissionApiDeps } from "./submission-deps.ts";
import { personOf, settled } from "./workspace-acts.ts";

const PATH = "/api/v1/policy";
const TEXT_MAX = 262_144;
const text = z
  .string()
  .min(1)
  .max(TEXT_MAX)
  .refine((given) => given.isWellFormed(), "is not Unicode text");
const shown = z
  .strictObject({
    version: z.int(),
    digest: z.string(),
    pushed_by: z.int(),
    pushed_at: z.iso.datetime(),
    config: z.string().nullable(),
    policies: z.string().nullable(),
  })
  .openapi("PushedPolicy");
const json = (description: string) => ({ description, content: { "application/json": { schema: shown } } });

/** `/api/v1/policy`: what decides about changes of no repository that the app knows. */
export function registerPushedPolicy(api: Api, deps: SubmissionPolicyDeps & Pick<SubmissionApiDeps, "freshlySignedIn">): void {
  const read = createRoute({
    method: "get",
    path: PATH,
    summary: "The newest version of the pushed policy",
    middleware: [access({ roles: ["developer", "approver", "auditor"], scopes: ["submit", "read"] })],
    responses: { 200: json("the policy"), ...problemResponses("NOT_FOUND") },
  });
  api.openapi(read, async (context) => {
    const found = await deps.submissions.pushedPolicy(context.get("principal").tenantId);
    if (found === null)
      throw new ApiProblem("NOT_FOUND", { message: "no policy was pushed", hint: "an admin runs `countersign policy push`" });
    return context.json(policyOf(found), 200);
  });

  const push = createRoute({
    method: "put",
    path: PATH,
    summary: "Keep a further version; it can only tighten what the organisation's policy says; needs a sign-in of the last 15 minutes",
    // What it asks nobody about is approved without anybody: as much as an approval.
    middleware: [access({ roles: ["admin"], scopes: [] }), deps.freshlySignedIn],
    request: {
      body: {
        required: true,
        content: {
          "application/json": {
            schema: z
              .strictObject({
                expected_version: z.int().min(0).openapi({ description: "the version that you have seen; 0 = none" }),
                config: text.nullable().openapi({ description: "`.choochoorc`" }),
                policies: text.openapi({ description: "`.choochoo/approval-policies.yaml`" }),
              })
              .openapi("PushPolicy"),
          },
        },
      },
    },
    responses: { 200: json("the version in force"), ...problemResponses("REAUTHENTICATE", "INVALID_POLICY", "VERSION_CONFLICT") },
  });
  api.openapi(push, async (context) => {
    const { tenantId, personId } = personOf(context);
    const { expected_version: after, config, policies } = context.req.valid("json");
    return context.json(policyOf(await settled(pushPolicy(deps, { tenantId, actorId: personId, after, text: { config, policies } }))), 200);
  });
}

function policyOf({ seq, digest, actorId, at, sources }: PushedPolicy): z.infer<typeof shown> {
  const textOf = (kind: "config" | "policies") => sources.find((source) => source.kind === kind)?.text ?? null;
  return { version: seq, digest, pushed_by: actorId, pushed_at: at, config: textOf("config"), policies: textOf("policies") };
}
