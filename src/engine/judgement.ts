import { type AgentJudgement, judgeAgents } from "./agents/judge-agents.ts";
import type { Finding } from "./contract/finding.ts";
import { MOVED } from "./contract/finding-codes.ts";
import type { Vocabulary } from "./contract/vocabulary.ts";
import type { OverrideUse, PolicyMatch, RefusedApproval, Requirement, RiskScore } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { contentDigest } from "./policy/content-digest.ts";
import { DEFAULT_IGNORE, defaultConfig } from "./policy/defaults.ts";
import { type EnvironmentMatch, environmentOf } from "./policy/environment.ts";
import { governanceFindings } from "./policy/governance.ts";
import { matchPolicies } from "./policy/match.ts";
import type { Config, PolicySet } from "./policy/model.ts";
import { hearPeople, type Rejection } from "./policy/people.ts";
import { type GovernanceChange, governanceChange } from "./policy/proposal.ts";
import { overrideBeside } from "./policy/published.ts";
import { demandOf } from "./policy/requirements.ts";
import { higherLevel, type RiskInput, scoreRisk } from "./policy/risk.ts";
import { wordsTouched } from "./policy/tags.ts";
import { vocabularyOf } from "./policy/words.ts";
import type { Problem } from "./problem.ts";
import { withSides } from "./side-changes.ts";

/** Everything found out about a change; the tree, the state and the verdict are told from it. */
export interface Judgement {
  readonly facts: Facts;
  readonly config: Config;
  /** null = the base is ungoverned. */
  readonly environment: EnvironmentMatch | null;
  readonly content: string;
  readonly agents: AgentJudgement;
  readonly findings: readonly Finding[];
  readonly matches: readonly PolicyMatch[];
  readonly risk: RiskScore;
  readonly requirements: readonly Requirement[];
  /** Every requirement is filled (also when there is none). */
  readonly satisfied: boolean;
  readonly rejections: readonly Rejection[];
  readonly refused: readonly RefusedApproval[];
  readonly override: OverrideUse | null;
  readonly overrideNotes: readonly string[];
  /** Problems of people and teams that make it invalid; `configuration` = to be cured there. */
  readonly peopleProblems: readonly { readonly problem: Problem; readonly configuration: boolean }[];
}

export function judge(given: Facts): Judgement {
  const facts = withSides(given);
  const set = facts.policy.status === "ok" ? facts.policy.set : null;
  const config = set?.config ?? defaultConfig;
  const environment = governedEnvironment(facts, config, set === null);
  const content = contentDigest({
    baseRef: given.subject.baseRef,
    files: [...given.diff.files, ...given.governanceFiles],
    sides: (given.sides ?? []).map(({ kind, files, governanceFiles }) => ({ kind, files: [...files, ...governanceFiles] })),
  });
  const findings = [...facts.diff.findings, ...governanceFindings(facts.governanceFiles)];
  const vocabulary = vocabularyOf(set ?? { policies: [], config });
  const agents = judgeAgents(facts, config, { findings, environment: environment?.environment ?? "production", vocabulary });
  const { risk, matches, level } = weigh(facts, set, config, environment, findings, agents, vocabulary);
  const governed = environment !== null && set !== null;
  const governance: GovernanceChange = governanceChange(facts, set, governed);
  const bindTo = config.approvals.bindTo === "head" || risk.level === "critical" || governance !== "none" ? "head" : "content";
  const people = hearPeople(
    { facts: { ...facts, people: agents.people }, agents: agents.agents, config, content, bindTo, governed },
    (unknownContributors) =>
      demandOf({
        policies: governed ? set.policies : [],
        matches,
        level: governed ? level : "low",
        config,
        governance,
        unknownContributors,
        ownerType: facts.subject.ownerType,
      }),
  );
  return { facts, config, environment, content, agents, findings, matches, risk, ...people, ...overrideBeside(facts, people) };
}

/** A policy that cannot be read, or a change of policy itself on the default branch, is never on an ungoverned base. */
function governedEnvironment(facts: Facts, config: Config, unreadPolicy: boolean): EnvironmentMatch | null {
  const { subject, diff, governanceFiles } = facts;
  const found = environmentOf(subject, config, diff.environments);
  const protects = unreadPolicy || (governanceFiles.length > 0 && subject.baseRef === subject.defaultBranch);
  return found ?? (protects ? { environment: "production", pattern: subject.baseRef } : null);
}

function weigh(
  facts: Facts,
  set: PolicySet | null,
  config: Config,
  environment: EnvironmentMatch | null,
  findings: readonly Finding[],
  agents: AgentJudgement,
  vocabulary: Vocabulary,
): { risk: RiskScore; matches: readonly PolicyMatch[]; level: RiskScore["level"] } {
  const required = config.governance.requireApproval;
  const { diff, lineage } = facts;
  const quality = { ...facts.quality, cardLimitations: facts.quality.cardLimitations + agents.limitations };
  const input: RiskInput = {
    findings,
    losses: diff.losses,
    environment: environment?.environment ?? "production",
    lineage,
    quality,
    warnings: diff.warnings.length,
    agent: agents.foremost,
    config,
    vocabulary,
  };
  const risk = scoreRisk(input);
  if (set === null || environment === null) return { risk, matches: [], level: "low" };
  const matches = matchPolicies(set.policies, {
    findings,
    environment: environment.environment,
    byAgent: agents.agents.length > 0,
    vocabulary,
  });
  const enforced = matches.some((match) => match.matched && match.mode === "enforce");
  const touched = diff.findings
    .filter((finding) => !DEFAULT_IGNORE.includes(finding.code))
    .flatMap((finding) => wordsTouched(required, finding, vocabulary))[0];
  // Governance changes have their own approvers, so they raise what is shown and not what the level asks of people.
  // Where a change touches no contract, nobody is asked, however strict the thresholds are.
  const nothing = diff.findings.every(({ code }) => code === MOVED) && diff.losses.length === 0;
  const level = nothing ? "low" : scoreRisk({ ...input, findings: diff.findings }).level;
  // A matching policy takes the place of the designated teams, but a repository's policy never that of the organisation's teams.
  const isReplaced = enforced && config.teams.designatedBy !== "org";
  const alone = enforced ? "by a designated team" : "and no policy matches";
  const reasons = [
    ...(touched === undefined || isReplaced ? [] : [`\`${touched}\` always requires approval ${alone}`]),
    ...(agents.approval === null ? [] : [agents.approval]),
  ];
  if (reasons.length === 0) return { risk, matches, level };
  const floors = reasons.map((reason) => `at least medium: ${reason}`);
  const raised = risk.level === "low" ? { ...risk, level: higherLevel(risk.level, "medium"), floors: [...risk.floors, ...floors] } : risk;
  return { risk: raised, matches, level: higherLevel(level, "medium") };
}
