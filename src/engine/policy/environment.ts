import type { Subject } from "../facts.ts";
import { ENVIRONMENTS, environmentFromWord, stricterEnvironment } from "./environment-words.ts";
import { matchesGlob } from "./glob.ts";
import type { Config, Environment } from "./model.ts";

export interface EnvironmentMatch {
  readonly environment: Environment;
  /** What the base matched: names the check. The branch's own name when no pattern said so. */
  readonly pattern: string;
}

/** The built-in mapping, first match wins; between its first and last row stand the default branch and any other protected one. */
const BUILT_IN: readonly { readonly environment: Environment; readonly patterns: readonly string[] }[] = [
  { environment: "production", patterns: ["main", "master", "prod", "production", "live", "release/**"] },
  { environment: "staging", patterns: ["staging", "stage", "preprod"] },
  { environment: "development", patterns: ["develop", "dev", "test"] },
];

type Where = Pick<Subject, "baseRef" | "defaultBranch" | "baseProtected" | "environment">;

/**
 * The environment of a change: what the base branch maps to, or something stricter that a changed contract names for itself.
 * null = the base maps to nothing: ungoverned, nothing is posted there and no success can be earned there.
 */
export function environmentOf(
  subject: Where,
  config: Pick<Config, "environments" | "environmentsBesideDefaults">,
  contractEnvironments: readonly string[],
): EnvironmentMatch | null {
  const base = simulated(subject, config) ?? baseMatch(subject, config);
  if (base === null) return null;
  const environment = contractEnvironments.map(environmentFromWord).reduce(stricterEnvironment, base.environment);
  return { environment, pattern: base.pattern };
}

function simulated(subject: Where, config: Parameters<typeof environmentOf>[1]): EnvironmentMatch | null {
  if (subject.environment === null) return null;
  return { environment: environmentFromWord(subject.environment), pattern: baseMatch(subject, config)?.pattern ?? subject.baseRef };
}

function baseMatch(subject: Where, config: Parameters<typeof environmentOf>[1]): EnvironmentMatch | null {
  if (config.environments === null) return builtIn(subject);
  const configured = configuredMatch(subject.baseRef, config.environments);
  if (config.environmentsBesideDefaults !== true) return configured;
  const fallback = builtIn(subject);
  if (configured === null || fallback === null) return configured ?? fallback;
  return stricterEnvironment(configured.environment, fallback.environment) === configured.environment ? configured : fallback;
}

/** Strictest environment first, so that a branch listed twice takes the stricter. */
function configuredMatch(branch: string, environments: NonNullable<Config["environments"]>): EnvironmentMatch | null {
  for (const environment of ENVIRONMENTS) {
    const pattern = environments[environment]?.find((each) => matchesGlob(each, branch));
    if (pattern !== undefined) return { environment, pattern };
  }
  return null;
}

function builtIn(subject: Where): EnvironmentMatch | null {
  if (subject.baseRef === subject.defaultBranch) return { environment: "production", pattern: subject.baseRef };
  for (const row of BUILT_IN) {
    const pattern = row.patterns.find((each) => matchesGlob(each, subject.baseRef));
    if (pattern !== undefined) return { environment: row.environment, pattern };
  }
  return subject.baseProtected ? { environment: "production", pattern: subject.baseRef } : null;
}
