import { parseApprovals } from "../engine/approvals-file.ts";
import { decide } from "../engine/decide.ts";
import type { Decision } from "../engine/decision.ts";
import type { Facts, PeopleFacts } from "../engine/facts.ts";
import type { PolicyReading, PolicySource } from "../engine/policy/model.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import { agentOfAuthor, agentOfGitAuthor } from "./author-agent.ts";
import { type LocalLineageDeps, localSurroundings } from "./local-lineage.ts";
import { type Clock, type LocalRepository, Refusal } from "./ports.ts";
import { readChange } from "./read-change.ts";
import { NO_SURROUNDINGS, withLineage } from "./read-lineage.ts";
import { readPolicySources } from "./read-policy.ts";

/** What a person asks of `check`. Everything that stands in for a fact makes the result SIMULATED. */
export interface CheckRequest {
  /** null = the default branch. */
  readonly base: string | null;
  readonly head: string;
  readonly environment: string | null;
  readonly author: string | null;
  /** The people part of the facts, from a file. */
  readonly people: {
    readonly facts: PeopleFacts;
    readonly author: string | null;
    readonly baseRef: string | null;
    readonly asOf: string | null;
  } | null;
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
  const named = request.base ?? request.people?.baseRef ?? null;
  const defaultBranch = await defaultBranchOf(repository, named);
  const baseRevision = named ?? (await defaultBranchRevision(repository, defaultBranch));
  const baseSha = await repository.resolve(baseRevision);
  const headSha = await repository.resolve(request.head);
  const mergeBase = await repository.mergeBase(baseSha, headSha);

  const policy = await policyAt(repository, baseSha, request);
  const set = readableSet(policy);
  const change = await readChange({ repository, comparer }, { base: mergeBase, head: headSha }, set);
  const around =
    change.diff.findings.length === 0
      ? NO_SURROUNDINGS
      : await localSurroundings({ repository, comparer, ...lineage }, mergeBase, set, [
          ...change.diff.lineage.base,
          ...change.diff.lineage.head,
        ]);
  const { diff, lineage: lineageFacts } = withLineage(change.diff, around);
  const author = request.author ?? request.people?.author ?? (await repository.authorOf(headSha));
  const actor = request.people?.facts.actors.find(({ login }) => login.toLowerCase() === author?.toLowerCase());
  const facts: Facts = {
    schemaVersion: 1,
    asOf: request.people?.asOf ?? clock.now().toISOString(),
    subject: {
      repository: repository.root.split("/").at(-1) ?? repository.root,
      repositoryId: null,
      pullRequest: null,
      title: null,
      baseRef: request.people?.baseRef ?? (await repository.branchName(baseRevision)) ?? defaultBranch,
      defaultBranch,
      baseProtected: false,
      baseSha,
      mergeBase,
      headSha,
      environment: request.environment,
      author,
      ownerType: "Organization",
    },
    policy,
    policyCommit: baseSha,
    governanceFiles: change.governanceFiles,
    diff,
    people: request.people?.facts ?? null,
    agent: actor === undefined ? agentOfGitAuthor(author) : agentOfAuthor(actor.login, actor.type),
    lineage: lineageFacts,
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    limits: change.limits,
    simulated: [request.people, request.policy, request.config, request.author, request.environment].some((given) => given !== null),
  };
  return { decision: decide(facts), facts };
}

async function policyAt(repository: LocalRepository, baseSha: string, request: CheckRequest): Promise<PolicyReading> {
  const sources = await readPolicySources(repository, baseSha);
  const replacements = [request.policy, request.config].filter((source) => source !== null);
  return parsePolicySet([...sources.filter((source) => !replacements.some((given) => given.kind === source.kind)), ...replacements]);
}

/** Where no default branch can be told, a base that was named stands in for it: the strictest environment, never an ungoverned one. */
async function defaultBranchOf(repository: LocalRepository, named: string | null): Promise<string> {
  if (named === null) return repository.defaultBranch();
  return repository.defaultBranch().catch(async (error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    return (await repository.branchName(named)) ?? named;
  });
}

/** The default branch as the remote has it, when there is one: a local main may be stale. */
async function defaultBranchRevision(repository: LocalRepository, name: string): Promise<string> {
  const remote = `refs/remotes/origin/${name}`;
  return repository.resolve(remote).then(
    () => remote,
    () => name,
  );
}

/** The people part of the facts, as `--approvals` gives it. */
export function readPeople(text: string, file: string): NonNullable<CheckRequest["people"]> {
  const parsed = parseApprovals(text, file);
  if (parsed.status === "ok") return { facts: parsed.people, author: parsed.author, baseRef: parsed.baseRef, asOf: parsed.asOf };
  const [first] = parsed.problems;
  throw new Refusal(
    "config",
    `${first?.file ?? file}${first?.line ? `:${first.line}` : ""}: ${first?.message ?? "invalid"}`,
    first?.hint ?? null,
  );
}
