import type { z } from "zod";
import { FINDING_CODES } from "../contract/finding-codes.ts";
import type { Problem } from "../problem.ts";
import { UNREADABLE_COMMIT_CODE } from "../side-changes.ts";
import { parseClassification } from "./classification.ts";
import { OBSERVE_PREFIX } from "./enrolment.ts";
import { ENVIRONMENTS, knownEnvironment } from "./environment-words.ts";
import { globProblem } from "./glob.ts";
import { GOVERNANCE_CODE } from "./governance.ts";
import { type ApproverEntry, type Config, type Policy, SEVERITIES } from "./model.ts";
import type { policiesSchema, RawConfig } from "./schema.ts";
import type { SourceReading } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import { vocabularyProblems } from "./vocabulary-order.ts";

const CODES: readonly string[] = [...Object.keys(FINDING_CODES), GOVERNANCE_CODE, UNREADABLE_COMMIT_CODE];

type Report = (path: readonly PropertyKey[], message: string) => void;

/** What a schema cannot say about `.choochoorc`. */
export function configProblems(reading: SourceReading<RawConfig>): readonly Problem[] {
  const { problems, report } = collector(reading);
  const config = reading.value;
  if (config === undefined) return problems;
  checkGlobs(report, ["contracts", "include"], config.contracts?.include);
  checkGlobs(report, ["contracts", "exclude"], config.contracts?.exclude);
  config.contracts?.mappings?.forEach((mapping, index) => {
    checkGlobs(report, ["contracts", "mappings", index, "paths"], mapping.paths);
  });
  for (const environment of ENVIRONMENTS) checkGlobs(report, ["environments", environment], config.environments?.[environment]);
  for (const glob of Object.keys(config.enrolment ?? {})) {
    const wrong = globProblem(glob);
    if (wrong !== null) report(["enrolment", glob], `\`enrolment\`: \`${glob}\` ${wrong}`);
  }
  for (const [role, to] of Object.entries(config.roles ?? {})) {
    if (to.team === undefined && (to.users ?? []).length === 0) report(["roles", role], `role \`${role}\` names no team and no users`);
  }
  if (config.check?.name?.toLowerCase().startsWith(OBSERVE_PREFIX))
    report(["check", "name"], `\`check.name\` may not begin with \`${OBSERVE_PREFIX}\`: that names what is only observed`);
  const { low = 3, medium = 6, high = 8 } = config.risk?.thresholds ?? {};
  vocabularyProblems(report, config);
  const warn = (path: readonly PropertyKey[], message: string, hint: string) =>
    problems.push({ code: "E001", message, file: reading.source.path, line: reading.lineOf(path), severity: "warning", hint });
  config.notify?.forEach((entry, index) => {
    const because = leadsNowhere(entry);
    if (because !== null) warn(["notify", index], `\`notify\`: ${because}, so nothing is sent for this line`, NOTIFY_HINT);
  });
  if (low > medium || medium > high) report(["risk", "thresholds"], "`risk.thresholds` must rise: low, medium, high");
  return problems;
}

const NOTIFY_HINT = "name one target that the operator of the server has set up, as `slack` or as `webhook`";

/** A mistake here never stops the gate, so it is a warning. The text is not repeated: an address may be a secret. */
function leadsNowhere({ slack, webhook, on }: NonNullable<RawConfig["notify"]>[number]): string | null {
  const named = [slack, webhook].filter((each) => each !== undefined);
  if (named.length !== 1) return named.length === 0 ? "it names no target" : "it names two targets";
  if (/[:/\s]/.test(named[0]!))
    return "an address stands where the name of a target belongs (if it is a secret one, it is known now: replace it)";
  return on.length === 0 ? "`on` is empty" : null;
}

/** What a schema cannot say about the policies of one file. A trigger that can never match is refused: it would look like protection. */
export function ruleProblems(reading: SourceReading<z.infer<typeof policiesSchema>>): readonly Problem[] {
  const { problems, report } = collector(reading);
  const names = new Set<string>();
  reading.value?.policies.forEach((policy, index) => {
    const at = ["policies", index];
    if (names.has(policy.name)) report([...at, "name"], `duplicate policy name \`${policy.name}\``);
    names.add(policy.name);
    const { env, paths, findings, classification, ignore } = policy.trigger;
    checkGlobs(report, [...at, "trigger", "paths"], paths);
    env?.forEach((word, position) => {
      if (knownEnvironment(word) === null)
        report([...at, "trigger", "env", position], `unknown environment \`${word}\`${didYouMean(word, ENVIRONMENTS)}`);
    });
    for (const [key, codes] of [
      ["findings", findings],
      ["ignore", ignore],
    ] as const)
      codes?.forEach((code, position) => {
        const allowed = key === "findings" ? [...CODES, ...SEVERITIES] : CODES;
        if (!allowed.includes(code))
          report([...at, "trigger", key, position], `unknown finding code \`${code}\`${didYouMean(code, allowed)}`);
      });
    if (classification !== undefined && parseClassification(classification) === null)
      report(
        [...at, "trigger", "classification"],
        `cannot read the classification \`${classification}\`: write \`>=confidential\` or a class`,
      );
  });
  return problems;
}

/** Entries that nobody can fill whatever happens, by the combined configuration. */
export function impossibleEntries(
  policies: readonly Policy[],
  config: Config,
  configs: Partial<Record<"org" | "repo", SourceReading<RawConfig>>>,
): readonly Problem[] {
  if (Object.values(configs).some((reading) => reading.value === undefined)) return [];
  return policies.flatMap((policy) =>
    policy.approvers.flatMap((entry): Problem[] => {
      const because = impossible(entry, config);
      if (because === null) return [];
      const message = `policy \`${policy.name}\`: ${because}`;
      return [{ code: "E001", message, file: policy.file, line: policy.line, severity: "error" }];
    }),
  );
}

function impossible(entry: ApproverEntry, config: Config): string | null {
  const role = entry.role !== null && Object.hasOwn(config.roles, entry.role) ? config.roles[entry.role]! : null;
  if (entry.team === null && entry.users.length === 0) {
    if (entry.role === null) return "an approver entry names no team, no users and no role";
    if (role === null) return `nobody can be \`${entry.role}\`: give the entry a team or users, or map the role in \`roles\``;
  }
  const people = countOf(entry.team, entry.users);
  const allowed =
    role === null ? people : Math.min(entry.team === null && entry.users.length === 0 ? Infinity : people, countOf(role.team, role.users));
  return allowed < entry.minApprovals ? `needs ${entry.minApprovals} approvals, and only ${allowed} people are named` : null;
}

/** How many people at most: teams have no upper bound here. */
function countOf(team: string | null, users: readonly string[]): number {
  return team === null ? new Set(users.map((user) => user.toLowerCase())).size : Infinity;
}

function checkGlobs(report: Report, path: readonly PropertyKey[], globs: readonly string[] | undefined): void {
  globs?.forEach((glob, index) => {
    const wrong = globProblem(glob);
    if (wrong !== null) report([...path, index], `the pattern \`${glob.slice(0, 60)}\` ${wrong}`);
  });
}

function collector(reading: SourceReading<unknown>): { problems: Problem[]; report: Report } {
  const problems: Problem[] = [];
  const report: Report = (path, message) => {
    problems.push({ code: "E001", message, file: reading.source.path, line: reading.lineOf(path), severity: "error" });
  };
  return { problems, report };
}
