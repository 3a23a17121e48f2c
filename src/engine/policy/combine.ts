import {
  type Combinator,
  either,
  intersection,
  organisationOnly,
  owned,
  reserved,
  smallest,
  smallestOfAll,
  strictest,
  union,
} from "./combinators.ts";
import { defaultConfig } from "./defaults.ts";
import type { Config } from "./model.ts";
import type { RawConfig } from "./schema.ts";
import { heaviest } from "./weights.ts";

/** Every key of the configuration with its combinator. A test checks that no key is missing. */
export const COMBINATORS = {
  "governance.requireApproval": union,
  "governance.agent": either,
  "contracts.include": union,
  "contracts.exclude": owned,
  "contracts.mappings": union,
  "contracts.maxFileBytes": smallest,
  "environments.production": union,
  "environments.staging": union,
  "environments.development": union,
  "teams.designated": owned,
  "teams.executive": owned,
  roles: owned,
  "approvals.bindTo": strictest("content", "head"),
  "approvals.includeChildTeams": strictest(true, false),
  "approvals.unknownContributors": strictest("add-one", "block"),
  "approvals.apps": intersection,
  "override.label": reserved,
  "override.teams": intersection,
  "override.repositoryAdmins": strictest(true, false),
  "override.ttlHours": smallest,
  "override.postHocReviewHours": smallest,
  "override.blockWhileOverdue": strictest(false, true),
  "agents.automation": intersection,
  enrolment: organisationOnly,
  "check.name": reserved,
  "check.pending": either,
  "check.perPolicy": either,
  "check.comment": either,
  "risk.tagWeights": heaviest,
  "risk.thresholds.low": smallestOfAll,
  "risk.thresholds.medium": smallestOfAll,
  "risk.thresholds.high": smallestOfAll,
  "plan.branch": owned,
  "plan.promote.production": reserved,
  "plan.promote.staging": reserved,
  "plan.promote.development": reserved,
  "vocabulary.synonyms": owned,
  "vocabulary.keywords": union,
  "vocabulary.order": union,
  "vocabulary.categories": reserved,
  "lineage.files": union,
  notify: union,
} as const satisfies Record<string, Combinator>;

export interface CombineProblem {
  readonly kind: "loosens" | "ignored";
  readonly by: "org" | "repo";
  readonly path: readonly string[];
  readonly because: string;
}

/** One configuration from both files. `undefined` = that file does not exist. Values were validated by their schema. */
export function combineConfigs(
  org: RawConfig | undefined,
  repo: RawConfig | undefined,
): { readonly config: Config; readonly problems: readonly CombineProblem[] } {
  const built: Record<string, unknown> = {};
  const problems: CombineProblem[] = [];
  const bound = org !== undefined;
  for (const [name, combine] of Object.entries<Combinator>(COMBINATORS)) {
    const path = name.split(".");
    const sides = { org: at(org, path), repo: at(repo, path), fallback: at(defaultConfig, path), bound };
    const { value, loosens, ignored } = combine(path[0] === "environments" ? { ...sides, fallback: undefined } : sides);
    if (loosens !== undefined) problems.push({ kind: "loosens", by: loosens.by, path, because: loosens.because });
    if (ignored !== undefined) problems.push({ kind: "ignored", by: "repo", path, because: ignored });
    if (value !== undefined) put(built, path, value);
  }
  const config = { ...(built as unknown as Config), roles: rolesOf(built["roles"]) };
  const set = { ...config, environments: config.environments ?? null };
  return { config: { ...set, ...origins(org, repo, set) }, problems };
}

/** Who set what, where the meaning depends on it. */
function origins(org: RawConfig | undefined, repo: RawConfig | undefined, config: Config): Partial<Config> {
  const besides = org !== undefined && org.environments === undefined && repo?.environments !== undefined;
  return {
    ...(besides ? { environmentsBesideDefaults: true } : {}),
    teams: { ...config.teams, ...(org?.teams?.designated === undefined ? {} : { designatedBy: "org" as const }) },
  };
}

function rolesOf(value: unknown): Config["roles"] {
  const roles = (value ?? {}) as NonNullable<RawConfig["roles"]>;
  return Object.fromEntries(Object.entries(roles).map(([role, to]) => [role, { team: to.team ?? null, users: to.users ?? [] }]));
}

function at(value: unknown, path: readonly string[]): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (current === null || typeof current !== "object" || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (rest.length === 0) {
    target[key!] = value;
    return;
  }
  target[key!] ??= {};
  put(target[key!] as Record<string, unknown>, rest, value);
}
