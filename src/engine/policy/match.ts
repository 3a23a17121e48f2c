import { BUILT_IN_CLASSES, isSensitive } from "../contract/classes.ts";
import type { Finding } from "../contract/finding.ts";
import { impliedClasses, type Vocabulary } from "../contract/vocabulary.ts";
import type { PolicyMatch } from "../decision.ts";
import { levelled, meetsClassification, parseClassification } from "./classification.ts";
import { knownEnvironment } from "./environment-words.ts";
import { matchesGlob } from "./glob.ts";
import type { Environment, Policy, Trigger } from "./model.ts";
import { keysOf, wordsTouched } from "./tags.ts";

export interface Change {
  readonly findings: readonly Finding[];
  readonly environment: Environment;
  /** An agent wrote the change. */
  readonly byAgent: boolean;
  readonly vocabulary: Vocabulary;
}

/** Every policy with whether it matched and why, in the order given. */
export function matchPolicies(policies: readonly Policy[], change: Change): readonly PolicyMatch[] {
  return policies.map((policy) => matchPolicy(policy, change));
}

function matchPolicy(policy: Policy, change: Change): PolicyMatch {
  const { trigger } = policy;
  const wholes = wholeTests(trigger, change);
  const considered = change.findings.filter((finding) => !trigger.ignore.includes(finding.code));
  const hits = considered.filter((finding) => findingTests(trigger).every((test) => test.reasons(finding, change).length > 0));
  const matched = hits.length > 0 && wholes.every((test) => test.holds);
  return {
    name: policy.name,
    description: policy.description,
    mode: policy.mode,
    matched,
    because: matched ? reasonsFor(trigger, hits, change, wholes) : reasonsAgainst(trigger, considered, change, wholes),
    findings: matched ? [...new Set(hits.map((finding) => finding.fingerprint))].sort() : [],
    slaHours: policy.slaHours,
  };
}

/** A part of the trigger that must hold for one finding. `reasons` empty = it does not hold. */
interface FindingTest {
  readonly reasons: (finding: Finding, change: Change) => readonly string[];
  readonly otherwise: string;
}

const some = (words: readonly string[]): string => words.join(" or ");

function findingTests(trigger: Trigger): readonly FindingTest[] {
  const { tags, paths, findings, classification } = trigger;
  const tests: FindingTest[] = [];
  if (tags !== null)
    tests.push({
      reasons: (finding, change) => wordsTouched(tags, finding, change.vocabulary).map((word) => `tag ${word}`),
      otherwise: `no change touches a field tagged ${some(tags)}`,
    });
  if (paths !== null)
    tests.push({
      reasons: (finding) =>
        paths.filter((glob) => matchesGlob(glob, finding.contract) || matchesGlob(glob, finding.file)).map((glob) => `path ${glob}`),
      otherwise: `no change is in ${some(paths)}`,
    });
  if (findings !== null)
    tests.push({
      reasons: (finding) => findings.filter((each) => each === finding.code || each === finding.severity).map((each) => `finding ${each}`),
      otherwise: `no finding is ${some(findings)}`,
    });
  if (classification !== null) tests.push(classificationTest(classification));
  // A trigger that names nothing about findings asks for something worth a look.
  if (tests.length === 0)
    tests.push({
      reasons: (finding) => (finding.severity === "info" ? [] : [`finding ${finding.code}`]),
      otherwise: "no finding is above info",
    });
  return tests;
}

/** An unknown class meets every test, and so does one that configuration knows by its name alone: unknown is never taken as public. */
function classificationTest(text: string): FindingTest {
  const test = parseClassification(text);
  return {
    reasons: (finding, { vocabulary }) => {
      const keys = keysOf(finding);
      const unknown = finding.unknownClasses.length > 0 || keys.some((key) => isUnplaced(vocabulary, key));
      const levels = levelled(keys, (key) => impliedClasses(vocabulary, key));
      return test === null || unknown || meetsClassification(test, levels) ? [`classification ${text}`] : [];
    },
    otherwise: `no change touches a field classified ${text}`,
  };
}

/** A class that a keyword or a policy names, and that nothing places beside the others: without that name it was an unknown one. */
function isUnplaced({ classes, order, within, prefixes }: Vocabulary, key: string): boolean {
  if (!classes.has(key) || BUILT_IN_CLASSES.includes(key)) return false;
  const wider = within.get(key);
  return (wider === undefined || !prefixes.has(wider)) && ![...(order.get(key) ?? [])].some(isSensitive);
}

interface WholeTest {
  readonly holds: boolean;
  readonly reason: string;
  readonly otherwise: string;
}

function wholeTests(trigger: Trigger, change: Change): readonly WholeTest[] {
  const tests: WholeTest[] = [];
  if (trigger.env !== null)
    tests.push({
      holds: trigger.env.some((word) => (knownEnvironment(word) ?? change.environment) === change.environment),
      reason: `environment ${change.environment}`,
      otherwise: `environment ${change.environment} is not ${some(trigger.env)}`,
    });
  if (trigger.agents === true) tests.push({ holds: change.byAgent, reason: "written by an agent", otherwise: "not written by an agent" });
  return tests;
}

function reasonsFor(trigger: Trigger, hits: readonly Finding[], change: Change, wholes: readonly WholeTest[]): readonly string[] {
  const reasons = findingTests(trigger).flatMap((test) => [...new Set(hits.flatMap((finding) => test.reasons(finding, change)))].sort());
  return [...reasons, ...wholes.map((test) => test.reason)];
}

function reasonsAgainst(trigger: Trigger, considered: readonly Finding[], change: Change, wholes: readonly WholeTest[]): readonly string[] {
  const tests = findingTests(trigger);
  const failed = tests.filter((test) => !considered.some((finding) => test.reasons(finding, change).length > 0));
  const reasons = [...failed.map((test) => test.otherwise), ...wholes.filter((test) => !test.holds).map((test) => test.otherwise)];
  return reasons.length > 0 ? reasons : ["no single change meets every part of the trigger"];
}
