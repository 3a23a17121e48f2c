import { decide } from "../engine/decide.ts";
import type { State } from "../engine/decision.ts";
import type { PeopleFacts } from "../engine/facts.ts";
import { enrolled, enrolmentOf } from "../engine/policy/enrolment.ts";
import type { PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet } from "../engine/policy/parse.ts";
import { teamsOf } from "../engine/policy/required-teams.ts";
import type { Problem } from "../engine/problem.ts";
import { asOrigin } from "./policy-in-force.ts";
import type { TenantReads } from "./ports.ts";
import { POLICY_FILES } from "./read-policy.ts";
import { blobOf } from "./submitted-change.ts";

/** Pull requests that are decided again: the open ones, then those that were decided last. */
export const SIMULATED_MAX = 50;

export interface SimulatedPull {
  readonly evaluationId: string;
  readonly pullRequest: number | null;
  readonly title: string | null;
  readonly open: boolean;
  readonly from: State;
  readonly to: State;
  /** What the decision under the tried policy says of itself. */
  readonly verdict: string;
}

export type Simulation =
  | { readonly status: "unknown_repository" }
  | { readonly status: "invalid"; readonly problems: readonly Problem[] }
  | {
      readonly status: "ok";
      readonly repository: string;
      readonly warnings: readonly Problem[];
      readonly looked: number;
      /** Left out: the truth could not be read when they were decided. */
      readonly undecided: number;
      readonly changed: readonly SimulatedPull[];
      /** Teams that the policy names and no stored facts tell the members of: what waits for them cannot be judged. */
      readonly unknownTeams: readonly string[];
    };

/** A policy to try. null = as it is in force. */
export interface TriedPolicy {
  readonly policies: string;
  readonly config: string | null;
}

/**
 * What another policy would have decided about one repository's pull requests, from the facts that were stored with their newest
 * decisions. Reads only: nothing is written, and nobody is asked.
 * @param organisation id of the repository that holds the organisation's policy; null = none.
 */
export async function simulatePolicy(
  records: Pick<TenantReads, "policyStandings" | "decidedPulls">,
  repositoryId: number,
  tried: TriedPolicy,
  organisation: number | null,
): Promise<Simulation> {
  const standings = await records.policyStandings(REPOSITORIES_MAX);
  const own = standings.find((each) => each.repositoryId === repositoryId);
  if (own === undefined) return { status: "unknown_repository" };
  const isOrganisations = organisation === repositoryId;
  const theirs = isOrganisations ? [] : (standings.find((each) => each.repositoryId === organisation)?.version.sources ?? []);
  const above = asOrigin(theirs, "org").map((source) => ({ ...source, path: `organisation/${source.path}` }));
  const sources = asOrigin(withTried(own.version.sources, tried), isOrganisations ? "org" : "repo");
  const reading = parsePolicySet([...above, ...sources]);
  if (reading.status === "invalid") return { status: "invalid", problems: reading.problems };
  const name = own.repository.split("/").at(-1)!;
  const policy = enrolled(reading, isOrganisations ? "enforce" : enrolmentOf(reading.set.config.enrolment, name, true));
  const pulls = await records.decidedPulls(repositoryId, SIMULATED_MAX);
  const decided = pulls.filter(({ evaluation }) => evaluation.decision.state !== "error");
  const known = teamsKnown(decided.flatMap(({ evaluation }) => evaluation.facts.people ?? []));
  const changed = decided.flatMap(({ evaluation, open }): readonly SimulatedPull[] => {
    // Another policy takes names as they are then: what the one in force meant by them says nothing.
    const { inForce: _pinned, ...then } = evaluation.facts;
    const { state: to, verdict } = decide({ ...then, policy, people: withTeams(evaluation.facts.people, known) });
    const { state: from } = evaluation.decision;
    const { pullRequest, title } = evaluation.facts.subject;
    return from === to ? [] : [{ evaluationId: evaluation.id, pullRequest, title, open, from, to, verdict }];
  });
  return {
    status: "ok",
    repository: own.repository,
    warnings: reading.problems,
    looked: decided.length,
    undecided: pulls.length - decided.length,
    changed,
    unknownTeams: teamsOf(reading.set).filter((slug) => !known.teams.some((team) => team.slug === slug)),
  };
}

export const REPOSITORIES_MAX = 1_000;

function withTried(inForce: readonly PolicySource[], { policies, config }: TriedPolicy): readonly PolicySource[] {
  return POLICY_FILES.flatMap(({ kind, path }): readonly PolicySource[] => {
    const text = kind === "policies" ? policies : config;
    if (text === null) return inForce.filter((source) => source.kind === kind);
    return [{ origin: "repo", kind, path, mode: "100644", blob: blobOf(text), text, unreadable: null }];
  });
}

type KnownTeams = Pick<PeopleFacts, "teams" | "actors">;

/** Of each team the first telling: the newest decision comes first. */
function teamsKnown(people: readonly PeopleFacts[]): KnownTeams {
  const [teams, actors] = [new Map<string, KnownTeams["teams"][number]>(), new Map<number, KnownTeams["actors"][number]>()];
  for (const each of people) {
    for (const team of each.teams) if (!teams.has(team.slug)) teams.set(team.slug, team);
    for (const actor of each.actors) if (!actors.has(actor.id)) actors.set(actor.id, actor);
  }
  return { teams: [...teams.values()], actors: [...actors.values()] };
}

/** A tried policy may ask teams that were not read for that pull request: as they were for another one. */
function withTeams(stored: PeopleFacts | null, known: KnownTeams): PeopleFacts | null {
  if (stored === null) return null;
  return {
    ...stored,
    teams: [...stored.teams, ...known.teams.filter(({ slug }) => !stored.teams.some((team) => team.slug === slug))],
    actors: [...stored.actors, ...known.actors.filter(({ id }) => !stored.actors.some((actor) => actor.id === id))],
  };
}
