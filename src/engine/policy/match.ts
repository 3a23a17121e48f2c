import { BUILT_IN_CLASSES, isSensitive } from "../contract/classes.ts";
import type { Finding } from "../contract/finding.ts";
import { MOVED } from "../contract/finding-codes.ts";
import { type FormerPaths, formerPaths } from "../contract/former-paths.ts";
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
  const former = formerPaths(change.findings);
  return policies.map((policy) => matchPolicy(policy, change, former));
}

function matchPolicy(policy: Policy, change: Change, former: FormerPaths): PolicyMatch {
  const { trigger } = policy;
  const wholes = wholeTests(trigger, change);
  const tests = findingTests(trigger, change, former);
  const considered = change.findings.filter((finding) => !trigger.ignore.includes(finding.code));
  const holds = ({ reasons }: FindingTest, finding: Finding) => reasons(finding).length > 0;
  // What comes under a policy's paths or leaves them does so with all that it carries, whatever else the policy asks about a change.
  const crosses = tests.filter(({ tellsMoves }) => tellsMoves);
  const hits = considered.filter((finding) =>
    (finding.code === MOVED && crosses.length > 0 ? crosses : tests).every((test) => holds(test, finding)),
  );
  const matched = hits.length > 0 && wholes.every((test) => test.holds);
  return {
    name: policy.name,
    description: policy.description,
    mode: policy.mode,
    matched,
    because: matched ? reasonsFor(tests, hits, wholes) : reasonsAgainst(tests, considered, wholes),
    findings: matched ? [...new Set(hits.map((finding) => finding.fingerprint))].sort() : [],
    slaHours: policy.slaHours,
  };
}

/** Globs that a change is under, wherever the contract stood or stands. A move itself is under those that it crosses: else nothing left their sight. */
function pathsOf(globs: readonly string[], { code, contract, file, before }: Finding, former: FormerPaths) {
  const isUnder = (glob: string, paths: readonly string[]) => paths.some((path) => matchesGlob(glob, path));
  if (code === MOVED) return globs.filter((glob) => isUnder(glob, [contract]) !== isUnder(glob, [before ?? contract]));
  const paths = [contract, file, ...(former.get(contract) ?? [])];
  return globs.filter((glob) => isUnder(glob, paths));
}

/** A part of the trigger that must hold for one finding. `reasons` empty = it does not hold. */
interface FindingTest {
  readonly reasons: (finding: Finding) => readonly string[];
  readonly otherwise: string;
  /** It holds for a contract that comes or goes, by where it stood and stands. */
  readonly tellsMoves?: true;
}

const some = (words: readonly string[]): string => words.join(" or ");

/** Each test answers once for all findings that are alike to it: a change may have thousands, and an organisation hundreds of policies. */
function findingTests(trigger: Trigger, { vocabulary }: Change, former: FormerPaths): readonly FindingTest[] {
  const { tags, paths, findings, classification } = trigger;
  const tests: FindingTest[] = [];
  if (tags !== null)
    tests.push({
      reasons: remembered(carried, (finding) => wordsTouched(tags, finding, vocabulary).map((word) => `tag ${word}`)),
      otherwise: `no change touches a field tagged ${some(tags)}`,
    });
  if (paths !== null)
    tests.push({
      reasons: remembered(
        ({ code, contract, file, before }) => `${contract}\0${file}${code === MOVED ? `\0${before}` : ""}`,
        (finding) => pathsOf(paths, finding, former).map((glob) => `path ${glob}`),
      ),
      otherwise: `no change is in ${some(paths)}`,
      tellsMoves: true,
    });
  if (findings !== null)
    tests.push({
      reasons: remembered(
        ({ code, severity }) => `${code} ${severity}`,
        ({ code, severity }) => findings.filter((each) => each === code || each === severity).map((each) => `finding ${each}`),
      ),
      otherwise: `no finding is ${some(findings)}`,
    });
  if (classification !== null) tests.push(classificationTest(classification, vocabulary));
  // A trigger that names nothing about findings asks for something worth a look.
  if (tests.length === 0)
    tests.push({
      reasons: (finding) => (finding.severity === "info" ? [] : [`finding ${finding.code}`]),
      otherwise: "no finding is above info",
    });
  return tests;
}

function carried(finding: Finding): string {
  const known = carriedBy.get(finding);
  if (known !== undefined) return known;
  const text = keysOf(finding).join("\0");
  carriedBy.set(finding, text);
  return text;
}

/** Memory of carried: every policy asks about every finding. */
const carriedBy = new WeakMap<Finding, string>();

function remembered(keyOf: (finding: Finding) => string, reasons: FindingTest["reasons"]): FindingTest["reasons"] {
  const known = new Map<string, readonly string[]>();
  return (finding) => {
    const key = keyOf(finding);
    const found = known.get(key) ?? reasons(finding);
    known.set(key, found);
    return found;
  };
}

/** An unknown class meets every test, and so does one that configuration knows by its name alone: unknown is never taken as public. */
function classificationTest(text: string, vocabulary: Vocabulary): FindingTest {
  const test = parseClassification(text);
  return {
    reasons: remembered(carried, (finding) => {
      const keys = keysOf(finding);
      const unknown = finding.unknownClasses.length > 0 || keys.some((key) => isUnplaced(vocabulary, key));
      const levels = levelled(keys, (key) => impliedClasses(vocabulary, key));
      return test === null || unknown || meetsClassification(test, levels) ? [`classification ${text}`] : [];
    }),
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

function reasonsFor(tests: readonly FindingTest[], hits: readonly Finding[], wholes: readonly WholeTest[]): readonly string[] {
  const reasons = tests.flatMap((test) => [...new Set(hits.flatMap((finding) => test.reasons(finding)))].sort());
  return [...reasons, ...wholes.map((test) => test.reason)];
}

function reasonsAgainst(tests: readonly FindingTest[], considered: readonly Finding[], wholes: readonly WholeTest[]): readonly string[] {
  const failed = tests.filter((test) => !considered.some((finding) => test.reasons(finding).length > 0));
  const reasons = [...failed.map((test) => test.otherwise), ...wholes.filter((test) => !test.holds).map((test) => test.otherwise)];
  return reasons.length > 0 ? reasons : ["no single change meets every part of the trigger"];
}
