import { z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { ApproveDeps } from "../../gate/approve-draft.ts";
import { type DraftAsk, type Outcome, type PlanPublishing, type PlanShowing, TruthError } from "../../gate/ports.ts";
import { requestHash } from "../../gate/request-hash.ts";
import { type ApiEnv, access, type Exists } from "./api.ts";
import { NOBODY, NOBODY_DECIDES, type Principal, type Role } from "./principal.ts";
import { ApiProblem } from "./problems.ts";

export const PATH = "/api/dashboard/studio/workspaces";

export interface WorkspaceApiDeps extends ApproveDeps {
  readonly plans: PlanPublishing & PlanShowing;
  /** Of every write, behind the role: whoever may not decide uses up nothing of what the organisation may. */
  readonly guards: { readonly limit: MiddlewareHandler<ApiEnv>; readonly proof: MiddlewareHandler<ApiEnv> };
}

const READ = { roles: ["approver", "developer", "auditor"], scopes: ["read"] } as const;

/** What lists, and names nothing. */
export const LISTERS = access(READ);

export function readers(deps: WorkspaceApiDeps): MiddlewareHandler<ApiEnv> {
  return access(READ, ofTenant(deps));
}

/** Keys never write here: no scope is asked for. */
export function writers({ guards, ...deps }: WorkspaceApiDeps, roles: readonly Role[]): MiddlewareHandler<ApiEnv>[] {
  return [access({ roles, scopes: [] }, ofTenant(deps)), guards.limit, guards.proof];
}

/** Whoever may not act is told that there is a workspace only if it is their organisation's. */
function ofTenant({ records }: Pick<WorkspaceApiDeps, "records">) {
  const exists: Exists = async (tenantId, context) => {
    const id = z.uuid().safeParse(context.req.param("workspace_id"));
    return id.success && (await records.workspace(tenantId, id.data)) !== null;
  };
  return { exists, problem: "WORKSPACE_NOT_FOUND" } as const;
}

export const workspaceParams = z.strictObject({ workspace_id: z.uuid().openapi({ description: "id of the workspace" }) });

const TEXT_MAX = 4000;
const wellFormed = (given: string) => given.isWellFormed();
export const text = z.string().trim().min(1).max(TEXT_MAX).refine(wellFormed, "is not Unicode text");

/** Which snapshot of which draft the caller has seen, and a key that makes a repeat harmless. */
export const seen = {
  draft_id: z.uuid(),
  snapshot_id: z.uuid(),
  draft_version: z.number().int().min(1),
  idempotency_key: z.string().min(1).max(255).optional(),
};

interface Seen {
  readonly draft_id: string;
  readonly snapshot_id: string;
  readonly draft_version: number;
  readonly idempotency_key?: string | undefined;
}

type Person = Extract<Principal, { kind: "person" }>;

export function personOf(context: Context<ApiEnv>): Person {
  const principal = context.get("principal");
  if (principal.kind !== "person") throw new ApiProblem("FORBIDDEN", { message: "only people vote, approve and reject" });
  if (principal.personId === NOBODY)
    throw new ApiProblem("FORBIDDEN", { message: NOBODY_DECIDES, hint: "people of a real organisation sign in: docs/self-hosting.md" });
  return principal;
}

/** A program sends a token; a browser sends the Station's cookie. */
export function channelOf(context: Context<ApiEnv>): "studio_ui" | "api" {
  return context.req.header("authorization") === undefined ? "studio_ui" : "api";
}

/** The gate's question, from who asks, the address and the body. */
export function askOf(context: Context<ApiEnv>, act: string, workspaceId: string, body: Seen): DraftAsk {
  const { tenantId, personId } = personOf(context);
  const { idempotency_key: key, ...asked } = body;
  return {
    tenantId,
    workspaceId,
    draftId: body.draft_id,
    snapshotId: body.snapshot_id,
    draftVersion: body.draft_version,
    actorId: personId,
    channel: channelOf(context),
    idempotency: key === undefined ? null : { key, requestHash: requestHash({ act, workspaceId, personId, asked: defined(asked) }) },
  };
}

/** Canonical JSON has no `undefined`. */
function defined(body: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** What cannot be read, people or history, decides nothing: 503, and nothing was written. */
export function readable<T>(outcome: Promise<T>): Promise<T> {
  return outcome.catch((error: unknown) => {
    if (!(error instanceof TruthError)) throw error;
    throw new ApiProblem("UNAVAILABLE", { message: `${error.what} cannot be read: nothing was recorded` });
  });
}

/** The value of an outcome, or the problem that it is. */
export async function settled<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const known = await readable(outcome);
  if (known.status === "done") return known.value;
  throw new ApiProblem(known.code, {
    message: known.message,
    ...(known.details === undefined ? {} : { details: known.details }),
    ...(known.hint === undefined ? {} : { hint: known.hint }),
  });
}
