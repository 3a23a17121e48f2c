import type { Finding } from "../contract/finding.ts";
import type { Vocabulary } from "../contract/vocabulary.ts";
import type { AgentUse } from "../decision.ts";
import type { Facts, PeopleFacts } from "../facts.ts";
import type { Config, Environment } from "../policy/model.ts";
import { doubtOf, type RiskAgent } from "../policy/risk.ts";
import type { Problem } from "../problem.ts";
import { approvalRequiredBy, crossedBoundaries, type Violation } from "./boundaries.ts";
import { namesAgent } from "./identity.ts";
import { limitationsTouched } from "./limitations.ts";
import { type RecognisedAgent, recogniseAgents } from "./recognise.ts";
import { registrations } from "./registered.ts";

/** What a change owes to agents having made it. */
export interface AgentJudgement {
  readonly agents: readonly RecognisedAgent[];
  /** The one that is trusted least: it weighs in the risk. */
  readonly foremost: RiskAgent | null;
  readonly violations: readonly Violation[];
  /** Why every action needs an approval whatever the score; null = it does not. */
  readonly approval: string | null;
  readonly limitations: number;
  /** Problems of AGENTS.md and the System Cards at the trusted commit. */
  readonly problems: readonly Problem[];
  /** Accounts of registered agents are nobody's votes, also where GitHub takes them for people. */
  readonly people: PeopleFacts | null;
}

export function judgeAgents(
  facts: Facts,
  config: Pick<Config, "agents">,
  change: { readonly findings: readonly Finding[]; readonly environment: Environment; readonly vocabulary: Vocabulary },
): AgentJudgement {
  const agents = recogniseAgents(facts, config);
  const files = [...facts.diff.files, ...facts.governanceFiles].map(({ path }) => path).sort();
  const violations = crossedBoundaries(agents, { ...change, files, paths: facts.agents?.paths ?? [] });
  const [foremost = null] = agents.toSorted((left, right) => doubtOf(right).points - doubtOf(left).points);
  return {
    agents,
    foremost,
    violations,
    approval: files.length === 0 ? null : (approvalRequiredBy(agents)?.because ?? null),
    limitations: limitationsTouched(agents, change.findings, change.vocabulary),
    problems: facts.agents?.registry.problems ?? [],
    people: facts.people === null ? null : withoutAgentVotes(facts.people, facts),
  };
}

function withoutAgentVotes(people: PeopleFacts, facts: Facts): PeopleFacts {
  const registered = registrations(facts);
  if (registered.length === 0) return people;
  const isAgent = (login: string, id: number) => registered.some((each) => namesAgent(each, { login, id }));
  return { ...people, actors: people.actors.map((actor) => (isAgent(actor.login, actor.id) ? { ...actor, type: "Bot" as const } : actor)) };
}

/** A crossed boundary as a problem of the change. */
export function violationProblem({ agent, boundary, because, file, line }: Violation): Problem {
  return { code: "E007", message: violationSentence({ agent, boundary, because }), file, line, severity: "error" };
}

/** "claude-code touches customers.email, tagged pii (no-pii)" */
export function violationSentence({
  agent,
  boundary,
  because,
}: {
  readonly agent: string;
  readonly boundary: string;
  readonly because: string;
}): string {
  return `${agent} ${because} (${boundary})`;
}

/** The agents as a decision tells them. */
export function agentUses({ agents, violations }: Pick<AgentJudgement, "agents" | "violations">): readonly AgentUse[] {
  return agents.map(({ id, registration, evidence, launchedBy }) => ({
    id,
    registered: registration !== null,
    status: registration?.status ?? null,
    systemCard: registration?.systemCard?.path ?? null,
    evidence,
    launchedBy,
    violations: violations.filter(({ agent }) => agent === id).map(({ boundary, because }) => ({ boundary, because })),
  }));
}
