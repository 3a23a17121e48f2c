import { canonicalJson } from "../canonical.ts";
import { tagKey } from "../contract/vocabulary.ts";
import type { COMBINATORS } from "./combine.ts";
import type { Config, PolicySet } from "./model.ts";
import { addedPolicy, policyLoosens } from "./tightening-policies.ts";
import { vocabularyOf } from "./words.ts";

/** True when the change of one key can let nothing pass that did not pass before. What is not provable is false. */
type Tightens = (before: unknown, after: unknown) => boolean;

const same: Tightens = (before, after) => canonicalJson(before ?? null) === canonicalJson(after ?? null);
/** Decides nothing. */
const free: Tightens = () => true;
const listed = (value: unknown): readonly string[] => (Array.isArray(value) ? value : []).map((each) => canonicalJson(each));
const grows: Tightens = (before, after) => listed(before).every((each) => listed(after).includes(each));
const shrinks: Tightens = (before, after) => grows(after, before);
const falls: Tightens = (before, after) => Number(after) <= Number(before);
const eachRises: Tightens = (before, after) => {
  const now = (after ?? {}) as Record<string, number>;
  return Object.entries((before ?? {}) as Record<string, number>).every(([key, value]) => Object.hasOwn(now, key) && now[key]! >= value);
};

function towards(...choices: readonly unknown[]): Tightens {
  return (before, after) => choices.indexOf(after) >= choices.indexOf(before);
}

const ENROLMENT_RANK = ["off", "observe", "enforce"];
/** Every pattern stays and none gets milder. A further one may be more specific than those that spoke before, so it must be the strictest. */
const enrols: Tightens = (before, after) => {
  const was = (before ?? {}) as Record<string, string>;
  const now = (after ?? {}) as Record<string, string>;
  const kept = Object.entries(was).every(
    ([key, mode]) => Object.hasOwn(now, key) && ENROLMENT_RANK.indexOf(now[key]!) >= ENROLMENT_RANK.indexOf(mode),
  );
  return kept && Object.entries(now).every(([key, mode]) => Object.hasOwn(was, key) || mode === "enforce");
};

/** Every key of the configuration with what may happen to it. */
export const TIGHTENS = {
  "governance.requireApproval": grows,
  "governance.agent": same,
  "contracts.include": grows,
  "contracts.exclude": shrinks,
  // A mapping also says how a file is read, and a wrong one reads less.
  "contracts.mappings": same,
  "contracts.maxFileBytes": falls,
  // Patterns also name the check that is required.
  "environments.production": same,
  "environments.staging": same,
  "environments.development": same,
  // Whoever is no longer asked can no longer object, and others stand in for teams that are missing.
  "teams.designated": same,
  "teams.executive": same,
  roles: same,
  "approvals.bindTo": towards("content", "head"),
  "approvals.includeChildTeams": same,
  "approvals.unknownContributors": towards("add-one", "block"),
  "approvals.apps": shrinks,
  "override.label": same,
  "override.teams": shrinks,
  "override.repositoryAdmins": towards(true, false),
  "override.ttlHours": falls,
  "override.postHocReviewHours": falls,
  "override.blockWhileOverdue": towards(false, true),
  "agents.automation": shrinks,
  enrolment: enrols,
  "check.name": same,
  "check.pending": free,
  "check.perPolicy": free,
  "check.comment": free,
  "risk.tagWeights": eachRises,
  "risk.thresholds.low": falls,
  "risk.thresholds.medium": falls,
  "risk.thresholds.high": falls,
  "plan.branch": same,
  "plan.promote.production": same,
  "plan.promote.staging": same,
  "plan.promote.development": same,
  // A further word is known, and an unknown one was at least medium everywhere.
  "vocabulary.synonyms": same,
  "vocabulary.keywords": same,
  "vocabulary.order": same,
  "vocabulary.categories": same,
  // Lineage that is known and empty scores less than none.
  "lineage.files": same,
  notify: grows,
} as const satisfies Record<keyof typeof COMBINATORS, Tightens>;

/**
 * What in `after` is not provably at least as strict as `before`, as sentences; none = the change only tightens.
 * Both are combined sets (organisation and repository), so what one file gives up and the other holds is no loss.
 */
export function loosenings(before: PolicySet, after: PolicySet): readonly string[] {
  const found: string[] = [];
  for (const [key, tightens] of Object.entries<Tightens>(TIGHTENS)) {
    if (!tightens(at(before.config, key), at(after.config, key))) found.push(`\`${key}\` changes in a way that may loosen`);
  }
  if (before.config.environmentsBesideDefaults !== after.config.environmentsBesideDefaults) found.push("the built-in environments change");
  if (before.config.teams.designatedBy !== after.config.teams.designatedBy) found.push("who sets `teams.designated` changes");
  if (before.enrolment === undefined && after.enrolment !== undefined) found.push("the repository would only be observed");
  if (before.enrolled && !after.enrolled) found.push("the repository would not be enrolled");
  const names = new Map(after.policies.map((policy) => [policy.name, policy]));
  for (const policy of before.policies) {
    const now = names.get(policy.name);
    const because = now === undefined ? "is removed" : policyLoosens(policy, now, before.config);
    if (because !== null) found.push(`policy \`${policy.name}\` ${because}`);
  }
  const known = new Set(before.policies.map(({ name }) => name));
  for (const policy of after.policies.filter(({ name }) => !known.has(name))) {
    const because = addedPolicy(policy, before.config);
    if (because !== null) found.push(`policy \`${policy.name}\` ${because}`);
  }
  return [...found, ...newWords(before, after)];
}

/**
 * Words that policies name become known classes, and so lose the floor that holds for unknown ones: only what always requires approval
 * keeps it.
 */
function newWords(before: PolicySet, after: PolicySet): readonly string[] {
  const known = vocabularyOf(before);
  const required = new Set(after.config.governance.requireApproval);
  const words = after.policies.flatMap((policy) => policy.trigger.tags ?? []);
  return [...new Set(words)].flatMap((word) => {
    const key = tagKey(known, word);
    if (required.has(word) || known.classes.has(key) || known.categories.has(key)) return [];
    return [`\`${word}\` becomes a known class`];
  });
}

function at(config: Config, key: string): unknown {
  return key.split(".").reduce<unknown>((value, step) => (value as Record<string, unknown> | null | undefined)?.[step], config);
}
