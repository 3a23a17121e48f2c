import { z } from "zod";
import type { BranchRule, ClassicProtection, Reading, RequiredCheck, Ruleset } from "../engine/protection/facts.ts";
import type { Protection } from "../gate/ports/protection.ts";
import type { RepositoryRef } from "../gate/ports/pulls.ts";
import { TruthError } from "../gate/ports/truth.ts";
import type { Call } from "./call.ts";
import type { GitHubApp } from "./client.ts";
import { RequestFailure } from "./failure.ts";
import { listAll } from "./pages.ts";
import * as schemas from "./schemas.ts";

const id = z.number().int();
const repository = z.object({
  id,
  name: z.string(),
  owner: z.object({ id, login: z.string() }),
  default_branch: z.string(),
  archived: z.boolean().optional(),
});
const branch = z.object({ name: z.string().min(1), commit: z.object({ sha: schemas.sha }), protected: z.boolean() });
const statusChecks = z.object({
  required_status_checks: z.array(z.object({ context: z.string(), integration_id: id.nullish() })),
});
const pullRequestRule = z.object({ dismiss_stale_reviews_on_push: z.boolean(), require_last_push_approval: z.boolean() });
const rule = z.object({ type: z.string(), parameters: z.unknown().optional() });
const activeRule = rule.extend({ ruleset_id: id });
const listedRuleset = z.object({ id, name: z.string(), target: z.string().optional(), enforcement: z.string() });
const ruleset = listedRuleset.extend({
  enforcement: z.enum(["active", "evaluate", "disabled"]),
  rules: z.array(rule).optional(),
  bypass_actors: z
    .array(
      z.object({
        actor_id: id.nullish(),
        actor_type: z.string(),
        bypass_mode: z.enum(["always", "pull_request", "exempt"]).default("always"),
      }),
    )
    .optional(),
});
const flag = z.object({ enabled: z.boolean() }).optional();
const classic = z.object({
  required_status_checks: z
    .object({
      checks: z.array(z.object({ context: z.string(), app_id: id.nullish() })).optional(),
      contexts: z.array(z.string()).optional(),
    })
    .nullish(),
  required_pull_request_reviews: z
    .object({ dismiss_stale_reviews: z.boolean().optional(), require_last_push_approval: z.boolean().optional() })
    .nullish(),
  enforce_admins: flag,
  allow_force_pushes: flag,
  allow_deletions: flag,
});

/** Rulesets beyond these are not opened one by one: who may bypass them is then unknown. */
const RULESETS_AT_MOST = 50;

export function createProtection(app: GitHubApp, ours: number | null = app.appId): Protection {
  function call(ref: RepositoryRef, what: string, route: string, parameters: Record<string, unknown> = {}): Call {
    return { installationId: ref.installationId, what, route, parameters: { owner: ref.owner, repo: ref.name, ...parameters } };
  }

  async function readRuleset(ref: RepositoryRef, rulesetId: number): Promise<Ruleset> {
    const what = `ruleset ${rulesetId}`;
    const { data } = await app.request(
      call(ref, what, "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", { ruleset_id: rulesetId }),
      ruleset,
    );
    return {
      id: data.id,
      name: data.name,
      enforcement: data.enforcement,
      requiredChecks: (data.rules ?? []).flatMap((each) => checksOf(each, what)),
      bypass:
        data.bypass_actors === undefined
          ? { status: "unreadable", kind: "auth", because: `GitHub does not show who may bypass ruleset \`${data.name}\`` }
          : {
              status: "ok",
              value: data.bypass_actors.map((actor) => ({
                who: actor.actor_id ? `${actor.actor_type} ${actor.actor_id}` : actor.actor_type,
                mode: actor.bypass_mode,
              })),
            },
    };
  }

  return {
    appId: ours,
    async repository(ref) {
      const { data } = await app.request(call(ref, `repository ${ref.owner}/${ref.name}`, "GET /repos/{owner}/{repo}"), repository);
      return {
        id: data.id,
        owner: data.owner.login,
        name: data.name,
        ownerId: data.owner.id,
        defaultBranch: data.default_branch,
        archived: data.archived ?? false,
      };
    },
    async branches(ref) {
      const listed = await listAll(app, call(ref, "branches", "GET /repos/{owner}/{repo}/branches"), branch);
      return listed.map((each) => ({ name: each.name, protected: each.protected, sha: each.commit.sha }));
    },
    rules: (ref, name) =>
      reading(async () => {
        const what = `rules of ${name}`;
        const rules = await listAll(
          app,
          call(ref, what, "GET /repos/{owner}/{repo}/rules/branches/{branch}", { branch: name }),
          activeRule,
        );
        return rules.map((each): BranchRule => {
          const review = each.type === "pull_request" ? parsed(pullRequestRule, each.parameters, what) : null;
          return {
            type: each.type,
            rulesetId: each.ruleset_id,
            requiredChecks: checksOf(each, what),
            dismissesStaleReviews: review?.dismiss_stale_reviews_on_push ?? false,
            asksLastPushApproval: review?.require_last_push_approval ?? false,
          };
        });
      }),
    classic: (ref, name) =>
      reading(async () => {
        const what = `branch protection of ${name}`;
        try {
          const { data } = await app.request(
            call(ref, what, "GET /repos/{owner}/{repo}/branches/{branch}/protection", { branch: name }),
            classic,
          );
          return classicOf(data);
        } catch (error) {
          // In these words GitHub says that there is none; any other 404 says that we may not look.
          if (error instanceof RequestFailure && error.status === 404 && /branch not protected/i.test(error.message)) return null;
          throw error;
        }
      }),
    rulesets: (ref) =>
      reading(async () => {
        const route = "GET /repos/{owner}/{repo}/rulesets";
        const listed = await listAll(app, call(ref, "rulesets", route, { includes_parents: true }), listedRuleset);
        const ofBranches = listed.filter(({ target }) => target === undefined || target === "branch").slice(0, RULESETS_AT_MOST);
        const found: Ruleset[] = [];
        for (const each of ofBranches) found.push(await readRuleset(ref, each.id));
        return found;
      }),
  };
}

async function reading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { status: "ok", value: await read() };
  } catch (error) {
    if (!(error instanceof TruthError)) throw error;
    return { status: "unreadable", kind: error.kind === "auth" ? "auth" : "network", because: error.message };
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const found = schema.safeParse(value);
  if (!found.success) throw new TruthError(what, "network", `${what}: GitHub's answer cannot be understood`);
  return found.data;
}

function checksOf({ type, parameters }: z.infer<typeof rule>, what: string): readonly RequiredCheck[] {
  if (type !== "required_status_checks") return [];
  return parsed(statusChecks, parameters, what).required_status_checks.map((each) => ({
    context: each.context,
    appId: each.integration_id ?? null,
  }));
}

/** An app id of -1 is GitHub's word for any source. */
function classicOf(data: z.infer<typeof classic>): ClassicProtection {
  const { checks, contexts } = data.required_status_checks ?? {};
  const reviews = data.required_pull_request_reviews ?? null;
  return {
    requiredChecks:
      checks?.map((each) => ({ context: each.context, appId: (each.app_id ?? -1) < 0 ? null : each.app_id! })) ??
      (contexts ?? []).map((context) => ({ context, appId: null })),
    enforceAdmins: data.enforce_admins?.enabled ?? false,
    allowsForcePushes: data.allow_force_pushes?.enabled ?? true,
    allowsDeletions: data.allow_deletions?.enabled ?? true,
    asksPullRequest: reviews !== null,
    dismissesStaleReviews: reviews?.dismiss_stale_reviews ?? false,
    asksLastPushApproval: reviews?.require_last_push_approval ?? false,
  };
}
