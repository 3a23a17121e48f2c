import type { ProtectionFacts } from "./facts.ts";

/** Body of `POST /repos/{owner}/{repo}/rulesets`. */
export interface ReadyRuleset {
  readonly name: string;
  readonly target: "branch";
  readonly enforcement: "active";
  readonly bypass_actors: readonly never[];
  readonly conditions: { readonly ref_name: { readonly include: readonly string[]; readonly exclude: readonly never[] } };
  readonly rules: readonly { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> }[];
}

/** One ruleset for each name of our check, since a ruleset requires its checks on every branch it covers. */
export function readyRulesets({ branches, appId }: ProtectionFacts): readonly ReadyRuleset[] {
  if (appId === null) return [];
  const byCheck = Map.groupBy(branches, ({ check }) => check);
  return [...byCheck].map(([check, covered]) => ({
    name: check,
    target: "branch",
    enforcement: "active",
    bypass_actors: [],
    conditions: { ref_name: { include: [...new Set(covered.map(({ pattern }) => `refs/heads/${fnmatch(pattern)}`))], exclude: [] } },
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      {
        type: "pull_request",
        parameters: {
          required_approving_review_count: 1,
          dismiss_stale_reviews_on_push: true,
          require_last_push_approval: true,
          require_code_owner_review: false,
          required_review_thread_resolution: false,
        },
      },
      {
        type: "required_status_checks",
        parameters: {
          strict_required_status_checks_policy: false,
          required_status_checks: [{ context: check, integration_id: appId }],
        },
      },
    ],
  }));
}

/** In GitHub's patterns a last `**` stands for one level. */
function fnmatch(pattern: string): string {
  return pattern.endsWith("/**") ? `${pattern}/*` : pattern;
}
