import { environmentOf } from "./policy/environment.ts";
import { ENVIRONMENTS } from "./policy/environment-words.ts";
import type { Config, Environment } from "./policy/model.ts";

/** LEARNING = drafts seen, none ready; READY = one is ready, none published; APPROVED and ENFORCING = published. */
export type PlanStatus = "LEARNING" | "READY" | "APPROVED" | "ENFORCING";

/** `draft`: a draft changed and nothing of its workspace is ready; `ready`: something is. */
export type PlanAct = "draft" | "ready" | "promote" | "enforce" | "revoke";

/** What becomes of a plan; null = this act is refused there. A draft never moves what is published, and publishing again never relaxes. */
export const PLAN_ACTS = {
  draft: { LEARNING: "LEARNING", READY: "LEARNING", APPROVED: "APPROVED", ENFORCING: "ENFORCING" },
  ready: { LEARNING: "READY", READY: "READY", APPROVED: "APPROVED", ENFORCING: "ENFORCING" },
  promote: { LEARNING: null, READY: "APPROVED", APPROVED: "APPROVED", ENFORCING: "ENFORCING" },
  enforce: { LEARNING: null, READY: null, APPROVED: "ENFORCING", ENFORCING: "ENFORCING" },
  revoke: { LEARNING: null, READY: null, APPROVED: "READY", ENFORCING: "READY" },
} as const satisfies Record<PlanAct, Record<PlanStatus, PlanStatus | null>>;

export function planAfter(status: PlanStatus, act: PlanAct): PlanStatus | null {
  return PLAN_ACTS[act][status];
}

export function isPublished(status: PlanStatus): boolean {
  return status === "APPROVED" || status === "ENFORCING";
}

/** All that a publication depends on. */
export interface PromotionFacts {
  readonly how: "on_merge" | "manual";
  readonly byAdmin: boolean;
  readonly environment: string;
  /** The branch that the change landed on; null = it was approved in Studio, and landed nowhere. */
  readonly baseRef: string | null;
  readonly defaultBranch: string;
  readonly config: Pick<Config, "plan" | "environments" | "environmentsBesideDefaults">;
  /**
   * Of the landed commit from the one that is published now; `first` = none is. Where one of the two was approved in Studio there is no
   * commit to descend from, and the order of the approvals counts: `newer`, or `older`.
   */
  readonly descent: "first" | "descends" | "behind" | "unrelated" | "newer" | "older";
  /** What an admin has not answered for since: forced approvals, bypasses, mismatches, a revocation; as sentences. */
  readonly unsettled: readonly string[];
}

/** `skip`: it is not this landing's place to publish. `refuse`: it was, and must not. */
export type PromotionVerdict =
  | { readonly status: "publish" }
  | { readonly status: "skip" | "refuse"; readonly because: string; readonly needsAdmin: boolean };

type Rule = (facts: PromotionFacts) => Exclude<PromotionVerdict, { status: "publish" }> | null;

/** First one that speaks wins; silence publishes. */
const RULES = {
  manual: ({ how, environment, config }) =>
    how === "on_merge" && config.plan.promote[strictEnvironment(environment)] === "manual"
      ? skip(`plans of ${environment} are published by hand (plan.promote.${environment}: manual)`)
      : null,
  studio: ({ how, baseRef }) => (how === "on_merge" && baseRef === null ? skip("what was approved in Studio is published by hand") : null),
  branch: (facts) => {
    if (facts.baseRef === null) return null;
    const branch = planBranch(facts);
    if (branch === facts.baseRef) return null;
    const wanted = branch === null ? "none; name one" : `\`${branch}\``;
    return skip(
      `it landed on \`${facts.baseRef}\`, and the branch of ${facts.environment} is ${wanted} (plan.branch.${facts.environment})`,
    );
  },
  behind: ({ descent }) => (descent === "behind" ? skip("a later landing is published already") : null),
  older: ({ descent }) => (descent === "older" ? skip("a later approval is published already; an admin revokes the plan first") : null),
  unrelated: ({ descent }) =>
    descent === "unrelated"
      ? refuse("what landed does not descend from what is published: the branch was rewritten; revoke the plan first", false)
      : null,
  unsettled: ({ byAdmin, unsettled }) =>
    byAdmin || unsettled.length === 0 ? null : refuse(`an admin must publish: ${unsettled.join("; ")}`, true),
} as const satisfies Record<string, Rule>;

/**
 * Files whose contracts are in force, that the next artifact holds nothing of, and that no approval since has removed: publishing it would
 * take them away from runtimes although nobody decided that.
 */
export function droppedContracts(inForce: readonly string[], next: readonly string[], removed: readonly string[]): readonly string[] {
  const accounted = new Set([...next, ...removed]);
  return [...new Set(inForce)].filter((file) => !accounted.has(file)).sort();
}

export function judgePromotion(facts: PromotionFacts): PromotionVerdict {
  for (const rule of Object.values(RULES) as readonly Rule[]) {
    const spoken = rule(facts);
    if (spoken !== null) return spoken;
  }
  return { status: "publish" };
}

/**
 * The one branch from which this environment's plan is published: as configured, else the default branch where it maps there, else the
 * first branch listed for it. null = only patterns are listed: nothing is published until one is named.
 */
export function planBranch({ environment, config, defaultBranch }: Pick<PromotionFacts, "environment" | "config" | "defaultBranch">) {
  const wanted = strictEnvironment(environment);
  const configured = config.plan.branch[wanted];
  if (configured !== undefined) return configured;
  const main = { baseRef: defaultBranch, defaultBranch, baseProtected: false, environment: null };
  if (environmentOf(main, config, [])?.environment === wanted) return defaultBranch;
  const listed = [...(config.environments?.[wanted] ?? []), ...(listsDefaults(config) ? BUILT_IN_BRANCH[wanted] : [])];
  return listed.find((pattern) => !/[*?[\]{}()!+@]/.test(pattern)) ?? null;
}

/** First of the built-in mapping (policy/environment.ts). */
const BUILT_IN_BRANCH = { production: ["main"], staging: ["staging"], development: ["develop"] } as const satisfies Record<
  Environment,
  readonly string[]
>;

function listsDefaults(config: PromotionFacts["config"]): boolean {
  return config.environments === null || config.environmentsBesideDefaults === true;
}

/** A workspace's environment is one of ours; anything else is production. */
function strictEnvironment(environment: string): Environment {
  return ENVIRONMENTS.find((each) => each === environment) ?? "production";
}

function skip(because: string) {
  return { status: "skip", because, needsAdmin: false } as const;
}

function refuse(because: string, needsAdmin: boolean) {
  return { status: "refuse", because, needsAdmin } as const;
}
