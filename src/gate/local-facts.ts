import { agentTrailers } from "../engine/agents/trailers.ts";
import { COMES } from "../engine/contract/lineage/copies.ts";
import type { Facts, PeopleFacts } from "../engine/facts.ts";
import type { PolicyReading } from "../engine/policy/model.ts";
import { readableSet } from "../engine/policy/parse.ts";
import { agentOfAuthor, agentOfGitAuthor } from "./author-agent.ts";
import { hiddenByMergeBase } from "./hidden-by-merge-base.ts";
import { type LocalLineageDeps, localSurroundings } from "./local-lineage.ts";
import { localTypes } from "./local-types.ts";
import { Refusal, type Surroundings } from "./ports.ts";
import { agentEvidence } from "./read-agents.ts";
import { type ChangeReading, readChange } from "./read-change.ts";
import { NO_SURROUNDINGS, withLineage } from "./read-lineage.ts";

/** Changed files that nothing governs, read to say which of them are contracts all the same. */
const ADVISED_FILES_MAX = 50;

/** A change in a local repository, as far as its caller knows it. */
export interface LocalChange {
  /** What the contracts are compared with: a commit, or the empty tree. */
  readonly mergeBase: string;
  /** All of them, where there may be several; absent = the one. */
  readonly mergeBases?: readonly string[];
  readonly headSha: string;
  /** Tip of the base branch; policy is taken from there. */
  readonly baseSha: string;
  readonly baseRef: string;
  readonly defaultBranch: string;
  readonly environment: string | null;
  /** A login, or `Name <email>`. */
  readonly author: string | null;
  readonly people: PeopleFacts | null;
  readonly policy: PolicyReading;
  readonly policyCommit: string;
  readonly asOf: string;
  readonly simulated: boolean;
  /** False: who depends on a changed contract is not looked up, and counts as not known. */
  readonly lineage: boolean;
  /** True: contracts that changed where nothing governs them are told. */
  readonly advice: boolean;
  /** False: agents are known by the author's name only. */
  readonly agents: boolean;
}

/** Reads what a change does to contracts, and puts it with what else is known: nothing that only a server would know. */
export async function localFacts(deps: LocalLineageDeps, change: LocalChange): Promise<Facts> {
  const { policy, people, author, mergeBase, headSha } = change;
  const set = readableSet(policy);
  // A replay wants to know what would have been decided, fast: advice on files that nothing governs decides nothing.
  const read = await readChange(
    { ...deps, types: localTypes(deps.repository) },
    { base: mergeBase, head: headSha },
    set,
    change.advice ? ADVISED_FILES_MAX : 0,
  );
  const hidden = await hiddenByMergeBase(deps.repository, change, change.mergeBases ?? [], { mergeBase, net: read, set });
  const { findings, lineage: sides } = read.diff;
  const grown = new Set(findings.flatMap(({ code, contract }) => (COMES.has(code) ? [contract] : [])));
  const around =
    findings.length === 0 || !change.lineage
      ? NO_SURROUNDINGS
      : await localSurroundings(deps, mergeBase, set, [...sides.base, ...sides.head], grown).catch(unknownSurroundings);
  const { diff, lineage } = withLineage(read.diff, around);
  const { agents, problems } = change.agents ? await localAgents(deps, change, read) : { agents: undefined, problems: [] };
  const actor = people?.actors.find(({ login }) => login.toLowerCase() === author?.toLowerCase());
  return {
    schemaVersion: 1,
    asOf: change.asOf,
    subject: {
      repository: repositoryName(deps.repository.root),
      repositoryId: null,
      pullRequest: null,
      title: null,
      baseRef: change.baseRef,
      defaultBranch: change.defaultBranch,
      baseProtected: false,
      baseSha: change.baseSha,
      mergeBase,
      headSha,
      environment: change.environment,
      author,
      ownerType: "Organization",
    },
    policy,
    policyCommit: change.policyCommit,
    governanceFiles: read.governanceFiles,
    diff,
    people,
    agent: actor === undefined ? agentOfGitAuthor(author) : agentOfAuthor(actor.login, actor.type),
    lineage,
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    ...(agents === undefined ? {} : { agents }),
    faults: [],
    limits: [...read.limits, ...hidden, ...problems],
    simulated: change.simulated,
  };
}

async function localAgents({ repository }: LocalLineageDeps, { baseSha, mergeBase, headSha }: LocalChange, read: ChangeReading) {
  const commits = (await repository.messagesOf(mergeBase, headSha)).map(({ sha, identities, message }) => ({
    sha,
    identities,
    trailers: agentTrailers(message),
  }));
  return agentEvidence(repository, { trusted: baseSha, head: headSha }, read, commits);
}

/** A clone without some of its content can still say what the change itself does. */
function unknownSurroundings(error: unknown): Surroundings {
  if (!(error instanceof Refusal)) throw error;
  const message = `who depends on the change is not known: ${error.message}`;
  return {
    ...NO_SURROUNDINGS,
    declared: { links: [], problems: [{ code: "E001", message, file: null, line: null, severity: "warning" }] },
  };
}

/** A repository on this machine is known by its folder. */
export function repositoryName(root: string): string {
  return root.split("/").at(-1) ?? root;
}
