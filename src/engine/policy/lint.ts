import { compileVocabulary, tagKey } from "../contract/vocabulary.ts";
import type { Problem } from "../problem.ts";
import { knownEnvironment } from "./environment-words.ts";
import { matching } from "./matching.ts";
import { type Policy, type PolicySet, SEVERITIES, type Trigger } from "./model.ts";
import { unmappedRoles } from "./roles.ts";
import { mergeSlots, policySlots, type Slot } from "./slots.ts";
import { nearest } from "./suggest.ts";

/** What is wrong with a set of policies whoever there is: nothing here needs to know people. Errors can never be as they were meant. */
export function lintPolicies(set: PolicySet): readonly Problem[] {
  const entries = set.policies.flatMap(({ approvers }) => approvers);
  return [
    ...set.policies.flatMap((policy) => [
      ...samePeopleTwice(policy, set),
      ...neverMatches(policy),
      ...words(policy, set),
      ...noBranch(policy, set),
    ]),
    ...shadowed(set),
    ...unmappedRoles(entries, set.config.roles),
  ];
}

/** Entries that name people by login: they need as many as are asked for, each of them once. */
function samePeopleTwice(policy: Policy, set: PolicySet): readonly Problem[] {
  if (!policy.distinctApprovers) return [];
  const byLogin = slotsOf(policy, set).filter((slot) => slot.anyOf.length > 0 && slot.anyOf.every(({ kind }) => kind === "users"));
  const logins = [...new Set(byLogin.flatMap(loginsOf))].sort();
  const rows = byLogin.flatMap((slot) =>
    Array.from({ length: slot.min }, () => new Set(loginsOf(slot).map((login) => logins.indexOf(login)))),
  );
  if (
    matching(
      rows,
      logins.map((_, index) => index),
    ).every((seat) => seat !== null)
  )
    return [];
  return [at(policy, "error", `policy \`${policy.name}\` asks the same people twice: ${logins.join(", ")} cannot fill all of its entries`)];
}

function loginsOf(slot: Slot): readonly string[] {
  const named = slot.anyOf.flatMap((group) => (group.kind === "users" ? group.users.map((user) => user.toLowerCase()) : []));
  if (slot.holders === null || slot.holders.some(({ kind }) => kind !== "users")) return named;
  const holders = new Set(slot.holders.flatMap((group) => (group.kind === "users" ? group.users.map((user) => user.toLowerCase()) : [])));
  return named.filter((user) => holders.has(user));
}

function neverMatches(policy: Policy): readonly Problem[] {
  const { findings, ignore } = policy.trigger;
  const asked = findings?.filter((word) => (SEVERITIES as readonly string[]).includes(word) || !ignore.includes(word));
  if (asked === undefined || asked.length > 0) return [];
  return [
    at(policy, "error", `policy \`${policy.name}\` can never match: every finding that it names is in \`ignore\``, "write `ignore: []`"),
  ];
}

/** A word that nothing but this policy knows: perhaps a slip of the pen; and on trial it is no class at all. */
function words(policy: Policy, set: PolicySet): readonly Problem[] {
  const others = set.policies.filter((each) => each !== policy && each.mode === "enforce").flatMap(({ trigger }) => trigger.tags ?? []);
  const known = compileVocabulary(set.config.vocabulary, [...set.config.governance.requireApproval, ...others]);
  const all = [...known.classes, ...known.synonyms.keys()];
  return (policy.trigger.tags ?? []).flatMap((word): Problem[] => {
    const key = tagKey(known, word);
    if (known.classes.has(key) || known.categories.has(key)) return [];
    const near = nearest(word, all);
    if (near !== null)
      return [at(policy, "warning", `policy \`${policy.name}\`: no other word is \`${word}\``, `did you mean \`${near}\`?`)];
    if (policy.mode === "enforce") return [];
    const message = `policy \`${policy.name}\`: \`${word}\` is no class while only a ${policy.mode} policy names it, so a plain tag of that name does not match`;
    return [at(policy, "warning", message, "add it to `vocabulary.keywords` in .choochoorc to try it out")];
  });
}

function noBranch(policy: Policy, { config }: PolicySet): readonly Problem[] {
  const { environments } = config;
  if (environments === null || config.environmentsBesideDefaults === true || policy.trigger.env === null) return [];
  const wanted = policy.trigger.env.flatMap((word) => knownEnvironment(word) ?? []);
  if (wanted.some((environment) => (environments[environment] ?? []).length > 0)) return [];
  return [
    at(policy, "warning", `policy \`${policy.name}\`: no branch maps to ${wanted.join(" or ")}`, "see `environments` in .choochoorc"),
  ];
}

/** An enforce policy that another one answers for always: whatever it matches the other does, and it asks nobody more. */
function shadowed(set: PolicySet): readonly Problem[] {
  const enforced = set.policies.filter(({ mode }) => mode === "enforce");
  return enforced.flatMap((policy, index) => {
    const by = enforced.find((other, position) => {
      if (other === policy || !implies(policy.trigger, other.trigger, set) || asks([policy, other], set) > asks([other], set)) return false;
      // Of two that say the same, the later one is told.
      return position < index || !implies(other.trigger, policy.trigger, set) || asks([policy, other], set) > asks([policy], set);
    });
    return by === undefined
      ? []
      : [at(policy, "warning", `policy \`${policy.name}\` adds nothing: \`${by.name}\` matches whatever it does and asks the same people`)];
  });
}

/** Whatever meets `narrow` meets `wide`, as far as the words tell. */
function implies(narrow: Trigger, wide: Trigger, set: PolicySet): boolean {
  const vocabulary = compileVocabulary(
    set.config.vocabulary,
    set.policies.flatMap(({ trigger }) => trigger.tags ?? []),
  );
  const within = (left: readonly string[] | null, right: readonly string[] | null, key: (word: string) => string = (word) => word) =>
    right === null || left?.every((word) => right.map(key).includes(key(word))) === true;
  const isOpen = (trigger: Trigger) =>
    [trigger.tags, trigger.paths, trigger.findings, trigger.classification].every((part) => part === null);
  return (
    (!isOpen(wide) || isOpen(narrow)) &&
    within(narrow.tags, wide.tags, (word) => tagKey(vocabulary, word)) &&
    within(narrow.env, wide.env, (word) => knownEnvironment(word) ?? word) &&
    within(narrow.paths, wide.paths) &&
    within(narrow.findings, wide.findings) &&
    (wide.classification === null || wide.classification === narrow.classification) &&
    (wide.agents !== true || narrow.agents === true) &&
    wide.ignore.every((code) => narrow.ignore.includes(code))
  );
}

/** Approvals that policies ask for when they match together. */
function asks(policies: readonly Policy[], set: PolicySet): number {
  return mergeSlots(policies.flatMap((policy) => slotsOf(policy, set))).reduce((total, { min }) => total + min, 0);
}

function slotsOf(policy: Policy, set: PolicySet): readonly Slot[] {
  const { name, description, slaHours } = policy;
  const match = { name, description, slaHours, mode: "enforce", matched: true, because: [], findings: [] } as const;
  return policySlots([{ ...policy, mode: "enforce" }], [match], set.config);
}

function at({ file, line }: Policy, severity: Problem["severity"], message: string, hint?: string): Problem {
  return { code: "E001", message, file, line, severity, ...(hint === undefined ? {} : { hint }) };
}
