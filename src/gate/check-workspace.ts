import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts } from "../engine/facts.ts";
import type { PolicySource } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { defaultBranchOf, defaultBranchRevision } from "./default-branch.ts";
import { baseRefOf, type GivenText, readGivenPeople } from "./given-people.ts";
import { localFacts } from "./local-facts.ts";
import type { LocalLineageDeps } from "./local-lineage.ts";
import type { Clock } from "./ports.ts";
import { readPolicySources, withReplacements } from "./read-policy.ts";

/** What a person asks of `check`. Everything that stands in for a fact makes the result SIMULATED. */
export interface CheckRequest {
  /** null = the default branch. */
  readonly base: string | null;
  readonly head: string;
  readonly environment: string | null;
  readonly author: string | null;
  /** The people part of the facts, from a file. */
  readonly people: GivenText | null;
  /** Replacements for the files at the base revision. */
  readonly policy: PolicySource | null;
  readonly config: PolicySource | null;
}

export interface CheckDeps extends LocalLineageDeps {
  readonly clock: Clock;
}

export interface CheckResult {
  readonly decision: Decision;
  readonly facts: Facts;
}

/**
 * Decides a change in a local repository: no server, no database, no network.
 * @throws Refusal for an unknown revision, an empty history, a shallow clone.
 */
export async function checkWorkspace({ repository, comparer, clock, ...lineage }: CheckDeps, request: CheckRequest): Promise<CheckResult> {
  const claimedBase = request.people === null ? null : baseRefOf(request.people);
  const named = request.base ?? claimedBase;
  const defaultBranch = await defaultBranchOf(repository, named);
  const baseRevision = named ?? (await defaultBranchRevision(repository, defaultBranch));
  const baseSha = await repository.resolve(baseRevision);
  const headSha = await repository.resolve(request.head);
  const mergeBases = await repository.mergeBases(baseSha, headSha);
  const mergeBase = mergeBases[0]!;

  const baseRef = claimedBase ?? (await repository.branchName(baseRevision)) ?? defaultBranch;
  const policy = withReplacements(await readPolicySources(repository, baseSha), [request.policy, request.config]);
  const change = { headSha, baseSha, baseRef };
  const people = request.people === null ? null : await readGivenPeople(repository, request.people, change, readableSet(policy).config);
  const facts = await localFacts(
    { repository, comparer, ...lineage },
    {
      mergeBase,
      mergeBases,
      headSha,
      baseSha,
      baseRef,
      defaultBranch,
      environment: request.environment,
      author: request.author ?? people?.author ?? (await repository.authorOf(headSha)),
      people: people?.facts ?? null,
      policy,
      policyCommit: baseSha,
      asOf: people?.asOf ?? clock.now().toISOString(),
      simulated: [request.people, request.policy, request.config, request.author, request.environment].some((given) => given !== null),
      lineage: true,
      advice: true,
      agents: true,
    },
  );
  return { decision: decide(facts), facts };
}
