import type { AgentEvidence } from "../engine/agents/model.ts";
import type { Facts, Fault, PeopleFacts } from "../engine/facts.ts";
import { enrolled } from "../engine/policy/enrolment.ts";
import type { PolicyReading, PolicySet } from "../engine/policy/model.ts";
import { parsePolicySet, readableSet } from "../engine/policy/parse.ts";
import { requiredTeams } from "../engine/policy/required-teams.ts";
import { agentOfAuthor } from "./author-agent.ts";
import { withBaseMerges } from "./base-merges.ts";
import { bindVotes } from "./bind-votes.ts";
import type { GatherDeps } from "./deps.ts";
import { withGrants } from "./override-grants.ts";
import { pinNewNames, readPins, withPins } from "./pin-names.ts";
import { type InForce, policyInForce } from "./policy-in-force.ts";
import type { Clock, PullRequests, PullTruth, Surroundings } from "./ports.ts";
import { TruthError } from "./ports.ts";
import { agentEvidence } from "./read-agents.ts";
import { contentWanted, TRUSTED_FILES } from "./read-ahead.ts";
import { type ChangeReading, EMPTY_DIFF, readChange } from "./read-change.ts";
import { NO_SURROUNDINGS, readLineageFiles, withLineage } from "./read-lineage.ts";
import { readNotes } from "./read-notes.ts";
import { policyFilesOf, previewProposal, readProposal } from "./read-proposal.ts";
import { qualityOf } from "./read-quality.ts";
import { readSides, withSideFiles } from "./read-sides.ts";
import { placeIn, readStack } from "./read-stack.ts";
import { recordedTypes } from "./recorded-types.ts";
import { withLayers } from "./stack-people.ts";
import { refuseUnlisted } from "./told-votes.ts";

/**
 * Everything the decision about a pull request depends on, read from GitHub now. Rejects with TruthError when a read fails.
 * `landed`: the commit that it was merged onto stands for the tip of its base, and `trusted` for that of the default branch.
 */
export async function gatherFacts(
  deps: GatherDeps,
  key: string,
  pull: PullTruth,
  landed: { readonly base: string; readonly trusted: string } | null = null,
): Promise<Facts> {
  const { pulls } = deps;
  const content = pulls.content(pull.repository);
  const onDefault = pull.baseRef === pull.repository.defaultBranch;
  const defaultTip = await mustBranch(pulls, pull, pull.repository.defaultBranch);
  // A base that is gone since the merge may have been protected: the stricter reading.
  const gone = landed === null ? null : { sha: landed.base, protected: true };
  const baseTip = onDefault ? defaultTip : ((await pulls.branch(pull.repository, pull.baseRef)) ?? gone ?? missingBranch(pull.baseRef));
  const trusted = landed !== null && onDefault ? { ...defaultTip, sha: landed.trusted } : defaultTip;
  const base = landed === null ? baseTip : { ...baseTip, sha: landed.base };
  const ahead = landed === null && pull.commits <= COMMITS_LEARNT_MAX ? (pulls.readAhead?.(pull, trusted.sha) ?? null) : null;
  if (ahead !== null) await ahead.tip(TRUSTED_FILES);
  const inForce = await policyInForce(deps, { repository: pull.repository, defaultTip: trusted.sha, isNow: landed === null });
  const set = readableSet(inForce.reading);
  const stack = landed === null ? await readStack(deps, pull, base, set.config) : null;
  const { sha: baseSha, protected: baseProtected } = stack?.base ?? base;
  await learnCommits(deps, pull);
  const mergeBase = await content.mergeBase(baseSha, pull.headSha);
  if (ahead !== null) await ahead.sides(mergeBase, pull.headSha, (paths) => contentWanted(paths, set.config.contracts));
  const types = recordedTypes(deps.ledger, pull.repository.id, content, set.config.contracts.maxFileBytes);
  const change = await readChange({ repository: content, comparer: deps.comparer, types }, { base: mergeBase, head: pull.headSha }, set);
  const aside = await readSides(deps, pull, { mergeBase, change, tip: base.sha, set, stacked: stack !== null });
  const whole = withSideFiles(change, aside.sides);
  const isBare = change.diff.findings.length === 0 && aside.sides.length === 0;
  const around = isBare ? NO_SURROUNDINGS : await recordedSurroundings(deps, pull, trusted.sha, set);
  const { diff, lineage } = withLineage(change.diff, around, whole.diff.files);
  const policy = policyFor(inForce, change, onDefault);
  const proposal = await readProposal(deps, pull, inForce, change.governanceFiles);
  const { agents, problems } = await agentEvidence(content, { trusted: trusted.sha, head: pull.headSha }, whole);
  const [notes, pinned, quality] = await Promise.all([
    landed === null ? readNotes(deps, key, pull) : [],
    readPins(deps, inForce.parts),
    qualityOf(deps, key, pull.repository.id, whole.diff),
  ]);
  const gathered: Facts = {
    ...bareFacts(deps.clock, pull, policy, inForce.commit),
    inForce: inForce.facts,
    ...(proposal === undefined ? {} : { proposal }),
    subject: { ...subjectOf(pull, { sha: baseSha, protected: baseProtected }, mergeBase), ...placeIn(stack) },
    governanceFiles: change.governanceFiles,
    diff,
    lineage,
    agents,
    quality,
    limits: [...change.limits, ...aside.limits, ...problems],
    ...(aside.sides.length === 0 ? {} : { sides: aside.sides }),
    ...(notes.length === 0 ? {} : { notes }),
  };
  const facts = withPins(gathered, pinned);
  const isAside = aside.sides.length > 0 || aside.limits.length > 0;
  const asksPeople = needsPeople(change, policy) || isAside || (hasAgents(agents) && diff.files.length > 0);
  const people = asksPeople ? await gatherPeople(deps, key, pull, facts) : null;
  const known = withPins({ ...facts, people }, await pinNewNames(deps, pinned, people));
  if (proposal === undefined || people === null) return known;
  return { ...known, proposal: { ...proposal, preview: await previewProposal(deps, key, pull, proposal, people) } };
}

/** One list that people are read from too tells where the branch forks and which trees its commits have, unless its base moved on. */
const COMMITS_LEARNT_MAX = 100;

async function learnCommits({ pulls }: GatherDeps, pull: PullTruth): Promise<void> {
  // Whatever is not learnt is read where it is needed, and fails there.
  if (pull.commits <= COMMITS_LEARNT_MAX) await pulls.commits(pull).catch(() => {});
}

/** A first policy that came past the gate decides nothing; the pull request that proposes it anew is judged as the first one. */
function policyFor({ reading, unapproved, organisation }: InForce, change: ChangeReading, onDefault: boolean): PolicyReading {
  const proposes = onDefault && policyFilesOf(change.governanceFiles).length > 0;
  return unapproved.length > 0 && proposes && reading.status === "invalid" ? enrolled(parsePolicySet(organisation), "off") : reading;
}

/** The contracts of the default branch as the last recorded merge left them: nothing is read for them but what declares lineage. */
async function recordedSurroundings(deps: GatherDeps, pull: PullTruth, trustedSha: string, set: PolicySet): Promise<Surroundings> {
  const summaries = (await deps.ledger.lineageOf(pull.repository.id)) ?? [];
  return { summaries, declared: await readLineageFiles(deps.pulls.content(pull.repository), trustedSha, set) };
}

/** Reviews, memberships and history; with the digests that votes bind to. Read anew for the second look before a success. */
export async function gatherPeople(
  deps: GatherDeps,
  key: string,
  pull: PullTruth,
  facts: Facts,
  look: "first" | "second" = "first",
): Promise<PeopleFacts> {
  const { ledger } = deps;
  const [receipts, history, overdueReviews] = await Promise.all([
    ledger.receipts(pull.repository.id, pull.number),
    ledger.contentHistory(key),
    ledger.overdueReviews(pull.repository.id, facts.asOf),
  ]);
  const own = await deps.pulls.people(pull, requiredTeams(facts), receipts, look);
  refuseUnlisted(pull, own, receipts);
  const updated = await withBaseMerges(deps.pulls.content(pull.repository), facts, own, pull.baseSha);
  const people = await withLayers(deps, pull, facts, updated);
  return withGrants(ledger, key, pull, facts, { ...bindVotes(people, history), overdueReviews });
}

/** Facts of a decision that could not be made. */
export function faultFacts(clock: Clock, pull: PullTruth, earlier: readonly Fault[], error: unknown): Facts {
  const unread: PolicyReading = { status: "invalid", problems: [], digest: "unread" };
  return { ...bareFacts(clock, pull, unread, null), faults: withFault(earlier, error) };
}

/** Every retry stores them anew, and an outage may last for days. */
const FAULTS_KEPT = 20;

/** The newest faults since the last good reading, oldest first. */
export function withFault(earlier: readonly Fault[], error: unknown): readonly Fault[] {
  return [...earlier, faultOf(error)].slice(-FAULTS_KEPT);
}

function faultOf(error: unknown): Fault {
  if (error instanceof TruthError) {
    const { what, kind, message } = error;
    // Told after what was being read, which most messages say themselves, for logs.
    return { what, kind, message: message.startsWith(`${what}: `) ? message.slice(what.length + 2) : message };
  }
  return { what: "evaluating the pull request", kind: "bug", message: error instanceof Error ? error.message : String(error) };
}

/** Nobody has to be asked about a change that touches nothing governed: a fast green costs no people reads. */
function needsPeople(change: ChangeReading, policy: PolicyReading): boolean {
  if (policy.status === "invalid") return true;
  const { diff } = change;
  return diff.findings.length > 0 || change.governanceFiles.length > 0 || diff.unparseable.length > 0 || change.limits.length > 0;
}

/** A trailer can make any governed change that of an agent, whose boundaries hold for every action. */
function hasAgents({ registry, traces }: AgentEvidence): boolean {
  if (registry.status === "invalid" || traces.length > 0) return true;
  const { agents } = registry;
  return agents.length > 0;
}

async function mustBranch(pulls: PullRequests, pull: PullTruth, name: string): Promise<{ sha: string; protected: boolean }> {
  return (await pulls.branch(pull.repository, name)) ?? missingBranch(name);
}

function missingBranch(name: string): never {
  throw new TruthError(`branch ${name}`, "network", `the branch \`${name}\` does not exist (was it deleted or renamed?)`);
}

function subjectOf(pull: PullTruth, base: { sha: string; protected: boolean }, mergeBase: string): Facts["subject"] {
  return {
    repository: `${pull.repository.owner}/${pull.repository.name}`,
    repositoryId: pull.repository.id,
    pullRequest: pull.number,
    title: pull.title,
    baseRef: pull.baseRef,
    defaultBranch: pull.repository.defaultBranch,
    baseProtected: base.protected,
    baseSha: base.sha,
    mergeBase,
    headSha: pull.headSha,
    environment: null,
    author: pull.author?.login ?? null,
    ownerType: pull.repository.ownerType,
  };
}

function bareFacts(clock: Clock, pull: PullTruth, policy: PolicyReading, policyCommit: string | null): Facts {
  return {
    schemaVersion: 1,
    asOf: clock.now().toISOString(),
    subject: subjectOf(pull, { sha: pull.baseSha, protected: false }, pull.baseSha),
    policy,
    policyCommit,
    governanceFiles: [],
    diff: EMPTY_DIFF,
    people: null,
    agent: agentOfAuthor(pull.author?.login ?? null, pull.author?.type ?? null),
    lineage: { known: false, dependents: [] },
    quality: { known: false, failingRules: 0, recentOverrides: 0, cardLimitations: 0 },
    faults: [],
    limits: [],
    simulated: false,
  };
}
