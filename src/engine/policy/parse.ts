import { digest } from "../canonical.ts";
import type { Problem } from "../problem.ts";
import { combineConfigs } from "./combine.ts";
import { defaultConfig } from "./defaults.ts";
import type { Config, Policy, PolicyReading, PolicySet, PolicySource } from "./model.ts";
import { nothingGoverned } from "./nothing-governed.ts";
import { policiesOf } from "./policies.ts";
import { configSchema, policiesSchema, type RawConfig } from "./schema.ts";
import { configProblems, impossibleEntries, ruleProblems } from "./semantics.ts";
import { readSource, type SourceReading } from "./source.ts";
import { orderLoosens } from "./vocabulary-order.ts";

/** Memory of parsePolicySet, by everything that it reads: one policy is in force for thousands of evaluations. */
const readings = new Map<string, PolicyReading>();
const READINGS_MAX = 64;
/** Characters of all that is remembered. */
const READINGS_TEXT_MAX = 2_000_000;
let readingsText = 0;

/**
 * Policy and configuration files of the organisation and of the repository, as one set. No sources = not enrolled, all defaults.
 * Anything wrong in any file makes the whole reading invalid: nothing is decided under a guess.
 */
export function parsePolicySet(sources: readonly PolicySource[]): PolicyReading {
  const key = JSON.stringify(
    sources.map(({ origin, kind, path, mode, blob, text, unreadable }) => [origin, kind, path, mode, blob, text, unreadable]),
  );
  const known = readings.get(key);
  if (known !== undefined) return known;
  const reading = parse(sources);
  if (key.length <= READINGS_TEXT_MAX / 4) {
    if (readings.size >= READINGS_MAX || readingsText + key.length > READINGS_TEXT_MAX) {
      readings.clear();
      readingsText = 0;
    }
    readings.set(key, unalterable(reading));
    readingsText += key.length;
  }
  return reading;
}

/** It is everybody's from here on: what one of them changed would be another's policy. */
function unalterable<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(unalterable);
  return value;
}

function parse(sources: readonly PolicySource[]): PolicyReading {
  const ordered = [...sources].sort((left, right) => order(left) - order(right) || (left.path < right.path ? -1 : 1));
  const problems: Problem[] = repeated(ordered);
  const configs: Partial<Record<"org" | "repo", SourceReading<RawConfig>>> = {};
  const policies: Policy[] = [];
  for (const source of ordered) {
    if (source.kind === "config") {
      const reading = readSource(source, configSchema);
      problems.push(...reading.problems, ...configProblems(reading));
      configs[source.origin] = reading;
    } else {
      const reading = readSource(source, policiesSchema);
      problems.push(...reading.problems, ...ruleProblems(reading));
      policies.push(...policiesOf(reading));
    }
  }
  const { config, problems: combined } = combineConfigs(configs.org?.value, configs.repo?.value);
  for (const { kind, by, path, because } of combined) {
    const file = configs[by];
    problems.push({
      code: "E001",
      message: kind === "loosens" ? `\`${path.join(".")}\` would loosen: ${because}` : `\`${path.join(".")}\` is ignored: ${because}`,
      file: file?.source.path ?? null,
      line: file?.lineOf(path) ?? null,
      severity: kind === "loosens" ? "error" : "warning",
    });
  }
  const words = [...config.governance.requireApproval, ...policies.flatMap((policy) => policy.trigger.tags ?? [])];
  problems.push(...impossibleEntries(policies, config, configs), ...nothingGoverned(config, configs));
  problems.push(...orderLoosens(configs.org, configs.repo, words));
  if (problems.some((problem) => problem.severity === "error")) {
    const blobs = ordered.map(({ origin, kind, path, mode, blob }) => ({ origin, kind, path, mode, blob }));
    return { status: "invalid", problems, digest: digest("countersign/policy/v1", { invalid: blobs }) };
  }
  return { status: "ok", set: setOf(policies, config, sources.length > 0), problems };
}

/** What holds where no file says anything, and what a change is read with when the files that do are invalid. */
export const emptyPolicySet: PolicySet = setOf([], defaultConfig, false);

/** The set to read a change with: findings are shown even while the policy is invalid. */
export function readableSet(reading: PolicyReading): PolicySet {
  return reading.status === "ok" ? reading.set : emptyPolicySet;
}

function setOf(policies: readonly Policy[], config: Config, enrolled: boolean): PolicySet {
  const canonical = { policies: policies.map(({ file: _file, line: _line, ...policy }) => policy), config };
  return { policies, config, enrolled, digest: digest("countersign/policy/v1", canonical) };
}

function order(source: PolicySource): number {
  return (source.origin === "org" ? 0 : 2) + (source.kind === "config" ? 0 : 1);
}

/** One file of each kind per origin: two would leave it open which one holds. */
function repeated(sources: readonly PolicySource[]): Problem[] {
  return sources
    .filter((source, index) => index > 0 && order(source) === order(sources[index - 1]!))
    .map((source) => ({
      code: "E001",
      message: "a second file of the same kind: only one may exist",
      file: source.path,
      line: null,
      severity: "error",
    }));
}
